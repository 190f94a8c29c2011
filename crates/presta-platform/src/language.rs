//! The two languages of the platform.

use axum::http::{HeaderMap, header};

/// French unless English is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// `fr`
    #[default]
    French,
    /// `en`
    English,
}

impl Language {
    /// The tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// From a BCP 47 tag, when it is one of ours.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
            "fr" => Some(Self::French),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// From `Accept-Language` (RFC 9110 §12.5.4): the preferred one of ours.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()) else {
            return Self::default();
        };
        let mut best = (0_u32, Self::default());
        for part in value.split(',') {
            let mut pieces = part.split(';');
            let Some(language) = pieces.next().and_then(Self::from_tag) else { continue };
            let quality = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.parse::<f64>().unwrap_or(0.0));
            let thousandths = format!("{:.0}", quality.clamp(0.0, 1.0) * 1000.0).parse().unwrap_or(0);
            if thousandths > best.0 {
                best = (thousandths, language);
            }
        }
        best.1
    }
}
