//! Lines of business of the clients, with the applications they live by.

use super::rng::Rng;

/// A line of business. Noun phrases carry their articles so that agreement is never guessed.
#[derive(Debug)]
pub(super) struct Sector {
    /// `une mutuelle régionale`.
    pub(super) un: &'static str,
    pub(super) feminine: bool,
    /// The people served, plural, without article: `adhérents`.
    pub(super) gens: &'static str,
    /// Words that end a company name.
    pub(super) names: &'static [&'static str],
    /// Applications, with their definite article.
    pub(super) objets: &'static [&'static str],
    /// The same business and applications in English.
    pub(super) english: (&'static str, &'static [&'static str]),
}

macro_rules! sector {
    ($un:literal, $f:literal, $gens:literal, [$($n:literal),*], [$($o:literal),*], $en:literal, [$($e:literal),*]) => {
        Sector { un: $un, feminine: $f, gens: $gens, names: &[$($n),*], objets: &[$($o),*], english: ($en, &[$($e),*]) }
    };
}

mod making;
mod serving;

impl Sector {
    /// One of all the lines of business.
    pub(super) fn draw(rng: &mut Rng) -> &'static Self {
        let rank = rng.index(making::SECTORS.len() + serving::SECTORS.len());
        making::SECTORS.get(rank).or_else(|| serving::SECTORS.get(rank - making::SECTORS.len())).unwrap_or(&FALLBACK)
    }
}

static FALLBACK: Sector = sector!(
    "une entreprise",
    true,
    "clients",
    ["Conseil"],
    ["l'application interne"],
    "a company",
    ["internal application"]
);
