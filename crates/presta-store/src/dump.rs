//! Everything the cache holds of the account, row by row, as JSON: what an export is written from.

use rusqlite::Connection;

use crate::Error;

/// Tables whose rows are part of others, or say nothing of the person: how far a sync has come, what is to be indexed.
const DERIVED: &[&str] =
    &["sync_state", "project", "project_text", "project_skill", "thread_alias", "alias", "index_todo"];

/// A source's name, the tables it needs, and the query whose only column is a row as JSON.
type Known = (&'static str, &'static str, &'static str);

/// What is not simply a table's columns.
const KNOWN: &[Known] = &[
    ("profile", "setting", "SELECT value FROM setting WHERE name = 'me'"),
    (
        "settings",
        "setting",
        "SELECT json_object('name', name, 'value', json(value)) FROM setting WHERE name <> 'me' ORDER BY name",
    ),
    (
        "projects",
        "project",
        "SELECT json_set(t.data, '$.description', t.description) FROM project p JOIN project_text t USING (row_key)
         ORDER BY p.row_key DESC",
    ),
    ("bids", "bid", "SELECT data FROM bid ORDER BY updated_at DESC, id"),
    ("threads", "thread", "SELECT data FROM thread ORDER BY updated_at DESC, id"),
    (
        "messages",
        "message",
        "SELECT json_object('id', id, 'thread_id', thread_id, 'seq', seq, 'author_id', author_id,
           'client_message_id', client_message_id, 'sent_at', sent_at, 'text', text)
         FROM message ORDER BY thread_id, seq",
    ),
    (
        "bid_drafts",
        "bid_draft",
        "SELECT json_object('project_id', project_id, 'version', version, 'started_at', started_at,
           'saved_at', saved_at, 'form', json(form)) FROM bid_draft ORDER BY project_id, version",
    ),
    (
        "message_drafts",
        "message_draft",
        "SELECT json_object('thread_id', thread_id, 'saved_at', saved_at, 'text', text)
         FROM message_draft ORDER BY thread_id",
    ),
    (
        "queue",
        "outbox",
        "SELECT json_object('act_id', act_id, 'kind', kind, 'state', state, 'attempts', attempts, 'queued_at', queued_at,
           'error', json(error), 'differences', json(differences), 'act', json(payload))
         FROM outbox ORDER BY position",
    ),
];

/// Rows of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name: lower case, digits and underscores.
    pub name: String,
    /// How many rows there are.
    pub rows: u64,
    sql: String,
}

/// Every kind there is. A table this module knows nothing of is a kind as well, so that none is left out by oversight.
///
/// # Errors
/// When the database cannot be read.
pub fn sources(connection: &Connection) -> Result<Vec<Source>, Error> {
    let tables = tables(connection)?;
    let mut sources = Vec::new();
    for (name, table, sql) in KNOWN {
        if tables.iter().any(|it| it == table) {
            sources.push(source(connection, (*name).to_owned(), (*sql).to_owned())?);
        }
    }
    for table in &tables {
        if DERIVED.contains(&table.as_str()) || KNOWN.iter().any(|(_, known, _)| known == table) {
            continue;
        }
        if table == "resource" {
            sources.extend(resources(connection)?);
        } else {
            sources.push(source(connection, table.clone(), columns_as_json(connection, table)?)?);
        }
    }
    Ok(sources)
}

/// Hands out the rows of a kind, one JSON text each.
///
/// # Errors
/// Those of `take`, and when the database cannot be read.
pub fn each<E: From<Error>>(
    connection: &Connection,
    source: &Source,
    mut take: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection.prepare(&source.sql).map_err(Error::from)?;
    let mut rows = statement.query([]).map_err(Error::from)?;
    while let Some(row) = rows.next().map_err(Error::from)? {
        let value = row.get_ref(0).map_err(Error::from)?;
        take(value.as_str().map_err(|error| Error::from(rusqlite::Error::from(error)))?)?;
    }
    Ok(())
}

fn tables(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
         ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// The kinds of the table that keeps resources of many kinds.
fn resources(connection: &Connection) -> Result<Vec<Source>, Error> {
    let mut statement = connection.prepare("SELECT DISTINCT kind FROM resource ORDER BY kind")?;
    let kinds = statement.query_map([], |row| row.get::<_, String>(0))?;
    kinds
        .map(|kind| {
            let kind = kind?;
            let sql = format!("SELECT data FROM resource WHERE kind = '{}' ORDER BY id", kind.replace('\'', "''"));
            let name = kind.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            source(connection, name, sql)
        })
        .collect()
}

fn columns_as_json(connection: &Connection, table: &str) -> Result<String, Error> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    let names = statement.query_map([table], |row| row.get::<_, String>(0))?;
    let mut pairs = Vec::new();
    for name in names {
        let name = name?;
        let column = format!("\"{}\"", name.replace('"', "\"\""));
        // JSON has no bytes.
        let value = format!("iif(typeof({column}) = 'blob', hex({column}), {column})");
        pairs.push(format!("'{}', {value}", name.replace('\'', "''")));
    }
    Ok(format!("SELECT json_object({}) FROM \"{}\"", pairs.join(", "), table.replace('"', "\"\"")))
}

fn source(connection: &Connection, name: String, sql: String) -> Result<Source, Error> {
    let rows: i64 = connection.query_row(&format!("SELECT count(*) FROM ({sql})"), [], |row| row.get(0))?;
    Ok(Source { name, rows: u64::try_from(rows).unwrap_or(0), sql })
}
