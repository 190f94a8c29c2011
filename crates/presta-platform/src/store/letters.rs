//! What the platform writes to both sides of a bid, in the language of each.

use rusqlite::OptionalExtension;

use super::{
    changes::Tx,
    mails::{self, Topic},
};
use crate::problem::Problem;

/// One occasion to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// To the freelancer: chosen.
    Awarded,
    /// To the client: the award was taken.
    Accepted,
    /// To the client: the award was refused.
    Declined,
    /// To the freelancer: the award was taken back.
    Revoked,
    /// To both: the award was not answered in time.
    Expired,
    /// To the freelancer: not wanted.
    Rejected,
    /// To the freelancer: in the running again.
    Restored,
    /// To the freelancer: everything is done and paid.
    Completed,
    /// To bidders: the brief is another one.
    BriefChanged,
    /// To bidders: the client closed the project.
    ProjectClosed,
    /// To the client and to bidders: the platform cancelled the project.
    ProjectCancelled,
    /// To a freelancer: asked to bid.
    Invited,
    /// To the other side: a change is proposed.
    AmendmentProposed,
    /// To the author: the change holds.
    AmendmentAccepted,
    /// To the author: the change is refused.
    AmendmentDeclined,
    /// To the client: a milestone is wished for.
    MilestoneRequested,
    /// To the freelancer: the milestone is there.
    RequestApproved,
    /// To the freelancer: no such milestone.
    RequestDeclined,
    /// To the freelancer: its money is set aside.
    MilestoneFunded,
    /// To the freelancer: its money is theirs.
    MilestoneReleased,
    /// To the other side: it is disputed.
    MilestoneDisputed,
}

impl Letter {
    const fn topic(self) -> Topic {
        match self {
            Self::Awarded
            | Self::Declined
            | Self::Revoked
            | Self::Expired
            | Self::Rejected
            | Self::Restored
            | Self::BriefChanged
            | Self::ProjectClosed
            | Self::ProjectCancelled
            | Self::Invited => Topic::Bids,
            _ => Topic::Contracts,
        }
    }

    /// `(subject, text)`; `{}` stands for the title of the project.
    const fn french(self) -> (&'static str, &'static str) {
        match self {
            Self::Awarded => (
                "Votre offre est retenue : {}",
                "Le client a retenu votre offre pour « {} ». Vous avez sept jours pour accepter ou refuser.",
            ),
            Self::Accepted => {
                ("Offre acceptée : {}", "Le prestataire accepte la mission « {} ». Le contrat est conclu.")
            }
            Self::Declined => {
                ("Offre déclinée : {}", "Le prestataire que vous aviez retenu décline la mission « {} ».")
            }
            Self::Revoked => ("Attribution annulée : {}", "Le client revient sur l’attribution de la mission « {} »."),
            Self::Expired => {
                ("Attribution expirée : {}", "L’attribution de la mission « {} » n’a pas été acceptée sous sept jours.")
            }
            Self::Rejected => ("Offre écartée : {}", "Le client n’a pas retenu votre offre pour « {} »."),
            Self::Restored => {
                ("Votre offre est de nouveau à l’étude : {}", "La mission « {} » est de nouveau à attribuer.")
            }
            Self::Completed => {
                ("Mission terminée : {}", "Le client déclare la mission « {} » terminée. Vous pouvez laisser un avis.")
            }
            Self::BriefChanged => {
                ("Mission modifiée : {}", "Le client a modifié la mission « {} ». Relisez-la et ajustez votre offre.")
            }
            Self::ProjectClosed => ("Mission fermée : {}", "Le client a fermé la mission « {} » sans l’attribuer."),
            Self::ProjectCancelled => (
                "Mission retirée : {}",
                "La mission « {} » a été retirée par une décision automatique, après plusieurs signalements.",
            ),
            Self::Invited => ("Une mission pour vous : {}", "Un client vous invite à faire une offre pour « {} »."),
            Self::AmendmentProposed => {
                ("Avenant proposé : {}", "Un avenant vous est proposé pour la mission « {} ». Il attend votre réponse.")
            }
            Self::AmendmentAccepted => ("Avenant accepté : {}", "Votre avenant pour la mission « {} » est accepté."),
            Self::AmendmentDeclined => ("Avenant refusé : {}", "Votre avenant pour la mission « {} » est refusé."),
            Self::MilestoneRequested => {
                ("Jalon demandé : {}", "Le prestataire demande un jalon pour la mission « {} ».")
            }
            Self::RequestApproved => ("Jalon accordé : {}", "Le jalon demandé pour la mission « {} » est accordé."),
            Self::RequestDeclined => ("Jalon refusé : {}", "Le jalon demandé pour la mission « {} » est refusé."),
            Self::MilestoneFunded => ("Jalon provisionné : {}", "Un jalon de la mission « {} » est provisionné."),
            Self::MilestoneReleased => ("Jalon réglé : {}", "Un jalon de la mission « {} » vous est réglé."),
            Self::MilestoneDisputed => ("Jalon contesté : {}", "Un jalon de la mission « {} » est contesté."),
        }
    }

    /// As [`Letter::french`].
    const fn english(self) -> (&'static str, &'static str) {
        match self {
            Self::Awarded => (
                "Your bid was chosen: {}",
                "The client chose your bid on “{}”. You have seven days to accept or to decline.",
            ),
            Self::Accepted => ("Award accepted: {}", "The freelancer takes the job “{}”. It is agreed."),
            Self::Declined => ("Award declined: {}", "The freelancer you chose declines the job “{}”."),
            Self::Revoked => ("Award revoked: {}", "The client takes the award of “{}” back."),
            Self::Expired => ("Award expired: {}", "The award of “{}” was not accepted within seven days."),
            Self::Rejected => ("Bid not wanted: {}", "The client did not keep your bid on “{}”."),
            Self::Restored => ("Your bid is in the running again: {}", "The job “{}” is to be awarded again."),
            Self::Completed => ("Job done: {}", "The client says that “{}” is done. You can leave a review."),
            Self::BriefChanged => ("Job changed: {}", "The client changed “{}”. Read it again and adjust your bid."),
            Self::ProjectClosed => ("Job closed: {}", "The client closed “{}” without choosing anyone."),
            Self::ProjectCancelled => {
                ("Job removed: {}", "“{}” was removed by an automated decision, after several reports.")
            }
            Self::Invited => ("A job for you: {}", "A client invites you to bid on “{}”."),
            Self::AmendmentProposed => ("Amendment proposed: {}", "An amendment of “{}” waits for your answer."),
            Self::AmendmentAccepted => ("Amendment accepted: {}", "Your amendment of “{}” was accepted."),
            Self::AmendmentDeclined => ("Amendment declined: {}", "Your amendment of “{}” was declined."),
            Self::MilestoneRequested => ("Milestone requested: {}", "The freelancer wishes a milestone for “{}”."),
            Self::RequestApproved => ("Milestone approved: {}", "The milestone you wished for “{}” is approved."),
            Self::RequestDeclined => ("Milestone declined: {}", "The milestone you wished for “{}” is declined."),
            Self::MilestoneFunded => ("Milestone funded: {}", "A milestone of “{}” is funded."),
            Self::MilestoneReleased => ("Milestone released: {}", "A milestone of “{}” is paid to you."),
            Self::MilestoneDisputed => ("Milestone disputed: {}", "A milestone of “{}” is disputed."),
        }
    }
}

/// Writes to `user_n` about the project called `title`; those without an address are not written to.
///
/// # Errors
/// On a database error.
pub fn send(tx: &Tx<'_>, user_n: i64, letter: Letter, title: &str) -> Result<(), Problem> {
    let locale: Option<String> = tx
        .sql
        .prepare_cached("SELECT locale FROM users WHERE n = ?1 AND email IS NOT NULL")?
        .query_row([user_n], |row| row.get(0))
        .optional()?;
    let Some(locale) = locale else { return Ok(()) };
    let (subject, text) = if locale == "en" { letter.english() } else { letter.french() };
    let (subject, text) = (subject.replace("{}", title), text.replace("{}", title));
    mails::send(tx, user_n, letter.topic(), (&subject, &text))
}
