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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// The language; `None` for the system's.
    pub locale: Option<Locale>,
    /// Light or dark.
    #[serde(default)]
    pub theme: Theme,
    /// The platform's address.
    #[ts(type = "string")]
    pub server: Url,
}

#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    settings: Mutex<Settings>,
}

impl SettingsFile {
    /// Reads `settings.json`; one that cannot be read is set aside and the defaults hold.
    pub(crate) fn open(profile: &Path, server: &Url) -> Self {
        let path = profile.join("settings.json");
        let defaults = Settings { locale: None, theme: Theme::System, server: server.clone() };
        let settings = match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).unwrap_or_else(|error| {
                let aside = path.with_extension("json.unreadable");
                let kept = std::fs::rename(&path, &aside).is_ok();
                tracing::warn!(%error, kept, "the settings could not be read; the defaults hold");
                defaults
            }),
            Err(_) => defaults,
        };
        Self { path, settings: Mutex::new(settings) }
    }

    pub(crate) fn get(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Settings)) -> Result<Settings, Error> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = settings.clone();
        change(&mut changed);
        let text = serde_json::to_vec_pretty(&changed).unwrap_or_default();
        write_whole(&self.path, &text).map_err(|error| Error::Io("writing the settings", error))?;
        *settings = changed.clone();
        Ok(changed)
    }
}

/// Writes a small file so that it is the old one or the new one, never a part.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut file = std::fs::File::create(&part)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    std::fs::rename(part, path)
}
