//! Opaque identifiers of the platform; nothing is read out of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            /// Wraps an identifier as the platform gave it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A project (job).
    ProjectId
);
id!(
    /// A bid on a project.
    BidId
);
id!(
    /// A conversation. Ids that begin with `local:` were made here and are not known to the platform yet.
    ThreadId
);
id!(
    /// A message in a conversation.
    MessageId
);
id!(
    /// A person on the platform.
    UserId
);

const LOCAL: &str = "local:";

impl ThreadId {
    /// A conversation about `project` that the platform does not know yet.
    pub fn local(project: &ProjectId) -> Self {
        Self(format!("{LOCAL}{project}"))
    }

    /// The project of a conversation that the platform does not know yet.
    pub fn local_project(&self) -> Option<ProjectId> {
        self.0.strip_prefix(LOCAL).map(ProjectId::new)
    }
}
