//! The full-text index: found as a plain reading finds, and made anew whenever it cannot be trusted.

use presta_model::{Project, fold};
use presta_store::project_list::ProjectFilters;
use presta_store::search::Search;
use presta_store::{Error, Store, message, project};
use proptest::prelude::*;

use crate::sample::{self, NOW};

fn found(store: &Store, query: &str) -> Vec<String> {
    sample::found(store, query, &ProjectFilters::default())
}

fn keep(store: &Store, count: usize) {
    store
        .write(|tx| -> Result<_, Error> {
            for index in 0..count {
                project::upsert(tx, &sample::project(&format!("p{index:03}")), 1)?;
            }
            Ok(())
        })
        .unwrap();
}

fn reopen(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("cache.db"), &sample::key(), |_| {}).unwrap()
}

#[test]
fn rows_are_listed_at_once_and_found_once_indexed_newest_first() {
    let (_folder, store) = sample::open();
    let mut old = sample::project("old");
    old.posted_at = jiff::Timestamp::from_millisecond(NOW - 86_400_000).unwrap();
    store
        .write(|tx| -> Result<_, Error> {
            project::upsert(tx, &sample::project("new"), 1)?;
            project::upsert(tx, &old, 1)
        })
        .unwrap();
    assert_eq!(found(&store, ""), ["new", "old"]);
    assert_eq!(found(&store, "rust"), Vec::<String>::new());
    assert_eq!(store.index_pending().unwrap(), 2);
    assert_eq!(store.index_step(1).unwrap().pending, 1);
    assert_eq!(found(&store, "rust"), ["new"]);
    sample::index(&store);
    assert_eq!(found(&store, "rust"), ["new", "old"]);
    assert_eq!(store.index_pending().unwrap(), 0);
}

#[test]
fn changed_and_dropped_rows_leave_no_terms_behind() {
    let (_folder, store) = sample::open();
    let mut it = sample::project("p1");
    store.write(|tx| project::upsert(tx, &it, 1)).unwrap();
    sample::index(&store);
    it.rev += 1;
    it.title = "Administratrice".into();
    store.write(|tx| project::upsert(tx, &it, 1)).unwrap();
    sample::index(&store);
    assert_eq!(found(&store, "developpeur"), Vec::<String>::new());
    assert_eq!(found(&store, "administratrice"), ["p1"]);
    store.write(|tx| project::remove(tx, "p1")).unwrap();
    sample::index(&store);
    let terms: i64 = store
        .read(|c| -> Result<_, Error> {
            let sql = "SELECT count(*) FROM project_fts WHERE project_fts MATCH 'administratrice OR rust'";
            Ok(c.query_row(sql, [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(terms, 0);
}

/// Fault 11: whatever is wrong with the index, it is made anew and nothing is said.
#[test]
fn an_index_that_is_gone_stale_foreign_or_broken_is_made_anew() {
    let (folder, store) = sample::open();
    let search = folder.path().join("search.db");
    keep(&store, 20);
    sample::index(&store);
    drop(store);
    let stale = std::fs::read(&search).unwrap();
    let harms: [(&str, &dyn Fn()); 4] = [
        ("gone", &|| std::fs::remove_file(&search).unwrap()),
        ("of an earlier time", &|| std::fs::write(&search, &stale).unwrap()),
        ("of something else", &|| std::fs::write(&search, vec![7; 40_000]).unwrap()),
        ("cut short", &|| {
            let bytes = std::fs::read(&search).unwrap();
            std::fs::write(&search, &bytes[..bytes.len() / 2]).unwrap();
        }),
    ];
    for (what, harm) in harms {
        let store = reopen(&folder);
        sample::index(&store);
        assert_eq!(found(&store, "developpeur").len(), 20, "before: {what}");
        // So that an index of an earlier time is one.
        let again = Project { rev: 2, title: format!("Développeur {what}"), ..sample::project("p000") };
        store.write(|tx| project::upsert(tx, &Project { rev: again.rev + 1, ..again.clone() }, 1)).unwrap();
        sample::index(&store);
        drop(store);
        harm();
        let store = reopen(&folder);
        assert_eq!(found(&store, "").len(), 20, "lists work: {what}");
        if store.check_index().unwrap().is_some() {
            store.rebuild_index().unwrap();
        }
        assert_eq!(store.index_pending().unwrap(), 20, "{what}");
        sample::index(&store);
        assert_eq!(found(&store, "developpeur").len(), 20, "{what}");
        assert_eq!(store.check_index().unwrap(), None);
    }
}

#[test]
fn an_index_taken_away_under_a_running_client_is_made_anew_by_the_next_reader() {
    let (folder, store) = sample::open();
    keep(&store, 3);
    sample::index(&store);
    drop(store);
    let store = reopen(&folder);
    std::fs::remove_file(folder.path().join("search.db")).unwrap();
    assert_eq!(found(&store, "").len(), 3);
    assert_eq!(store.index_pending().unwrap(), 3);
    sample::index(&store);
    assert_eq!(found(&store, "rust").len(), 3);
}

#[test]
fn a_flipped_byte_in_the_index_is_found_by_its_check() {
    let (folder, store) = sample::open();
    keep(&store, 200);
    sample::index(&store);
    store.optimize_index().unwrap();
    drop(store);
    let path = folder.path().join("search.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() - 6000;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let store = reopen(&folder);
    assert!(store.check_index().unwrap().is_some());
    assert_eq!(found(&store, "").len(), 200, "lists work");
    store.rebuild_index().unwrap();
    sample::index(&store);
    assert_eq!(store.check_index().unwrap(), None);
    assert_eq!(found(&store, "rust").len(), 200);
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "développeur",
        "Develop",
        "été",
        "ÉTÉ",
        "rust",
        "Rust-like",
        "php",
        "C",
        "c++",
        "l’été",
        "données",
        "12",
        "1250",
        "œuvre",
        "naïve",
        "a",
        "temps réel",
        "réel",
        "(php)",
        "\"",
        "*",
        "AND",
        "NEAR(",
        "col:umn",
    ])
}

fn tokens(text: &str) -> Vec<String> {
    fold(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The search said again without an index.
fn fits(search: &Search, it: &Project) -> bool {
    let fields: Vec<Vec<String>> =
        [it.title.as_str(), &it.description, &it.skills.join(" "), &it.client.display_name].map(tokens).into();
    let word = |wanted: &String| {
        let single = wanted.chars().nth(1).is_none();
        fields.iter().flatten().any(|word| if single { word == wanted } else { word.starts_with(wanted.as_str()) })
    };
    let phrase = |wanted: &String| {
        let wanted: Vec<&str> = wanted.split(' ').collect();
        fields.iter().any(|field| field.windows(wanted.len()).any(|window| window == wanted))
    };
    search.words.iter().all(word)
        && search.phrases.iter().all(phrase)
        && !search.without.iter().any(word)
        && !search.without_phrases.iter().any(phrase)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn the_index_finds_what_a_plain_reading_finds(
        texts in prop::collection::vec((prop::collection::vec(word(), 0..6), prop::collection::vec(word(), 0..12)), 1..25),
        queries in prop::collection::vec(prop::collection::vec((prop::sample::select(vec!["", "", "-", "\"", "-\""]), word()), 1..4), 20),
        changed in any::<prop::sample::Index>(),
    ) {
        let (_folder, store) = sample::open();
        let mut projects: Vec<Project> = texts.iter().enumerate().map(|(index, (title, text))| {
            Project { title: title.join(" "), description: text.join(", "), ..sample::project(&format!("p{index}")) }
        }).collect();
        for it in &projects {
            store.write(|tx| project::upsert(tx, it, 1)).unwrap();
        }
        sample::index(&store);
        let index = changed.index(projects.len());
        projects[index].rev += 1;
        projects[index].title = "naïve php".into();
        store.write(|tx| project::upsert(tx, &projects[index], 1)).unwrap();
        sample::index(&store);
        for query in queries {
            let typed: Vec<String> = query.iter().map(|(mark, word)| {
                if mark.ends_with('"') { format!("{mark}{word}\"") } else { format!("{mark}{word}") }
            }).collect();
            let typed = typed.join(" ");
            let search = Search::parse(&typed);
            let mut wanted: Vec<String> =
                projects.iter().filter(|it| fits(&search, it)).map(|it| it.id.to_string()).collect();
            wanted.sort();
            prop_assert_eq!(found(&store, &typed), wanted, "{}", typed);
        }
    }
}

/// A word with every letter of the Basic Multilingual Plane in it is found by itself and by its beginning.
#[test]
fn a_word_in_any_script_is_found() {
    let (_folder, store) = sample::open();
    let words: Vec<String> = (1..=0xffff)
        .filter_map(char::from_u32)
        .filter(|c| c.is_alphanumeric())
        .map(|c| format!("kvz{c}j{}", u32::from(c)))
        .collect();
    let text_of = |letters: &[String]| Project { description: letters.join(" "), ..sample::project("all") };
    store.write(|tx| project::upsert(tx, &text_of(&words), 1)).unwrap();
    sample::index(&store);
    let missed: Vec<&String> = words.iter().step_by(7).filter(|word| found(&store, word).is_empty()).take(5).collect();
    assert_eq!(missed, Vec::<&String>::new());
    for (typed, there) in [("йод", "Йодная"), ("αθη", "Αθήνα"), ("ﾃｽ", "ﾃｽﾄ"), ("straß", "STRAẞE"), ("ELE", "élève")]
    {
        let it = Project { rev: 2, title: there.into(), description: String::new(), ..sample::project("all") };
        store.write(|tx| project::remove(tx, "all")).unwrap();
        store.write(|tx| project::upsert(tx, &it, 2)).unwrap();
        sample::index(&store);
        assert_eq!(found(&store, typed), ["all"], "{typed} in {there}");
        assert_eq!(found(&store, there), ["all"], "{there}");
    }
}

/// What is quoted is whole words, also when it is ruled out.
#[test]
fn an_excluded_phrase_rules_out_that_phrase_alone() {
    let (_folder, store) = sample::open();
    let titles = ["foo bar", "foo barista", "java", "javascript"];
    for (n, title) in titles.into_iter().enumerate() {
        let it = Project { title: title.into(), description: String::new(), ..sample::project(&format!("p{n}")) };
        store.write(|tx| project::upsert(tx, &it, 1)).unwrap();
    }
    sample::index(&store);
    assert_eq!(found(&store, "rust -\"foo bar\""), ["p1", "p2", "p3"]);
    assert_eq!(found(&store, "-\"foo bar\""), ["p1", "p2", "p3"]);
    assert_eq!(found(&store, "-\"java\""), ["p0", "p1", "p3"]);
    assert_eq!(found(&store, "-java"), ["p0", "p1"]);
}

fn words(store: &Store, beginning: &str) -> Vec<String> {
    store
        .read(|c| -> Result<_, Error> {
            let mut statement =
                c.prepare("SELECT word FROM word WHERE word >= ?1 AND word < ?1 || char(1114111) ORDER BY word")?;
            let words = statement.query_map([beginning], |row| row.get(0))?;
            Ok(words.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

/// Words of rows that went, numbers and addresses among them, neither stay in the file nor count against what is kept.
#[test]
fn words_that_no_row_has_any_more_leave() {
    let (_folder, store) = sample::open();
    let numbers: Vec<String> = (0..6_000).map(|n| format!("numero{n:05}")).collect();
    let long = Project { description: numbers.join(" "), ..sample::project("p1") };
    let mut kept = sample::message("m1", "thr_1", 1, "numero00007 reste");
    // A word that the search has whole, and FTS5 in pieces.
    kept.text.push_str(" kvzj\u{1df25}suite");
    store
        .write(|tx| -> Result<_, Error> {
            project::upsert(tx, &long, 1)?;
            project::upsert(tx, &sample::project("p2"), 1)?;
            message::upsert(tx, &kept, 1)
        })
        .unwrap();
    sample::index(&store);
    sample::drop_words(&store);
    store.optimize_index().unwrap();
    assert_eq!(words(&store, "numero").len(), 6_000, "what is there stays");
    let large = store.sizes().unwrap().search;
    store.write(|tx| project::remove(tx, "p1")).unwrap();
    sample::index(&store);
    sample::drop_words(&store);
    store.optimize_index().unwrap();
    assert_eq!(words(&store, "numero"), ["numero00007"]);
    assert!(store.sizes().unwrap().search < large, "room is given back");
    assert_eq!(words(&store, "kvzj").len(), 1);
    assert_eq!(found(&store, "developp"), ["p2"]);
    let messages = |typed| {
        store.read(|c| presta_store::search_all::find(c, &Search::parse(typed), NOW, 5)).unwrap().messages.len()
    };
    assert_eq!((messages("numer"), messages("kvzj"), messages("kvzj\u{1df25}sui")), (1, 1, 1));
    let other = sample::message("m1", "thr_1", 1, "rien");
    store.write(|tx| message::upsert(tx, &presta_model::Message { rev: 2, ..other.clone() }, 1)).unwrap();
    sample::index(&store);
    sample::drop_words(&store);
    store.optimize_index().unwrap();
    assert!(words(&store, "numero").is_empty() && words(&store, "kvzj").is_empty());
    assert_eq!(store.check_index().unwrap(), None);
}
