//! Who bid on a few of the generated projects, and what was said there: a part of the market that is not only numbers.

use super::{Author, Market, SeedProject, Status, bids, conversations, rng::Rng};

/// Stream of randomness of the bidders.
const OFFERS: u64 = 21;
/// One bid for so many projects.
pub const PROJECTS_PER_BID: u64 = 20;
/// One conversation for so many projects.
pub const PROJECTS_PER_TALK: u64 = 100;
/// Bidders of the market begin here among the freelancers; those below are the accounts' own visitors.
const FIRST_BIDDER: u64 = 1_000;
/// With so many bidders of one project at most.
const TALKS: usize = 2;
const MINUTE_MS: i64 = 60_000;

/// All the bids of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedOffers {
    /// Which of the projects given.
    pub place: usize,
    /// As many as the project counts, with its mean; in the order they came.
    pub bids: Vec<SeedBid>,
    /// What the client said with the first bidders, one each.
    pub talks: Vec<SeedTalk>,
}

/// A bid on a generated project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedBid {
    /// Number of the freelancer, for [`Market::freelancer`]; never twice on a project.
    pub freelancer: u64,
    /// Minor units of the project's currency.
    pub amount: i64,
    /// Days of work.
    pub period_days: i64,
    /// 60 to 300 words.
    pub text: String,
    /// What happened and when (ms); the first is `submitted`.
    pub events: Vec<(i64, &'static str)>,
}

/// A conversation on a generated project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedTalk {
    /// When it was opened, in ms.
    pub opened_at: i64,
    /// Who wrote what and when (ms), in order.
    pub lines: Vec<(Author, String, i64)>,
    /// Whether the last line was read by the other side.
    pub read: bool,
}

/// How many of `one in every` there are among the items `from..to`, so that ranges add up.
#[must_use]
pub const fn due(from: u64, to: u64, every: u64) -> u64 {
    to / every - from / every
}

impl Market {
    /// How many different people bid in a market of `projects` projects.
    #[must_use]
    pub const fn bidder_count(&self, projects: u64) -> u64 {
        let some = projects / 40;
        if some < 40 { 40 } else { some }
    }

    /// About `bids` bids on some of `posted`, a part of the market beginning with the project `first`; `talks` of those
    /// projects have a conversation.
    #[must_use]
    pub fn offers(&self, first: u64, posted: &[SeedProject], bids: u64, talks: u64) -> Vec<SeedOffers> {
        let mut rng = Rng::of(self.seed, OFFERS, first);
        let (mut bids, mut talks) = (bids, talks);
        let mut found = Vec::new();
        let start = rng.index(posted.len());
        let around = posted.iter().enumerate().skip(start).chain(posted.iter().enumerate().take(start));
        for (place, project) in around {
            let count = u64::from(project.bid_count);
            // A third is left out, so that neighbours differ.
            let chosen = count > 0 && count <= bids && project.status != Status::Cancelled && rng.percent(66);
            let Some(average) = project.bid_average_minor.filter(|_| chosen) else { continue };
            bids -= count;
            let offers = self.bids_on(project, average, &mut rng);
            let some = offers.iter().take(TALKS.min(talks.try_into().unwrap_or(TALKS)));
            let said: Vec<_> = some.filter_map(|bid| self.talk_about(project, bid, &mut rng)).collect();
            talks = talks.saturating_sub(said.len() as u64);
            found.push(SeedOffers { place, bids: offers, talks: said });
            if bids == 0 {
                break;
            }
        }
        found
    }

    fn bids_on(&self, project: &SeedProject, average: i64, rng: &mut Rng) -> Vec<SeedBid> {
        let count = u64::from(project.bid_count);
        let pool = self.bidder_count(self.total);
        // A walk through the pool by a stride never meets the same one twice within it.
        let (from, stride) = (rng.below(pool), 1 + rng.below(pool / count.max(1)));
        let (posted, now) = (project.posted_at.as_millisecond(), self.now.as_millisecond());
        let end = project.bids_close_at.as_millisecond().min(now);
        let chosen = (project.status == Status::Awarded).then(|| rng.below(count));
        let mut found = Vec::new();
        let mut above = 0;
        for i in 0..count {
            // Those above and below the mean come in pairs; one without a partner asks for just that.
            let amount = match (i % 2, i + 1 == count) {
                (0, true) => average,
                (0, false) => {
                    above = average * rng.between(-30, 30) / 100 / 100 * 100;
                    average + above
                }
                _ => average - above,
            };
            let freelancer = FIRST_BIDDER + (from + i * stride) % pool;
            let skills = self.freelancer(freelancer).skills;
            let at =
                posted + (end - posted) / i64::try_from(count + 1).unwrap_or(1) * i64::try_from(i + 1).unwrap_or(1);
            let outcome = match chosen {
                Some(winner) if winner == i => Some("awarded"),
                Some(_) => Some("lost"),
                None => match rng.below(10) {
                    0 => Some("shortlisted"),
                    1 => Some("rejected"),
                    _ => None,
                },
            };
            let mut events = vec![(at, "submitted")];
            if let Some(outcome) = outcome {
                // All hear of an award at the same moment, after the last bid.
                let since = if chosen.is_some() { posted + (end - posted) / 100 * 99 } else { at };
                events.push((since.max(at) + (now - since.max(at)) / 2, outcome));
            }
            found.push(SeedBid {
                freelancer,
                amount,
                period_days: 5 + rng.between(0, 55),
                text: bids::text(rng.next(), &project.title, &skills),
                events,
            });
        }
        found
    }

    fn talk_about(&self, project: &SeedProject, bid: &SeedBid, rng: &mut Rng) -> Option<SeedTalk> {
        let &(opened_at, _) = bid.events.first()?;
        let said = conversations::opening(rng.next(), &project.title);
        let room = (self.now.as_millisecond() - opened_at) / (i64::try_from(said.len()).unwrap_or(9) + 1);
        let step = room.min(rng.between(20, 900) * MINUTE_MS);
        let mut at = opened_at;
        let timed = |(author, text)| {
            at += step;
            (author, text, at)
        };
        Some(SeedTalk { opened_at, lines: said.into_iter().map(timed).collect(), read: rng.percent(75) })
    }
}
