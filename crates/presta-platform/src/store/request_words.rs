//! What the platform says about privacy requests, and what the policy lets it answer.

use super::privacy_requests::Type;

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It was done, or the way to do it was given.
    Done,
    /// An objection to marketing: every consent was ended.
    MarketingEnded,
    /// The ranking is what the market is: nobody takes part without it.
    Ranking,
    /// Records of contracts between people are kept.
    Contracts,
}

/// Words by which a statement is about the ranking.
const RANKING: [&str; 5] = ["classement", "classé", "ranking", "rank ", "ranked"];
/// Words by which a statement is about marketing.
const MARKETING: [&str; 7] =
    ["marketing", "prospection", "publicit", "démarchage", "newsletter", "advertis", "infolettre"];

impl Answer {
    /// What is answered to `statement`, given whether there are contracts.
    #[must_use]
    pub fn to(kind: Type, statement: &str, contracts: bool) -> Self {
        let text = statement.to_lowercase();
        let about = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match kind {
            Type::HumanReview | Type::Objection | Type::Restriction if about(&RANKING) => Self::Ranking,
            Type::Objection if about(&MARKETING) => Self::MarketingEnded,
            Type::Erasure if contracts => Self::Contracts,
            _ => Self::Done,
        }
    }

    /// The reason code of a refusal.
    #[must_use]
    pub const fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Done | Self::MarketingEnded => None,
            Self::Ranking => Some("ranking-essential"),
            Self::Contracts => Some("contracts-retention"),
        }
    }

    /// The text of the answer.
    #[must_use]
    pub const fn text(self, kind: Type, french: bool) -> &'static str {
        match (self, french) {
            (Self::Done, _) => done(kind, french),
            (Self::MarketingEnded, true) => {
                "Nous avons retiré tous vos accords de prospection, sur chaque canal. Seuls les messages nécessaires au \
                 service vous parviendront encore."
            }
            (Self::MarketingEnded, false) => {
                "We ended all your marketing consents, on every channel. Only what the service needs will still reach \
                 you."
            }
            (Self::Ranking, true) => {
                "Le classement fait partie de la place de marché elle-même : on ne peut y participer sans être classé. \
                 Ses facteurs sont indiqués sur chacune de vos offres. Vous pouvez vous adresser à la CNIL."
            }
            (Self::Ranking, false) => {
                "The ranking is part of the market itself: nobody can take part without being ranked. Its factors are \
                 shown on each of your bids. You may turn to your data protection authority."
            }
            (Self::Contracts, true) => {
                "Vos données sont rattachées à des contrats et à des paiements que nous devons conserver. Ce qui n’y est \
                 pas lié a été effacé ou rendu anonyme. Vous pouvez vous adresser à la CNIL."
            }
            (Self::Contracts, false) => {
                "Your data belongs to contracts and payments whose records we must keep. What is not part of them was \
                 erased or made anonymous. You may turn to your data protection authority."
            }
        }
    }
}

const fn done(kind: Type, french: bool) -> &'static str {
    match (kind, french) {
        (Type::Access | Type::Portability, true) => {
            "Votre archive se prépare depuis la page des exports ; nous restons à votre disposition pour la lire."
        }
        (Type::Access | Type::Portability, false) => {
            "Your archive can be made on the page of exports; we are there to help you read it."
        }
        (Type::Rectification, true) => "Nous avons corrigé ce que vous nous avez signalé.",
        (Type::Rectification, false) => "We corrected what you told us of.",
        (Type::Erasure, true) => {
            "Aucun contrat n’est rattaché à vos données : elles seront effacées sous trente jours."
        }
        (Type::Erasure, false) => "No contract is tied to your data: it will be erased within thirty days.",
        (Type::Restriction, true) => "Le traitement de vos données est suspendu le temps de notre vérification.",
        (Type::Restriction, false) => "The processing of your data is suspended while we verify it.",
        (Type::Objection, true) => "Nous avons cessé le traitement auquel vous vous opposez.",
        (Type::Objection, false) => "We ended the processing that you object to.",
        (Type::HumanReview, true) => "Une personne a réexaminé la décision et vous en écrit le résultat.",
        (Type::HumanReview, false) => "A person looked at the decision again and will write to you about it.",
        (Type::Complaint, true) => "Nous avons étudié votre réclamation et vous en écrivons les suites.",
        (Type::Complaint, false) => "We looked into your complaint and will write to you about what follows.",
    }
}

/// The text of an event that is no answer.
#[must_use]
pub fn event(kind: &str, french: bool) -> &'static str {
    match (kind, french) {
        ("received", true) => "Nous avons reçu votre demande.",
        ("received", false) => "We received your request.",
        ("acknowledged", true) => "Votre demande est enregistrée et confiée au responsable de la confidentialité.",
        ("acknowledged", false) => "Your request is on record and with the privacy officer.",
        ("extended", true) => {
            "Votre demande est complexe : le délai de réponse est prolongé de deux mois, comme le permet le RGPD."
        }
        ("extended", false) => {
            "Your request is complex: two months are added to the time to answer, as the GDPR allows."
        }
        ("withdrawn", true) => "Vous avez retiré votre demande.",
        (_, true) => "Votre demande a avancé.",
        ("withdrawn", false) => "You withdrew your request.",
        (_, false) => "Your request moved on.",
    }
}

/// The subject of mails about requests.
#[must_use]
pub const fn subject(french: bool) -> &'static str {
    if french { "Votre demande relative à vos données" } else { "Your request about your data" }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Type};

    #[test]
    fn what_the_policy_refuses_is_refused_and_nothing_else() {
        for (kind, statement, contracts, answer) in [
            (Type::HumanReview, "Réexaminez mon classement", false, Answer::Ranking),
            (Type::HumanReview, "Réexaminez le blocage de mon compte", false, Answer::Done),
            (Type::Objection, "I object to the ranking", true, Answer::Ranking),
            (Type::Objection, "Je m’oppose à la prospection", true, Answer::MarketingEnded),
            (Type::Erasure, "Effacez tout", true, Answer::Contracts),
            (Type::Erasure, "Effacez mon classement", false, Answer::Done),
            (Type::Access, "Une copie, classement compris", true, Answer::Done),
        ] {
            assert_eq!(Answer::to(kind, statement, contracts), answer, "{statement}");
        }
    }
}
