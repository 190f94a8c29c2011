//! What a client is made from.

use std::time::Duration;

use url::{Host, Url};

use crate::Error;

/// What a [`Client`](crate::Client) is made from.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the platform is, for example `https://prestataires.pro`; plain http for loopback hosts alone.
    pub base: Url,
    /// The OAuth client id of this application (a public client).
    pub client_id: String,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// BCP 47 tag sent as `Accept-Language`.
    pub locale: String,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// How long things may take, and how often they are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Opening a connection: 5 s.
    pub connect: Duration,
    /// A whole request with its answer, the event stream excepted: 30 s.
    pub answer: Duration,
    /// Between two pieces of an answer's body: 10 s.
    pub idle: Duration,
    /// An event stream on which nothing comes, not even a heartbeat, or a window that stops in the midst of a file: 60 s.
    pub silence: Duration,
    /// From the opening of the browser to the redirect: 10 min.
    pub sign_in: Duration,
    /// For which the platform is asked to hold a question about changes while there are none, where there is no event
    /// stream: 30 s, the most it takes.
    pub hold: Duration,
    /// After which the event stream is tried again where there was none: 5 min.
    pub stream_again: Duration,
    /// Between two looks at the clock that tell whether the computer slept: 5 s.
    pub wake_check: Duration,
    /// Connections are opened again within this time of waking, at random: 5 s.
    pub wake_spread: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            idle: Duration::from_secs(10),
            silence: Duration::from_secs(60),
            sign_in: Duration::from_secs(600),
            hold: Duration::from_secs(30),
            stream_again: Duration::from_secs(300),
            wake_check: Duration::from_secs(5),
            wake_spread: Duration::from_secs(5),
        }
    }
}

/// Whether `url`'s host is this machine, by its literal name or address.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Refuses a URL to which a token would travel in the clear.
pub(crate) fn require_secure(url: &Url) -> Result<(), Error> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => Err(Error::Insecure { host: url.host_str().unwrap_or_default().to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for (url, secure) in [
            ("https://prestataires.pro", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost:1", true),
            ("http://prestataires.pro", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost.evil.example", false),
            ("file:///etc/passwd", false),
        ] {
            let url: Url = url.parse().unwrap();
            assert_eq!(require_secure(&url).is_ok(), secure, "{url}");
        }
    }
}
