//! What every host starts with: where things are, and under which names.

use std::path::{Path, PathBuf};

use url::Url;

use crate::Error;

/// The keyring's name of this application.
pub const KEYRING_SERVICE: &str = "pro.prestataires.desktop";
/// The platform.
const SERVER: &str = "https://prestataires.pro";

/// The profile's folder: `PRESTA_PROFILE`, or the system's place for an application's data.
///
/// # Errors
/// [`Error::Refused`] with `no-home` when the system has no such place.
pub fn profile() -> Result<PathBuf, Error> {
    match std::env::var_os("PRESTA_PROFILE") {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => directories::ProjectDirs::from("pro", "Prestataires", "Prestataires")
            .map(|folders| folders.data_local_dir().to_owned())
            .ok_or_else(|| Error::refused("no-home")),
    }
}

/// Where files are saved: `PRESTA_DOWNLOADS`, or the system's place for downloads; none where there is no such place.
pub fn downloads() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("PRESTA_DOWNLOADS") {
        return Some(PathBuf::from(folder));
    }
    let folders = directories::UserDirs::new()?;
    // Without a desktop's configuration there is no name for it; the one that all of them begin with then.
    Some(folders.download_dir().map_or_else(|| folders.home_dir().join("Downloads"), Path::to_owned))
}

/// The platform's address: `PRESTA_SERVER`, or Prestataires.pro.
///
/// # Errors
/// [`Error::Refused`] with `bad-server-address`.
pub fn server() -> Result<Url, Error> {
    let address = std::env::var("PRESTA_SERVER").unwrap_or_else(|_| SERVER.to_owned());
    Url::parse(&address).map_err(|_| Error::refused("bad-server-address"))
}

/// The application's name and version, for `User-Agent`.
pub fn user_agent() -> String {
    format!("Prestataires/{} ({})", env!("CARGO_PKG_VERSION"), std::env::consts::OS)
}
