//! The demo market: projects, clients and freelancers made from our own grammar and lists.
//!
//! Everything here is a pure function of a seed value, an instant and an index: no clock, no
//! I/O, no shared state. The same inputs give the same bytes on every platform.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp, civil::Date};

pub mod bids;
pub mod catalog;
pub mod contests;
pub mod conversations;
pub mod offers;
pub mod replies;

mod brief;
mod brief_en;
mod budget;
mod clients;
mod domains;
mod french;
mod phrases;
mod places;
mod postings;
mod rng;
mod sectors;
mod talk;
mod text;

#[cfg(test)]
mod tests;

use rng::Rng;

/// The id of the category that a project asking for `skills` is most likely of.
#[must_use]
pub fn category_of(skills: &[&str]) -> &'static str {
    domains::category_of(skills)
}

/// How a project is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One price for the whole.
    Fixed,
    /// Budgets are per hour.
    Hourly,
}

/// Where a project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Takes bids.
    Open,
    /// Its deadline passed.
    Closed,
    /// A bid was chosen.
    Awarded,
    /// The client gave up.
    Cancelled,
}

/// Who speaks in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// The one who posted the project.
    Client,
    /// The one who would do it.
    Freelancer,
}

/// A project as the market posts it. Amounts are in minor units of `currency`.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedProject {
    /// One line, at most 140 characters when generated.
    pub title: String,
    /// Markdown, 50 to 600 words when generated.
    pub description: String,
    /// An id of [`catalog::CATEGORIES`].
    pub category: Cow<'static, str>,
    /// Ids of [`catalog::SKILLS`]; imported projects may carry others, kept as written.
    pub skills: Vec<Cow<'static, str>>,
    /// How it is paid.
    pub kind: Kind,
    /// Lower bound, never above the upper one.
    pub budget_min_minor: i64,
    /// Upper bound.
    pub budget_max_minor: i64,
    /// ISO 4217.
    pub currency: Cow<'static, str>,
    /// ISO 3166-1 alpha-2.
    pub country: Cow<'static, str>,
    /// City of the client, when stated.
    pub city: Option<Cow<'static, str>>,
    /// Whether the work can be done from elsewhere.
    pub remote: bool,
    /// `fr` or `en`.
    pub language: Cow<'static, str>,
    /// When it appeared.
    pub posted_at: Timestamp,
    /// When it stops taking bids.
    pub bids_close_at: Timestamp,
    /// Bids received so far.
    pub bid_count: u32,
    /// Their mean, when there are any.
    pub bid_average_minor: Option<i64>,
    /// Number of the client, for [`Market::client`].
    pub client: u64,
    /// Where it stands at `now`.
    pub status: Status,
}

/// A client of the market.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedClient {
    /// An invented company name.
    pub display_name: String,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Where it is.
    pub city: &'static str,
    /// Identity checked.
    pub verified: bool,
    /// Means of payment checked.
    pub payment_verified: bool,
    /// 1.0 to 5.0, in tenths; none without reviews.
    pub rating: Option<f64>,
    /// Reviews received.
    pub reviews: u32,
    /// Share of its projects that ended in a contract.
    pub hire_rate_percent: Option<u8>,
    /// Projects posted so far.
    pub projects_posted: u32,
    /// First day on the market.
    pub member_since: Date,
}

/// A freelancer of the market.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedFreelancer {
    /// First name and initial: `Inès B.`
    pub display_name: String,
    /// 1.0 to 5.0, in tenths; none without reviews.
    pub rating: Option<f64>,
    /// Reviews received.
    pub reviews: u32,
    /// Ids of [`catalog::SKILLS`].
    pub skills: Vec<&'static str>,
}

/// The generator: cheap to copy, O(1) for any index.
#[derive(Debug, Clone, Copy)]
pub struct Market {
    seed: u64,
    now: Timestamp,
    total: u64,
}

/// Streams of randomness, so that a project never shares draws with a client.
const PROJECT: u64 = 1;
const ARRIVAL: u64 = 2;
const CLIENT: u64 = 3;
const FREELANCER: u64 = 4;

impl Market {
    /// A market of [`postings::RECENT`] projects, as it stands at `now`.
    #[must_use]
    pub const fn new(seed_value: u64, now: Timestamp) -> Self {
        Self { seed: seed_value, now, total: postings::RECENT }
    }

    /// The same market planned for `total` projects: sets the pace, so that all of them fit in the same 75 days, and the
    /// number of clients.
    #[must_use]
    pub const fn sized(mut self, total: u64) -> Self {
        self.total = if total == 0 { 1 } else { total };
        self
    }

    /// The `i`-th project counted from the newest; `posted_at` strictly decreases with `i`.
    #[must_use]
    pub fn project(&self, i: u64) -> SeedProject {
        let mut rng = Rng::of(self.seed, PROJECT, i);
        let posted_at = postings::posted_at(self.now, i, self.total, &mut rng);
        let mut project = self.compose(i, posted_at, &mut rng);
        budget::age(&mut project, self.now, &mut rng);
        project
    }

    /// The `n`-th new project of the living market, posted at `at`, without any bid yet.
    #[must_use]
    pub fn arrival(&self, n: u64, at: Timestamp) -> SeedProject {
        let mut rng = Rng::of(self.seed, ARRIVAL, n);
        self.compose(n, at, &mut rng)
    }

    /// The `c`-th client.
    #[must_use]
    pub fn client(&self, c: u64) -> SeedClient {
        clients::client(&self.identity(c), self.now, &mut Rng::of(self.seed, CLIENT ^ 0x100, c))
    }

    /// How many clients a market of `projects` projects has: about one for four.
    #[must_use]
    pub const fn client_count(&self, projects: u64) -> u64 {
        if projects < 4 { 1 } else { projects / 4 }
    }

    /// The `f`-th freelancer.
    #[must_use]
    pub fn freelancer(&self, f: u64) -> SeedFreelancer {
        clients::freelancer(&mut Rng::of(self.seed, FREELANCER, f))
    }

    fn identity(&self, c: u64) -> clients::Identity {
        clients::Identity::draw(&mut Rng::of(self.seed, CLIENT, c))
    }

    /// Parity of `place` chooses the half of the tracks: neighbours never share one.
    fn compose(&self, place: u64, posted_at: Timestamp, rng: &mut Rng) -> SeedProject {
        let client = rng.below(self.client_count(self.total));
        let identity = self.identity(client);
        let (domain, track) = domains::draw(place, rng);
        let offer = budget::draw(domain, &identity, rng);
        let english = rng.percent(identity.english_percent());
        let remote = rng.percent(65);
        let scene = brief::Scene { identity: &identity, domain, track, offer: &offer, remote, posted_at };
        let (title, description) = if english { brief_en::write(&scene, rng) } else { brief::write(&scene, rng) };
        let days = 35 + rng.below(95);
        let hours = i64::try_from(days * 24 + rng.below(24)).unwrap_or(0);
        SeedProject {
            title,
            description,
            category: Cow::Borrowed(domain.id),
            skills: domains::skills(track, rng).into_iter().map(Cow::Borrowed).collect(),
            kind: offer.kind,
            budget_min_minor: offer.min * 100,
            budget_max_minor: offer.max * 100,
            currency: Cow::Borrowed(offer.currency),
            country: Cow::Borrowed(identity.place.country),
            city: (!remote || rng.percent(70)).then_some(Cow::Borrowed(identity.place.city)),
            remote,
            language: Cow::Borrowed(if english { "en" } else { "fr" }),
            posted_at,
            bids_close_at: posted_at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(posted_at),
            bid_count: 0,
            bid_average_minor: None,
            client,
            status: Status::Open,
        }
    }
}
