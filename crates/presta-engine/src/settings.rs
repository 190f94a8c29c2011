//! What is remembered before anyone signs in. Nothing in it is private.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use crate::Error;

/// The languages of the user interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Locale {
    /// French.
    Fr,
    /// English.
    En,
}

impl Locale {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Settings that hold for the whole profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Settings {
    /// The language chosen here; `None` for the system's.
    pub locale: Option<Locale>,
    /// The language to speak: the one chosen, or the system's.
    pub language: Locale,
    /// Light or dark.
    pub theme: Theme,
    /// The platform's address.
    #[ts(type = "string")]
    pub server: Url,
}

/// `settings.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) locale: Option<Locale>,
    #[serde(default)]
    pub(crate) theme: Theme,
    pub(crate) server: Url,
}

#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    system: Locale,
    stored: Mutex<Stored>,
}

impl SettingsFile {
    /// Reads `settings.json`; one that cannot be read is set aside and the defaults hold.
    pub(crate) fn open(profile: &Path, server: &Url) -> Self {
        let path = profile.join("settings.json");
        let defaults = Stored { locale: None, theme: Theme::System, server: server.clone() };
        let stored = match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).unwrap_or_else(|error| {
                let aside = path.with_extension("json.unreadable");
                let kept = std::fs::rename(&path, &aside).is_ok();
                tracing::warn!(%error, kept, "the settings could not be read; the defaults hold");
                defaults
            }),
            Err(_) => defaults,
        };
        Self { path, system: system_language(sys_locale::get_locale().as_deref()), stored: Mutex::new(stored) }
    }

    pub(crate) fn get(&self) -> Settings {
        self.view(&self.stored.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Stored)) -> Result<Settings, Error> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = stored.clone();
        change(&mut changed);
        let text = serde_json::to_vec_pretty(&changed).unwrap_or_default();
        write_whole(&self.path, &text).map_err(|error| Error::Io("writing the settings", error))?;
        *stored = changed;
        Ok(self.view(&stored))
    }

    fn view(&self, stored: &Stored) -> Settings {
        Settings {
            locale: stored.locale,
            language: stored.locale.unwrap_or(self.system),
            theme: stored.theme,
            server: stored.server.clone(),
        }
    }
}

/// English on an English system, French on every other.
fn system_language(tag: Option<&str>) -> Locale {
    match tag {
        Some(tag) if tag.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("en")) => Locale::En,
        _ => Locale::Fr,
    }
}

/// Writes a small file so that it is the old one or the new one, never a part.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut file = std::fs::File::create(&part)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    presta_store::durable::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use super::{Locale, system_language};

    #[test]
    fn french_first() {
        for tag in [None, Some("C"), Some("fr-FR"), Some("de-DE"), Some("")] {
            assert_eq!(system_language(tag), Locale::Fr, "{tag:?}");
        }
        assert_eq!(system_language(Some("en-GB")), Locale::En);
    }
}
