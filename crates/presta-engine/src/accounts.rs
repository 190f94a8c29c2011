//! The accounts of this computer, and which of them opens at start: `accounts.json`. It holds no name and no address.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use presta_model::Me;
use presta_store::{Connection, Key, Store, outbox, setting};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::{AccountRef, Place};
use crate::settings::write_whole;
use crate::{Counts, Engine, Error};

/// What the file was called when there was one account.
const BEFORE: &str = "account.json";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    /// The digest of the one that opens at start.
    current: Option<String>,
    accounts: Vec<AccountRef>,
}

/// `accounts.json`, and what is known of the accounts in this run.
#[derive(Debug)]
pub(crate) struct Accounts {
    path: PathBuf,
    stored: Mutex<Stored>,
    /// By digest: of those whose cache has been open. Nothing changes there while they are not in use.
    known: Mutex<HashMap<String, Label>>,
}

/// What the switcher says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    name: String,
    login: String,
    unsent: u32,
    drafts: u32,
    sealed: bool,
}

impl Label {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn new(name: &str, login: &str, counts: Counts, sealed: bool) -> Self {
        let unsent = counts.queued.saturating_add(counts.needs_attention);
        Self { name: name.to_owned(), login: login.to_owned(), unsent, drafts: counts.drafts, sealed }
    }
}

/// An account of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AccountRow {
    /// Names it on this computer.
    pub local_id: String,
    /// Its platform's host, with the port when it is not the usual one.
    pub server: String,
    /// Whether it is the one in use.
    pub current: bool,
    /// Public name; `None` while its cache cannot be read.
    pub name: Option<String>,
    /// Name used to sign in.
    pub login: Option<String>,
    /// Acts that are not sent: nothing is sent for an account that is not in use.
    pub unsent: Option<u32>,
    /// Drafts of bids.
    pub drafts: Option<u32>,
    /// Whether it opens with a passphrase.
    pub locked: bool,
}

impl Accounts {
    /// Reads `accounts.json`, or the `account.json` of earlier versions. A file that cannot be read is set aside: the
    /// folders stay, and signing in finds them again.
    pub(crate) fn open(profile: &Path) -> Self {
        let path = profile.join("accounts.json");
        let accounts = |stored| Self { path: path.clone(), stored: Mutex::new(stored), known: Mutex::default() };
        if let Some(stored) = read::<Stored>(&path) {
            return accounts(stored);
        }
        let before = profile.join(BEFORE);
        let Some(account) = read::<AccountRef>(&before) else { return accounts(Stored::default()) };
        let stored = Stored { current: Some(account.digest()), accounts: vec![account] };
        match write(&path, &stored) {
            Ok(()) => {
                let _ = std::fs::remove_file(before);
            }
            Err(error) => tracing::warn!(%error, "the account file is read again at the next start"),
        }
        accounts(stored)
    }

    /// The account that opens at start.
    pub(crate) fn current(&self) -> Option<AccountRef> {
        let stored = self.lock();
        stored.accounts.iter().find(|account| Some(account.digest()) == stored.current).cloned()
    }

    pub(crate) fn find(&self, local_id: &str) -> Option<AccountRef> {
        self.lock().accounts.iter().find(|account| account.digest() == local_id).cloned()
    }

    fn all(&self) -> Vec<AccountRef> {
        self.lock().accounts.clone()
    }

    /// Makes `account` the one that opens at start; it is added when it is new.
    pub(crate) fn choose(&self, account: &AccountRef) -> Result<(), Error> {
        self.change(|stored| {
            if !stored.accounts.contains(account) {
                stored.accounts.push(account.clone());
            }
            stored.current = Some(account.digest());
        })
    }

    /// Takes `account` off the list.
    pub(crate) fn forget(&self, account: &AccountRef) -> Result<(), Error> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&account.digest());
        self.change(|stored| {
            stored.accounts.retain(|other| other != account);
            stored.current.take_if(|current| *current == account.digest());
        })
    }

    pub(crate) fn know(&self, account: &AccountRef, label: Label) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(account.digest(), label);
    }

    pub(crate) fn label(&self, account: &AccountRef) -> Option<Label> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&account.digest()).cloned()
    }

    fn change(&self, change: impl FnOnce(&mut Stored)) -> Result<(), Error> {
        let mut stored = self.lock();
        let mut changed = stored.clone();
        change(&mut changed);
        if changed == *stored {
            return Ok(());
        }
        let written = if changed.accounts.is_empty() { remove(&self.path) } else { write(&self.path, &changed) };
        written.map_err(|error| Error::Io("writing the list of accounts", error))?;
        *stored = changed;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Stored> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// The accounts of this computer, in the order in which they were added. Those not used yet in this run are looked
    /// into with their own key, unless they have a passphrase.
    pub async fn accounts(&self) -> Vec<AccountRow> {
        let active = self.active();
        let mut accounts = self.inner.accounts.all();
        if let Some(active) = &active
            && !accounts.contains(&active.place.account)
        {
            accounts.push(active.place.account.clone());
        }
        let mut rows = Vec::with_capacity(accounts.len());
        for account in accounts {
            let current = active.as_ref().filter(|active| active.place.account == account);
            let (label, locked) = match current {
                Some(active) => (active.label().await, active.has_passphrase()),
                None => self.look_into(&account).await,
            };
            rows.push(AccountRow {
                local_id: account.digest(),
                server: host(&account.server),
                current: current.is_some(),
                name: label.as_ref().map(|label| label.name.clone()),
                login: label.as_ref().map(|label| label.login.clone()),
                unsent: label.as_ref().map(|label| label.unsent),
                drafts: label.as_ref().map(|label| label.drafts),
                locked,
            });
        }
        rows
    }

    /// What is known of an account that is not in use, and whether it has a passphrase.
    async fn look_into(&self, account: &AccountRef) -> (Option<Label>, bool) {
        let place = Place::kept(account.clone(), &self.inner.config.profile, &self.inner.config.vault);
        // Nothing changes there meanwhile, so the keyring, which may be slow to answer, is not asked again.
        if let Some(known) = self.inner.accounts.label(account) {
            let sealed = known.sealed;
            return (Some(known), sealed);
        }
        let stored = match place.vault.get(&place.key_entry()).await {
            Ok(Some(stored)) => stored,
            Ok(None) | Err(_) => return (None, false),
        };
        if presta_vault::is_sealed(&stored) {
            return (None, true);
        }
        let Ok(key) = Key::from_hex(stored.expose()) else { return (None, false) };
        let database = place.database();
        let looked = tokio::task::spawn_blocking(move || Store::glance(&database, &key, glance)).await;
        let label = looked.ok().and_then(Result::ok).flatten();
        if let Some(label) = &label {
            self.inner.accounts.know(account, label.clone());
        }
        (label, false)
    }
}

fn glance(connection: &Connection) -> Result<Option<Label>, presta_store::Error> {
    let Some(me) = setting::get::<Me>(connection, setting::ME)? else { return Ok(None) };
    let unsent = outbox::all(connection)?.iter().filter(|act| act.act.is_shown()).count();
    let drafts = presta_store::draft::bids(connection)?.len();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (unsent, drafts) = (number(unsent), number(drafts));
    Ok(Some(Label { name: me.display_name, login: me.login, unsent, drafts, sealed: false }))
}

/// The address as people know it: without scheme and path.
pub(crate) fn host(server: &url::Url) -> String {
    match (server.host_str(), server.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => server.to_string(),
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let text = std::fs::read_to_string(path).ok()?;
    match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            let kept = std::fs::rename(path, path.with_extension("json.unreadable")).is_ok();
            tracing::warn!(%error, kept, "the list of accounts could not be read");
            None
        }
    }
}

fn write(path: &Path, stored: &Stored) -> std::io::Result<()> {
    write_whole(path, &serde_json::to_vec_pretty(stored).unwrap_or_default())
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use presta_model::UserId;
    use url::Url;

    use super::Accounts;
    use crate::account::AccountRef;

    fn account(user: &str, server: &str) -> AccountRef {
        AccountRef { user: UserId::new(user), server: Url::parse(server).unwrap() }
    }

    #[test]
    fn the_list_survives_and_goes_with_its_last_account() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path());
        assert_eq!(accounts.current(), None);
        let (one, two) = (account("usr_1", "https://a.example/"), account("usr_1", "https://b.example/"));
        accounts.choose(&one).unwrap();
        accounts.choose(&two).unwrap();
        let again = Accounts::open(folder.path());
        assert_eq!(again.current().as_ref(), Some(&two), "the same person at two platforms is two accounts");
        assert_eq!(again.find(&one.digest()).as_ref(), Some(&one));
        again.forget(&two).unwrap();
        assert_eq!(again.current(), None, "nobody else is opened in its place");
        assert_eq!(again.all(), std::slice::from_ref(&one));
        again.forget(&one).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_file_of_one_account_is_taken_over_once() {
        let folder = tempfile::tempdir().unwrap();
        let before = folder.path().join("account.json");
        std::fs::write(&before, r#"{ "user": "usr_7", "server": "https://prestataires.pro/" }"#).unwrap();
        let accounts = Accounts::open(folder.path());
        assert_eq!(accounts.current(), Some(account("usr_7", "https://prestataires.pro/")));
        assert!(!before.exists());
        assert_eq!(Accounts::open(folder.path()).current(), accounts.current());
    }

    #[test]
    fn a_list_that_cannot_be_read_is_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("accounts.json"), "{ \"accounts\": [").unwrap();
        assert_eq!(Accounts::open(folder.path()).current(), None);
        let kept = std::fs::read_to_string(folder.path().join("accounts.json.unreadable")).unwrap();
        assert_eq!(kept, "{ \"accounts\": [");
    }
}
