//! What a seeded file promises.

use std::fmt::Write as _;

use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};

use super::*;

const PROJECTS: u64 = 1_700;

fn filled(seed: u64, threads: usize) -> (tempfile::TempDir, Connection) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("platform.db");
    let now = "2026-11-23T09:14:03Z".parse().unwrap();
    let plan = Plan { projects: Some(PROJECTS), seed, now };
    crate::db::create(&path, |sql| fill_on(sql, &plan, threads)).unwrap();
    let sql = Connection::open(&path).unwrap();
    (dir, sql)
}

/// Every row of every table, those of the text index too, but for secrets, which are drawn anew for each file.
fn digest(sql: &Connection) -> String {
    let tables: Vec<String> = sql
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut hash = Sha256::new();
    for table in tables {
        let mut query = sql.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let secret: Vec<bool> = query.column_names().map(|name| name == "password_hash").collect();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            if table == "meta" && ["epoch", "secret"].contains(&row.get::<_, String>(0).unwrap().as_str()) {
                continue;
            }
            let mut line = table.clone();
            for (at, _) in secret.iter().enumerate().filter(|(_, secret)| !**secret) {
                match row.get_ref(at).unwrap() {
                    ValueRef::Text(text) => line.push_str(std::str::from_utf8(text).unwrap()),
                    other => write!(line, "\u{1f}{other:?}").unwrap(),
                }
            }
            hash.update(line.as_bytes());
        }
    }
    format!("{:x?}", hash.finalize())
}

fn number(sql: &Connection, query: &str) -> i64 {
    sql.query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_file_on_any_number_of_threads() {
    let (_a, one) = filled(5, 1);
    let (_b, three) = filled(5, 3);
    let (_c, other) = filled(6, 1);
    assert_eq!(digest(&one), digest(&three));
    assert_ne!(digest(&one), digest(&other));
}

#[test]
fn bids_and_conversations_come_in_proportion_and_agree_with_what_projects_count() {
    let (_dir, sql) = filled(5, 2);
    assert_eq!(number(&sql, "SELECT count(*) FROM projects"), i64::try_from(PROJECTS).unwrap());
    // Those of generated people with each other; the accounts have their own besides.
    let generated = "SELECT b.n, b.project_n, b.amount, b.status, b.submitted_at FROM bids b
        JOIN projects p ON p.n = b.project_n WHERE b.freelancer_n > 1000 AND p.client_n >= 1000";
    let bids = number(&sql, &format!("SELECT count(*) FROM ({generated})"));
    assert!((70..=85).contains(&bids), "{bids} bids for {PROJECTS} projects");
    let apart = number(
        &sql,
        &format!(
            "SELECT count(*) FROM (SELECT p.n FROM ({generated}) AS b JOIN projects p ON p.n = b.project_n GROUP BY p.n
             HAVING count(*) <> p.bid_count OR sum(b.amount) <> p.bid_sum
             OR sum(b.status = 'awarded') <> (p.status = 'awarded') OR min(b.submitted_at) <= p.posted_at)"
        ),
    );
    assert_eq!(apart, 0, "projects that count other bids than there are");
    let threads = number(
        &sql,
        "SELECT count(*) FROM threads t JOIN projects p ON p.n = t.project_n
         JOIN bids b ON b.n = t.bid_n AND b.project_n = p.n
         WHERE p.client_n >= 1000 AND b.freelancer_n > 1000",
    );
    assert!((14..=17).contains(&threads), "{threads} conversations for {PROJECTS} projects");
    let torn = number(
        &sql,
        "SELECT count(*) FROM threads t WHERE last_seq <> (SELECT count(*) FROM messages m WHERE m.thread_n = t.n)
         OR updated_at <> (SELECT max(sent_at) FROM messages m WHERE m.thread_n = t.n)",
    );
    assert_eq!(torn, 0, "conversations that miscount");
}

#[test]
fn after_the_bulk_the_indexes_are_back_and_every_word_is_found() {
    let (_dir, sql) = filled(5, 2);
    let of = |sql: &Connection| {
        number(sql, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'projects'")
    };
    let fresh = Connection::open_in_memory().unwrap();
    fresh.execute_batch(include_str!("../schema/core.sql")).unwrap();
    assert_eq!(of(&sql), of(&fresh));
    assert_eq!(sql.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
    let listed =
        number(&sql, "SELECT count(*) FROM project_search WHERE project_search MATCH 'developpeur OR developer'");
    let told = number(
        &sql,
        "SELECT count(*) FROM project_texts WHERE lower(body) GLOB '*[^a-zé]développeur[^a-zé]*'
             OR lower(body) GLOB '*[^a-z]developer[^a-z]*'",
    );
    assert!(told > 50, "{told}");
    assert_eq!(listed, told);
}
