//! One search over everything.

use presta_model::{Participant, ProjectId, Thread};
use presta_store::note::{self, Note};
use presta_store::search::Search;
use presta_store::search_all::{Found, find};
use presta_store::{Error, Store, message, project, thread};

use crate::sample::{self, NOW};

fn filled() -> (tempfile::TempDir, Store) {
    let (folder, store) = sample::open();
    let people = |name: &str, id: &str| Participant {
        id: presta_model::UserId::new(id),
        display_name: name.into(),
        role: "client".into(),
    };
    let talk = Thread {
        project_title: Some("Refonte".into()),
        participants: vec![people("Marie Évrard", "usr_c"), people("Jean", "usr_j")],
        ..sample::thread("thr_1")
    };
    let mut closed = sample::project("closed");
    closed.status = presta_model::ProjectStatus::Awarded;
    closed.bids_close_at = Some(jiff::Timestamp::from_millisecond(NOW - 30 * sample::DAY).unwrap());
    store
        .write(|tx| -> Result<_, Error> {
            project::upsert(tx, &closed, 1)?;
            project::upsert(tx, &sample::project("open"), 1)?;
            thread::upsert(tx, &talk, 1)?;
            message::upsert(tx, &sample::message("m1", "thr_1", 1, "Le service Rust est prêt"), 1)?;
            let mut other = sample::message("m2", "thr_1", 2, "Très bien, merci pour Rust");
            other.author_id = presta_model::UserId::new("usr_j");
            message::upsert(tx, &other, 1)?;
            let note = Note {
                project_id: ProjectId::new("open"),
                text: "Rappeler mardi, Rust confirmé".into(),
                tags: vec!["prioritaire".into()],
                updated_at: NOW,
            };
            note::save(tx, &note)
        })
        .unwrap();
    sample::index(&store);
    (folder, store)
}

fn search(store: &Store, typed: &str) -> Found {
    store.read(|c| find(c, &Search::parse(typed), NOW, 20)).unwrap()
}

#[test]
fn everything_is_found_whatever_its_kind_and_status() {
    let (_folder, store) = filled();
    let found = search(&store, "rust");
    assert_eq!(found.projects.len(), 2);
    assert_eq!(found.messages.iter().map(|it| it.seq).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(found.messages[1].author.as_deref(), Some("Marie Évrard"));
    assert_eq!(found.notes.len(), 1);
    assert_eq!(found.notes[0].project_title.as_deref(), Some("Développeur Rust"));
    assert_eq!(search(&store, "prioritaire").notes.len(), 1, "tags are found");
}

#[test]
fn a_name_and_a_place_narrow_it() {
    let (_folder, store) = filled();
    let found = search(&store, "from:evrard rust");
    assert_eq!((found.projects.len(), found.messages.len(), found.notes.len()), (0, 1, 0));
    assert_eq!(search(&store, "de:jean").messages.len(), 1);
    assert_eq!(search(&store, "de:personne").messages.len(), 0);
    let found = search(&store, "in:notes rust");
    assert_eq!((found.projects.len(), found.messages.len(), found.notes.len()), (0, 0, 1));
    let found = search(&store, "-dans:missions rust");
    assert_eq!((found.projects.len(), found.messages.len(), found.notes.len()), (0, 2, 1));
    let found = search(&store, "skill:rust rust");
    assert_eq!((found.projects.len(), found.messages.len(), found.notes.len()), (2, 0, 0));
    assert_eq!(search(&store, "posted:<1h rust").messages.len(), 2);
    assert_eq!(search(&store, "posted:>1d rust").messages.len(), 0);
}

#[test]
fn an_emptied_note_is_gone() {
    let (_folder, store) = filled();
    let project_id = ProjectId::new("open");
    let empty = Note { project_id: project_id.clone(), text: "  ".into(), tags: vec![], updated_at: NOW };
    store.write_durably(|tx| note::save(tx, &empty)).unwrap();
    sample::index(&store);
    assert_eq!(store.read(|c| note::get(c, &project_id)).unwrap(), None);
    assert!(search(&store, "mardi").notes.is_empty());
}

proptest::proptest! {
    #[test]
    fn whatever_is_typed_is_answered(typed in "(in:|from:|-|client:|posted:|budget:|\"|skill:|[a-zé0-9<>. *()]){0,12}.{0,12}") {
        let (_folder, store) = sample::open();
        let answered = store.read(|c| find(c, &Search::parse(&typed), NOW, 5));
        proptest::prop_assert!(answered.is_ok(), "{:?}: {:?}", typed, answered);
    }
}
