//! Files that the person attached to a draft or an act and that the platform is still to get.

use std::fmt;

use presta_model::{ThreadId, creating_act, local_id};
use rusqlite::{Connection, OptionalExtension, Row};
use zeroize::Zeroizing;

use crate::outbox::{self, Act};
use crate::staged_file::FileKey;
use crate::{Error, Tx, alias};

const COLUMNS: &str = "id, place, name, media_type, size, sha256, key, upload_id, sent, platform_id";

/// A file that is staged.
#[derive(Clone, PartialEq, Eq)]
pub struct Staged {
    /// UUID, of the act that uploads it too.
    pub id: String,
    /// The draft it is in; none once it was queued.
    pub place: Option<String>,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// What its copy on the disk is encrypted with.
    pub key: FileKey,
    /// The upload under way, by the platform.
    pub upload_id: Option<String>,
    /// Bytes that the platform has.
    pub sent: u64,
    /// The platform's attachment, once it is there.
    pub platform_id: Option<String>,
}

/// Without the key, whatever is printed.
impl fmt::Debug for Staged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staged")
            .field("id", &self.id)
            .field("place", &self.place)
            .field("name", &self.name)
            .field("media_type", &self.media_type)
            .field("size", &self.size)
            .field("sha256", &self.sha256)
            .field("upload_id", &self.upload_id)
            .field("sent", &self.sent)
            .field("platform_id", &self.platform_id)
            .finish_non_exhaustive()
    }
}

/// Keeps what is known of a file whose copy is on the disk.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(tx: &mut Tx<'_>, staged: &Staged, now: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO attachment (id, place, name, media_type, size, sha256, key, staged_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            &staged.id,
            &staged.place,
            &staged.name,
            &staged.media_type,
            staged.size.cast_signed(),
            &staged.sha256,
            staged.key.as_slice(),
            now,
        ),
    )?;
    tx.touch("attachments");
    Ok(())
}

/// A staged file.
///
/// # Errors
/// When the database cannot be read.
pub fn get(connection: &Connection, id: &str) -> Result<Option<Staged>, Error> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM attachment WHERE id = ?1"))?
        .query_row([id], read)
        .optional()?)
}

/// A staged file by what an act names it: its local id, or the platform's once it is there.
///
/// # Errors
/// When the database cannot be read.
pub fn named(connection: &Connection, id: &str) -> Result<Option<Staged>, Error> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM attachment WHERE id = ?1 OR platform_id = ?2"))?
        .query_row([creating_act(id).unwrap_or_default(), id], read)
        .optional()?)
}

/// The files of a draft, in the order in which they were attached.
///
/// # Errors
/// When the database cannot be read.
pub fn of_place(connection: &Connection, place: &str) -> Result<Vec<Staged>, Error> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM attachment WHERE place = ?1 ORDER BY rowid"))?;
    let rows = statement.query_map([place], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every staged file, in the order in which they were attached.
///
/// # Errors
/// When the database cannot be read.
pub fn all(connection: &Connection) -> Result<Vec<Staged>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM attachment ORDER BY rowid"))?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The SQL condition that a payload names the file whose id `id` is, both being SQL expressions. Quotes inside of a JSON
/// text are escaped, so that what a person wrote never looks like this.
pub(crate) fn names(payload: &str, id: &str) -> String {
    format!("instr({payload}, '\"' || {id} || '\"') > 0")
}

/// Whether an act other than `act_id` names the file.
///
/// # Errors
/// When the database cannot be read.
pub fn is_named_beside(connection: &Connection, file: &Staged, act_id: &str) -> Result<bool, Error> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE act_id <> ?1 AND ({} OR (?3 IS NOT NULL AND {})))",
            names("payload", "?2"),
            names("payload", "?3"),
        ))?
        .query_row((act_id, local_id(&file.id), &file.platform_id), |row| row.get(0))?)
}

/// The conversations whose draft has files, and when the last one was attached, in ms since 1970.
///
/// # Errors
/// When the database cannot be read.
pub fn threads(connection: &Connection) -> Result<Vec<(ThreadId, i64)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT substr(place, 8), max(staged_at) FROM attachment WHERE place LIKE 'thread:%' GROUP BY place",
    )?;
    let rows = statement.query_map([], |row| Ok((ThreadId::new(row.get::<_, String>(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes the files `ids` out of their drafts for an act that is about to be queued: what is not on the platform yet is
/// queued to be uploaded. Gives what the act has to name, ids of the platform or local ones; other ids stay as they are.
/// The draft is remembered for [`unclaim`].
///
/// # Errors
/// When the database cannot be written.
pub fn claim(tx: &mut Tx<'_>, ids: &[String], now: i64) -> Result<Vec<String>, Error> {
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(staged) = named(tx, id)? else {
            out.push(alias::resolve(tx, id)?);
            continue;
        };
        tx.execute(
            "UPDATE attachment SET place = NULL, came_from = coalesce(place, came_from) WHERE id = ?1",
            [&staged.id],
        )?;
        tx.touch("attachments");
        if let Some(platform_id) = staged.platform_id {
            out.push(platform_id);
            continue;
        }
        if outbox::get(tx, &staged.id)?.is_none() {
            let act = Act::Upload { name: staged.name, size: staged.size };
            outbox::enqueue(tx, &staged.id, &act, now)?;
        }
        out.push(id.clone());
    }
    Ok(out)
}

/// Puts the files that an act named back into the draft `place`, each into the one it came from when there is none; their
/// uploads are dropped, what they sent is kept.
///
/// # Errors
/// When the database cannot be written.
pub fn unclaim(tx: &mut Tx<'_>, named: &[String], place: Option<&str>) -> Result<(), Error> {
    for id in named {
        let local = creating_act(id).unwrap_or_default();
        tx.execute(
            "UPDATE attachment SET place = coalesce(?3, came_from, place) WHERE id = ?1 OR platform_id = ?2",
            (local, id, place),
        )?;
        tx.execute("DELETE FROM outbox WHERE act_id = ?1 AND kind = 'upload'", [local])?;
    }
    tx.touch("attachments");
    tx.touch("queue");
    Ok(())
}

/// Drops a file from its draft. False when it is in none: it was queued.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<bool, Error> {
    tx.touch("attachments");
    Ok(tx.execute("DELETE FROM attachment WHERE id = ?1 AND place IS NOT NULL", [id])? > 0)
}

/// Notes the upload under way, before the first byte is sent.
///
/// # Errors
/// When the database cannot be written.
pub fn begun(tx: &mut Tx<'_>, id: &str, upload_id: &str) -> Result<(), Error> {
    tx.execute("UPDATE attachment SET upload_id = ?2, sent = 0 WHERE id = ?1", [id, upload_id])?;
    Ok(())
}

/// Forgets an upload that the platform no longer has: the file begins again under another idempotency key, since the first
/// one would be answered with the upload that is gone.
///
/// # Errors
/// When the database cannot be written.
pub fn begin_again(tx: &mut Tx<'_>, id: &str, key: &str) -> Result<(), Error> {
    tx.execute("UPDATE attachment SET upload_id = NULL, sent = 0 WHERE id = ?1", [id])?;
    tx.execute("UPDATE outbox SET key = ?2 WHERE act_id = ?1", [id, key])?;
    Ok(())
}

/// Notes how many bytes the platform has.
///
/// # Errors
/// When the database cannot be written.
pub fn sent(tx: &mut Tx<'_>, id: &str, bytes: u64) -> Result<(), Error> {
    tx.execute("UPDATE attachment SET sent = ?2 WHERE id = ?1", (id, bytes.cast_signed()))?;
    Ok(())
}

/// Notes what the file is called on the platform, in every queued act that names it too.
///
/// # Errors
/// When the database cannot be written.
pub fn arrived(tx: &mut Tx<'_>, id: &str, platform_id: &str) -> Result<(), Error> {
    tx.execute("UPDATE attachment SET platform_id = ?2, sent = size WHERE id = ?1", [id, platform_id])?;
    tx.touch("attachments");
    alias::settle(tx, &local_id(id), platform_id)
}

/// Forgets the files that no draft has and no act names any more, and gives their ids.
///
/// # Errors
/// When the database cannot be written.
pub fn sweep(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare_cached(&format!(
        "DELETE FROM attachment WHERE place IS NULL AND NOT EXISTS (
           SELECT 1 FROM outbox WHERE act_id = attachment.id OR {} OR (platform_id IS NOT NULL AND {}))
         RETURNING id",
        names("payload", "'local:' || attachment.id"),
        names("payload", "platform_id"),
    ))?;
    let dropped: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    drop(statement);
    if !dropped.is_empty() {
        tx.touch("attachments");
    }
    Ok(dropped)
}

/// The drafts that have files.
///
/// # Errors
/// When the database cannot be read.
pub fn places(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT place FROM attachment WHERE place IS NOT NULL ORDER BY place")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The ids of all staged files: copies on the disk under other names belong to nothing.
///
/// # Errors
/// When the database cannot be read.
pub fn ids(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT id FROM attachment")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Staged> {
    Ok(Staged {
        id: row.get(0)?,
        place: row.get(1)?,
        name: row.get(2)?,
        media_type: row.get(3)?,
        size: row.get::<_, i64>(4)?.cast_unsigned(),
        sha256: row.get(5)?,
        key: Zeroizing::new(row.get(6)?),
        upload_id: row.get(7)?,
        sent: row.get::<_, i64>(8)?.cast_unsigned(),
        platform_id: row.get(9)?,
    })
}
