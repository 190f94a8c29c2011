//! The one gate for links that leave the application.

use url::Url;

use crate::Error;

/// Lets https and mailto through; the host is then in its ASCII form (punycode), as WHATWG URL parsing gives it.
///
/// # Errors
/// `link-blocked` for anything else: `file:`, `javascript:`, `smb:`, http, and links with a user name.
pub fn gate(link: &str) -> Result<Url, Error> {
    let blocked = || Error::refused("link-blocked");
    let url = Url::parse(link.trim()).map_err(|_| blocked())?;
    let allowed = match url.scheme() {
        "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "mailto" => true,
        _ => false,
    };
    if allowed { Ok(url) } else { Err(blocked()) }
}

#[cfg(test)]
mod tests {
    use super::gate;

    #[test]
    fn only_https_and_mail_pass() {
        for link in ["https://example.org/a", "mailto:a@example.org"] {
            assert!(gate(link).is_ok(), "{link}");
        }
        for link in [
            "http://example.org",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "smb://host/share",
            "https://user@example.org",
            "data:text/html,x",
            "//example.org",
            "",
        ] {
            assert!(gate(link).is_err(), "{link}");
        }
    }

    #[test]
    fn a_lookalike_host_becomes_punycode() {
        assert_eq!(gate("https://prestatаires.pro").unwrap().host_str(), Some("xn--prestatires-4ij.pro"));
    }
}
