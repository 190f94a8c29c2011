//! Past conversations about a project.

use super::Author;
use super::rng::Rng;
use super::talk;

/// Stream of randomness of the conversations.
const CONVERSATION: u64 = 12;

const OPENINGS: &[&str] = &[
    "Bonjour, votre mission « {titre} » correspond bien à ce que je fais depuis plusieurs années. Avant de chiffrer, j'aurais deux ou trois questions. Êtes-vous disponible pour y répondre ici ?",
    "Bonjour, je viens de lire « {titre} » avec attention. Le besoin me paraît clair ; il me manque seulement quelques précisions pour vous répondre sérieusement.",
    "Bonjour ! J'ai terminé le mois dernier une mission très proche de « {titre} ». Ce serait un plaisir d'en discuter avec vous.",
    "Bonjour, je me permets de vous écrire au sujet de « {titre} ». Je suis disponible prochainement et le sujet m'intéresse beaucoup.",
];
const RECEPTIONS: &[&str] = &[
    "Bonjour, merci pour votre message. Posez vos questions ici, je vous réponds dans la journée.",
    "Bonjour ! Volontiers. Dites-nous ce qui vous manque, nous compléterons l'annonce si besoin.",
    "Bonjour et merci de l'intérêt que vous portez à notre projet. Je vous écoute.",
];
/// A question and answers that fit it.
const EXCHANGES: &[(&str, &[&str])] = &[
    (
        "Qui assure aujourd'hui la maintenance, et cette personne sera-t-elle joignable pendant la mission ?",
        &[
            "C'est une collègue qui a repris le sujet il y a un an. Elle reste joignable deux demi-journées par semaine.",
            "Plus personne depuis l'été dernier. L'ancien prestataire a accepté une séance de passation de deux heures.",
        ],
    ),
    (
        "Existe-t-il un environnement de recette, avec des données réalistes ?",
        &[
            "Oui, il est reconstruit chaque dimanche à partir d'une copie anonymisée de la production.",
            "Il y en a un, mais ses données sont anciennes. Le rafraîchir pourrait être votre première tâche.",
        ],
    ),
    (
        "La date annoncée est-elle imposée par une échéance extérieure ?",
        &[
            "Non, c'est notre souhait. Si vous avez besoin de deux semaines de plus, cela reste possible.",
            "En partie : une démonstration est prévue devant la direction. Un premier lot suffirait à ce moment-là.",
        ],
    ),
    (
        "Combien de personnes relisent et valident le travail de votre côté ?",
        &[
            "Deux : notre responsable technique pour le code, et moi pour l'aspect métier.",
            "Une seule, moi. Je m'engage à répondre sous deux jours ouvrés.",
        ],
    ),
    (
        "Votre budget comprend-il la documentation et le transfert de compétences ?",
        &[
            "Oui, tout compris. Une demi-journée de transfert nous suffira.",
            "Nous ne l'avions pas chiffré à part. Indiquez une ligne séparée, nous verrons ensemble.",
        ],
    ),
    (
        "Seriez-vous d'accord pour commencer par un diagnostic de deux jours, facturé à part ?",
        &[
            "Cela me semble prudent. Nous partirions sur ce principe, avec un court rapport à la clé.",
            "Pourquoi pas, à condition que le diagnostic soit déduit si nous continuons ensemble.",
        ],
    ),
    (
        "Y a-t-il des tests automatisés, même partiels ?",
        &[
            "Quelques-uns, sur les calculs. Le reste est vérifié à la main avant chaque livraison.",
            "Aucun, et c'est bien l'une des raisons pour lesquelles nous cherchons quelqu'un.",
        ],
    ),
    (
        "Comment gérez-vous les demandes qui sortent du périmètre en cours de route ?",
        &[
            "Nous les notons dans une liste à part et nous en parlons une fois par semaine. Rien n'est ajouté sans accord écrit.",
            "Par avenant. Nous préférons un petit lot bien fini à une longue liste à moitié faite.",
        ],
    ),
];
const OFFERS: &[&str] = &[
    "Merci, c'est très clair. Je vous envoie une offre détaillée d'ici demain soir.",
    "Parfait, j'ai ce qu'il me faut. Mon offre distinguera un premier lot et deux options.",
    "Merci pour ces réponses. Je prépare un chiffrage par étape et je vous le transmets cette semaine.",
];
const ENDS: &[&str] = &[
    "Très bien, nous la lirons avec attention. Bonne fin de journée !",
    "Entendu. Nous faisons le point sur les offres lundi et je reviens vers vous ensuite.",
    "Merci à vous. Précisez bien ce qui est compris, c'est ce qui nous aide le plus à comparer.",
];

/// A believable past conversation of three to nine messages, opened by the freelancer; each
/// message follows from the one before.
#[must_use]
pub fn opening(seed: u64, project_title: &str) -> Vec<(Author, String)> {
    let mut rng = Rng::of(seed, CONVERSATION, talk::hash(project_title));
    let mut lines: Vec<(Author, &str)> =
        vec![(Author::Freelancer, rng.pick(OPENINGS)), (Author::Client, rng.pick(RECEPTIONS))];
    let questions = 1 + rng.index(3);
    for (question, answers) in rng.some(EXCHANGES, questions) {
        lines.push((Author::Freelancer, question));
        lines.push((Author::Client, rng.pick(answers)));
    }
    match rng.below(4) {
        0 => {
            lines.pop();
        }
        1 => {}
        2 => lines.push((Author::Freelancer, rng.pick(OFFERS))),
        _ => {
            lines.push((Author::Freelancer, rng.pick(OFFERS)));
            lines.push((Author::Client, rng.pick(ENDS)));
        }
    }
    lines.truncate(9);
    lines.into_iter().map(|(author, text)| (author, talk::finish(text, project_title))).collect()
}
