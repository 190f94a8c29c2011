//! What each trade speaks about: one file a category.

use super::rng::Rng;

mod ai;
mod backend;
mod cms;
mod data;
mod design;
mod devops;
mod ecommerce;
mod embedded;
mod erp;
mod frontend;
mod infrastructure;
mod legacy;
mod management;
mod mobile;
mod quality;
mod security;
mod systems;

/// A category of projects. Texts are templates of [`super::text::expand`].
#[derive(Debug)]
pub(super) struct Domain {
    /// An id of the catalog.
    pub(super) id: &'static str,
    /// Usual bounds in euros an hour.
    pub(super) hourly: (i64, i64),
    /// Usual bounds of the lower figure of a fixed price, in euros.
    pub(super) fixed: (i64, i64),
    /// What projects are about, with the definite article, singular; when empty, the
    /// applications of the client's line of business.
    pub(super) objets: &'static [&'static str],
    pub(super) tracks: &'static [Track],
    /// Sentences: what is wrong today.
    pub(super) why: &'static [&'static str],
    /// List items, infinitives.
    pub(super) tasks: &'static [&'static str],
    /// List items, nouns.
    pub(super) deliver: &'static [&'static str],
    /// Sentences: constraints of the trade.
    pub(super) limits: &'static [&'static str],
    /// Sentences: what to tell in an offer.
    pub(super) ask: &'static [&'static str],
    /// Roles and list items for projects written in English.
    pub(super) english: English,
}

/// The English side of a category.
#[derive(Debug)]
pub(super) struct English {
    /// The counterpart of `objets`, without article.
    pub(super) objects: &'static [&'static str],
    pub(super) why: &'static [&'static str],
    pub(super) tasks: &'static [&'static str],
}

/// A speciality of a category.
#[derive(Debug)]
pub(super) struct Track {
    /// The trade, without article; may start with choices.
    pub(super) role: &'static str,
    /// The trade in English.
    pub(super) english: &'static str,
    /// Skills always asked.
    pub(super) core: &'static [&'static str],
    /// Skills sometimes asked.
    pub(super) extra: &'static [&'static str],
    pub(super) titles: &'static [&'static str],
    /// Sentences: what is wrong today.
    pub(super) why: &'static [&'static str],
    /// List items, infinitives.
    pub(super) tasks: &'static [&'static str],
    /// Sentences: what is in place.
    pub(super) stack: &'static [&'static str],
}

/// Every category.
pub(super) const DOMAINS: [&Domain; 17] = [
    &backend::DOMAIN,
    &frontend::DOMAIN,
    &mobile::DOMAIN,
    &cms::DOMAIN,
    &ecommerce::DOMAIN,
    &systems::DOMAIN,
    &embedded::DOMAIN,
    &data::DOMAIN,
    &ai::DOMAIN,
    &devops::DOMAIN,
    &security::DOMAIN,
    &erp::DOMAIN,
    &design::DOMAIN,
    &legacy::DOMAIN,
    &quality::DOMAIN,
    &management::DOMAIN,
    &infrastructure::DOMAIN,
];

/// The category whose specialities ask for most of `skills`: twice what is always asked, once what is at times. Of equals,
/// and when none asks for any, the first.
pub(super) fn category_of(skills: &[&str]) -> &'static str {
    let asked = |list: &[&str], skill: &str| list.contains(&skill);
    let weight = |domain: &Domain| -> u32 {
        let of = |skill: &&str| {
            let weights =
                domain.tracks.iter().map(|track| match (asked(track.core, skill), asked(track.extra, skill)) {
                    (true, _) => 2,
                    (false, true) => 1,
                    (false, false) => 0,
                });
            weights.max().unwrap_or(0)
        };
        skills.iter().map(of).sum()
    };
    // Of equals `max_by_key` takes the last.
    let best = DOMAINS.into_iter().rev().max_by_key(|domain| weight(domain));
    best.map_or(backend::DOMAIN.id, |domain| domain.id)
}

/// A speciality among those whose rank has the parity of `place`.
pub(super) fn draw(place: u64, rng: &mut Rng) -> (&'static Domain, &'static Track) {
    let parity = usize::from(place % 2 == 1);
    let total: usize = DOMAINS.iter().map(|domain| domain.tracks.len()).sum();
    let mut rank = rng.index((total - parity).div_ceil(2)) * 2 + parity;
    for domain in DOMAINS {
        match domain.tracks.get(rank) {
            Some(track) => return (domain, track),
            None => rank -= domain.tracks.len(),
        }
    }
    (&backend::DOMAIN, &backend::RUST)
}

/// The skills a project of this speciality asks for.
pub(super) fn skills(track: &Track, rng: &mut Rng) -> Vec<&'static str> {
    let mut skills = track.core.to_vec();
    let more = 1 + rng.index(3);
    skills.extend(rng.some(track.extra, more).into_iter().copied());
    skills
}
