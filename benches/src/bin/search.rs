//! P4 and P7: search as you type over many short documents, in the encrypted store, in a copy of its files without the
//! encryption, and in plain SQLite with an FTS5 table made by hand, in turns.

use std::path::Path;
use std::time::Instant;

use clap::Parser;
use presta_bench::{Figures, Words, percentiles};
use presta_model::{BidStats, BudgetKind, Client, Project, ProjectId, ProjectStatus, UserId, Viewer};
use presta_store::project_list::{ListRequest, ProjectFilters, Sort, list};
use presta_store::search::Search;
use presta_store::{Connection, Error, Key, Store, project};

const NOW: i64 = 1_790_000_000_000;
const TIMES: usize = 200;
const KEY: u8 = 7;

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    /// How many documents.
    #[arg(long, default_value_t = 1_000_000)]
    documents: u32,
}

/// What is typed, one letter after the other: frequent words, rare ones, two together.
const TYPED: &[&str] =
    &["migration", "postgresql", "refonte site", "rusta", "sécurité réseau", "traductioneurs", "audit"];
const PREFIXES: &[&str] = &["de", "re", "mi", "po", "ru", "tr", "an", "li"];

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut figures = Figures::default();
    let folder = tempfile::tempdir()?;
    figures.note("documents", f64::from(arguments.documents))?;

    let store = Store::open(&folder.path().join("cache.db"), &Key::from_bytes([KEY; 32]), |_| {})?;
    let started = Instant::now();
    fill_store(&store, arguments.documents)?;
    let rows = started.elapsed();
    let started = Instant::now();
    while store.index_step(8_000)?.indexed > 0 {}
    let indexed = started.elapsed();
    let started = Instant::now();
    store.optimize_index()?;
    let optimized = started.elapsed();
    figures.note("encrypted store: rows written, s", rows.as_secs_f64())?;
    figures.note("encrypted store: indexed, s", indexed.as_secs_f64())?;
    figures.note("encrypted store: segments joined, s", optimized.as_secs_f64())?;

    let bare = decrypted(folder.path())?;

    let plain = Connection::open(folder.path().join("plain.db"))?;
    let started = Instant::now();
    fill_plain(&plain, arguments.documents)?;
    figures.note("plain SQLite: rows and index, s", started.elapsed().as_secs_f64())?;

    #[cfg(feature = "peers")]
    peer::measure(&mut figures, arguments.documents)?;
    for (name, sort, queries, sql) in [
        ("newest first", Sort::Newest, TYPED, NEWEST),
        ("two letters", Sort::Newest, PREFIXES, NEWEST),
        ("ranked", Sort::Relevance, TYPED, RANKED),
    ] {
        let query = |turn: usize| queries.get(turn % queries.len()).copied().unwrap_or_default();
        // Once to warm both, then in turns.
        percentiles(queries.len(), |turn| ours(&store, query(turn), sort))?;
        percentiles(queries.len(), |turn| of_copy(&bare, query(turn), sort))?;
        percentiles(queries.len(), |turn| theirs(&plain, sql, query(turn)))?;
        let (mine, mine_99) = percentiles(TIMES, |turn| ours(&store, query(turn), sort))?;
        let (open, open_99) = percentiles(TIMES, |turn| of_copy(&bare, query(turn), sort))?;
        let (other, other_99) = percentiles(TIMES, |turn| theirs(&plain, sql, query(turn)))?;
        figures.note(&format!("{name}: encrypted store, median ms"), mine)?;
        figures.note(&format!("{name}: encrypted store, p99 ms"), mine_99)?;
        figures.note(&format!("{name}: the same without encryption, median ms"), open)?;
        figures.note(&format!("{name}: the same without encryption, p99 ms"), open_99)?;
        figures.note(&format!("{name}: ratio of the medians, with and without encryption"), mine / open)?;
        figures.note(&format!("{name}: ratio of p99, with and without encryption"), mine_99 / open_99)?;
        figures.note(&format!("{name}: plain FTS5 by hand, median ms"), other)?;
        figures.note(&format!("{name}: plain FTS5 by hand, p99 ms"), other_99)?;
        figures.note(&format!("{name}: ratio of the medians"), mine / other)?;
        figures.note(&format!("{name}: ratio of p99"), mine_99 / other_99)?;
    }
    figures.print()
}

/// By hand, for the same answer: how many there are (up to 1,050), and the texts of the first fifty.
const NEWEST: &str = "WITH hit AS (SELECT rowid FROM fts WHERE fts MATCH ?1 ORDER BY rowid DESC LIMIT 50)
    SELECT d.data, d.description FROM hit CROSS JOIN doc d ON d.row_key = hit.rowid";
const RANKED: &str = "WITH best AS MATERIALIZED (SELECT rowid AS k, bm25(fts, 8.0, 1.0, 4.0, 2.0) AS score FROM fts
      WHERE fts MATCH ?1 ORDER BY rowid DESC LIMIT 2000),
    hit AS (SELECT k FROM best ORDER BY score, k DESC LIMIT 50)
    SELECT d.data, d.description FROM hit CROSS JOIN doc d ON d.row_key = hit.k";
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM fts f CROSS JOIN doc d ON d.row_key = f.rowid
    WHERE fts MATCH ?1 AND d.status = 'open' LIMIT 1051)";

/// The store's two files, row for row in new ones without the encryption, which are compact as new files are.
fn decrypted(folder: &Path) -> anyhow::Result<Connection> {
    let key = format!("{KEY:02x}").repeat(32);
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    for name in ["cache.db", "search.db"] {
        let from = Connection::open(path(name))?;
        from.execute_batch(&format!("PRAGMA key = \"x'{key}'\""))?;
        from.execute("ATTACH DATABASE ?1 AS copy KEY ''", [path(&format!("open-{name}"))])?;
        from.query_row("SELECT sqlcipher_export('copy')", [], |_| Ok(()))?;
    }
    let bare = Connection::open(path("open-cache.db"))?;
    bare.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;")?;
    bare.execute("ATTACH DATABASE ?1 AS search KEY ''", [path("open-search.db")])?;
    bare.set_prepared_statement_cache_capacity(64);
    Ok(bare)
}

fn ours(store: &Store, query: &str, sort: Sort) -> Result<usize, anyhow::Error> {
    listed(query, sort, |request| Ok(store.read(|connection| list(connection, request))?.projects.len()))
}

fn of_copy(bare: &Connection, query: &str, sort: Sort) -> Result<usize, anyhow::Error> {
    listed(query, sort, |request| {
        let snapshot = bare.unchecked_transaction()?;
        Ok(list(&snapshot, request)?.projects.len())
    })
}

fn listed(
    query: &str,
    sort: Sort,
    read: impl FnOnce(&ListRequest<'_>) -> anyhow::Result<usize>,
) -> anyhow::Result<usize> {
    let search = Search::parse(query);
    let filters = ProjectFilters::default();
    let request =
        ListRequest { search: &search, filters: &filters, sort, my_skills: &[], now: NOW, offset: 0, limit: 50 };
    read(&request)
}

fn theirs(plain: &Connection, sql: &str, query: &str) -> Result<usize, anyhow::Error> {
    let terms: Vec<String> = query.split(' ').map(|word| format!("\"{word}\"*")).collect();
    let fts = terms.join(" AND ");
    let _: i64 = plain.prepare_cached(COUNT)?.query_row([&fts], |row| row.get(0))?;
    let mut statement = plain.prepare_cached(sql)?;
    let rows = statement.query_map([&fts], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut count = 0;
    for row in rows {
        let (data, _) = row?;
        let _: Project = serde_json::from_str(&data)?;
        count += 1;
    }
    Ok(count)
}

fn documents(count: u32) -> impl Iterator<Item = Project> {
    let mut words = Words::new(42);
    (0..count).map(move |index| {
        let posted = NOW / 1000 - i64::from(count) + i64::from(index);
        document(index, posted, words.text(5), words.text(25))
    })
}

fn document(index: u32, posted: i64, title: String, description: String) -> Project {
    Project {
        id: ProjectId::new(format!("prj_{index}")),
        rev: 1,
        title,
        description,
        category: "backend".into(),
        skills: vec!["rust".into(), "sql".into()],
        kind: BudgetKind::Fixed,
        budget_min: None,
        budget_max: None,
        country: "FR".into(),
        city: None,
        remote: true,
        language: "fr".into(),
        status: ProjectStatus::Open,
        posted_at: jiff::Timestamp::from_second(posted).unwrap_or_default(),
        bids_close_at: None,
        bid_stats: BidStats { count: 3, average: None },
        client: Client {
            id: UserId::new("usr_c"),
            display_name: "Atelier".into(),
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

fn fill_store(store: &Store, count: u32) -> anyhow::Result<()> {
    let mut documents = documents(count).peekable();
    while documents.peek().is_some() {
        store.write(|tx| -> Result<_, Error> {
            for it in documents.by_ref().take(500) {
                project::upsert(tx, &it, 1)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn fill_plain(plain: &Connection, count: u32) -> anyhow::Result<()> {
    plain.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;
         CREATE TABLE doc (row_key INTEGER PRIMARY KEY, status TEXT, title TEXT, description TEXT, skills TEXT, client TEXT, data TEXT);
         CREATE VIRTUAL TABLE fts USING fts5 (title, description, skills, client, content='doc', content_rowid='row_key',
           tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3');
         BEGIN;",
    )?;
    for it in documents(count) {
        let slim = Project { description: String::new(), ..it.clone() };
        plain.prepare_cached("INSERT INTO doc VALUES (?1, 'open', ?2, ?3, ?4, ?5, ?6)")?.execute((
            it.posted_at.as_second() << 20,
            &it.title,
            &it.description,
            it.skills.join(" "),
            &it.client.display_name,
            serde_json::to_string(&slim)?,
        ))?;
    }
    plain.execute_batch(
        "COMMIT; INSERT INTO fts (fts) VALUES ('rebuild'); INSERT INTO fts (fts) VALUES ('optimize');",
    )?;
    Ok(())
}

#[cfg(feature = "peers")]
mod peer {
    use std::time::Instant;

    use presta_bench::peer::Peer;
    use presta_bench::{Figures, percentiles};

    use super::{PREFIXES, TIMES, TYPED, documents};

    pub fn measure(figures: &mut Figures, count: u32) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let started = Instant::now();
        let peer = Peer::new(folder.path(), documents(count))?;
        figures.note("Tantivy: rows and index, s", started.elapsed().as_secs_f64())?;
        let newest = Peer::newest as fn(&Peer, &str) -> anyhow::Result<usize>;
        for (name, queries, run) in [
            ("newest first", TYPED, newest),
            ("two letters", PREFIXES, newest),
            ("ranked, whole words", TYPED, Peer::ranked),
        ] {
            let query = |turn: usize| queries.get(turn % queries.len()).copied().unwrap_or_default();
            percentiles(queries.len(), |turn| run(&peer, query(turn)))?;
            let (median, p99) = percentiles(TIMES, |turn| run(&peer, query(turn)))?;
            figures.note(&format!("{name}: Tantivy, median ms"), median)?;
            figures.note(&format!("{name}: Tantivy, p99 ms"), p99)?;
        }
        Ok(())
    }
}
