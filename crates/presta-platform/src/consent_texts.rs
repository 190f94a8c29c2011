//! The texts one consents to when marketing is allowed; consent is kept with the version that was read.

use serde_json::{Value, json};

/// One version.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Its name.
    pub version: &'static str,
    /// A civil date.
    pub since: &'static str,
    fr: &'static str,
    en: &'static str,
}

impl Text {
    /// The contract's `ConsentText`.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({"version": self.version, "since": self.since, "text_fr": self.fr, "text_en": self.en})
    }
}

/// Every version, oldest first; what was consented to stays readable.
pub const TEXTS: [Text; 2] = [
    Text {
        version: "2025-1",
        since: "2025-02-03",
        fr: "J’accepte que Prestataires.pro m’écrive sur ce sujet et par ce moyen. Je peux revenir sur ce choix à tout \
             moment, dans mes préférences ou par le lien de chaque message.",
        en: "I agree that Prestataires.pro may write to me about this topic by this channel. I can change my mind at \
             any time, in my preferences or by the link in every message.",
    },
    Text {
        version: "2026-1",
        since: "2026-01-12",
        fr: "J’accepte que Prestataires.pro m’écrive sur ce sujet et par ce moyen, en choisissant les contenus d’après \
             mon profil public. Sans mon accord distinct, mon activité ne sert à aucun profil publicitaire. Je peux \
             revenir sur ce choix à tout moment, dans mes préférences ou par le lien de chaque message.",
        en: "I agree that Prestataires.pro may write to me about this topic by this channel, choosing what to write by \
             my public profile. Unless I agree to that separately, no marketing profile is made of what I do. I can \
             change my mind at any time, in my preferences or by the link in every message.",
    },
];

/// The version that new consent is given to.
#[must_use]
pub const fn current() -> &'static Text {
    let [.., last] = &TEXTS;
    last
}
