//! What a rule asks of a project, held against one project at a time, with the same answer as the list gives
//! ([`crate::project_list`]).

use presta_model::{BudgetKind, ProjectStatus, fold};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::alert::Subject;
use crate::alert::rulebook::Anchor;
use crate::project::{kind_name, status_name};
use crate::project_list::{FilterKind, ProjectFilters};
use crate::search::Search;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The list compares seconds.
const SECOND_MS: i64 = 1000;

/// What a rule asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "AlertCriteria")]
pub struct Criteria {
    /// In the search's language.
    pub query: String,
    /// What it is narrowed to.
    pub filters: ProjectFilters,
    /// One of these categories, when several are wanted.
    #[serde(default)]
    pub categories: Vec<String>,
    /// One of these statuses; none is open projects that take bids.
    #[serde(default)]
    pub statuses: Vec<String>,
}

/// One thing that made a project match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
#[ts(rename = "AlertWhy")]
pub enum Why {
    /// A word, without accents.
    Word {
        /// Which.
        text: String,
        /// Whether the title has it.
        in_title: bool,
    },
    /// Words side by side, without accents.
    Phrase {
        /// Which.
        text: String,
        /// Whether the title has them.
        in_title: bool,
    },
    /// A skill.
    Skill {
        /// Its id.
        id: String,
    },
    /// The category.
    Category {
        /// Its id.
        id: String,
    },
    /// The budget lies within what was asked.
    Budget,
    /// The town.
    City,
    /// Work from elsewhere, or its contrary.
    Remote {
        /// Which of the two.
        remote: bool,
    },
    /// The client was checked.
    ClientVerified,
    /// Few bids so far.
    FewBids {
        /// How many.
        count: u32,
    },
    /// Nothing was asked: every project matches.
    Anything,
}

/// A rule's criteria, read once.
#[derive(Debug)]
pub struct Matcher {
    search: Search,
    criteria: Criteria,
    city: Option<String>,
}

impl Matcher {
    /// Reads the criteria.
    pub fn new(criteria: Criteria) -> Self {
        let city = criteria.filters.city.as_deref().map(fold).map(|city| city.trim().to_owned());
        let city = city.filter(|city| !city.is_empty());
        Self { search: Search::parse(&criteria.query), criteria, city }
    }

    /// What no project matches without.
    pub(super) fn anchor(&self) -> Anchor {
        let (search, filters) = (&self.search, &self.criteria.filters);
        let phrases = search.phrases.iter().flat_map(|phrase| phrase.split(' '));
        let word = search.words.iter().map(String::as_str).chain(phrases).max_by_key(|word| word.len());
        if let Some(skill) = search.skills.first() {
            Anchor::Skills(vec![skill.clone()])
        } else if !filters.skills.is_empty() {
            Anchor::Skills(filters.skills.clone())
        } else if let Some(word) = word {
            Anchor::Word(word.to_owned())
        } else if let Some(category) = &filters.category {
            Anchor::Categories(vec![category.clone()])
        } else if !self.criteria.categories.is_empty() {
            Anchor::Categories(self.criteria.categories.clone())
        } else {
            Anchor::Nothing
        }
    }

    /// Whether bids of this account rule a project out.
    pub fn wants_no_bid(&self) -> bool {
        self.criteria.filters.not_bid
    }

    /// Whether the project matches at `now`, in ms, whatever bids there are on it.
    pub fn matches(&self, subject: &Subject<'_>, now: i64) -> bool {
        self.status(subject, now) && self.slim(subject, now) && self.text(subject)
    }

    /// What made the project match.
    pub fn why(&self, subject: &Subject<'_>) -> Vec<Why> {
        let (search, filters, project) = (&self.search, &self.criteria.filters, subject.project);
        let mut why = Vec::new();
        why.extend(
            search.phrases.iter().map(|it| Why::Phrase { text: it.clone(), in_title: subject.title.has_phrase(it) }),
        );
        why.extend(
            search.words.iter().map(|it| Why::Word { text: it.clone(), in_title: subject.title.has_beginning(it) }),
        );
        let wanted = |id: &&String| search.skills.contains(*id) || filters.skills.contains(*id);
        why.extend(project.skills.iter().filter(wanted).map(|id| Why::Skill { id: id.clone() }));
        if filters.category.is_some() || !self.criteria.categories.is_empty() {
            why.push(Why::Category { id: project.category.clone() });
        }
        let budgets = [filters.budget_min, filters.budget_max, search.budget_over, search.budget_under];
        if budgets.iter().any(Option::is_some) {
            why.push(Why::Budget);
        }
        if self.city.is_some() {
            why.push(Why::City);
        }
        why.extend(filters.remote.map(|remote| Why::Remote { remote }));
        if filters.client_verified || search.client_verified {
            why.push(Why::ClientVerified);
        }
        if filters.bids_max.is_some() {
            why.push(Why::FewBids { count: project.bid_stats.count });
        }
        if why.is_empty() {
            why.push(Why::Anything);
        }
        why
    }

    fn status(&self, subject: &Subject<'_>, now: i64) -> bool {
        let statuses = &self.criteria.statuses;
        let named = status_name(subject.project.status);
        match (statuses.is_empty(), subject.project.status) {
            (true, _) => subject.is_open(now),
            (false, ProjectStatus::Open) => subject.is_open(now) && statuses.iter().any(|it| it == named),
            (false, _) => statuses.iter().any(|it| it == named),
        }
    }

    /// What the slim table answers.
    fn slim(&self, subject: &Subject<'_>, now: i64) -> bool {
        let (search, filters, project) = (&self.search, &self.criteria.filters, subject.project);
        let categories = &self.criteria.categories;
        (filters.skills.is_empty() || filters.skills.iter().any(|skill| project.skills.contains(skill)))
            && search.skills.iter().all(|skill| project.skills.contains(skill))
            && !search.without_skills.iter().any(|skill| project.skills.contains(skill))
            && self.kind().is_none_or(|kind| kind == kind_name(subject.kind()))
            && filters.category.as_ref().is_none_or(|category| *category == project.category)
            && (categories.is_empty() || categories.contains(&project.category))
            && both(filters.budget_min, search.budget_over, |least| subject.most.is_some_and(|most| most >= least))
            && both(filters.budget_max, search.budget_under, |most| subject.least.is_some_and(|least| least <= most))
            && filters.currency.as_deref().is_none_or(|currency| subject.currency() == Some(currency))
            && filters.language.as_ref().is_none_or(|language| *language == project.language)
            && filters.country.as_ref().is_none_or(|country| *country == project.country)
            && self.city.as_ref().is_none_or(|city| subject.city.starts_with(city.as_str()))
            && filters.remote.is_none_or(|remote| remote == project.remote)
            && (project.client.verified || !(filters.client_verified || search.client_verified))
            && filters.bids_max.is_none_or(|most| project.bid_stats.count <= most)
            && [filters.max_age_days, search.max_age_days]
                .into_iter()
                .flatten()
                .all(|days| subject.posted_second >= second(now, i64::from(days) * DAY_MS))
            && search.max_age_hours.is_none_or(|hours| subject.posted_second >= second(now, i64::from(hours) * HOUR_MS))
            && search.min_age_days.is_none_or(|days| subject.posted_second < second(now, i64::from(days) * DAY_MS))
    }

    /// What the full-text index answers.
    fn text(&self, subject: &Subject<'_>) -> bool {
        let search = &self.search;
        search.words.iter().all(|word| subject.has_beginning(word))
            && search.phrases.iter().all(|phrase| subject.has_phrase(phrase))
            && !search.without.iter().any(|word| subject.has_beginning(word))
            && !search.without_phrases.iter().any(|phrase| subject.has_phrase(phrase))
            && search.clients.iter().all(|word| subject.client.has_beginning(word))
    }

    fn kind(&self) -> Option<&'static str> {
        self.search.kind.or(self.criteria.filters.kind.map(|kind| match kind {
            FilterKind::Fixed => kind_name(BudgetKind::Fixed),
            FilterKind::Hourly => kind_name(BudgetKind::Hourly),
        }))
    }
}

/// The second since 1970 that was `ago` ms before `now`.
fn second(now: i64, ago: i64) -> i64 {
    (now - ago).div_euclid(SECOND_MS)
}

/// Holds both bounds, given in whole units, against an amount in minor units.
fn both(one: Option<i64>, other: Option<i64>, so: impl Fn(i64) -> bool) -> bool {
    [one, other].into_iter().flatten().all(|units| so(units.saturating_mul(100)))
}
