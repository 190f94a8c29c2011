//! Members of a body that may be left out.

use serde::{Deserialize, Deserializer};

/// Reads a member that is there: `null` is refused where the value has none, and is told from a member left out where
/// it has (`Option<Option<T>>`). For `#[serde(default, deserialize_with = "given")]`.
///
/// # Errors
/// When the value has another type.
pub fn given<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::given;

    #[derive(Debug, serde::Deserialize)]
    struct Body {
        #[serde(default, deserialize_with = "given")]
        name: Option<String>,
        #[serde(default, deserialize_with = "given")]
        phone: Option<Option<String>>,
    }

    #[test]
    fn null_is_a_value_only_where_there_is_one() {
        let read = serde_json::from_str::<Body>;
        assert!(read(r#"{"name": null}"#).is_err());
        let body = read(r#"{"phone": null}"#).unwrap();
        assert_eq!((body.name, body.phone), (None, Some(None)));
        let body = read(r#"{"name": "a"}"#).unwrap();
        assert_eq!((body.name.as_deref(), body.phone), (Some("a"), None));
    }
}
