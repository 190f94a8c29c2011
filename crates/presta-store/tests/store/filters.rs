//! Every filter, alone and combined, against a plain reading of the same projects.

use jiff::Timestamp;
use presta_model::{BudgetKind, Millis, Project, ProjectStatus, fold};
use presta_store::project_list::{FilterKind, ListRequest, ProjectFilters, Sort, list};
use presta_store::search::Search;
use presta_store::{Store, project};
use proptest::prelude::*;

use crate::sample::{self, NOW};

const DAY: i64 = 86_400_000;

fn ids(store: &Store, query: &str, filters: &ProjectFilters, sort: Sort) -> Vec<String> {
    let search = Search::parse(query);
    let my_skills = ["rust".to_owned(), "sql".to_owned()];
    let request =
        ListRequest { search: &search, filters, sort, my_skills: &my_skills, now: NOW, offset: 0, limit: 1000 };
    let page = store.read(|c| list(c, &request)).unwrap();
    assert_eq!(page.total, u64::try_from(page.projects.len()).unwrap());
    page.projects.into_iter().map(|project| project.id.to_string()).collect()
}

fn fill(store: &Store, projects: &[Project]) {
    store
        .write(|tx| -> Result<_, presta_store::Error> {
            for it in projects {
                project::upsert(tx, it, 1)?;
            }
            Ok(())
        })
        .unwrap();
    sample::index(store);
}

/// What the filters say, said again without SQL.
fn keeps(filters: &ProjectFilters, it: &Project) -> bool {
    let max = it.budget_max.as_ref().or(it.budget_min.as_ref());
    let min = it.budget_min.as_ref().or(it.budget_max.as_ref());
    it.status == ProjectStatus::Open
        && it.bids_close_at.is_none_or(|at| Millis::from(at).0 > NOW)
        && (filters.skills.is_empty() || filters.skills.iter().any(|skill| it.skills.contains(skill)))
        && filters.category.as_ref().is_none_or(|category| *category == it.category)
        && filters.kind.is_none_or(|kind| match kind {
            FilterKind::Fixed => it.kind == BudgetKind::Fixed,
            _ => it.kind == BudgetKind::Hourly,
        })
        && filters.budget_min.is_none_or(|least| max.is_some_and(|money| money.amount_minor >= least * 100))
        && filters.budget_max.is_none_or(|most| min.is_some_and(|money| money.amount_minor <= most * 100))
        && filters.currency.as_ref().is_none_or(|wanted| max.is_some_and(|money| money.currency.as_str() == wanted))
        && filters.language.as_ref().is_none_or(|language| *language == it.language)
        && filters.country.as_ref().is_none_or(|country| *country == it.country)
        && filters.city.as_ref().is_none_or(|city| it.city.as_ref().is_some_and(|it| fold(it).starts_with(&fold(city))))
        && filters.remote.is_none_or(|remote| remote == it.remote)
        && (!filters.client_verified || it.client.verified)
        && filters.bids_max.is_none_or(|most| it.bid_stats.count <= most)
        && filters.max_age_days.is_none_or(|days| it.posted_at.as_second() >= (NOW - i64::from(days) * DAY) / 1000)
}

prop_compose! {
    fn a_project()(
        id in 0u32..1_000_000, age in 0i64..60 * DAY, left in -5 * DAY..30 * DAY, min in prop::option::of(1i64..100),
        span in 0i64..100, bids in 0u32..20, flags in any::<[bool; 4]>(), pick in any::<[prop::sample::Index; 5]>(),
        open in prop::bool::weighted(0.8),
    ) -> Project {
        let mut it = sample::project(&format!("prj_{id}"));
        it.posted_at = Timestamp::from_millisecond(NOW - age).unwrap();
        it.bids_close_at = flags[0].then(|| Timestamp::from_millisecond(NOW + left).unwrap());
        it.budget_min = min.map(sample::euros);
        it.budget_max = flags[1].then(|| sample::euros(min.unwrap_or(0) + span));
        it.bid_stats.count = bids;
        it.remote = flags[2];
        it.client.verified = flags[3];
        it.category = (*pick[0].get(&["backend", "data"])).into();
        it.skills = pick[1].get(&[vec!["rust"], vec!["sql"], vec!["rust", "php"], vec![]]).iter().map(|s| (*s).into()).collect();
        it.kind = *pick[2].get(&[BudgetKind::Fixed, BudgetKind::Hourly]);
        it.city = pick[3].get(&[None, Some("Orléans"), Some("Évry")]).map(str::to_owned);
        it.country = (*pick[4].get(&["FR", "BE"])).into();
        it.language = if flags[2] { "fr" } else { "en" }.into();
        it.status = if open { ProjectStatus::Open } else { ProjectStatus::Awarded };
        it
    }
}

prop_compose! {
    fn some_filters()(
        skills in prop::sample::subsequence(vec!["rust".to_owned(), "php".to_owned()], 0..=2),
        category in prop::option::weighted(0.2, prop::sample::select(vec!["backend".to_owned(), "data".to_owned()])),
        kind in prop::option::weighted(0.2, prop::sample::select(vec![FilterKind::Fixed, FilterKind::Hourly])),
        budget_min in prop::option::weighted(0.2, 0i64..150),
        budget_max in prop::option::weighted(0.2, 0i64..150),
        currency in prop::option::weighted(0.1, prop::sample::select(vec!["EUR".to_owned(), "CHF".to_owned()])),
        country in prop::option::weighted(0.2, prop::sample::select(vec!["FR".to_owned(), "BE".to_owned()])),
        city in prop::option::weighted(0.2, prop::sample::select(vec!["orl".to_owned(), "EVRY".to_owned(), "x".to_owned()])),
        flags in (prop::option::weighted(0.2, any::<bool>()), prop::bool::weighted(0.2), prop::option::weighted(0.2, 0u32..20),
            prop::option::weighted(0.2, 0u32..60), prop::option::weighted(0.2, prop::sample::select(vec!["fr".to_owned(), "en".to_owned()]))),
    ) -> ProjectFilters {
        let (remote, client_verified, bids_max, max_age_days, language) = flags;
        ProjectFilters { skills, category, kind, budget_min, budget_max, currency, language, country, city, remote,
            client_verified, bids_max, max_age_days, not_bid: false }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_combination_keeps_what_it_says_and_nothing_else(
        projects in prop::collection::vec(a_project(), 1..60),
        filters in prop::collection::vec(some_filters(), 12),
    ) {
        let (_folder, store) = sample::open();
        fill(&store, &projects);
        // A later project with the same id replaced the earlier one.
        let mut last: std::collections::BTreeMap<String, Project> = std::collections::BTreeMap::new();
        for it in projects {
            last.insert(it.id.to_string(), it);
        }
        for filters in filters {
            let mut wanted: Vec<&Project> = last.values().filter(|it| keeps(&filters, it)).collect();
            wanted.sort_by_key(|it| it.id.to_string());
            let wanted: Vec<String> = wanted.iter().map(|it| it.id.to_string()).collect();
            for sort in [Sort::Newest, Sort::Budget, Sort::FewestBids, Sort::Deadline, Sort::Match] {
                for query in ["", "developpeur"] {
                    let mut found = ids(&store, query, &filters, sort);
                    found.sort();
                    prop_assert_eq!(&found, &wanted, "{:?} {:?} {}", filters, sort, query);
                }
            }
        }
    }
}

fn three() -> Vec<Project> {
    let mut old = sample::project("old");
    old.posted_at = Timestamp::from_millisecond(NOW - 40 * DAY).unwrap();
    old.budget_max = Some(sample::euros(9000));
    old.bid_stats.count = 0;
    old.skills = vec!["php".into()];
    let mut middle = sample::project("middle");
    middle.posted_at = Timestamp::from_millisecond(NOW - 10 * DAY).unwrap();
    middle.bids_close_at = Some(Timestamp::from_millisecond(NOW + 1000).unwrap());
    middle.skills = vec!["rust".into(), "sql".into()];
    middle.title = "Intégration de données".into();
    middle.description = "Pipeline \"temps réel\" pour un réseau".into();
    let mut new = sample::project("new");
    new.budget_max = Some(sample::euros(3000));
    new.bid_stats.count = 9;
    vec![old, middle, new]
}

#[test]
fn every_sort_has_its_order() {
    let (_folder, store) = sample::open();
    fill(&store, &three());
    let none = ProjectFilters::default();
    assert_eq!(ids(&store, "", &none, Sort::Newest), ["new", "middle", "old"]);
    assert_eq!(ids(&store, "", &none, Sort::Budget), ["old", "new", "middle"]);
    assert_eq!(ids(&store, "", &none, Sort::FewestBids), ["old", "middle", "new"]);
    assert_eq!(ids(&store, "", &none, Sort::Deadline), ["middle", "new", "old"]);
    assert_eq!(ids(&store, "", &none, Sort::Match), ["middle", "new", "old"]);
    assert_eq!(ids(&store, "", &none, Sort::Relevance), ["new", "middle", "old"]);
    // A word of the title counts more than one of the text.
    assert_eq!(ids(&store, "données reel", &none, Sort::Relevance), ["middle"]);
    assert_eq!(ids(&store, "dev", &none, Sort::Relevance), ["new", "old"]);
}

#[test]
fn what_fits_best_comes_first() {
    let (_folder, store) = sample::open();
    let project = |id: &str, title: &str, skills: &[&str], client: &str, text: &str| {
        let mut it = sample::project(id);
        it.title = title.into();
        it.skills = skills.iter().map(|skill| (*skill).to_owned()).collect();
        it.client.display_name = client.into();
        it.description = text.into();
        it
    };
    let mut all: Vec<Project> =
        (0..20).map(|n| project(&format!("filler{n}"), "Site", &["php"], "X", "Un site")).collect();
    all.push(project("title", "Migration C", &["php"], "X", "Un site"));
    all.push(project("skill", "Autre", &["migration", "c"], "X", "Un site"));
    all.push(project("client", "Autre", &["php"], "Migration SARL", "Un site en C"));
    all.push(project("text", "Autre", &["php"], "X", "Un site, migration en C"));
    all.push(project("within", "Remigration", &["php"], "X", "Un site, migration en C++"));
    all.push(project("phrase", "Site en C", &["php"], "X", "migration"));
    for (n, it) in all.iter_mut().enumerate() {
        it.posted_at = Timestamp::from_millisecond(NOW - DAY * i64::try_from(n).unwrap()).unwrap();
    }
    fill(&store, &all);
    let found = |query: &str| ids(&store, query, &ProjectFilters::default(), Sort::Relevance);
    assert_eq!(found("migration"), ["title", "skill", "client", "text", "within", "phrase"]);
    // The rarer word weighs more: nearly every text has `site`.
    assert_eq!(found("migration site").first().map(String::as_str), Some("title"));
    // A letter is a whole word.
    assert_eq!(found("c"), ["title", "phrase", "skill", "client", "text", "within"]);
    assert_eq!(found("\"site en c\"").first().map(String::as_str), Some("phrase"));
}

/// The orders that an index gives are read from it, whatever else narrows the list; no order reads the texts of rows that
/// are not shown.
#[test]
fn orders_come_from_an_index() {
    let (_folder, store) = sample::open();
    fill(&store, &three());
    let some = [
        ProjectFilters::default(),
        ProjectFilters { category: Some("backend".into()), ..ProjectFilters::default() },
        ProjectFilters { budget_min: Some(10), budget_max: Some(5000), ..ProjectFilters::default() },
        ProjectFilters { skills: vec!["rust".into(), "php".into()], ..ProjectFilters::default() },
        ProjectFilters {
            kind: Some(FilterKind::Fixed),
            remote: Some(true),
            client_verified: true,
            bids_max: Some(9),
            max_age_days: Some(30),
            not_bid: true,
            country: Some("FR".into()),
            ..ProjectFilters::default()
        },
    ];
    for filters in &some {
        for (sort, query) in [
            (Sort::Newest, ""),
            (Sort::Newest, "rust"),
            (Sort::Newest, "skill:rust client:atelier -php"),
            (Sort::Budget, ""),
            (Sort::FewestBids, ""),
            (Sort::Deadline, ""),
            (Sort::Deadline, "skill:rust"),
        ] {
            let search = Search::parse(query);
            let request =
                ListRequest { search: &search, filters, sort, my_skills: &[], now: NOW, offset: 0, limit: 50 };
            let plan = store.read(|c| presta_store::project_list::plan(c, &request)).unwrap().join("\n");
            assert!(!plan.contains("TEMP B-TREE"), "{sort:?} {query:?} {filters:?}\n{plan}");
            assert!(!plan.contains("SCAN t"), "the texts are read row by row: {plan}");
            let index = match sort {
                Sort::Budget => "project_by_budget",
                Sort::FewestBids => "project_by_bids",
                Sort::Deadline => "project_by_deadline",
                _ if query.is_empty() => " p",
                _ => "VIRTUAL TABLE INDEX",
            };
            assert!(plan.contains(index), "{sort:?} {query:?} {filters:?}\n{plan}");
        }
    }
}

#[test]
fn a_search_ignores_accents_takes_beginnings_phrases_and_exclusions() {
    let (_folder, store) = sample::open();
    fill(&store, &three());
    let found = |query: &str| ids(&store, query, &ProjectFilters::default(), Sort::Newest);
    assert_eq!(found("developpeur"), ["new", "old"]);
    assert_eq!(found("DÉVELOP"), ["new", "old"]);
    assert_eq!(found("dev -php"), ["new"]);
    assert_eq!(found("-developpeur"), ["middle"]);
    assert_eq!(found("\"temps réel\" réseau"), ["middle"]);
    assert_eq!(found("\"reel temps\""), Vec::<String>::new());
    assert_eq!(found("skill:rust"), ["new", "middle"]);
    assert_eq!(found("skill:rust skill:sql"), ["middle"]);
    assert_eq!(found("budget:>2500"), ["new", "old"]);
    assert_eq!(found("budget:>2500 posted:<7d"), ["new"]);
    assert_eq!(found("type:hourly"), Vec::<String>::new());
    assert_eq!(found("client:verified atelier"), ["new", "middle", "old"]);
    assert_eq!(found("-skill:php"), ["new", "middle"]);
    assert_eq!(found("-skill:php -skill:sql"), ["new"]);
    assert_eq!(found("budget:2100..3000"), ["new", "old"], "budgets that reach into it");
    assert_eq!(found("budget:3500..4000"), ["old"]);
    assert_eq!(found("client:demo"), ["new", "middle", "old"]);
    assert_eq!(found("client:rust"), Vec::<String>::new());
    assert_eq!(found("client:ateli -developpeur"), ["middle"]);
    assert_eq!(found("posted:<2h"), ["new"]);
    assert_eq!(found("publié:>30j"), ["old"]);
}

#[test]
fn a_window_is_a_part_of_the_whole() {
    let (_folder, store) = sample::open();
    let projects: Vec<Project> = (0..30).map(|index| sample::project(&format!("p{index:02}"))).collect();
    fill(&store, &projects);
    let all = ids(&store, "", &ProjectFilters::default(), Sort::Newest);
    let search = Search::default();
    let filters = ProjectFilters::default();
    let mut windows = Vec::new();
    for offset in [0, 10, 20, 30] {
        let request = ListRequest {
            search: &search,
            filters: &filters,
            sort: Sort::Newest,
            my_skills: &[],
            now: NOW,
            offset,
            limit: 10,
        };
        let page = store.read(|c| list(c, &request)).unwrap();
        assert_eq!(page.total, 30);
        windows.extend(page.projects.into_iter().map(|it| it.id.to_string()));
    }
    assert_eq!(windows, all);
}
