//! Why the vault could not be used.

/// Why the vault could not be used. No variant carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no keyring: no session bus, no service on it, or no collection to put entries in.
    #[error("opening the keyring: no keyring service is there")]
    Absent,
    /// The keyring is locked, or its prompt was dismissed, refused or left unanswered.
    #[error("opening the keyring: it is locked and was not unlocked")]
    Locked,
    /// The secret is longer than some OS's keyring takes.
    #[error("storing in the keyring: {len} bytes are more than {limit}")]
    TooLong {
        /// Bytes of the secret.
        len: usize,
        /// Most bytes taken.
        limit: usize,
    },
    /// Anything else, with the operation and what the keyring said of it.
    #[error("{0}")]
    Other(String),
}
