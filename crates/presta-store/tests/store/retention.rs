//! What is kept of the market.

use jiff::Timestamp;
use presta_model::{Project, ProjectId};
use presta_store::note::{self, Note};
use presta_store::retention::{RETENTION, Retention};
use presta_store::{Error, Store, draft, outbox, project, setting};

use crate::sample::{self, NOW};

const DAY: i64 = 86_400_000;

fn posted(id: &str, days_ago: i64) -> Project {
    Project { posted_at: Timestamp::from_millisecond(NOW - days_ago * DAY).unwrap(), ..sample::project(id) }
}

fn limit(store: &Store, retention: Retention) {
    store.write(|tx| setting::set(tx, RETENTION, &retention)).unwrap();
}

fn kept(store: &Store) -> Vec<String> {
    store
        .read(|c| -> Result<_, Error> {
            let mut statement = c.prepare("SELECT id FROM project ORDER BY id")?;
            let ids = statement.query_map([], |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

#[test]
fn old_projects_go_and_those_worked_on_stay() {
    let (_folder, store) = sample::open();
    let mut bookmarked = posted("bookmarked", 90);
    bookmarked.viewer.bookmarked = true;
    store
        .write(|tx| -> Result<_, Error> {
            for it in
                [posted("day-29", 29), posted("day-31", 31), posted("note", 90), posted("draft", 90), posted("act", 90)]
            {
                project::upsert(tx, &it, 1)?;
            }
            project::upsert(tx, &bookmarked, 1)?;
            let note =
                Note { project_id: ProjectId::new("note"), text: "à voir".into(), tags: vec![], updated_at: NOW };
            note::save(tx, &note)?;
            draft::save_bid(tx, &ProjectId::new("draft"), &draft::BidForm::default(), NOW)?;
            let act =
                outbox::Act::ThreadOpen { project_id: ProjectId::new("act"), title: "t".into(), text: "x".into() };
            outbox::enqueue(tx, "a1", &act, NOW)
        })
        .unwrap();
    assert_eq!(store.retain(NOW).unwrap(), 0, "nothing is limited at first");
    limit(&store, Retention { keep_days: Some(30), max_megabytes: None });
    assert_eq!(store.retain(NOW).unwrap(), 1);
    assert_eq!(kept(&store), ["act", "bookmarked", "day-29", "draft", "note"]);
    sample::index(&store);
    assert_eq!(store.index_pending().unwrap(), 0);
}

#[test]
fn a_cap_of_size_drops_the_oldest_until_it_holds() {
    let (_folder, store) = sample::open();
    store
        .write(|tx| -> Result<_, Error> {
            for day in 0..900 {
                let long = "un texte assez long pour remplir une page ".repeat(50) + &day.to_string();
                project::upsert(tx, &Project { description: long, ..posted(&format!("p{day:03}"), day) }, 1)?;
            }
            Ok(())
        })
        .unwrap();
    sample::index(&store);
    let before = store.sizes().unwrap();
    assert!(before.used() > 2_000_000, "{before:?}");
    limit(&store, Retention { keep_days: None, max_megabytes: Some(1) });
    let gone = store.retain(NOW).unwrap();
    sample::index(&store);
    store.optimize_index().unwrap();
    store.tidy(true).unwrap();
    let after = store.sizes().unwrap();
    let left = kept(&store);
    assert_eq!(left.len() as u64 + gone, 900);
    assert!(after.cache <= before.cache * 1_000_000 / before.used(), "{after:?}");
    assert!(after.used() <= 1_050_000, "{after:?}");
    assert_eq!(after.free, 0);
    assert!(after.used() > 300_000, "no more than needed went: {after:?}");
    assert_eq!(left.first().unwrap(), "p000");
    assert_eq!(left.last().unwrap(), &format!("p{:03}", left.len() - 1), "the newest stayed");
    assert_eq!(store.retain(NOW).unwrap(), 0);
}
