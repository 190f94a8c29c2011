//! The sections of the policy in force.

/// One statement.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Stable, within its section.
    pub id: &'static str,
    /// In French.
    pub fr: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Statements about one subject.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Stable.
    pub id: &'static str,
    /// Its title in French.
    pub fr: &'static str,
    /// Its title in English.
    pub en: &'static str,
    /// What it says.
    pub lines: &'static [Line],
}

const fn line(id: &'static str, fr: &'static str, en: &'static str) -> Line {
    Line { id, fr, en }
}

/// Whom data goes to.
pub const RECIPIENTS: &[Line] = &[
    line(
        "hosting",
        "Hébergeurs, stockage et réseau, parfois hors de France",
        "Hosts, storage and network, sometimes outside of France",
    ),
    line("sms", "Opérateurs de SMS", "SMS carriers"),
    line("payment", "Banques et prestataires de paiement", "Banks and payment providers"),
    line("marketing", "Mesure d’audience et prospection, avec votre accord", "Analytics and marketing, if you agree"),
    line("security", "Prestataires de sécurité", "Security providers"),
    line("apps", "Applications tierces que vous avez autorisées", "Applications of others that you allowed"),
    line(
        "members",
        "Autres membres, pour ce qui est public ou leur est adressé",
        "Other members, for what is public or sent to them",
    ),
    line("authorities", "Autorités, lorsque la loi l’impose", "Authorities, where the law demands it"),
];

/// Every section, in the order of reading.
pub const SECTIONS: &[Section] = &[
    Section {
        id: "data-given",
        fr: "Ce que vous nous donnez",
        en: "What you give us",
        lines: &[
            line("account", "Identifiant, mot de passe, photo", "User name, password, picture"),
            line("contact", "Adresse e-mail, téléphone", "E-mail address, phone number"),
            line(
                "location",
                "Adresse postale et de facturation, fuseau horaire",
                "Postal and billing address, time zone",
            ),
            line(
                "identity",
                "Nom complet, justificatifs d’identité et de domicile",
                "Full name, proof of identity and of address",
            ),
            line(
                "finance",
                "Carte, virement, compte de paiement, TVA intracommunautaire",
                "Card, bank transfer, payment account, VAT number",
            ),
            line(
                "content",
                "Projets, offres, messages, concours, avis, profil et pièces jointes",
                "Projects, bids, messages, contests, reviews, profile and attachments",
            ),
        ],
    },
    Section {
        id: "data-from-others",
        fr: "Ce que d’autres nous transmettent",
        en: "What others give us",
        lines: &[
            line(
                "linked-accounts",
                "Comptes liés (Google, LinkedIn, Facebook) : nom, photo, coordonnées, profil",
                "Linked accounts (Google, LinkedIn, Facebook): name, picture, contact details, profile",
            ),
            line(
                "address-book",
                "Carnet d’adresses, lorsque vous l’importez pour inviter",
                "Address book, when you import it to invite people",
            ),
            line(
                "payment",
                "Détails de compte fournis par votre prestataire de paiement",
                "Account details from your payment provider",
            ),
            line("public", "Sources publiques", "Public sources"),
        ],
    },
    Section {
        id: "data-collected",
        fr: "Ce que l’usage produit",
        en: "What use produces",
        lines: &[
            line(
                "metadata",
                "Adresse IP, navigateur, langue, page d’origine",
                "IP address, browser, language, referring page",
            ),
            line(
                "device",
                "Type et identifiant d’appareil, capacités",
                "Type and identifier of the device, what it can do",
            ),
            line("gps", "Position, si votre appareil l’autorise", "Position, if your device allows it"),
            line("actions", "Pages vues, boutons, recherches, durées", "Pages seen, buttons, searches, durations"),
        ],
    },
    Section {
        id: "purposes",
        fr: "Pourquoi",
        en: "What for",
        lines: &[
            line("service", "Fournir la place de marché et ses contrats", "Providing the market and its contracts"),
            line("support", "Vous assister et répondre aux réclamations", "Helping you and answering complaints"),
            line(
                "marketing",
                "Vous présenter nos services, si vous l’acceptez",
                "Telling you of our services, if you agree",
            ),
            line(
                "improvement",
                "Tester, analyser et améliorer la plateforme",
                "Testing, analysing and improving the platform",
            ),
            line(
                "ranking",
                "Classer les prestataires et recommander des projets, par décision automatisée",
                "Ranking freelancers and recommending projects, by automated decisions",
            ),
            line(
                "safety",
                "Protéger la place de marché, sous contrôle humain",
                "Keeping the market safe, with people looking on",
            ),
            line("law", "Respecter nos obligations légales", "Keeping the law"),
        ],
    },
    Section {
        id: "grounds",
        fr: "Bases légales",
        en: "Legal grounds",
        lines: &[
            line("consent", "Votre accord, que vous pouvez retirer", "Your consent, which you can withdraw"),
            line("contract", "L’exécution d’un contrat", "Performance of a contract"),
            line("obligation", "Une obligation légale", "A legal obligation"),
            line("vital", "La sauvegarde d’intérêts vitaux", "The protection of vital interests"),
            line(
                "interest",
                "Nos intérêts légitimes, dans le respect des vôtres",
                "Our legitimate interests, as far as they respect yours",
            ),
        ],
    },
    Section { id: "recipients", fr: "Destinataires", en: "Recipients", lines: RECIPIENTS },
    Section {
        id: "retention",
        fr: "Durées de conservation",
        en: "How long data is kept",
        lines: &[
            line(
                "contracts",
                "Ce qui documente un contrat ou un paiement ne s’efface pas sur demande",
                "What documents a contract or a payment is not erased on demand",
            ),
            line("anonymous", "Le reste est effacé ou rendu anonyme", "The rest is erased or made anonymous"),
            line(
                "consents",
                "L’historique de vos accords est conservé comme preuve",
                "The history of your consents is kept as evidence",
            ),
            line(
                "exports",
                "Les archives de vos données sont supprimées après sept jours",
                "Archives of your data are removed after seven days",
            ),
        ],
    },
    Section {
        id: "rights",
        fr: "Vos droits",
        en: "Your rights",
        lines: &[
            line(
                "access",
                "Consulter et recevoir vos données, sans frais",
                "Seeing and receiving your data, free of charge",
            ),
            line(
                "portability",
                "Les emporter dans un format réutilisable",
                "Taking it along in a form that can be used",
            ),
            line("rectification", "Les faire corriger", "Having it corrected"),
            line(
                "erasure",
                "Les faire effacer, hors contrats et paiements",
                "Having it erased, but for contracts and payments",
            ),
            line("restriction", "En suspendre l’usage", "Suspending its use"),
            line(
                "objection",
                "Refuser la prospection et son profilage",
                "Objecting to marketing and to profiling for it",
            ),
            line(
                "human-review",
                "Faire réexaminer une décision par une personne ; le classement, indissociable de la place, en est exclu",
                "Having a decision reviewed by a person; the ranking, which is part of the market itself, is left out",
            ),
            line(
                "complaint",
                "Réclamer auprès de nous (accusé de réception sous dix jours ouvrés) ou de la CNIL",
                "Complaining to us (acknowledged within ten working days) or to your data protection authority",
            ),
        ],
    },
];
