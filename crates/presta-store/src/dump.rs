//! Everything the cache holds of the account, row by row, as JSON: what an export is written from.

use rusqlite::Connection;

use crate::Error;

/// Tables whose rows are part of others, or say nothing of the person: how far a sync has come, what is to be indexed.
const DERIVED: &[&str] =
    &["sync_state", "project_text", "project_skill", "thread_alias", "alias", "index_todo", "index_state"];

/// A source's name, its table, and the query whose only column is a row as JSON.
const KNOWN: &[(&str, &str, &str)] = &[
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
];

/// Other names for tables that are written column by column.
const NAMES: &[(&str, &str)] = &[
    ("alert", "alerts"),
    ("attachment", "attachments"),
    ("alert_rule", "alert_rules"),
    ("message", "messages"),
    ("bid_draft", "bid_drafts"),
    ("message_draft", "message_drafts"),
    ("outbox", "queue"),
    ("note", "notes"),
];

/// Columns that hold JSON, wherever they are.
const JSON: &[&str] =
    &["form", "payload", "error", "differences", "conflict", "tags", "criteria", "why", "value", "data", "attachments"];
/// Columns that are no data of the person and would open what is encrypted: an export is not.
const SECRET: &[(&str, &str)] = &[("attachment", "key")];
/// Columns that only serve the cache.
const INTERNAL: &[&str] = &["generation", "row_key", "position"];

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
            let name = NAMES.iter().find(|(it, _)| it == table).map_or(table.as_str(), |(_, name)| name);
            sources.push(source(connection, name.to_owned(), columns_as_json(connection, table)?)?);
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
        if INTERNAL.contains(&name.as_str()) || SECRET.contains(&(table, name.as_str())) {
            continue;
        }
        let value = if JSON.contains(&name.as_str()) {
            // What is no JSON after all is kept as text.
            format!("json(iif(coalesce(json_valid({column}), 1), {column}, json_quote({column})))")
        } else {
            // JSON has no bytes.
            format!("iif(typeof({column}) = 'blob', hex({column}), {column})")
        };
        pairs.push(format!("'{}', {value}", name.replace('\'', "''")));
    }
    Ok(format!("SELECT json_object({}) FROM \"{}\"", pairs.join(", "), table.replace('"', "\"\"")))
}

fn source(connection: &Connection, name: String, sql: String) -> Result<Source, Error> {
    let rows: i64 = connection.query_row(&format!("SELECT count(*) FROM ({sql})"), [], |row| row.get(0))?;
    Ok(Source { name, rows: u64::try_from(rows).unwrap_or(0), sql })
}
