//! What is said in messages: reading them, and the sentences that answer them.

use super::text::typeset;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Price,
    Amount,
    Delay,
    Place,
    Call,
    Stack,
    Access,
    Contract,
    Next,
    Sent,
    Payment,
    Thanks,
}

/// What we understand of a message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) topics: Vec<Topic>,
    pub(super) asks: bool,
    /// A few words and nothing to answer.
    pub(super) brief: bool,
    pub(super) greets: bool,
    pub(super) evening: bool,
    pub(super) english: bool,
}

/// Beginnings of words, folded, by topic, in order of precedence.
const WORDS: &[(Topic, &[&str])] = &[
    (Topic::Payment, &["acompte", "paiement", "payer", "paye", "facture", "echeance", "deposit", "invoice", "payment"]),
    (
        Topic::Price,
        &[
            "prix", "tarif", "budget", "tjm", "devis", "taux", "euro", "cout", "coute", "remise", "cher", "price",
            "rate", "cost", "forfait",
        ],
    ),
    (Topic::Contract, &["contrat", "confidentialite", "nda", "assurance", "juridique", "contract", "propriete"]),
    (Topic::Call, &["visio", "appel", "telephone", "rendez", "reunion", "echange", "call", "meeting", "creneau"]),
    (
        Topic::Delay,
        &[
            "delai",
            "date",
            "quand",
            "planning",
            "calendrier",
            "demarr",
            "disponib",
            "semaine",
            "echeancier",
            "livrer",
            "deadline",
            "when",
            "start",
            "available",
        ],
    ),
    (
        Topic::Place,
        &[
            "teletravail",
            "distance",
            "site",
            "bureau",
            "locaux",
            "deplacement",
            "presence",
            "remote",
            "office",
            "onsite",
        ],
    ),
    (
        Topic::Access,
        &[
            "acces",
            "depot",
            "environnement",
            "recette",
            "identifiant",
            "documentation",
            "document",
            "specification",
            "maquette",
            "access",
            "repository",
            "cahier",
            "fichier",
        ],
    ),
    (
        Topic::Stack,
        &[
            "version",
            "technique",
            "technolog",
            "base",
            "serveur",
            "hebergement",
            "api",
            "langage",
            "code",
            "test",
            "framework",
            "stack",
            "donnees",
            "architecture",
            "rust",
            "python",
            "java",
        ],
    ),
    (
        Topic::Next,
        &["offre", "proposition", "suite", "decision", "choix", "retenu", "candidat", "offer", "decision", "next"],
    ),
    (Topic::Thanks, &["merci", "thank", "thanks", "parfait", "entendu", "super"]),
];

const ENGLISH: &[&str] = &[
    "the", "is", "are", "you", "your", "what", "would", "hello", "hi", "thanks", "thank", "when", "how", "please",
    "could",
];

impl Message {
    pub(super) fn read(text: &str) -> Self {
        let folded: String = text.chars().flat_map(char::to_lowercase).map(plain).collect();
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let said = |stems: &[&str]| {
            words.iter().any(|word| {
                stems.iter().any(|stem| word.starts_with(stem) && (stem.len() > 4 || word.len() <= stem.len() + 2))
            })
        };
        let mut topics: Vec<Topic> = WORDS.iter().filter(|(_, stems)| said(stems)).map(|(topic, _)| *topic).collect();
        if topics.len() > 1 {
            topics.retain(|topic| *topic != Topic::Thanks);
        }
        let exact = |list: &[&str]| words.iter().filter(|word| list.contains(word)).count();
        let asks = text.contains('?') || exact(&["quel", "quelle", "quels", "quelles", "combien"]) > 0;
        let amount = text.contains('€') || exact(&["euros", "euro", "eur", "chf", "cad"]) > 0;
        if amount && !topics.contains(&Topic::Price) && !topics.contains(&Topic::Payment) {
            topics.insert(0, Topic::Price);
        }
        if topics.contains(&Topic::Call) {
            topics.retain(|topic| !matches!(topic, Topic::Delay | Topic::Place));
        }
        if !asks {
            for topic in &mut topics {
                *topic = match *topic {
                    Topic::Price if amount => Topic::Amount,
                    Topic::Next => Topic::Sent,
                    other => other,
                };
            }
        }
        if asks {
            topics.retain(|topic| *topic != Topic::Thanks);
        }
        Self {
            topics,
            asks,
            brief: words.len() <= 3,
            greets: exact(&["bonjour", "bonsoir", "salut", "hello", "hi", "coucou"]) > 0,
            evening: exact(&["bonsoir"]) > 0,
            english: exact(ENGLISH) >= 2 && exact(&["je", "vous", "le", "la", "les", "est", "pour", "bonjour"]) == 0,
        }
    }
}

/// Letters without accents; everything else is a space.
fn plain(c: char) -> char {
    match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        c if c.is_alphanumeric() => c,
        _ => ' ',
    }
}

/// FNV-1a.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// Typography and the title, which is quoted as it is.
pub(super) fn finish(text: &str, title: &str) -> String {
    typeset(text).replace("{titre}", title)
}

pub(super) const HELLOS: &[&str] = &["Bonjour !", "Bonjour et merci pour votre message."];
pub(super) const EVENINGS: &[&str] = &["Bonsoir !", "Bonsoir et merci pour votre message."];
pub(super) const WELCOME: &[&str] = &[
    "Votre intérêt pour « {titre} » nous fait plaisir. Avez-vous déjà mené une mission de ce genre ?",
    "Nous avons bien reçu votre message. Pouvez-vous nous dire comment vous aborderiez le sujet ?",
    "Votre profil nous intéresse. Quelles seraient vos disponibilités ?",
];
pub(super) const GREETED: &[&str] =
    &["Je suis à votre écoute.", "Comment puis-je vous aider ?", "Avez-vous une question sur le projet ?"];
pub(super) const BRIEF: &[&str] =
    &["Parfait, on avance comme cela.", "Très bien, à bientôt.", "Entendu, je reste joignable ici."];
pub(super) const NOTED: &[&str] = &[
    "C'est noté, je transmets à l'équipe.",
    "Très bien, cela correspond à ce que nous imaginions.",
    "D'accord. Je relis tout cela à tête reposée et je reviens vers vous demain.",
    "Cela me convient. Dites-moi s'il vous manque quelque chose pour avancer.",
];
pub(super) const UNSURE: &[&str] = &[
    "Je préfère vérifier avec notre responsable technique avant de répondre ; vous aurez un retour demain matin.",
    "Honnêtement, je ne sais pas encore. Je pose la question en interne et je vous dis.",
    "Oui, à première vue, mais je préfère le vérifier avant de vous le confirmer.",
];
pub(super) const GOOD_QUESTION: &[&str] =
    &["Bonne question.", "Vous faites bien de poser la question.", "Je comprends votre question."];
pub(super) const CLEAR: &[&str] = &["C'est clair.", "Je vous suis.", "Merci pour ces précisions."];
pub(super) const FOLLOW_UPS: &[&str] = &[
    "De votre côté, qu'est-ce qui vous paraît le plus risqué ?",
    "Seriez-vous libre pour un premier point en visio cette semaine ?",
    "Faites-vous appel à d'autres personnes sur ce type de mission ?",
    "Auriez-vous un exemple de réalisation comparable à nous montrer ?",
];

impl Topic {
    /// Sentences of a client on the subject.
    pub(super) const fn answers(self) -> &'static [&'static str] {
        match self {
            Self::Price => &[
                "Pour le prix, la fourchette de l'annonce est ferme, mais nous pouvons réduire le périmètre du premier lot.",
                "Côté budget, restez dans la fourchette annoncée et détaillez ce qui est compris : c'est ce que nous comparons.",
                "Nous avons une petite marge si la documentation et le transfert sont inclus. Envoyez un chiffrage par lot, cela nous aidera.",
            ],
            Self::Amount => &[
                "Le montant nous paraît cohérent. Pouvez-vous préciser le nombre de jours sur lequel vous vous appuyez ?",
                "Merci pour ce prix clair. C'est un peu au-dessus de ce que nous avions en tête ; que pourrions-nous retirer du premier lot ?",
                "Ce chiffre entre dans notre budget. Comprend-il la documentation et le transfert ?",
            ],
            Self::Delay => &[
                "Pour le calendrier, la date de l'annonce est souhaitée, pas imposée : deux semaines de décalage ne posent pas de problème.",
                "Nous aimerions démarrer assez vite, avec un premier résultat visible au bout d'un mois.",
                "Le seul jalon fixe est la démonstration de fin de trimestre ; le reste s'organise ensemble.",
                "Un rythme de trois jours par semaine nous irait très bien.",
            ],
            Self::Place => &[
                "Le télétravail nous convient ; nous demandons seulement une visite au démarrage, frais remboursés.",
                "L'équipe est au bureau le mardi et le jeudi. Une journée sur place de temps en temps suffit.",
                "Nous sommes habitués à travailler à distance, à condition d'avoir un point court deux fois par semaine.",
            ],
            Self::Call => &[
                "Avec plaisir pour un échange en visio : jeudi à 14 h ou vendredi à 10 h, par exemple ?",
                "Bonne idée. Une demi-heure suffira ; notre responsable technique sera présente.",
                "Je préfère d'abord vos questions par écrit, ainsi l'appel sera plus utile. Nous pouvons viser la semaine prochaine.",
            ],
            Self::Stack => &[
                "Sur le plan technique, l'existant est assez classique et plutôt propre, mais les tests manquent.",
                "Sur ce point précis, je demande le détail à notre responsable technique et je vous l'envoie demain. Rien d'exotique, en tout cas.",
                "Je vous transmets dès ce soir la fiche technique de l'existant : versions, hébergement, volumes. Vous y trouverez la réponse.",
            ],
            Self::Access => &[
                "Vous aurez accès au dépôt et à l'environnement de recette dès la signature de l'accord de confidentialité.",
                "La documentation existe, mais elle a vieilli. Je vous prépare un dossier avec l'essentiel.",
                "Oui, un accès en lecture est possible avant la décision, sous réserve d'un engagement de confidentialité.",
            ],
            Self::Contract => &[
                "Nous avons un modèle de contrat simple, de quatre pages, avec une clause de confidentialité réciproque.",
                "Le code nous appartient une fois réglé, et vous pouvez citer la mission comme référence, avec notre accord.",
                "Une attestation d'assurance professionnelle nous suffit ; le reste se règle sur la plateforme.",
            ],
            Self::Sent => &[
                "Merci, nous lirons votre offre avec attention.",
                "Très bien. Précisez ce qui est compris dans votre prix, c'est ce qui nous aide le plus à comparer.",
                "Parfait, j'attends votre proposition. Nous ferons notre choix d'ici une dizaine de jours.",
            ],
            Self::Next => &[
                "Nous lisons toutes les offres et nous ferons notre choix d'ici une dizaine de jours.",
                "Envoyez votre proposition quand elle est prête, même courte : c'est la méthode qui nous intéresse.",
                "La prochaine étape sera un échange avec les trois personnes retenues.",
            ],
            Self::Payment => &[
                "Nous réglons à trente jours, et un acompte de 30 % au démarrage est possible.",
                "Un paiement par étape nous convient : chaque jalon validé est réglé dans la semaine.",
                "Un acompte ne pose pas de problème. Ensuite, la comptabilité demande une facture par mois, avec le relevé des jours passés.",
            ],
            Self::Thanks => &[
                "Merci à vous, et bonne journée !",
                "Avec plaisir. N'hésitez pas si autre chose vous vient.",
                "Parfait, on fait comme cela. À bientôt !",
            ],
        }
    }

    /// The same in English.
    pub(super) const fn english(self) -> &'static [&'static str] {
        match self {
            Self::Price => &[
                "The range in the listing is firm, but we can start with a smaller first lot.",
                "Please stay within the listed range and say what it includes; that is what we compare.",
            ],
            Self::Amount => &[
                "Your figure looks reasonable. How many days is it based on?",
                "That fits our budget. Does it include documentation and handover?",
            ],
            Self::Delay => &[
                "The start date is a wish rather than a constraint; two weeks later is fine.",
                "We would like to see a first result within a month.",
            ],
            Self::Place => &[
                "Remote work is fine; we only ask for one visit at the start, expenses paid.",
                "The team is in the office on Tuesdays and Thursdays, and one day with us now and then is enough.",
            ],
            Self::Call => &[
                "A call would be useful. Does Thursday at 2 pm suit you?",
                "Gladly. Half an hour should do; our lead engineer will join.",
            ],
            Self::Stack => &[
                "The existing code is fairly standard, though tests are missing.",
                "We have no strong preference, provided the team can take over after you.",
            ],
            Self::Access => &[
                "You will get access to the repository as soon as the confidentiality agreement is signed.",
                "The documentation exists but has aged. I will prepare a folder with the essentials.",
            ],
            Self::Contract => &[
                "We use a simple four-page contract with a mutual confidentiality clause.",
                "The code belongs to us once paid, and you may mention the project with our consent.",
            ],
            Self::Sent => {
                &["Thank you, we will read your offer carefully.", "Good. Please say what your price includes."]
            }
            Self::Next => &[
                "We read every offer and will decide within ten days or so.",
                "Send your offer when it is ready, even a short one.",
            ],
            Self::Payment => {
                &["We pay within thirty days, and a 30% deposit is possible.", "Payment by milestone suits us."]
            }
            Self::Thanks => &["Thank you, have a good day!", "You are welcome. Let me know if anything else comes up."],
        }
    }
}
