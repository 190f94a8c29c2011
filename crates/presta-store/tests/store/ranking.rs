//! The list by relevance: every hit that is counted is shown, once, however far one scrolls.

use std::collections::HashSet;

use jiff::Timestamp;
use presta_model::{Project, ProjectStatus};
use presta_store::project_list::{ListPage, ListRequest, ProjectFilters, Sort, list};
use presta_store::search::Search;
use presta_store::{Error, Store, project};
use proptest::prelude::*;

use crate::sample::{self, NOW};

/// More than are ranked.
const MANY: i64 = 2_600;

/// One a minute, `0` the newest. All have the word; a few in the title, some are over, every sixth has a large budget.
fn filled() -> (tempfile::TempDir, Store) {
    let (folder, store) = sample::open();
    store
        .write(|tx| -> Result<_, Error> {
            for n in 0..MANY {
                let mut it = sample::project(&n.to_string());
                it.posted_at = Timestamp::from_millisecond(NOW - n * 60_000).unwrap();
                it.title = if n % 97 == 3 { "Outil de migration" } else { "Un outil" }.into();
                it.description = "Une migration".into();
                it.budget_max = Some(sample::euros(if n % 6 == 0 { 60_000 } else { 2_000 }));
                it.status = if n % 11 == 0 { ProjectStatus::Awarded } else { ProjectStatus::Open };
                project::upsert(tx, &it, 1)?;
            }
            Ok(())
        })
        .unwrap();
    sample::index(&store);
    (folder, store)
}

fn page(store: &Store, query: &str, offset: u32, limit: u32) -> ListPage {
    let (search, filters) = (Search::parse(query), ProjectFilters::default());
    let request = ListRequest {
        search: &search,
        filters: &filters,
        sort: Sort::Relevance,
        my_skills: &[],
        now: NOW,
        offset,
        limit,
    };
    store.read(|c| list(c, &request)).unwrap()
}

fn numbers(page: &ListPage) -> Vec<i64> {
    page.projects.iter().map(|it| it.id.as_str().parse().unwrap()).collect()
}

#[test]
fn windows_by_relevance_join_to_all_that_is_counted() {
    let (_folder, store) = filled();
    for (query, keeps) in [
        ("migration", &(|n: i64| n % 11 != 0) as &dyn Fn(i64) -> bool),
        ("migration budget:>50000", &|n| n % 11 != 0 && n % 6 == 0),
        ("migration posted:>1d", &|n| n % 11 != 0 && n * 60 > 86_400),
        // Fewer than are ranked, and none.
        ("outil -\"un outil\"", &|n| n % 11 != 0 && n % 97 == 3),
        ("migration budget:>70000", &|_| false),
    ] {
        let wanted: HashSet<i64> = (0..MANY).filter(|n| keeps(*n)).collect();
        let whole = page(&store, query, 0, 5_000);
        assert_eq!((whole.total, whole.more), (wanted.len() as u64, false), "{query}");
        let order = numbers(&whole);
        assert_eq!(order.len(), wanted.len(), "{query}: each once");
        assert_eq!(order.iter().copied().collect::<HashSet<_>>(), wanted, "{query}");
        // Of the newest 2,000 hits those with the word in the title come first; all others newest first.
        let titled = |n: &i64| *n % 97 == 3 && *n < 2_000;
        assert!(order.is_sorted_by_key(|n| (!titled(n), *n)), "{query}");
        let mut runner =
            proptest::test_runner::TestRunner::new(ProptestConfig { cases: 40, ..ProptestConfig::default() });
        runner
            .run(&(0..MANY as u32, 0..300_u32), |(offset, limit)| {
                let end = order.len().min((offset + limit) as usize);
                let wanted = order.get(offset as usize..end).unwrap_or_default();
                prop_assert_eq!(&numbers(&page(&store, query, offset, limit))[..], wanted, "{} {}", offset, limit);
                Ok(())
            })
            .unwrap();
    }
}

/// What the person ended by an act that is still queued leaves the list, and no other takes its place twice.
#[test]
fn a_project_that_was_closed_here_leaves_no_hole() {
    let (_folder, store) = filled();
    let all = numbers(&page(&store, "migration", 0, 5_000));
    let gone: Vec<i64> = vec![all[0], all[70], all[1_900], all[2_300]];
    let body = serde_json::Map::new();
    store
        .write(|tx| -> Result<_, Error> {
            for n in &gone {
                let write = presta_store::outbox::Write {
                    op: "closeProject".into(),
                    target: Some(n.to_string()),
                    title: String::new(),
                    body: body.clone(),
                    base: serde_json::Value::Null,
                };
                let act = presta_store::outbox::Act::Write(Box::new(write));
                presta_store::outbox::enqueue(tx, &format!("a{n}"), &act, NOW)?;
            }
            Ok(())
        })
        .unwrap();
    let mut seen = Vec::new();
    while let windows @ [_, ..] = &numbers(&page(&store, "migration", seen.len() as u32, 130))[..] {
        seen.extend_from_slice(windows);
    }
    let left: Vec<i64> = all.into_iter().filter(|n| !gone.contains(n)).collect();
    assert_eq!(seen, left);
}

#[test]
fn a_word_in_quotes_is_ranked_by_the_whole_word() {
    let (_folder, store) = sample::open();
    let titled = |id: &str, title: &str, minutes: i64| Project {
        title: title.into(),
        description: "en java".into(),
        posted_at: Timestamp::from_millisecond(NOW - minutes * 60_000).unwrap(),
        ..sample::project(id)
    };
    store
        .write(|tx| -> Result<_, Error> {
            project::upsert(tx, &titled("1", "Javascript", 1), 1)?;
            project::upsert(tx, &titled("2", "Java", 2), 1)
        })
        .unwrap();
    sample::index(&store);
    assert_eq!(numbers(&page(&store, "\"java\"", 0, 9)), [2, 1]);
    assert_eq!(numbers(&page(&store, "java", 0, 9)), [1, 2]);
}
