//! What hosts are told of the session.

use presta_model::{Me, Role};
use presta_store::outbox::Failure;
use serde::Serialize;
use ts_rs::TS;

use crate::account::Place;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SessionState {
    /// The cache is being opened.
    Starting,
    /// The keyring is asked, and may be showing a prompt of its own.
    OpeningKeyring,
    /// Nobody.
    SignedOut {
        /// Why.
        reason: SignedOutReason,
    },
    /// The browser is open.
    SigningIn {
        /// For a browser that did not open.
        authorize_url: String,
    },
    /// It did not work.
    SignInFailed {
        /// Why.
        error: Failure,
    },
    /// An account that opens with a passphrase: its cache is closed and its key forgotten.
    Locked {
        /// Names it on this computer.
        local_id: String,
        /// Public name, once its cache was open in this run.
        name: Option<String>,
        /// Its platform's host.
        server: String,
        /// After wrong passphrases: when the next one is taken, in ms since 1970.
        retry_at: Option<i64>,
    },
    /// Someone.
    SignedIn {
        /// Who.
        account: Account,
        /// What keeps their secrets.
        keeping: Keeping,
    },
}

/// What keeps the secrets of the signed-in account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Keeping {
    /// The keyring.
    Keyring,
    /// Memory: with the program everything of this session goes.
    SessionOnly,
    /// The keyring did, and no longer answers: what needs it waits.
    KeyringGone,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignedOutReason {
    /// Nobody ever was, or they signed out.
    None,
    /// The platform no longer accepts the sign-in; drafts and queue are kept, encrypted.
    Revoked,
    /// There is no keyring.
    KeyringAbsent,
    /// The keyring is locked, and was not unlocked when it was asked.
    KeyringLocked,
    /// The keyring has lost the key; the file stays where it is, and is set aside by the next sign-in.
    KeyLost,
    /// The keyring has a key that opens another file than this one; it stays as well.
    WrongKey,
    /// A newer version wrote the cache.
    DatabaseTooNew,
    /// The cache cannot be read or written.
    Storage,
    /// Another process works on the profile.
    ProfileInUse,
}

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Account {
    /// The person's id.
    pub id: String,
    /// Names the account on this computer: the same person at another platform is another account.
    pub local_id: String,
    /// Name used to sign in.
    pub login: String,
    /// Public name.
    pub display_name: String,
    /// Address.
    pub email: String,
    /// Roles.
    pub roles: Vec<Role>,
}

impl Account {
    pub(crate) fn new(place: &Place, me: &Me) -> Self {
        Self {
            id: me.id.to_string(),
            local_id: place.account.digest(),
            login: me.login.clone(),
            display_name: me.display_name.clone(),
            email: me.email.clone(),
            roles: me.roles.clone(),
        }
    }
}
