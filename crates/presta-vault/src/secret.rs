//! A string that prints nothing and is wiped when dropped.

use zeroize::Zeroizing;

/// A secret; its memory is wiped when it is dropped, and `Debug` prints none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself; keep it out of logs and errors.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_prints_none_of_the_secret() {
        assert_eq!(format!("{:?}", Some(Secret::from("hunter2".to_owned()))), "Some(Secret(…))");
    }
}
