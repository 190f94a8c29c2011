//! What can go wrong in the engine, and how it is told to the user interface.

use presta_store::outbox::Failure;

/// A failure of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A request to the platform failed.
    #[error(transparent)]
    Api(#[from] presta_api::Error),
    /// The cache failed.
    #[error(transparent)]
    Store(#[from] presta_store::Error),
    /// The keyring failed.
    #[error(transparent)]
    Vault(#[from] presta_vault::Error),
    /// An archive of the person's data cannot be read.
    #[error(transparent)]
    Archive(#[from] presta_archive::Error),
    /// A file operation, by its name, failed.
    #[error("{0}: {1}")]
    Io(&'static str, std::io::Error),
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The state of things does not allow it; the code says why.
    #[error("refused: {}", .0.code)]
    Refused(Failure),
    /// The program is ending.
    #[error("the work was interrupted")]
    Interrupted,
}

impl Error {
    /// A refusal without values.
    pub fn refused(code: &str) -> Self {
        Self::Refused(Failure::new(code))
    }

    /// The failure in the user interface's terms.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Api(error) => api_failure(error),
            Self::Store(error) => Failure::new(error.code()),
            Self::Archive(error) => crate::archive::archive_failure(error),
            Self::Vault(presta_vault::Error::Absent) => Failure::new("keyring-absent"),
            Self::Vault(presta_vault::Error::Locked) => Failure::new("keyring-locked"),
            Self::Vault(_) => Failure::new("token-store"),
            Self::Io(_, error) if presta_store::durable::is_full(error) => Failure::new("disk-full"),
            Self::Io(_, error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem => {
                Failure::new("storage-read-only")
            }
            Self::Io(..) => Failure::new("storage"),
            Self::NotSignedIn => Failure::new("signed-out"),
            Self::Refused(failure) => failure.clone(),
            Self::Interrupted => Failure::new("interrupted"),
        }
    }
}

/// A failed request in the user interface's terms, with what the platform said of the first field at fault.
pub(crate) fn api_failure(error: &presta_api::Error) -> Failure {
    let mut failure = Failure::new(error.code());
    match error {
        presta_api::Error::Problem(problem) => {
            if let Some(field) = problem.errors.first() {
                failure =
                    failure.with("field", field.pointer.trim_start_matches('/')).with("rule", field.code.as_str());
            }
            failure = failure.with("title", problem.title.as_str());
            if let Some(id) = &problem.request_id {
                failure = failure.with("request_id", id.as_str());
            }
        }
        presta_api::Error::UnexpectedStatus(status) => failure = failure.with("status", i64::from(*status)),
        presta_api::Error::TooLarge { limit } => failure = failure.with("limit", *limit),
        presta_api::Error::Redirected { host } | presta_api::Error::Insecure { host } => {
            failure = failure.with("host", host.as_str());
        }
        _ => {}
    }
    failure
}
