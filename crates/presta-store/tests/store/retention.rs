//! What is kept of the market.

use presta_model::{EntityType, Project, ProjectId, Resource, Thread, ThreadId, UserId};
use presta_store::alert::{self, Arrival, Arrivals};
use presta_store::note::{self, Note};
use presta_store::retention::{RETENTION, Retention};
use presta_store::{Error, Store, Tx, draft, outbox, project, resource, setting, thread};
use serde_json::json;

use crate::sample::{self, NOW, posted};

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
            let act = outbox::Act::ThreadOpen {
                project_id: ProjectId::new("act"),
                title: "t".into(),
                text: "x".into(),
                attachments: vec![],
            };
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
    sample::keep_long_ones(&store);
    sample::index(&store);
    let before = store.sizes().unwrap();
    assert!(before.used() > 2_000_000, "{before:?}");
    limit(&store, Retention { keep_days: None, max_megabytes: Some(1) });
    let gone = store.retain(NOW).unwrap();
    sample::index(&store);
    sample::drop_words(&store);
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

fn write(op: &str, target: Option<&str>, body: serde_json::Value, base: serde_json::Value) -> outbox::Act {
    let body = body.as_object().unwrap().clone();
    let target = target.map(str::to_owned);
    outbox::Act::Write(Box::new(outbox::Write { op: op.into(), target, title: String::new(), body, base }))
}

/// Makes each of these projects the person's concern in another way.
fn work_on(tx: &mut Tx<'_>) -> Result<Vec<&'static str>, Error> {
    for (project, op) in [("edit", "editProject"), ("close", "closeProject"), ("report", "reportProject")] {
        outbox::enqueue(tx, project, &write(op, Some(project), json!({}), json!(null)), NOW)?;
    }
    outbox::enqueue(tx, "m", &write("keepBookmark", None, json!({ "project_id": "mark" }), json!(null)), NOW)?;
    outbox::enqueue(tx, "b", &write("retractBid", Some("bid_1"), json!({}), json!({ "project_id": "bid" })), NOW)?;
    draft::save_message(tx, &ThreadId::local(&ProjectId::new("question")), "Bonjour", NOW)?;
    let talk = Thread { project_id: Some(ProjectId::new("talk")), ..sample::thread("thr_1") };
    thread::upsert(tx, &talk, 1)?;
    let kept = json!({ "id": "bmk_1", "rev": 1, "project_id": "bookmark", "created_at": "2026-01-01T00:00:00Z" });
    resource::upsert(tx, &Resource::read(EntityType::Bookmark, kept).unwrap(), 1)?;
    Ok(vec!["bid", "bookmark", "close", "edit", "mark", "question", "report", "talk"])
}

#[test]
fn whatever_the_person_has_to_do_with_keeps_a_project() {
    let (_folder, store) = sample::open();
    let mut own = posted("own", 90);
    own.client.id = UserId::new("usr_me");
    let mut wanted = store
        .write(|tx| -> Result<_, Error> {
            setting::set(tx, setting::ME, &json!({ "id": "usr_me" }))?;
            let worked_on = work_on(tx)?;
            for id in worked_on.iter().chain(&["nothing"]) {
                project::upsert(tx, &posted(id, 90), 1)?;
            }
            project::upsert(tx, &own, 1)?;
            alert::save(tx, &sample::rule("r", "rust"))?;
            let alerted = posted("alerted", 90);
            assert!(Arrivals::new(Arrival::Live, NOW).see(tx, &alerted)?);
            project::upsert(tx, &alerted, 1)?;
            Ok(worked_on)
        })
        .unwrap();
    limit(&store, Retention { keep_days: Some(30), max_megabytes: None });
    assert_eq!(store.retain(NOW).unwrap(), 1);
    wanted.extend(["alerted", "own"]);
    wanted.sort_unstable();
    assert_eq!(kept(&store), wanted);
    store.write(|tx| alert::mark_seen(tx, &alert::Which::All)).unwrap();
    assert_eq!(store.retain(NOW).unwrap(), 1, "an alert that was seen keeps nothing");
}

/// What a page brings that is beyond the limits would be dropped at the next look, and come as news each time.
#[test]
fn what_is_beyond_the_limits_neither_comes_back_nor_is_news() {
    let (_folder, store) = sample::open();
    let rule = sample::rule("r", "rust");
    let worked_on = store
        .write(|tx| {
            alert::save(tx, &rule)?;
            work_on(tx)
        })
        .unwrap();
    limit(&store, Retention { keep_days: Some(30), max_megabytes: None });
    let arrives = |it: &Project| {
        store
            .write(|tx| -> Result<_, Error> {
                let mut arrivals = Arrivals::new(Arrival::Live, NOW);
                Ok((arrivals.see(tx, it)?, arrivals.raised()))
            })
            .unwrap()
    };
    assert_eq!(arrives(&posted("old", 31)), (false, 0));
    assert_eq!(arrives(&posted("new", 29)), (true, 1));
    for id in worked_on {
        assert!(arrives(&posted(id, 31)).0, "{id}");
    }
    let mut marked = posted("marked", 31);
    marked.viewer.bookmarked = true;
    assert!(arrives(&marked).0);
    store.write(|tx| project::upsert(tx, &posted("here", 31), 1)).unwrap();
    assert!(arrives(&posted("here", 31)).0, "what is here is kept up to date until it goes");

    // The limit of size has no age of its own: it is the newest that had to go.
    let (_folder, store) = sample::open();
    store.write(|tx| alert::save(tx, &rule)).unwrap();
    sample::keep_long_ones(&store);
    limit(&store, Retention { keep_days: None, max_megabytes: Some(1) });
    assert!(store.retain(NOW).unwrap() > 0);
    let left = i64::try_from(kept(&store).len()).unwrap();
    let admits = |days: i64| {
        store
            .write(|tx| Arrivals::new(Arrival::CatchingUp, NOW).see(tx, &posted(&format!("again-{days}"), days)))
            .unwrap()
    };
    assert!(admits(left - 1));
    assert!(!admits(left));
    limit(&store, Retention { keep_days: None, max_megabytes: Some(2) });
    assert!(admits(left), "another limit begins anew");
}
