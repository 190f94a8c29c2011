//! Who posts and who answers: invented companies, freelancers by first name and initial.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::places::Place;
use super::rng::Rng;
use super::sectors::Sector;
use super::{SeedClient, SeedFreelancer, catalog};

/// What projects need to know about their client.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) sector: &'static Sector,
    pub(super) place: Place,
    /// Employees.
    pub(super) size: i64,
}

const HEADS: &[&str] = &[
    "Arvo", "Belma", "Brévi", "Caldé", "Corvi", "Dalvé", "Esti", "Fauvi", "Galvé", "Horvi", "Islo", "Jarlé", "Kervo",
    "Lauvé", "Merlo", "Norvé", "Oréli", "Palmé", "Quervi", "Rouvé", "Sarvi", "Talvé", "Urvo", "Verlé", "Yvelo", "Zélo",
    "Tressa", "Bruvi", "Mirvo", "Saulé", "Florvé", "Gravelo", "Lormé", "Pervo", "Cléva", "Ondré",
];
const TAILS: &[&str] = &[
    "ndel", "mance", "lys", "gnac", "rane", "thène", "zon", "ttel", "bray", "fort", "nelle", "nville", "court", "dane",
    "mont", "pière", "quin", "rèze", "sange", "vaux", "brune", "lande", "tienne", "dor", "mière", "nou", "ssac",
    "gand",
];
const FRAMES: &[&str] = &["Groupe", "Maison", "Ateliers", "Compagnie", "Comptoir", "Société"];
const THINGS: &[&str] = &[
    "des Trois Vallons",
    "du Vieux Canal",
    "de la Pierre Bleue",
    "des Grands Saules",
    "du Moulin Vert",
    "de la Clairière",
    "des Quatre Chemins",
    "du Cap Gris",
    "de l'Île Haute",
    "des Sept Fontaines",
    "du Pont Neufville",
    "de la Rive Douce",
    "des Hautes Landes",
    "du Petit Phare",
    "de l'Orme Blanc",
    "des Deux Clochers",
];

/// Lines of business whose structures never employ hundreds.
const MODEST: &[&str] = &[
    "un centre culturel",
    "une étude notariale",
    "un studio de jeux indépendant",
    "un bureau d'études en énergie",
    "un cabinet de recrutement",
    "un cabinet d'expertise comptable",
    "une jeune pousse de la finance",
    "une maison d'édition scolaire",
    "un exploitant de parcs solaires",
    "une clinique indépendante",
    "une école d'ingénieurs",
];

/// Structures that are not companies: no legal form, no “et associés”.
const CIVIC: &[&str] = &[
    "une collectivité locale",
    "un bailleur social",
    "une école d'ingénieurs",
    "un laboratoire de recherche",
    "un centre culturel",
    "une association d'aide à domicile",
    "une étude notariale",
    "une mutuelle régionale",
    "une coopérative agricole",
    "une clinique indépendante",
    "un réseau de laboratoires d'analyses",
];

impl Identity {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let sector = Sector::draw(rng);
        let place = Place::draw(rng);
        let drawn = match rng.below(10) {
            0..3 => rng.between(6, 24),
            3..7 => rng.between(2, 24) * 10,
            7..9 => rng.between(5, 19) * 50,
            _ => rng.between(10, 24) * 100,
        };
        let size = if drawn > 80 && MODEST.contains(&sector.un) { 6 + drawn % 47 } else { drawn };
        Self { name: company(sector, rng), sector, place, size }
    }

    /// Chance that a project of this client is written in English.
    pub(super) fn english_percent(&self) -> u64 {
        match self.place.country {
            "FR" => 6,
            "BE" => 14,
            _ => 22,
        }
    }
}

fn company(sector: &Sector, rng: &mut Rng) -> String {
    let field = rng.pick(sector.names);
    let proper = format!("{}{}", rng.pick(HEADS), rng.pick(TAILS));
    let style = if CIVIC.contains(&sector.un) { 3 + rng.below(2) * 2 } else { rng.below(8) };
    match style {
        0..2 => format!("{proper} {field}"),
        2 => format!("{} {proper}", rng.pick(FRAMES)),
        3 => format!("{field} {}", rng.pick(THINGS)).replace('\'', "’"),
        4 => format!("{proper} {field} {}", rng.pick(&["SAS", "SARL", "SCOP"])),
        5 | 6 => format!("{field} {proper}"),
        _ => format!("{proper} et associés"),
    }
}

/// History of a client.
pub(super) fn client(identity: &Identity, now: Timestamp, rng: &mut Rng) -> SeedClient {
    let seniority = rng.between(0, 2_400);
    let posted = rng.between(1, 4) + rng.between(0, 1 + seniority / 60);
    let reviews = rng.between(0, posted * 7 / 10);
    let experienced = reviews > 0;
    SeedClient {
        display_name: identity.name.clone(),
        country: identity.place.country,
        city: identity.place.city,
        verified: rng.percent(if experienced { 85 } else { 40 }),
        payment_verified: rng.percent(if experienced { 92 } else { 55 }),
        rating: experienced.then(|| rating(rng)),
        reviews: u32::try_from(reviews).unwrap_or(0),
        hire_rate_percent: experienced
            .then(|| u8::try_from((reviews * 100 / posted + rng.between(5, 28)).min(100)).unwrap_or(50)),
        projects_posted: u32::try_from(posted).unwrap_or(1),
        member_since: since(now, seniority + 76),
    }
}

/// 3.4 to 5.0, mostly high.
fn rating(rng: &mut Rng) -> f64 {
    let best = rng.between(34, 50).max(rng.between(34, 50)).max(rng.between(34, 50));
    f64::from(i32::try_from(best).unwrap_or(45)) / 10.0
}

fn since(now: Timestamp, days: i64) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    today.checked_sub(jiff::Span::new().try_days(days).unwrap_or_default()).unwrap_or(today)
}

const FIRST: &[&str] = &[
    "Adèle",
    "Adrien",
    "Agathe",
    "Alban",
    "Alix",
    "Amina",
    "Anaïs",
    "Antoine",
    "Arnaud",
    "Astrid",
    "Aurélie",
    "Axel",
    "Baptiste",
    "Bérénice",
    "Bilal",
    "Camille",
    "Cécile",
    "Cédric",
    "Chloé",
    "Clara",
    "Clément",
    "Colin",
    "Damien",
    "Diane",
    "Élodie",
    "Éloïse",
    "Émile",
    "Estelle",
    "Étienne",
    "Fabien",
    "Fanny",
    "Farid",
    "Fatou",
    "Félix",
    "Flora",
    "Gaël",
    "Gaspard",
    "Hélène",
    "Hugo",
    "Idriss",
    "Inès",
    "Irène",
    "Ismaël",
    "Jade",
    "Jeanne",
    "Joachim",
    "Joël",
    "Judith",
    "Jules",
    "Karim",
    "Katia",
    "Laure",
    "Léa",
    "Léon",
    "Lila",
    "Loïc",
    "Lucie",
    "Ludovic",
    "Maëlle",
    "Malik",
    "Manon",
    "Marius",
    "Mathilde",
    "Maxime",
    "Mehdi",
    "Mélanie",
    "Mila",
    "Nadia",
    "Naïm",
    "Nathan",
    "Nina",
    "Noémie",
    "Océane",
    "Olivier",
    "Pauline",
    "Perrine",
    "Quentin",
    "Rachid",
    "Raphaël",
    "Rémi",
    "Romane",
    "Sabrina",
    "Salomé",
    "Samir",
    "Sarah",
    "Simon",
    "Solène",
    "Sonia",
    "Tania",
    "Théo",
    "Thibault",
    "Tristan",
    "Valentin",
    "Violette",
    "Yanis",
    "Yasmine",
    "Yann",
    "Zoé",
];

/// A freelancer: skills come from one track, with a few neighbours.
pub(super) fn freelancer(rng: &mut Rng) -> SeedFreelancer {
    let initial = char::from(rng.pick(b"ABCDEFGHJKLMNPQRSTVWZ"));
    let display_name = format!("{} {initial}.", rng.pick(FIRST));
    let (_, track) = super::domains::draw(rng.below(2), rng);
    let mut skills = super::domains::skills(track, rng);
    if rng.percent(40)
        && let Some((extra, _)) = catalog::SKILLS.get(rng.index(catalog::SKILLS.len()))
        && !skills.contains(extra)
    {
        skills.push(extra);
    }
    let reviews = if rng.percent(20) { 0 } else { rng.between(1, 12) * rng.between(1, 9) };
    SeedFreelancer {
        display_name,
        rating: (reviews > 0).then(|| rating(rng)),
        reviews: u32::try_from(reviews).unwrap_or(0),
        skills,
    }
}
