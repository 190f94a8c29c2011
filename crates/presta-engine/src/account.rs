//! Where an account's things are: one folder, one encrypted database, two keyring entries each.

use std::path::{Path, PathBuf};

use presta_model::UserId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use crate::Error;
use crate::settings::write_whole;

/// The account that signs in by itself at start. The file holds no name and no address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRef {
    /// The person's id on the platform.
    pub(crate) user: UserId,
    /// The platform.
    pub(crate) server: Url,
}

impl AccountRef {
    /// The account last signed in.
    pub(crate) fn load(profile: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(profile.join("account.json")).ok()?;
        serde_json::from_str(&text)
            .inspect_err(|error| tracing::warn!(%error, "the account file could not be read"))
            .ok()
    }

    pub(crate) fn save(&self, profile: &Path) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        write_whole(&profile.join("account.json"), &text).map_err(|error| Error::Io("writing the account file", error))
    }

    pub(crate) fn forget(profile: &Path) -> Result<(), Error> {
        match std::fs::remove_file(profile.join("account.json")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::Io("removing the account file", error))
            }
            _ => Ok(()),
        }
    }

    /// The account's folder.
    pub(crate) fn folder(&self, profile: &Path) -> PathBuf {
        profile.join("accounts").join(self.digest())
    }

    /// The encrypted database.
    pub(crate) fn database(&self, profile: &Path) -> PathBuf {
        self.folder(profile).join("cache.db")
    }

    /// The keyring's entry of the database key.
    pub(crate) fn key_entry(&self) -> String {
        format!("database-key/{}", self.digest())
    }

    /// The keyring's entry of the refresh token.
    pub(crate) fn token_entry(&self) -> String {
        format!("refresh-token/{}", self.digest())
    }

    /// Names the account without telling whose it is: the first 16 bytes of SHA-256, in hexadecimal.
    fn digest(&self) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.server, self.user));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Lets only the person read a folder.
pub(crate) fn restrict(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
            .map_err(|error| Error::Io("restricting the profile folder", error))?;
    }
    Ok(())
}
