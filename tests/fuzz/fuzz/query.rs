//! What people type into the search field: never an error, and marks that change nothing of the text.

use presta_store::project_list::{self, ListRequest, ProjectFilters, Sort};
use presta_store::search::Search;
use presta_store::{Key, Store, project};
use serde_json::Value;

use crate::report;

const WORDS: fuzz::Dictionary = &[
    "\"",
    "-",
    "skill:",
    "budget:>",
    "budget:<",
    "client:verified",
    "type:hourly",
    "posted:<7d",
    "from:",
    "in:",
    ":",
    " ",
    "AND",
    "OR",
    "NOT",
    "NEAR(",
    ")",
    "*",
    "^",
    "'",
    ";",
    "--",
    "\u{0}",
    "\u{200d}",
    "ﬁ",
    "İ",
    "ß",
    "é",
    "é",
    "competence:",
    "9223372036854775808",
    "title:",
    "{",
    "}",
];

#[test]
fn any_text_is_a_search() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("cache.db"), &Key::from_bytes([7; 32]), |_| {}).unwrap();
    let texts = projects(&store);
    let corpus = fuzz::folder("query").unwrap();
    let mutation = |corpus: &[Vec<u8>], draw: &mut fuzz::Draw| fuzz::bytes(corpus, WORDS, draw);
    let inputs = fuzz::run("query", &corpus, &mutation, |input| {
        let typed = String::from_utf8_lossy(input);
        let search = Search::parse(&typed);
        let filters = ProjectFilters::default();
        let request = ListRequest {
            search: &search,
            filters: &filters,
            sort: Sort::Newest,
            my_skills: &[],
            now: 1_790_000_000_000,
            offset: 0,
            limit: 20,
        };
        let found = store.read(|connection| project_list::list(connection, &request));
        assert!(found.is_ok(), "{typed:?}: {found:?}");
        for text in &texts {
            let marked: String = search.mark(text).into_iter().map(|span| span.text).collect();
            assert_eq!(marked, *text);
            search.excerpt(text, 120);
        }
    });
    report("query", inputs);
}

/// Keeps the projects among the examples of the contract; gives their texts.
fn projects(store: &Store) -> Vec<String> {
    let mut texts = vec!["Développeur Rust confirmé, İstanbul ﬁnal ß".to_owned(), String::new()];
    for example in fuzz::examples().unwrap() {
        let Ok(known) = serde_json::from_slice::<Value>(&example).and_then(serde_json::from_value) else { continue };
        let known: presta_model::Project = known;
        store.write(|tx| project::upsert(tx, &known, 1)).unwrap();
        texts.push(known.title);
    }
    assert!(texts.len() > 2, "no project among the examples");
    texts
}
