//! What an archive calls its contents.

/// The title of the index.
#[must_use]
pub const fn title(access: bool, french: bool) -> &'static str {
    match (access, french) {
        (true, true) => "Vos données : copie complète",
        (true, false) => "Your data: full copy",
        (false, true) => "Vos données : ce que vous nous avez confié",
        (false, false) => "Your data: what you gave us",
    }
}

/// A resource, in French and in English.
const LABELS: [(&str, &str, &str); 29] = [
    ("me", "Profil", "Profile"),
    ("project", "Projets", "Projects"),
    ("bid", "Offres", "Bids"),
    ("thread", "Conversations", "Conversations"),
    ("message", "Messages", "Messages"),
    ("contest", "Concours", "Contests"),
    ("entry", "Participations", "Entries"),
    ("amendment", "Avenants", "Amendments"),
    ("milestone", "Jalons", "Milestones"),
    ("milestone_request", "Demandes de jalons", "Milestone requests"),
    ("review", "Avis", "Reviews"),
    ("saved_search", "Recherches enregistrées", "Saved searches"),
    ("bookmark", "Favoris", "Bookmarks"),
    ("invitation", "Invitations", "Invitations"),
    ("recommendation", "Recommandations", "Recommendations"),
    ("decision", "Décisions automatisées", "Automated decisions"),
    ("app", "Applications tierces", "Applications of others"),
    ("account", "Comptes liés", "Linked accounts"),
    ("device", "Appareils", "Devices"),
    ("contact", "Carnet d’adresses", "Address book"),
    ("communications", "Préférences de communication", "Communication choices"),
    ("privacy_request", "Demandes relatives aux données", "Privacy requests"),
    ("export", "Exports", "Exports"),
    ("attachment", "Pièces jointes", "Attachments"),
    ("consent_history", "Historique des accords", "History of consents"),
    ("mail", "E-mails reçus", "Mails received"),
    ("sign_in", "Connexions", "Sign-ins"),
    ("recipient", "Destinataires des données", "Recipients of data"),
    ("part", "Partie", "Part"),
];

/// What `name` is called; itself when nobody knows it.
#[must_use]
pub fn label(name: &'static str, french: bool) -> &'static str {
    let known = LABELS.iter().find(|(known, ..)| *known == name);
    known.map_or(name, |&(_, fr, en)| if french { fr } else { en })
}
