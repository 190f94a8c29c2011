//! What can go wrong with the encrypted cache.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read with this key.
    #[error("the database cannot be opened with this key")]
    WrongKey,
    /// The file was written by a newer version of the application.
    #[error("the database has schema {found}, this version knows {known}")]
    TooNew {
        /// Schema number of the file.
        found: i64,
        /// Newest schema number known here.
        known: i64,
    },
    /// The disk has no room left.
    #[error("the disk is full")]
    DiskFull,
    /// The disk failed in reading or writing.
    #[error("the disk failed: {0}")]
    DiskFailed(String),
    /// The full-text index cannot be opened.
    #[error("the search index cannot be opened: {0}")]
    Index(String),
    /// The folder or file cannot be written.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// The file is damaged.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// A stored value does not have the shape it was written with.
    #[error("a stored {what} cannot be read: {source}")]
    Decode {
        /// The kind of value.
        what: &'static str,
        /// The JSON error.
        source: serde_json::Error,
    },
    /// Any other failure of SQLite.
    #[error("sqlite: {0}")]
    Sqlite(rusqlite::Error),
    /// A file operation failed.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    /// The account was closed meanwhile.
    #[error("the database was closed")]
    Closed,
    /// Randomness is not to be had.
    #[error("random numbers: {0}")]
    Random(String),
}

impl Error {
    /// Whether work was ended early, to be done again: by a key that changes, an index made anew, or closing.
    pub fn is_interrupted(&self) -> bool {
        match self {
            Self::Closed => true,
            Self::Sqlite(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted),
            _ => false,
        }
    }

    /// A stable name for the user interface.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongKey => "wrong-key",
            Self::TooNew { .. } => "database-too-new",
            Self::DiskFull => "disk-full",
            Self::DiskFailed(_) => "disk-failed",
            Self::ReadOnly(_) => "storage-read-only",
            Self::Corrupt(_) => "storage-damaged",
            error if error.is_interrupted() => "interrupted",
            _ => "storage",
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::WrongKey,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::SystemIoFailure) => Self::DiskFailed(error.to_string()),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly(error.to_string())
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// Reads a stored JSON value.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(what: &'static str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|source| Error::Decode { what, source })
}

/// Writes a value as JSON.
pub(crate) fn encode<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::Decode { what, source })
}
