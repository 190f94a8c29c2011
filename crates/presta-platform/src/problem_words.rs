//! Title and detail of every problem, in both languages.

use crate::language::Language;

/// `(title, detail)` of the problem called `name`.
#[must_use]
pub fn words(name: &str, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::French => french(name),
        Language::English => english(name),
    }
}

fn french(name: &str) -> (&'static str, &'static str) {
    match name {
        "validation" => ("Demande invalide", "Un ou plusieurs champs ne conviennent pas."),
        "amount-out-of-range" => ("Montant hors limites", "Le montant est hors des limites admises."),
        "contact-details-in-text" => {
            ("Coordonnées dans le texte", "Retirez l’adresse e-mail ou le numéro de téléphone du texte de l’offre.")
        }
        "quota-exhausted" => ("Quota épuisé", "Toutes les offres du mois ont été utilisées."),
        "project-closed" => ("Projet fermé", "Ce projet ne prend plus d’offres."),
        "duplicate-bid" => ("Offre déjà déposée", "Vous avez déjà une offre sur ce projet."),
        "state-conflict" => ("État incompatible", "L’état actuel ne permet pas cette action."),
        "own-project" => ("Votre propre projet", "On ne dépose pas d’offre sur son propre projet."),
        "edited-elsewhere" => ("Modifié ailleurs", "La ressource a changé depuis votre lecture."),
        "step-up-required" => ("Connexion récente requise", "Reconnectez-vous pour continuer."),
        "sync-state-expired" => ("État de synchronisation expiré", "Reprenez depuis un instantané."),
        "rate-limited" => ("Trop de requêtes", "Réessayez dans un moment."),
        "not-found" => ("Introuvable", "Rien de visible à cette adresse."),
        "forbidden" => ("Refusé", "Cette action ne vous est pas permise, ou ne l’est plus."),
        "gone" => ("Retiré", "Cet élément a été retiré."),
        "unauthenticated" => ("Connexion requise", "Le jeton d’accès manque ou n’est plus valable."),
        "insufficient-scope" => ("Portée insuffisante", "Le jeton ne couvre pas cette demande."),
        "idempotency-key-reused" => ("Clé d’idempotence réutilisée", "Cette clé a servi à une autre demande."),
        "request-in-progress" => ("Demande en cours", "La première demande n’a pas encore de réponse."),
        "payload-too-large" => ("Corps trop volumineux", "Le corps dépasse 1 Mio."),
        "unsupported-media-type" => ("Type non pris en charge", "Le corps doit être du JSON."),
        "range-not-satisfiable" => ("Plage impossible", "La plage demandée commence après la fin du fichier."),
        "method-not-allowed" => ("Méthode non permise", "Cette adresse admet d’autres méthodes."),
        "precondition-required" => ("Précondition requise", "L’en-tête If-Match manque."),
        "unavailable" => ("Indisponible", "Le service s’arrête ou redémarre."),
        _ => ("Erreur interne", "Le serveur n’a pas pu traiter la demande."),
    }
}

fn english(name: &str) -> (&'static str, &'static str) {
    match name {
        "validation" => ("Invalid request", "One or more fields are not acceptable."),
        "amount-out-of-range" => ("Amount out of range", "The amount is outside of the bounds."),
        "contact-details-in-text" => {
            ("Contact details in the text", "Remove the e-mail address or phone number from the text of the bid.")
        }
        "quota-exhausted" => ("Quota exhausted", "All bids of this month are used."),
        "project-closed" => ("Project closed", "This project takes no more bids."),
        "duplicate-bid" => ("Duplicate bid", "You already have a bid on this project."),
        "state-conflict" => ("State conflict", "The current state does not admit this."),
        "own-project" => ("Your own project", "One cannot bid on one’s own project."),
        "edited-elsewhere" => ("Edited elsewhere", "The resource changed since you read it."),
        "step-up-required" => ("Recent sign-in required", "Sign in again to go on."),
        "sync-state-expired" => ("Sync state expired", "Start again from a snapshot."),
        "rate-limited" => ("Too many requests", "Try again in a moment."),
        "not-found" => ("Not found", "Nothing to be seen at this address."),
        "forbidden" => ("Forbidden", "You may not do this, or not any more."),
        "gone" => ("Gone", "This was withdrawn."),
        "unauthenticated" => ("Sign-in required", "The access token is missing or not valid."),
        "insufficient-scope" => ("Insufficient scope", "The token does not cover this request."),
        "idempotency-key-reused" => ("Idempotency key reused", "This key was used for another request."),
        "request-in-progress" => ("Request in progress", "The first request has no answer yet."),
        "payload-too-large" => ("Payload too large", "The body is larger than 1 MiB."),
        "unsupported-media-type" => ("Unsupported media type", "The body must be JSON."),
        "range-not-satisfiable" => ("Range not satisfiable", "The range begins behind the end of the file."),
        "method-not-allowed" => ("Method not allowed", "This address knows other methods."),
        "precondition-required" => ("Precondition required", "The If-Match header is missing."),
        "unavailable" => ("Unavailable", "The service is stopping or restarting."),
        _ => ("Internal error", "The server could not handle the request."),
    }
}
