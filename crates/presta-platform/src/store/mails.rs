//! Mails: sent in the transaction of what they tell of, and kept.

use rusqlite::params;

use super::changes::Tx;
use crate::problem::Problem;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Sign-ins, passwords, access of others.
    Security,
    /// A message that was not read.
    Messages,
    /// What becomes of bids.
    Bids,
    /// Awards, amendments, milestones.
    Contracts,
    /// Requests, exports, decisions.
    Privacy,
    /// Projects one might like.
    Recommendations,
    /// The platform's news.
    Newsletter,
    /// Advice on using the platform.
    Tips,
    /// Offers of partners.
    Partners,
    /// Questions on how one likes it.
    Surveys,
}

impl Topic {
    /// Every topic, service first.
    pub const ALL: [Self; 10] = [
        Self::Security,
        Self::Messages,
        Self::Bids,
        Self::Contracts,
        Self::Privacy,
        Self::Recommendations,
        Self::Newsletter,
        Self::Tips,
        Self::Partners,
        Self::Surveys,
    ];

    /// Its name on the wire and in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Messages => "messages",
            Self::Bids => "bids",
            Self::Contracts => "contracts",
            Self::Privacy => "privacy",
            Self::Recommendations => "recommendations",
            Self::Newsletter => "newsletter",
            Self::Tips => "tips",
            Self::Partners => "partners",
            Self::Surveys => "surveys",
        }
    }

    /// From its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// Needed for the service: sent whatever was chosen.
    #[must_use]
    pub const fn service(self) -> bool {
        matches!(self, Self::Security | Self::Messages | Self::Bids | Self::Contracts | Self::Privacy)
    }
}

/// Sends a mail to `user_n`.
///
/// # Errors
/// On a database error.
pub fn send(tx: &Tx<'_>, user_n: i64, topic: Topic, (subject, text): (&str, &str)) -> Result<(), Problem> {
    tx.sql
        .prepare_cached(
            "INSERT INTO mails (user_n, at, topic, service, subject, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![user_n, tx.now, topic.name(), topic.service(), subject, text])?;
    Ok(())
}

/// How many mails of a campaign were sent, and how many were not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Campaign {
    /// Sent.
    pub sent: u64,
    /// Withheld for want of consent.
    pub withheld: u64,
}

/// Sends the mail of a marketing topic to everyone with an account who consented: nobody, as long as no consent is kept.
///
/// # Errors
/// `forbidden` for a service topic, or a database error.
pub fn campaign(tx: &Tx<'_>, topic: Topic) -> Result<Campaign, Problem> {
    if topic.service() {
        return Err(Problem::Forbidden);
    }
    let people: i64 = tx.sql.query_row("SELECT count(*) FROM users WHERE login IS NOT NULL", [], |row| row.get(0))?;
    Ok(Campaign { sent: 0, withheld: people.unsigned_abs() })
}
