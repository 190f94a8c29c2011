//! Sample resources and an open store.

use jiff::Timestamp;
use presta_model::{
    BidStats, BudgetKind, Client, Currency, Money, Project, ProjectId, ProjectStatus, Thread, ThreadId, UserId, Viewer,
};
use presta_store::alert::{Criteria, Mode, Origin, Rule};
use presta_store::project_list::{ListRequest, ProjectFilters, Sort, list};
use presta_store::search::Search;
use presta_store::{Error, Key, Store, project as projects};
use tempfile::TempDir;

pub const NOW: i64 = 1_790_000_000_000;
pub const DAY: i64 = 86_400_000;

pub fn key() -> Key {
    Key::from_bytes([7; 32])
}

pub fn open() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("cache.db"), &key(), |_| {}).unwrap();
    (folder, store)
}

/// Indexes all that waits.
pub fn index(store: &Store) {
    while store.index_step(500).unwrap().indexed > 0 {}
}

/// Looks through all words of the index.
pub fn drop_words(store: &Store) {
    let mut after = Some(String::new());
    while let Some(word) = after {
        after = store.drop_words(&word).unwrap();
    }
}

/// The ids of all projects that a search finds, sorted.
pub fn found(store: &Store, query: &str, filters: &ProjectFilters) -> Vec<String> {
    let request = ListRequest {
        search: &Search::parse(query),
        filters,
        sort: Sort::Newest,
        my_skills: &[],
        now: NOW,
        offset: 0,
        limit: 1000,
    };
    let page = store.read(|c| list(c, &request)).unwrap();
    let mut ids: Vec<String> = page.projects.into_iter().map(|it| it.id.to_string()).collect();
    ids.sort();
    ids
}

/// 900 projects with a long text, one a day: `p000` of today, `p899` the oldest.
pub fn keep_long_ones(store: &Store) {
    store
        .write(|tx| -> Result<_, Error> {
            for day in 0..900 {
                let description = "un texte assez long pour remplir une page ".repeat(50) + &day.to_string();
                projects::upsert(tx, &Project { description, ..posted(&format!("p{day:03}"), day) }, 1)?;
            }
            Ok(())
        })
        .unwrap();
}

/// A rule of this device that tells at once.
pub fn rule(id: &str, query: &str) -> Rule {
    Rule {
        id: id.into(),
        origin: Origin::Local,
        name: format!("Règle {id}"),
        criteria: Criteria { query: query.into(), ..Criteria::default() },
        mode: Mode::Instant,
        enabled: true,
        created_at: NOW - DAY,
    }
}

pub fn euros(units: i64) -> Money {
    Money::new(units * 100, Currency::new("EUR"))
}

pub fn project(id: &str) -> Project {
    Project {
        id: ProjectId::new(id),
        rev: 1,
        title: "Développeur Rust".into(),
        description: "Un service à écrire en temps réel.".into(),
        category: "backend".into(),
        skills: vec!["rust".into()],
        kind: BudgetKind::Fixed,
        budget_min: Some(euros(1000)),
        budget_max: Some(euros(2000)),
        country: "FR".into(),
        city: Some("Orléans".into()),
        remote: true,
        language: "fr".into(),
        status: ProjectStatus::Open,
        posted_at: Timestamp::from_millisecond(NOW - 3_600_000).unwrap(),
        bids_close_at: Some(Timestamp::from_millisecond(NOW + 86_400_000).unwrap()),
        bid_stats: BidStats { count: 3, average: None },
        client: Client {
            id: UserId::new("usr_c"),
            display_name: "Atelier Démo".into(),
            country: "FR".into(),
            city: None,
            verified: true,
            payment_verified: true,
            rating: None,
            reviews: 0,
            hire_rate_percent: None,
            projects_posted: 1,
            member_since: "2024-01-01".into(),
        },
        viewer: Viewer { can_bid: true, reason: None, my_bid_id: None, bookmarked: false },
    }
}

/// A project that has been there for so many days.
pub fn posted(id: &str, days_ago: i64) -> Project {
    Project { posted_at: Timestamp::from_millisecond(NOW - days_ago * DAY).unwrap(), ..project(id) }
}

pub fn thread(id: &str) -> Thread {
    Thread {
        id: ThreadId::new(id),
        rev: 1,
        project_id: None,
        project_title: None,
        bid_id: None,
        participants: vec![],
        last_message: None,
        last_seq: 4,
        read_seq: 1,
        others_read_seq: 0,
        unread_count: 3,
        muted: false,
        archived: false,
        updated_at: Timestamp::from_millisecond(NOW).unwrap(),
    }
}

pub fn message(id: &str, thread: &str, seq: i64, text: &str) -> presta_model::Message {
    presta_model::Message {
        id: presta_model::MessageId::new(id),
        rev: 1,
        thread_id: ThreadId::new(thread),
        seq,
        author_id: UserId::new("usr_c"),
        text: text.into(),
        sent_at: Timestamp::from_millisecond(NOW - 60_000 + seq).unwrap(),
        client_message_id: None,
        edited_at: None,
        deleted_at: None,
        attachments: Vec::new(),
    }
}
