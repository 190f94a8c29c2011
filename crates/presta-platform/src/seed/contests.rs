//! Contests of the market: what clients call for, what freelancers hand in.

use super::Rng;

const CONTEST: u64 = 0x0c07;
const ENTRY: u64 = 0x0e07;

/// A contest as it is called. Amounts are in minor units of euros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedContest {
    /// One line.
    pub title: String,
    /// Plain text of some sentences.
    pub brief: String,
    /// An id of the catalogue.
    pub category: &'static str,
    /// Ids of the catalogue.
    pub skills: &'static [&'static str],
    /// What the winner gets.
    pub prize_minor: i64,
    /// Entrants do not see each other's entries.
    pub sealed: bool,
    /// Days since it was called.
    pub age_days: i64,
    /// Days it takes entries in all.
    pub open_days: i64,
    /// Entries handed in.
    pub entries: u64,
}

/// What is asked for: title, brief, category, skills; `{}` is who asks.
const CALLS: [(&str, &str, &str, &[&str]); 8] = [
    (
        "Logo et charte légère pour {}",
        "Nous changeons de nom et cherchons un logo lisible en petit, en une couleur comme en deux. Livrez une planche : \
         logo, variante carrée, palette et une police libre. Le fichier source vectoriel suit pour la proposition retenue.",
        "design",
        &["ui-design", "figma"],
    ),
    (
        "Page d’accueil repensée pour {}",
        "Notre page d’accueil dit tout et ne montre rien. Proposez une maquette pour écran large et pour téléphone, avec \
         l’ordre des contenus expliqué en quelques lignes. Le texte existant peut être coupé.",
        "design",
        &["ui-design", "ux-research", "figma"],
    ),
    (
        "Jeu d’icônes pour {}",
        "Vingt-quatre icônes au trait, sur une grille de 24 pixels, pour des gens qui portent des gants : peu de détail, \
         beaucoup de contraste. Montrez-en six ; les autres suivent pour la proposition retenue.",
        "design",
        &["design-system", "ui-design"],
    ),
    (
        "Prototype de tableau de bord pour {}",
        "Nous avons trois ans de mesures et personne ne les regarde. Proposez un écran qui répond à : que s’est-il passé \
         cette nuit, et faut-il se lever ? Données d’exemple fournies, outil au choix.",
        "data",
        &["metabase", "sql"],
    ),
    (
        "Script de reprise d’un classeur pour {}",
        "Un classeur de quarante onglets tient lieu de base. Montrez sur l’onglet joint comment vous en feriez des tables \
         propres, avec les contrôles. La solution la plus simple à relire l’emporte.",
        "legacy",
        &["python", "pandas", "access-vba"],
    ),
    (
        "Audit d’accessibilité express pour {}",
        "Choisissez trois pages du site et dites ce qui gêne le plus, preuves à l’appui, avec la correction la plus courte \
         pour chacune. Une page par constat, pas davantage.",
        "quality",
        &["accessibility", "html-css"],
    ),
    (
        "Modèle de courriel réutilisable pour {}",
        "Un seul gabarit pour confirmer, relancer et remercier, qui tienne dans les messageries qu’on trouve en entreprise. \
         Montrez les trois usages et le code d’un des trois.",
        "frontend",
        &["html-css", "accessibility"],
    ),
    (
        "Nom et ton d’un assistant pour {}",
        "Notre assistant répond aux techniciens sur le terrain. Cherchez un nom qui se dit bien au téléphone et décrivez sa \
         façon de parler en dix phrases d’exemple, dont deux refus.",
        "ai",
        &["llm", "technical-writing"],
    ),
];

const WHO: [&str; 12] = [
    "une coopérative laitière de la Manche",
    "un réseau d’ateliers de vélos",
    "une régie d’eau de l’Ardèche",
    "un loueur d’échafaudages",
    "une menuiserie du Jura",
    "un musée de la mine",
    "une maison de santé rurale",
    "un armateur de pêche",
    "une école de musique",
    "un grossiste en semences",
    "une imprimerie de Roubaix",
    "un bureau de contrôle",
];

const ENTRIES: [&str; 6] = [
    "J’ai pris le parti du plus simple : une seule idée, tenue jusqu’au bout. La note jointe explique ce que j’ai écarté.",
    "Deux pistes plutôt qu’une : la première est sûre, la seconde plus vive. Je préfère la seconde.",
    "J’ai relu votre brief avec quelqu’un du métier avant de commencer ; ses remarques sont dans la note.",
    "Tout est fait pour être repris par vos équipes sans moi : noms clairs, aucun outil payant.",
    "Proposition volontairement sobre. Les variantes de couleur sont faciles à produire ensuite.",
    "Je me suis tenu à la contrainte la plus dure du brief, le reste en découle.",
];

const NOTES: [&str; 4] = [
    "Ce que j’ai compris du besoin, en une phrase, puis ce que j’en ai tiré.",
    "Les choix sont listés du plus important au moins important ; les trois premiers ne se négocient pas.",
    "Sources et polices : toutes libres, licences citées en fin de note.",
    "Temps passé : une journée. Reste à faire si la proposition est retenue : deux jours.",
];

/// Contest `index` of a market.
#[must_use]
pub fn call(seed: u64, index: u64) -> SeedContest {
    let mut rng = Rng::of(seed, CONTEST, index);
    let (title, brief, category, skills) = CALLS.get(rng.index(CALLS.len())).copied().unwrap_or_default();
    let who = rng.pick(&WHO);
    SeedContest {
        title: title.replace("{}", who),
        brief: brief.to_owned(),
        category,
        skills,
        prize_minor: rng.between(3, 30) * 10_000,
        sealed: rng.percent(40),
        age_days: rng.between(1, 20),
        open_days: rng.between(12, 40),
        entries: rng.below(7),
    }
}

/// The text of entry `index` of a market.
#[must_use]
pub fn entry(seed: u64, index: u64) -> &'static str {
    Rng::of(seed, ENTRY, index).pick(&ENTRIES)
}

/// What the note says that comes with entry `index`.
#[must_use]
pub fn note(seed: u64, index: u64, title: &str) -> String {
    let mut rng = Rng::of(seed, ENTRY ^ 0x100, index);
    let lines: Vec<&str> = rng.some(&NOTES, 3).into_iter().copied().collect();
    format!("Note d’intention\n{title}\n\n{}\n", lines.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::{CALLS, WHO, call, entry, note};
    use crate::seed::catalog::{CATEGORIES, SKILLS};

    #[test]
    fn contests_are_within_the_bounds_of_the_contract_and_always_the_same() {
        for (title, brief, category, skills) in CALLS {
            for who in WHO {
                assert!((10..=120).contains(&title.replace("{}", who).chars().count()), "{title}");
            }
            assert!((50..=20_000).contains(&brief.chars().count()), "{title}");
            assert!(CATEGORIES.iter().any(|(id, ..)| *id == category), "{category}");
            assert!((1..=10).contains(&skills.len()));
            assert!(skills.iter().all(|skill| SKILLS.iter().any(|(id, _)| id == skill)), "{skills:?}");
        }
        for index in 0..200 {
            let one = call(7, index);
            assert_eq!(one, call(7, index));
            assert!((1_000..=100_000_000).contains(&one.prize_minor));
            assert_eq!(note(7, index, &one.title), note(7, index, &one.title));
            assert!(!entry(7, index).is_empty());
        }
        assert_ne!((0..20).map(|i| call(7, i)).collect::<Vec<_>>(), (0..20).map(|i| call(8, i)).collect::<Vec<_>>());
    }
}
