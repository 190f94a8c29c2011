//! The person's private notes on projects, with tags. They never leave this computer.

use presta_model::ProjectId;
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode};
use crate::{Error, Tx};

/// A private note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The project it is about.
    pub project_id: ProjectId,
    /// Plain text.
    pub text: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Last change, in ms since 1970.
    pub updated_at: i64,
}

/// Keeps a note; one without text and tags is dropped. Use a durable transaction.
///
/// # Errors
/// When the database cannot be written.
pub fn save(tx: &mut Tx<'_>, note: &Note) -> Result<(), Error> {
    if note.text.trim().is_empty() && note.tags.is_empty() {
        tx.execute("DELETE FROM note WHERE project_id = ?1", [note.project_id.as_str()])?;
    } else {
        tx.execute(
            "INSERT INTO note (project_id, text, tags, updated_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (project_id) DO UPDATE SET
               text = excluded.text, tags = excluded.tags, updated_at = excluded.updated_at",
            (note.project_id.as_str(), &note.text, encode("tags", &note.tags)?, note.updated_at),
        )?;
    }
    tx.touch("notes");
    tx.touch(format!("project:{}", note.project_id));
    Ok(())
}

/// The note on a project.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, project: &ProjectId) -> Result<Option<Note>, Error> {
    let found: Option<(String, String, i64)> = connection
        .prepare_cached("SELECT text, tags, updated_at FROM note WHERE project_id = ?1")?
        .query_row([project.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    found
        .map(|(text, tags, updated_at)| {
            Ok(Note { project_id: project.clone(), text, tags: decode("tags", &tags)?, updated_at })
        })
        .transpose()
}

/// How many notes there are.
///
/// # Errors
/// When the database cannot be read.
pub fn count(connection: &Connection) -> Result<u32, Error> {
    Ok(connection.prepare_cached("SELECT count(*) FROM note")?.query_row([], |row| row.get(0))?)
}
