//! Where an account's things are: one folder, one encrypted database, its own entries in a keyring.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use presta_model::UserId;
use presta_vault::Vault;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use crate::Error;

/// In the names of files that were set aside, before the moment.
const KEPT: &str = ".kept-";
/// Below the account's folder: the copies of attached files, whose keys are in the database.
const STAGED: &str = "staged";
/// Below the profile: the folders of sign-ins that are not kept.
const SESSION_ONLY: &str = "session-only";

/// A person at a platform. The same person at two platforms is two accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRef {
    /// The person's id on the platform.
    pub(crate) user: UserId,
    /// The platform.
    pub(crate) server: Url,
}

impl AccountRef {
    /// Names the account without telling whose it is: the first 16 bytes of SHA-256, in hexadecimal.
    pub(crate) fn digest(&self) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.server, self.user));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Where an account's things are while it is in use.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) account: AccountRef,
    folder: PathBuf,
    pub(crate) vault: Vault,
    /// Held for as long as a sign-in lasts that is not kept.
    fleeting: Option<Arc<FleetingFolder>>,
}

impl Place {
    /// In the profile and the keyring.
    pub(crate) fn kept(account: AccountRef, profile: &Path, vault: &Vault) -> Self {
        let folder = profile.join("accounts").join(account.digest());
        Self { account, folder, vault: vault.clone(), fleeting: None }
    }

    /// In a folder that is removed with the last clone; its key is in `vault`, which is memory.
    pub(crate) fn fleeting(account: AccountRef, profile: &Path, vault: Vault) -> Result<Self, Error> {
        let fleeting = FleetingFolder::make(profile)?;
        Ok(Self { account, folder: fleeting.folder.clone(), vault, fleeting: Some(Arc::new(fleeting)) })
    }

    /// Whether nothing of it outlives the program.
    pub(crate) fn is_fleeting(&self) -> bool {
        self.fleeting.is_some()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The encrypted database.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("cache.db")
    }

    /// The copies of attached files.
    pub(crate) fn staged_folder(&self) -> PathBuf {
        self.folder.join(STAGED)
    }

    /// The keyring's entry of the database key.
    pub(crate) fn key_entry(&self) -> String {
        format!("database-key/{}", self.account.digest())
    }

    /// The keyring's entry of the key that is to follow, while the file is given it.
    pub(crate) fn next_key_entry(&self) -> String {
        format!("database-key-next/{}", self.account.digest())
    }

    /// The keyring's entry of the key of a file that was set aside at `now`, in ms since 1970.
    pub(crate) fn kept_key_entry(&self, now: i64) -> String {
        format!("database-key-kept/{}/{now}", self.account.digest())
    }

    /// The keyring's entry of the refresh token.
    pub(crate) fn token_entry(&self) -> String {
        format!("refresh-token/{}", self.account.digest())
    }

    /// Removes the folder of a sign-in that is not kept, whoever may still hold a clone.
    pub(crate) fn end_fleeting(&self) {
        if let Some(fleeting) = &self.fleeting {
            fleeting.remove();
        }
    }

    /// Makes the folder, for the person's eyes alone.
    pub(crate) fn make_folder(&self) -> Result<(), Error> {
        presta_store::durable::create_folder(&self.folder)
            .map_err(|error| Error::Io("making the account's folder", error))?;
        restrict(&self.folder)
    }

    /// Moves a database that cannot be read out of the way, with the files whose keys it has; neither is ever deleted
    /// here. Its log keeps a name by which SQLite finds it, and goes first, as the files do, so that no new database meets
    /// them.
    pub(crate) fn set_database_aside(&self, now: i64) {
        let mut moves: Vec<_> = self
            .files()
            .filter(|name| (name.contains(".db") || name == STAGED) && !name.contains(KEPT))
            .map(|name| {
                let after = ["-wal", "-shm", "-journal"].into_iter().find(|after| name.ends_with(after)).unwrap_or("");
                let base = name.strip_suffix(after).unwrap_or(&name);
                (name.contains(".db") && after.is_empty(), format!("{base}{KEPT}{now}{after}"), name)
            })
            .collect();
        moves.sort();
        for (_, aside, name) in moves {
            if let Err(error) = std::fs::rename(self.folder.join(name), self.folder.join(aside)) {
                tracing::error!(%error, "the unreadable cache could not be set aside");
            }
        }
    }

    /// When databases were set aside that are still here, in ms since 1970.
    pub(crate) fn set_aside_at(&self) -> BTreeSet<i64> {
        self.files()
            .filter_map(|name| {
                let (_, at) = name.split_once(KEPT)?;
                at.split('-').next()?.parse().ok()
            })
            .collect()
    }

    fn files(&self) -> impl Iterator<Item = String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
    }
}

/// The folder of a sign-in that is not kept. Its lock tells it from one that a killed program left behind.
#[derive(Debug)]
struct FleetingFolder {
    folder: PathBuf,
    /// Never read: closing it gives the lock back.
    _lock: File,
}

impl FleetingFolder {
    fn make(profile: &Path) -> Result<Self, Error> {
        let folder = profile.join(SESSION_ONLY).join(Uuid::new_v4().simple().to_string());
        let failed = |error| Error::Io("making a folder for this session", error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        restrict(&folder)?;
        let lock = File::create(folder.join("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        Ok(Self { folder, _lock: lock })
    }
}

impl FleetingFolder {
    fn remove(&self) {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the folder of a session-only sign-in could not be removed");
            }
            _ => {}
        }
        if let Some(parent) = self.folder.parent() {
            // Only when no other program has one there.
            let _ = std::fs::remove_dir(parent);
        }
    }
}

impl Drop for FleetingFolder {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Removes what killed programs left of sign-ins that were not to be kept. Nobody has their keys any more.
pub(crate) fn sweep(profile: &Path) {
    let folders = profile.join(SESSION_ONLY);
    let Ok(entries) = std::fs::read_dir(&folders) else { return };
    for entry in entries.flatten() {
        let abandoned = match File::open(entry.path().join("lock")) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => true,
        };
        if abandoned && let Err(error) = std::fs::remove_dir_all(entry.path()) {
            tracing::warn!(%error, "the folder of a session-only sign-in could not be removed");
        }
    }
    let _ = std::fs::remove_dir(folders);
}

/// Lets only the person read a folder.
pub(crate) fn restrict(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        const OWN: u32 = 0o700;
        // What is so already needs no disk that can be written: opening the account says what is wrong with it.
        let restricted = std::fs::metadata(folder).is_ok_and(|facts| facts.permissions().mode() & 0o777 == OWN);
        if !restricted {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(OWN))
                .map_err(|error| Error::Io("restricting the profile folder", error))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use presta_model::UserId;
    use presta_store::{Error, Key, Store};
    use presta_vault::Vault;
    use url::Url;

    use super::{AccountRef, Place};

    /// What was only in the log, and the files whose keys are in it, are still there for whoever has the key.
    #[test]
    fn a_database_set_aside_keeps_its_log_and_its_files() {
        let profile = tempfile::tempdir().unwrap();
        let account = AccountRef { user: UserId::new("u"), server: Url::parse("https://a.example/").unwrap() };
        let place = Place::kept(account, profile.path(), &Vault::memory());
        place.make_folder().unwrap();
        let key = Key::from_bytes([3; 32]);
        let store = Store::open(&place.database(), &key, |_| {}).unwrap();
        store.write(|tx| presta_store::setting::set(tx, "mine", &"oui").map(|_| ())).unwrap();
        // As a kill leaves them: the log was not put into the file.
        let copy = tempfile::tempdir().unwrap();
        for name in place.files() {
            std::fs::copy(place.folder().join(&name), copy.path().join(name)).unwrap();
        }
        drop(store);
        for name in std::fs::read_dir(copy.path()).unwrap().flatten() {
            std::fs::copy(name.path(), place.folder().join(name.file_name())).unwrap();
        }
        std::fs::create_dir(place.staged_folder()).unwrap();
        std::fs::write(place.staged_folder().join("f1"), "sealed").unwrap();
        place.set_database_aside(17);
        assert_eq!(std::fs::read(place.folder().join("staged.kept-17/f1")).unwrap(), b"sealed");
        assert!(!place.files().any(|name| !name.contains(".kept-17")), "{:?}", place.files().collect::<Vec<_>>());
        assert_eq!(place.set_aside_at().into_iter().collect::<Vec<_>>(), [17]);
        let kept = place.folder().join("cache.db.kept-17");
        let mine =
            Store::glance(&kept, &key, |c| -> Result<_, Error> { presta_store::setting::get::<String>(c, "mine") });
        assert_eq!(mine.unwrap().as_deref(), Some("oui"));
    }
}
