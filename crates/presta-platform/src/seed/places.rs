//! Cities of the clients.

use super::rng::Rng;

/// A city and its country.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) country: &'static str,
    pub(super) currency: &'static str,
}

const LARGE: &[&str] = &[
    "Paris",
    "Paris",
    "Paris",
    "Lyon",
    "Lyon",
    "Marseille",
    "Toulouse",
    "Toulouse",
    "Nantes",
    "Nantes",
    "Bordeaux",
    "Lille",
    "Rennes",
    "Montpellier",
    "Strasbourg",
    "Grenoble",
    "Nice",
];
const MEDIUM: &[&str] = &[
    "Angers",
    "Annecy",
    "Aix-en-Provence",
    "Amiens",
    "Bayonne",
    "Besançon",
    "Boulogne-Billancourt",
    "Brest",
    "Caen",
    "Cergy",
    "Chambéry",
    "Clermont-Ferrand",
    "Courbevoie",
    "Dijon",
    "La Rochelle",
    "Le Havre",
    "Le Mans",
    "Limoges",
    "Lorient",
    "Metz",
    "Montreuil",
    "Mulhouse",
    "Nanterre",
    "Nancy",
    "Nîmes",
    "Niort",
    "Orléans",
    "Pau",
    "Perpignan",
    "Poitiers",
    "Quimper",
    "Reims",
    "Rouen",
    "Saint-Denis",
    "Saint-Étienne",
    "Saint-Nazaire",
    "Sophia Antipolis",
    "Tours",
    "Troyes",
    "Valence",
    "Valenciennes",
    "Vannes",
    "Versailles",
    "Villeurbanne",
];
const SMALL: &[&str] = &[
    "Albi",
    "Agen",
    "Auxerre",
    "Belfort",
    "Blois",
    "Bourges",
    "Castres",
    "Cholet",
    "Colmar",
    "Épinal",
    "Évreux",
    "Gap",
    "Laval",
    "Lannion",
    "Le Creusot",
    "Les Herbiers",
    "Mâcon",
    "Montauban",
    "Oyonnax",
    "Périgueux",
    "Roanne",
    "Rodez",
    "Saint-Brieuc",
    "Saint-Malo",
    "Tarbes",
    "Vichy",
    "Vierzon",
    "Vitré",
];
const BELGIUM: &[&str] = &["Bruxelles", "Bruxelles", "Liège", "Namur", "Charleroi", "Mons"];
const SWITZERLAND: &[&str] = &["Genève", "Genève", "Lausanne", "Neuchâtel", "Fribourg", "Yverdon"];
const CANADA: &[&str] = &["Montréal", "Montréal", "Québec", "Sherbrooke", "Gatineau"];

impl Place {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let (pool, country, currency) = match rng.below(100) {
            0..40 => (LARGE, "FR", "EUR"),
            40..70 => (MEDIUM, "FR", "EUR"),
            70..84 => (SMALL, "FR", "EUR"),
            84..90 => (BELGIUM, "BE", "EUR"),
            90..95 => (SWITZERLAND, "CH", "CHF"),
            95..97 => (&["Luxembourg", "Luxembourg", "Esch-sur-Alzette"] as &[_], "LU", "EUR"),
            _ => (CANADA, "CA", "CAD"),
        };
        Self { city: rng.pick(pool), country, currency }
    }
}
