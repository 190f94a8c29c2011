//! The text of an offer.

use std::fmt::Write as _;

use super::catalog::skill_label;
use super::rng::Rng;
use super::text::{Scope, expand, typeset};
use super::{french, talk};

/// Stream of randomness of the offers.
const BID: u64 = 13;

struct Slots<'a> {
    skills: &'a [&'a str],
}

impl Scope for Slots<'_> {
    fn slot(&self, name: &str, rng: &mut Rng, out: &mut String) {
        match name {
            // Replaced at the end, so that the title is quoted as it is.
            "titre" => out.push_str("{titre}"),
            "outils" => self.list(out),
            "ans" => out.push_str(french::letters(rng.between(4, 12))),
            "petit" => out.push_str(french::letters(rng.between(2, 4))),
            "jours" => out.push_str(french::letters(rng.between(3, 6))),
            _ => {
                let _ = write!(out, "{{{name}}}");
            }
        }
    }
}

impl Slots<'_> {
    /// `Rust, PostgreSQL et Docker`.
    fn list(&self, out: &mut String) {
        let shown = self.skills.get(..self.skills.len().min(3)).unwrap_or_default();
        for (at, id) in shown.iter().enumerate() {
            if at > 0 {
                out.push_str(if at + 1 == shown.len() { " et " } else { ", " });
            }
            out.push_str(skill_label(id));
        }
        if shown.is_empty() {
            out.push_str("les sujets que vous citez");
        }
    }
}

const HELLO: &[&str] =
    &["Bonjour,", "Bonjour et merci pour cette annonce précise.", "Bonjour, votre besoin a retenu mon attention."];
const READING: &[&str] = &[
    "J'ai lu « {titre} » avec soin. Si je comprends bien, vous cherchez moins une paire de bras qu'une personne capable de [mener le sujet à son terme|prendre le sujet en charge de bout en bout], sans laisser de dette derrière elle.",
    "« {titre} » ressemble beaucoup à une mission que j'ai menée l'an dernier pour une structure de taille comparable, avec les mêmes contraintes de calendrier.",
    "Ce que je retiens de « {titre} » : un existant à respecter, un besoin bien délimité et l'envie d'avancer par étapes. C'est exactement ma façon de travailler.",
];
const PAST: &[&str] = &[
    "Je travaille à mon compte depuis {ans} ans, avec une spécialité assumée : {outils}.",
    "Mes points forts pour cette mission : {outils}. J'ai livré {petit} projets de ce type ces derniers mois.",
    "Mes dernières missions se sont déroulées dans des équipes de [trois à dix|deux à huit] personnes, sur le même terrain : {outils}.",
    "Avant de m'installer à mon compte, j'ai passé {ans} ans dans une équipe produit ; j'en garde une vraie pratique de ces sujets : {outils}.",
];
const METHOD_LEADS: &[&str] =
    &["Voici comment je procéderais :", "Ma proposition, en quelques étapes :", "Le déroulement que je vous propose :"];
const METHOD: &[&str] = &[
    "prise en main et relevé des risques, en [deux|trois] jours, avec un compte rendu écrit",
    "un premier lot réduit, mis en service rapidement pour valider la méthode",
    "le cœur du travail, par livraisons courtes que vous pouvez vérifier chaque semaine",
    "la recette avec vos utilisateurs et les corrections qui en découlent",
    "la documentation et une séance de transfert, pour que vous restiez autonomes",
];
const DETAILS: &[&str] = &[
    "Chaque livraison s'accompagne de critères d'acceptation écrits, que vous pouvez vérifier vous-même.",
    "Vous aurez un point écrit chaque vendredi : ce qui est fait, ce qui bloque, ce qui vient.",
    "Je préviens dès qu'un délai me paraît menacé, jamais la veille.",
    "Je reste disponible un mois après la livraison pour corriger les anomalies, sans supplément.",
    "Tout ce que je produis vous appartient dès son règlement, et rien ne dépend de mes propres comptes.",
    "Le point qui me paraît le plus délicat est la reprise de l'existant : je commencerais par là.",
];
const PRICE: &[&str] = &[
    "Mon prix comprend la documentation, le transfert et les corrections ; les déplacements sont en sus.",
    "Le montant proposé couvre tout le périmètre décrit. Une évolution en cours de route ferait l'objet d'un chiffrage séparé, validé avant tout travail.",
    "Si le budget est serré, le dernier lot peut attendre : le reste fonctionne sans lui.",
];
const FREE: &[&str] = &[
    "Je suis disponible sous [une semaine|dix jours|quinze jours], à raison de {jours} jours par semaine.",
    "Je peux commencer [lundi prochain|en début de mois|dès votre accord], à distance ou sur place selon vos habitudes.",
];
const QUESTIONS: &[&str] = &[
    "Une question, tout de même : disposez-vous d'un environnement de recette à jour ?",
    "Avant d'affiner, j'aimerais savoir qui validera les livraisons de votre côté.",
    "Pourriez-vous me dire si la date de démarrage est souple ?",
];
const BYE: &[&str] = &[
    "Au plaisir d'en parler avec vous.",
    "Bien cordialement.",
    "Je reste à votre disposition pour un échange en visio.",
];

/// The text of an offer, 60 to 300 words. `skills` are ids of the catalog or free labels.
#[must_use]
pub fn text(seed: u64, project_title: &str, skills: &[&str]) -> String {
    let mut rng = Rng::of(seed, BID, talk::hash(project_title));
    let slots = Slots { skills };
    let mut out = String::with_capacity(1_600);
    let long = rng.percent(45);
    add(HELLO, 1, "\n\n", &slots, &mut rng, &mut out);
    add(READING, 1, " ", &slots, &mut rng, &mut out);
    add(PAST, 1, "\n\n", &slots, &mut rng, &mut out);
    if long {
        add(METHOD_LEADS, 1, "\n\n", &slots, &mut rng, &mut out);
        for (at, step) in METHOD.iter().enumerate() {
            let _ = write!(out, "{}. ", at + 1);
            let start = out.len();
            expand(step, &slots, &mut rng, &mut out);
            super::text::capitalise(&mut out, start);
            out.push('\n');
        }
        out.push('\n');
    }
    add(DETAILS, if long { 3 } else { 2 }, "\n\n", &slots, &mut rng, &mut out);
    add(PRICE, 1, " ", &slots, &mut rng, &mut out);
    add(FREE, 1, "\n\n", &slots, &mut rng, &mut out);
    if rng.percent(50) {
        add(QUESTIONS, 1, "\n\n", &slots, &mut rng, &mut out);
    }
    add(BYE, 1, "", &slots, &mut rng, &mut out);
    typeset(&out).replace("{titre}", project_title)
}

/// `count` different sentences, then `after`.
fn add(pool: &[&str], count: usize, after: &str, slots: &Slots<'_>, rng: &mut Rng, out: &mut String) {
    for (at, sentence) in rng.some(pool, count).into_iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        expand(sentence, slots, rng, out);
    }
    out.push_str(after);
}
