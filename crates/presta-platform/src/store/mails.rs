//! Mails: sent in the transaction of what they tell of, and kept.

use rusqlite::params;

use super::{
    changes::Tx,
    communications::{self, Channel},
    unsubscribe,
};
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

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent.
    Sent,
    /// It was marketing, and its addressee had not consented.
    Withheld,
}

/// Sends a mail to `user_n`: service always, marketing only with consent, and then with a way to end it.
///
/// # Errors
/// On a database error.
pub fn send(tx: &Tx<'_>, user_n: i64, topic: Topic, (subject, text): (&str, &str)) -> Result<(), Problem> {
    deliver(tx, user_n, topic, (subject, text)).map(|_| ())
}

fn deliver(tx: &Tx<'_>, user_n: i64, topic: Topic, (subject, text): (&str, &str)) -> Result<Outcome, Problem> {
    if !communications::allows(&tx.sql, user_n, topic, Channel::Email)? {
        tx.sql
            .prepare_cached("INSERT INTO mails_withheld (user_n, at, topic) VALUES (?1, ?2, ?3)")?
            .execute(params![user_n, tx.now, topic.name()])?;
        return Ok(Outcome::Withheld);
    }
    let link = if topic.service() { None } else { Some(unsubscribe::link(&tx.sql, user_n, topic)?) };
    tx.sql
        .prepare_cached(
            "INSERT INTO mails (user_n, at, topic, service, subject, text, unsubscribe)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![user_n, tx.now, topic.name(), topic.service(), subject, text, link])?;
    Ok(Outcome::Sent)
}

/// How many mails of a campaign were sent, and how many were not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Campaign {
    /// Sent.
    pub sent: u64,
    /// Withheld for want of consent.
    pub withheld: u64,
}

/// Sends the mail of a marketing topic to everyone with an account, each in their language.
///
/// # Errors
/// `forbidden` for a service topic, or a database error.
pub fn campaign(tx: &Tx<'_>, topic: Topic) -> Result<Campaign, Problem> {
    if topic.service() {
        return Err(Problem::Forbidden);
    }
    let mut people = tx.sql.prepare("SELECT n, locale FROM users WHERE login IS NOT NULL ORDER BY n")?;
    let mut rows = people.query([])?;
    let mut campaign = Campaign::default();
    while let Some(row) = rows.next()? {
        let (user_n, locale): (i64, String) = (row.get(0)?, row.get(1)?);
        match deliver(tx, user_n, topic, advert(topic, locale != "en"))? {
            Outcome::Sent => campaign.sent += 1,
            Outcome::Withheld => campaign.withheld += 1,
        }
    }
    Ok(campaign)
}

/// Subject and text of the campaign of a marketing topic.
const fn advert(topic: Topic, french: bool) -> (&'static str, &'static str) {
    match (topic, french) {
        (Topic::Newsletter, true) => ("Les nouvelles de Prestataires.pro", "Ce qui a changé ce mois-ci sur la place."),
        (Topic::Newsletter, false) => ("News from Prestataires.pro", "What changed on the market this month."),
        (Topic::Tips, true) => ("Un conseil pour vos offres", "Une offre courte et précise est lue jusqu’au bout."),
        (Topic::Tips, false) => ("Advice for your bids", "A short and precise bid is read to its end."),
        (Topic::Partners, true) => ("Une offre de nos partenaires", "Une remise sur l’hébergement de vos projets."),
        (Topic::Partners, false) => ("An offer of our partners", "A discount on hosting for your projects."),
        (Topic::Surveys, true) => ("Votre avis nous intéresse", "Trois questions sur votre dernier mois."),
        (Topic::Surveys, false) => ("What do you think?", "Three questions about your last month."),
        (_, true) => ("Des projets pour vous", "De nouveaux projets pourraient vous intéresser."),
        (_, false) => ("Projects for you", "There are new projects that you might like."),
    }
}
