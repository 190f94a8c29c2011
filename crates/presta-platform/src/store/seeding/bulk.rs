//! Settings of SQLite that make writing a whole market at once cheaper.

use rusqlite::Connection;

use crate::problem::Problem;

/// What the text index may keep in memory before it writes a segment, in bytes: few, large segments need no merging.
const WORDS_IN_MEMORY: i64 = 16 << 20;
/// FTS5's own default of the same.
const WORDS_BY_DEFAULT: i64 = 1 << 20;
/// FTS5's own default of merging on the way.
const MERGE_BY_DEFAULT: i64 = 4;

/// Runs `fill` without the indexes of the projects, which are built in one go at the end, and without merges in the text
/// index.
///
/// # Errors
/// What `fill` answers, or a database error; the indexes are missing then, in a file that will be made again.
pub(super) fn run(sql: &Connection, fill: impl FnOnce() -> Result<(), Problem>) -> Result<(), Problem> {
    let indexes = sql
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'projects' AND sql <> ''")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>, _>>()?;
    for (name, _) in &indexes {
        sql.execute_batch(&format!("DROP INDEX \"{name}\""))?;
    }
    let set = |name: &str, value: i64| {
        sql.execute("INSERT INTO project_search (project_search, rank) VALUES (?1, ?2)", (name, value))
    };
    set("hashsize", WORDS_IN_MEMORY)?;
    set("automerge", 0)?;
    fill()?;
    set("automerge", MERGE_BY_DEFAULT)?;
    set("hashsize", WORDS_BY_DEFAULT)?;
    for (_, create) in &indexes {
        sql.execute_batch(create)?;
    }
    Ok(())
}
