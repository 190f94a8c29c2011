//! What a token may be used for.

use std::fmt;

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `profile:read`
    ProfileRead,
    /// `profile:write`
    ProfileWrite,
    /// `projects:read`
    ProjectsRead,
    /// `projects:write`
    ProjectsWrite,
    /// `bids:read`
    BidsRead,
    /// `bids:write`
    BidsWrite,
    /// `messages:read`
    MessagesRead,
    /// `messages:write`
    MessagesWrite,
    /// `contests:read`
    ContestsRead,
    /// `contests:write`
    ContestsWrite,
    /// `privacy:read`
    PrivacyRead,
    /// `privacy:write`
    PrivacyWrite,
    /// `exports`
    Exports,
    /// `connections`
    Connections,
}

impl Scope {
    /// Every permission, in the order they are shown.
    pub const ALL: [Self; 14] = [
        Self::ProfileRead,
        Self::ProfileWrite,
        Self::ProjectsRead,
        Self::ProjectsWrite,
        Self::BidsRead,
        Self::BidsWrite,
        Self::MessagesRead,
        Self::MessagesWrite,
        Self::ContestsRead,
        Self::ContestsWrite,
        Self::PrivacyRead,
        Self::PrivacyWrite,
        Self::Exports,
        Self::Connections,
    ];

    /// Its name in OAuth.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProfileRead => "profile:read",
            Self::ProfileWrite => "profile:write",
            Self::ProjectsRead => "projects:read",
            Self::ProjectsWrite => "projects:write",
            Self::BidsRead => "bids:read",
            Self::BidsWrite => "bids:write",
            Self::MessagesRead => "messages:read",
            Self::MessagesWrite => "messages:write",
            Self::ContestsRead => "contests:read",
            Self::ContestsWrite => "contests:write",
            Self::PrivacyRead => "privacy:read",
            Self::PrivacyWrite => "privacy:write",
            Self::Exports => "exports",
            Self::Connections => "connections",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

const EVERY: u16 = (1 << Scope::ALL.len()) - 1;

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    /// Reads names separated by spaces; none when one is unknown, everything when there is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = 0;
        for name in text.split_ascii_whitespace() {
            bits |= Scope::ALL.into_iter().find(|scope| scope.name() == name)?.bit();
        }
        Some(Self(if bits == 0 { EVERY } else { bits }))
    }

    /// Whether `scope` is in it.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether everything of `other` is in it.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those in it.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}
