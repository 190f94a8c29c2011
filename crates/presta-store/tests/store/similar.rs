//! Projects like another.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use presta_model::{Project, ProjectStatus};
use presta_store::{Store, project};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::sample;

const SKILLS: [&str; 4] = ["rust", "sql", "php", "react"];

fn fill(store: &Store, projects: &[Project]) {
    store
        .write(|tx| -> Result<_, presta_store::Error> { projects.iter().try_for_each(|it| project::upsert(tx, it, 1)) })
        .unwrap();
}

fn ids(store: &Store, of: &Project, limit: u32) -> Vec<String> {
    store.read(|c| project::similar(c, of, limit)).unwrap().iter().map(ToString::to_string).collect()
}

prop_compose! {
    fn a_market()(each in prop::collection::vec((0..60i64, 0..16usize, any::<bool>(), prop::bool::weighted(0.8)), 1..60)) -> Vec<Project> {
        let one = |(number, (days, skills, other, open)): (usize, (i64, usize, bool, bool))| {
            let mut it = sample::posted(&format!("prj_{number}"), days);
            it.skills = (0..4).filter(|bit| skills & (1 << bit) != 0).map(|bit| SKILLS[bit].to_owned()).collect();
            it.category = if other { "design".to_owned() } else { "dev".to_owned() };
            it.status = if open { ProjectStatus::Open } else { ProjectStatus::Closed };
            it
        };
        each.into_iter().enumerate().map(one).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn those_that_share_most_come_first_and_newer_ones_before_older(market in a_market()) {
        let (_folder, store) = sample::open();
        fill(&store, &market);
        let of = &market[0];
        let shared = |it: &Project| it.skills.iter().filter(|skill| of.skills.contains(skill)).count();
        let score = |it: &Project| shared(it) + usize::from(it.category == of.category);
        let like: Vec<&Project> =
            market.iter().filter(|it| it.id != of.id && it.status == ProjectStatus::Open && shared(it) > 0).collect();
        let found = ids(&store, of, 5);
        prop_assert_eq!(found.len(), like.len().min(5));
        let found: Vec<&Project> = found.iter().map(|id| *like.iter().find(|it| it.id.as_str() == id).unwrap()).collect();
        for pair in found.windows(2) {
            let key = |it: &Project| (score(it), it.posted_at);
            prop_assert!(key(pair[0]) >= key(pair[1]), "{:?} before {:?}", pair[0].id, pair[1].id);
        }
        let least = found.last().map(|it| (score(it), it.posted_at));
        let left_out = like.iter().filter(|it| !found.iter().any(|found| found.id == it.id));
        for it in left_out {
            prop_assert!(least.is_some_and(|least| (score(it), it.posted_at) <= least), "{:?} is left out", it.id);
        }
    }
}

/// What it takes, in tens of steps of SQLite's virtual machine.
fn steps(folder: &Path, of: &Project) -> u32 {
    let mut connection = Connection::open(folder.join("cache.db")).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\";", sample::key().expose())).unwrap();
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    connection.progress_handler(10, Some(move || counted.fetch_add(1, Ordering::Relaxed) == u32::MAX)).unwrap();
    assert_eq!(project::similar(&connection, of, 4).unwrap().len(), 4);
    count.load(Ordering::Relaxed)
}

#[test]
fn a_larger_market_costs_nothing_more() {
    let (folder, store) = sample::open();
    let market = |from: u32, to: u32| -> Vec<Project> {
        let one = |number: u32| Project {
            skills: SKILLS.map(str::to_owned).to_vec(),
            ..sample::posted(&format!("prj_{number}"), i64::from(number % 50))
        };
        (from..to).map(one).collect()
    };
    let few = market(0, 400);
    fill(&store, &few);
    let before = steps(folder.path(), &few[0]);
    fill(&store, &market(400, 8_000));
    let after = steps(folder.path(), &few[0]);
    assert!(before > 0 && after < before * 2, "{before}, then {after} among twenty times as many");
}
