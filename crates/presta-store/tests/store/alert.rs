//! Rules, what they find, and that they find what the list finds.

use jiff::Timestamp;
use presta_model::{BudgetKind, CannotBid, Project, ProjectId, ProjectStatus};
use presta_store::alert::{
    self, Arrival, Arrivals, Criteria, Matcher, Mode, Origin, Rule, Rulebook, Subject, Which, Why,
};
use presta_store::project_list::{FilterKind, ProjectFilters};
use presta_store::{Error, Store, project};
use proptest::prelude::*;
use serde_json::json;

use crate::sample::{self, DAY, NOW, rule};

fn keep(store: &Store, rule: &Rule) {
    store.write(|tx| alert::save(tx, rule)).unwrap();
}

/// Writes a page as the sync does; returns the alerts it raised.
fn arrive(store: &Store, arrival: Arrival, projects: &[Project]) -> u32 {
    store
        .write(|tx| -> Result<_, Error> {
            let mut arrivals = Arrivals::new(arrival, NOW);
            for it in projects {
                arrivals.see(tx, it)?;
                project::upsert(tx, it, 1)?;
            }
            Ok(arrivals.raised())
        })
        .unwrap()
}

fn found(store: &Store) -> Vec<(String, String)> {
    let list = store.read(|c| alert::list(c, &Which::All, false, 0, 1000)).unwrap();
    assert_eq!(list.total, u64::try_from(list.alerts.len()).unwrap());
    list.alerts.into_iter().map(|it| (it.rule_id, it.project_id.to_string())).collect()
}

fn unseen(store: &Store) -> u32 {
    store.read(alert::unseen).unwrap()
}

#[test]
fn an_alert_says_which_rule_why_and_how_late_and_comes_once() {
    let (_folder, store) = sample::open();
    keep(&store, &rule("a", "développeur skill:rust budget:>500"));
    keep(&store, &rule("b", "cobol"));
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_1")]), 1);
    let list = store.read(|c| alert::list(c, &Which::All, true, 0, 10)).unwrap();
    let it = &list.alerts[0];
    assert_eq!((it.rule_id.as_str(), it.rule_name.as_str(), it.late_ms, it.missed), ("a", "Règle a", 3_600_000, false));
    assert_eq!(
        it.why,
        [Why::Word { text: "developpeur".into(), in_title: true }, Why::Skill { id: "rust".into() }, Why::Budget]
    );
    // The same page again, the same project with other numbers, a full sync, a catching up: nothing new.
    let mut edited = sample::project("prj_1");
    edited.rev = 2;
    edited.bid_stats.count = 9;
    for arrival in [Arrival::Live, Arrival::FullSync, Arrival::CatchingUp] {
        assert_eq!(arrive(&store, arrival, &[sample::project("prj_1"), edited.clone(), edited.clone()]), 0);
    }
    store.write(|tx| alert::mark_seen(tx, &Which::All)).unwrap();
    assert_eq!(arrive(&store, Arrival::Live, std::slice::from_ref(&edited)), 0);
    assert_eq!((found(&store).len(), unseen(&store)), (1, 0));
}

#[test]
fn what_was_there_before_the_rule_is_not_news_until_it_begins_to_match() {
    let (_folder, store) = sample::open();
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_1")]), 0);
    keep(&store, &rule("a", "rust"));
    keep(&store, &rule("b", "haskell"));
    let mut edited = sample::project("prj_1");
    edited.rev = 2;
    assert_eq!(arrive(&store, Arrival::Live, std::slice::from_ref(&edited)), 0, "it matched before");
    edited.rev = 3;
    edited.description = "Ou en Haskell.".into();
    assert_eq!(arrive(&store, Arrival::Live, std::slice::from_ref(&edited)), 1);
    assert_eq!(found(&store), [("b".to_owned(), "prj_1".to_owned())]);
    // An older revision that comes late changes nothing.
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_1")]), 0);
    edited.rev = 4;
    assert_eq!(arrive(&store, Arrival::Live, &[edited]), 0);
}

#[test]
fn the_market_of_a_first_sync_is_no_news_and_another_full_sync_tells_what_is_newer_than_the_rule() {
    let (_folder, store) = sample::open();
    keep(&store, &rule("a", "rust"));
    let at = |id: &str, ago: i64| {
        let mut it = sample::project(id);
        it.posted_at = Timestamp::from_millisecond(NOW - ago).unwrap();
        it
    };
    assert_eq!(arrive(&store, Arrival::FirstSync, &[at("prj_1", DAY), at("prj_2", 3 * DAY)]), 0);
    keep(&store, &rule("b", "développeur"));
    // By the rule's own beginning: the newest project there was, whatever this computer's clock says.
    assert_eq!(arrive(&store, Arrival::FullSync, &[at("prj_1", DAY), at("prj_3", 2 * DAY)]), 0);
    assert_eq!(arrive(&store, Arrival::FullSync, &[at("prj_4", DAY / 2)]), 2);
    assert_eq!(arrive(&store, Arrival::CatchingUp, &[at("prj_5", 5 * DAY)]), 2, "the feed tells what is new in it");
    let list = store.read(|c| alert::list(c, &Which::All, false, 0, 10)).unwrap();
    assert!(list.alerts.iter().all(|it| it.missed));
}

#[test]
fn a_rule_that_changed_was_off_or_is_of_others_stays_quiet_when_it_should() {
    let (_folder, store) = sample::open();
    keep(&store, &Rule { enabled: false, ..rule("a", "rust") });
    keep(&store, &Rule { mode: Mode::Off, ..rule("b", "rust") });
    let own = {
        let mut it = sample::project("prj_own");
        it.viewer.reason = Some(CannotBid::OwnProject);
        it
    };
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_1"), own.clone()]), 0);
    keep(&store, &rule("a", "rust"));
    assert_eq!(arrive(&store, Arrival::FullSync, &[sample::project("prj_1"), own]), 0);
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_2")]), 1);
    keep(&store, &rule("a", "php"));
    assert_eq!(found(&store).len(), 1, "what was found stays");
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_3")]), 0);
    assert!(store.write(|tx| alert::remove(tx, "a")).unwrap());
    assert!(!store.write(|tx| alert::remove(tx, "a")).unwrap());
    assert!(found(&store).is_empty());
}

#[test]
fn a_project_with_a_bid_or_a_queued_one_is_left_out_when_asked() {
    let (_folder, store) = sample::open();
    let filters = ProjectFilters { not_bid: true, ..ProjectFilters::default() };
    keep(&store, &Rule { criteria: Criteria { filters, ..Criteria::default() }, ..rule("a", "") });
    store
        .write(|tx| -> Result<_, Error> {
            tx.execute(
                "INSERT INTO bid (id, rev, project_id, mine, updated_at, data, generation)
                 VALUES ('bid_1', 1, 'prj_1', 1, 0, '{\"status\": \"submitted\"}', 1),
                   ('bid_2', 1, 'prj_2', 1, 0, '{\"status\": \"retracted\"}', 1)",
                [],
            )?;
            Ok(())
        })
        .unwrap();
    arrive(&store, Arrival::Live, &["prj_1", "prj_2", "prj_3"].map(sample::project));
    assert_eq!(found(&store).into_iter().map(|it| it.1).collect::<Vec<_>>(), ["prj_3", "prj_2"]);
}

#[test]
fn what_the_person_is_to_be_told_is_told_once_and_what_left_the_feed_is_not_shown() {
    let (_folder, store) = sample::open();
    keep(&store, &rule("a", "rust"));
    keep(&store, &Rule { mode: Mode::Daily, ..rule("b", "skill:rust") });
    arrive(&store, Arrival::Live, &[sample::project("prj_1"), sample::project("prj_2")]);
    let waiting = store.read(alert::waiting).unwrap();
    assert_eq!(waiting.len(), 4);
    assert_eq!(unseen(&store), 2, "by project, not by rule");
    let instant: Vec<_> = waiting.iter().filter(|it| it.mode == Mode::Instant).collect();
    store
        .write(|tx| {
            let told = instant.iter().map(|it| (it.found.rule_id.as_str(), &it.found.project_id));
            alert::mark_notified(tx, told, NOW)
        })
        .unwrap();
    assert!(store.read(alert::waiting).unwrap().iter().all(|it| it.mode == Mode::Daily));
    store.write(|tx| alert::mark_seen(tx, &Which::Project { project_id: ProjectId::new("prj_1") })).unwrap();
    assert_eq!(store.read(alert::waiting).unwrap().len(), 1, "what was seen is not told");
    let of_rule = Which::Rule { rule_id: "a".into() };
    assert_eq!(store.read(|c| alert::list(c, &of_rule, true, 0, 10)).unwrap().total, 1);
    store.write(|tx| project::remove(tx, "prj_2")).unwrap();
    assert_eq!((unseen(&store), found(&store).len()), (0, 2));
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_2")]), 0, "back again, and no news");
    store.write(|tx| alert::prune(tx, NOW + 1)).unwrap();
    assert!(found(&store).is_empty());
}

#[test]
fn what_a_rule_found_before_it_was_switched_off_is_not_told() {
    let (_folder, store) = sample::open();
    keep(&store, &rule("a", "rust"));
    arrive(&store, Arrival::Live, &[sample::project("prj_1")]);
    assert_eq!(store.read(alert::waiting).unwrap().len(), 1);
    keep(&store, &Rule { mode: Mode::Off, ..rule("a", "rust") });
    assert!(store.read(alert::waiting).unwrap().is_empty());
    assert_eq!(unseen(&store), 1, "it is in the list all the same");
}

#[test]
fn searches_of_the_platform_become_rules_follow_it_and_stay_silenced_here() {
    let (_folder, store) = sample::open();
    let saved = |name: &str, alert: &str| {
        json!({ "id": "sea_1", "rev": 1, "name": name, "query": { "skills": ["rust"] }, "alert": alert,
            "created_at": "2026-11-22T10:02:41.120Z", "updated_at": "2026-11-22T10:02:41.120Z" })
    };
    let take = |data: &serde_json::Value| store.write(|tx| alert::keep_saved_search(tx, data));
    take(&saved("Rust", "instant")).unwrap();
    assert_eq!(arrive(&store, Arrival::Live, &[sample::project("prj_1")]), 1);
    let rules = store.read(alert::rules).unwrap();
    assert_eq!((rules.len(), rules[0].mode, rules[0].origin), (1, Mode::Instant, Origin::SavedSearch));
    keep(&store, &Rule { enabled: false, ..rules[0].clone() });
    take(&saved("Rust, partout", "daily")).unwrap();
    let rule = store.read(|c| alert::rule(c, "sea_1")).unwrap().unwrap();
    assert_eq!((rule.name.as_str(), rule.mode, rule.enabled), ("Rust, partout", Mode::Daily, false));
    assert!(matches!(take(&json!({ "id": 3 })), Err(Error::Decode { .. })));
    keep(&store, &self::rule("local:1", "rust"));
    store.write(|tx| alert::forget_saved_search(tx, "local:1")).unwrap();
    store.write(|tx| alert::forget_saved_search(tx, "sea_1")).unwrap();
    assert_eq!(store.read(alert::rules).unwrap().len(), 1, "a rule made here is not the platform's to drop");
}

#[test]
fn several_categories_and_statuses_of_a_kept_search() {
    let matches = |criteria: &Criteria, it: &Project| Matcher::new(criteria.clone()).matches(&Subject::of(it), NOW);
    let it = sample::project("prj_1");
    let closed = Project { status: ProjectStatus::Closed, ..it.clone() };
    let over = Project { bids_close_at: Some(Timestamp::from_millisecond(NOW).unwrap()), ..it.clone() };
    let categories = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let of = |names: &[&str]| Criteria { categories: categories(names), ..Criteria::default() };
    assert!(matches(&of(&["data", "backend"]), &it));
    assert!(!matches(&of(&["data", "web"]), &it));
    let statuses = |names: &[&str]| Criteria { statuses: categories(names), ..Criteria::default() };
    assert!(matches(&statuses(&["closed", "awarded"]), &closed) && !matches(&statuses(&["closed"]), &it));
    assert!(!matches(&statuses(&[]), &closed) && !matches(&statuses(&["open"]), &over));
}

/// What people and their briefs are made of: accents of both spellings, ligatures, digits, marks between words.
const PIECES: [&str; 26] = [
    "Développeur",
    "DEVELOPPEURS",
    "de\u{301}veloppement",
    "rust",
    "Rust,",
    "C++",
    "c",
    "R",
    "œuvre",
    "l'API",
    "temps",
    "réel",
    "temps réel",
    "re",
    "3D",
    "1 250,50 €",
    "—",
    "…",
    "Straße",
    "ÎLE-DE-FRANCE",
    "naïve",
    "ça",
    "été",
    "a-b_c",
    "x.y/z",
    "\n",
];

fn text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..most).prop_map(|pieces| pieces.join(" "))
}

fn query() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => ("[a-z]{1,3}").prop_map(|word| word),
        2 => prop::sample::select(&PIECES[..]).prop_map(|word| format!("-{word}")),
        2 => text(3).prop_map(|words| format!("\"{words}\"")),
        1 => text(3).prop_map(|words| format!("-\"{words}\"")),
        1 => prop::sample::select(&["skill:rust", "skill:sql", "budget:>1000", "budget:<900", "client:verified",
            "type:hourly", "posted:<7d", "posted:2", "foo:bar", "budget:", "-skill:php", "budget:400..1500", "posted:<30h",
            "posted:>3d", "client:atel", "client:zorro"][..]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.join(" "))
}

prop_compose! {
    fn a_project(id: usize)(
        title in text(5), description in text(12), age in 0i64..20 * DAY, left in -DAY..5 * DAY,
        min in prop::option::of(1i64..100), span in 0i64..100, bids in 0u32..6, flags in any::<[bool; 4]>(),
        pick in any::<[prop::sample::Index; 4]>(), open in prop::bool::weighted(0.9),
    ) -> Project {
        let mut it = sample::project(&format!("prj_{id}"));
        (it.title, it.description) = (title, description);
        it.posted_at = Timestamp::from_millisecond(NOW - age).unwrap();
        it.bids_close_at = flags[0].then(|| Timestamp::from_millisecond(NOW + left).unwrap());
        it.budget_min = min.map(|units| sample::euros(units * 20));
        it.budget_max = flags[1].then(|| sample::euros((min.unwrap_or(0) + span) * 20));
        it.bid_stats.count = bids;
        it.remote = flags[2];
        it.client.verified = flags[3];
        it.category = (*pick[0].get(&["backend", "data"])).into();
        it.skills = pick[1].get(&[vec!["rust"], vec!["sql"], vec!["rust", "php"], vec![]])
            .iter().map(|s| (*s).into()).collect();
        it.kind = *pick[2].get(&[BudgetKind::Fixed, BudgetKind::Hourly]);
        it.city = pick[3].get(&[None, Some("Orléans"), Some("Évry")]).map(str::to_owned);
        it.status = if open { ProjectStatus::Open } else { ProjectStatus::Closed };
        it
    }
}

prop_compose! {
    fn criteria()(
        query in query(), skills in prop::option::of(Just(vec!["rust".to_owned(), "go".to_owned()])),
        category in prop::option::of(Just("data".to_owned())), hourly in prop::option::of(any::<bool>()),
        budget_min in prop::option::of(0i64..3000), budget_max in prop::option::of(0i64..3000),
        city in prop::option::of(prop::sample::select(&["orl", " Évry ", ""][..])),
        remote in prop::option::of(any::<bool>()), client_verified in prop::bool::weighted(0.2),
        bids_max in prop::option::of(0u32..6), max_age_days in prop::option::of(0u32..20), few in any::<[bool; 6]>(),
    ) -> Criteria {
        // Each filter is set one time in four or so: all at once would keep nothing.
        let filters = ProjectFilters {
            skills: skills.filter(|_| few[0]).unwrap_or_default(),
            category: category.filter(|_| few[1]),
            kind: hourly.filter(|_| few[1]).map(|it| if it { FilterKind::Hourly } else { FilterKind::Fixed }),
            budget_min: budget_min.filter(|_| few[2]),
            budget_max: budget_max.filter(|_| few[2]),
            city: city.filter(|_| few[3]).map(str::to_owned),
            remote: remote.filter(|_| few[3]),
            client_verified,
            bids_max: bids_max.filter(|_| few[4]),
            max_age_days: max_age_days.filter(|_| few[5]),
            ..ProjectFilters::default()
        };
        Criteria { query, filters, ..Criteria::default() }
    }
}

fn projects() -> impl Strategy<Value = Vec<Project>> {
    (0..24usize).map(a_project).collect::<Vec<_>>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn a_rule_finds_what_the_list_finds(
        projects in projects(), all in prop::collection::vec(criteria(), 1..24),
    ) {
        let (_folder, store) = sample::open();
        arrive(&store, Arrival::FirstSync, &projects);
        sample::index(&store);
        let rules = all.iter().cloned().map(|it| (it.clone(), Matcher::new(it))).collect();
        let book: Rulebook<Criteria> = Rulebook::new(rules);
        for it in &projects {
            let subject = Subject::of(it);
            let filed = book.candidates(&subject).filter(|(_, matcher)| matcher.matches(&subject, NOW)).count();
            let plain = all.iter().filter(|it| Matcher::new((*it).clone()).matches(&subject, NOW)).count();
            prop_assert_eq!(filed, plain, "none is missed by its filing");
        }
        for criteria in all {
            let matcher = Matcher::new(criteria.clone());
            let mut here: Vec<String> = projects
                .iter()
                .filter(|it| matcher.matches(&Subject::of(it), NOW))
                .map(|it| it.id.to_string())
                .collect();
            here.sort();
            prop_assert_eq!(here, sample::found(&store, &criteria.query, &criteria.filters), "{:?}", criteria);
        }
    }
}

#[test]
fn of_many_rules_a_project_is_held_against_the_few_that_it_can_match() {
    let rules = (0..500)
        .map(|n| {
            let query = match n % 4 {
                0 => format!("client:verified skill:s{n}"),
                1 => format!("rust mot{n}z"),
                2 => format!("\"mot{n}z mot\" -php"),
                _ => format!("budget:>{n}"),
            };
            let categories = if n % 4 == 3 { vec![format!("c{n}")] } else { vec![] };
            (n, Matcher::new(Criteria { query, categories, ..Criteria::default() }))
        })
        .collect();
    let book = Rulebook::new(rules);
    let mut looked_at = 0;
    let mut hits = 0;
    for n in 0..500 {
        let mut it = sample::project(&format!("prj_{n}"));
        it.description = (0..300).map(|w| format!("mot{} ", 600 + (w * 31 + n * 17) % 2000)).collect::<String>();
        it.description.push_str(&format!("mot{n}z mot"));
        it.skills = vec![format!("s{n}"), "rust".into()];
        it.category = format!("c{n}");
        let subject = Subject::of(&it);
        let candidates: Vec<_> = book.candidates(&subject).collect();
        looked_at += candidates.len();
        hits += candidates.iter().filter(|(_, matcher)| matcher.matches(&subject, NOW)).count();
    }
    assert_eq!(hits, 500, "each project has its rule");
    // Without their filing it would be 250,000.
    assert!(looked_at < 500 * 5, "{looked_at}");
}
