//! The words of the pages, in both languages.

use crate::{language::Language, scopes::Scope};

/// Everything the pages say, but for permissions.
#[derive(Debug)]
pub struct Words {
    pub sign_in: &'static str,
    pub sign_in_lead: &'static str,
    pub login: &'static str,
    pub password: &'static str,
    pub submit: &'static str,
    pub wrong: &'static str,
    pub demo_title: &'static str,
    pub demo_lead: &'static str,
    pub fill: &'static str,
    pub roles: [&'static str; 3],
    pub consent: &'static str,
    pub consent_lead: &'static str,
    pub signed_in_as: &'static str,
    pub other_account: &'static str,
    pub will: &'static str,
    pub allow: &'static str,
    pub deny: &'static str,
    pub back_note: &'static str,
    pub failed: &'static str,
    pub client: &'static str,
    pub redirect: &'static str,
    pub expired: &'static str,
    pub forged: &'static str,
    pub too_large: &'static str,
    pub too_often: &'static str,
}

const FRENCH: Words = Words {
    sign_in: "Connexion",
    sign_in_lead: "Connectez-vous pour relier Prestataires.pro à votre application de bureau.",
    login: "Identifiant",
    password: "Mot de passe",
    submit: "Se connecter",
    wrong: "Identifiant ou mot de passe incorrect.",
    demo_title: "Comptes de démonstration",
    demo_lead: "Ce marché est fictif. Choisissez un compte pour remplir le formulaire.",
    fill: "Remplir",
    roles: ["Prestataire", "Client", "Prestataire et client"],
    consent: "Autoriser l’application",
    consent_lead: "Prestataires Desktop demande l’accès à votre compte.",
    signed_in_as: "Connecté en tant que",
    other_account: "Utiliser un autre compte",
    will: "L’application pourra :",
    allow: "Autoriser",
    deny: "Refuser",
    back_note: "Vous reviendrez ensuite à l’application. L’accès se retire à tout moment.",
    failed: "Connexion impossible",
    client: "L’application qui demande l’accès n’est pas connue.",
    redirect: "L’adresse de retour n’est pas admise : seule une adresse locale l’est.",
    expired: "Cette demande a expiré ou a déjà reçu une réponse. Recommencez depuis l’application.",
    forged: "Ce formulaire ne vient pas de cette page. Recommencez depuis l’application.",
    too_large: "Ce formulaire est trop volumineux.",
    too_often: "Trop de tentatives. Réessayez dans",
};

const ENGLISH: Words = Words {
    sign_in: "Sign in",
    sign_in_lead: "Sign in to connect Prestataires.pro with your desktop application.",
    login: "Login",
    password: "Password",
    submit: "Sign in",
    wrong: "Wrong login or password.",
    demo_title: "Demo accounts",
    demo_lead: "This market is fictitious. Choose an account to fill in the form.",
    fill: "Fill in",
    roles: ["Freelancer", "Client", "Freelancer and client"],
    consent: "Authorise the application",
    consent_lead: "Prestataires Desktop asks for access to your account.",
    signed_in_as: "Signed in as",
    other_account: "Use another account",
    will: "The application will be able to:",
    allow: "Allow",
    deny: "Deny",
    back_note: "You will then be taken back to the application. Access can be withdrawn at any time.",
    failed: "Sign-in not possible",
    client: "The application that asks for access is not known.",
    redirect: "The return address is not accepted: only a local one is.",
    expired: "This request has expired or was answered already. Start again from the application.",
    forged: "This form does not come from this page. Start again from the application.",
    too_large: "This form is too large.",
    too_often: "Too many attempts. Try again in",
};

/// The words of `language`.
#[must_use]
pub const fn of(language: Language) -> &'static Words {
    match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    }
}

/// What `scope` permits, as the end of "The application will be able to".
#[must_use]
pub const fn permission(scope: Scope, language: Language) -> &'static str {
    match (language, scope) {
        (Language::French, Scope::ProfileRead) => "lire votre profil",
        (Language::French, Scope::ProfileWrite) => "modifier votre profil",
        (Language::French, Scope::ProjectsRead) => "consulter les projets",
        (Language::French, Scope::ProjectsWrite) => "publier et modifier vos projets",
        (Language::French, Scope::BidsRead) => "lire vos offres",
        (Language::French, Scope::BidsWrite) => "déposer, modifier et retirer des offres",
        (Language::French, Scope::MessagesRead) => "lire vos messages",
        (Language::French, Scope::MessagesWrite) => "envoyer des messages en votre nom",
        (Language::French, Scope::ContestsRead) => "consulter les concours",
        (Language::French, Scope::ContestsWrite) => "participer aux concours et les noter",
        (Language::French, Scope::PrivacyRead) => "lire vos choix de confidentialité et vos demandes",
        (Language::French, Scope::PrivacyWrite) => "changer vos choix de confidentialité et déposer des demandes",
        (Language::French, Scope::Exports) => "préparer et télécharger l’archive de vos données",
        (Language::French, Scope::Connections) => "voir et retirer les accès à votre compte",
        (Language::English, Scope::ProfileRead) => "read your profile",
        (Language::English, Scope::ProfileWrite) => "change your profile",
        (Language::English, Scope::ProjectsRead) => "browse projects",
        (Language::English, Scope::ProjectsWrite) => "post and change your projects",
        (Language::English, Scope::BidsRead) => "read your bids",
        (Language::English, Scope::BidsWrite) => "place, edit and retract bids",
        (Language::English, Scope::MessagesRead) => "read your messages",
        (Language::English, Scope::MessagesWrite) => "send messages in your name",
        (Language::English, Scope::ContestsRead) => "browse contests",
        (Language::English, Scope::ContestsWrite) => "take part in contests and rate entries",
        (Language::English, Scope::PrivacyRead) => "read your privacy choices and requests",
        (Language::English, Scope::PrivacyWrite) => "change your privacy choices and file requests",
        (Language::English, Scope::Exports) => "prepare and download the archive of your data",
        (Language::English, Scope::Connections) => "see and revoke access to your account",
    }
}
