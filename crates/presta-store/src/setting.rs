//! Small values kept with the account: profile, catalog, quota.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{decode, encode};
use crate::{Error, Tx};

/// The profile of the account (`presta_model::Me`).
pub const ME: &str = "me";
/// The platform's lists and rules (`presta_model::Catalog`).
pub const CATALOG: &str = "catalog";
/// The bids left (`presta_model::Quota`).
pub const QUOTA: &str = "quota";
/// Minutes without a sign of the person after which the account locks (`u32`); none means never.
pub const LOCK_AFTER: &str = "lock-after-minutes";

/// The window of the projects that are synced, with its `rev` (JSON as the contract has it).
pub const FEED: &str = "feed";
/// Seconds in which an act that others see can be taken back; 0 for none.
pub const UNDO_SECONDS: &str = "undo_seconds";

/// Reads a value.
///
/// # Errors
/// When the database cannot be read or the value does not have the shape of `T`.
pub fn get<T: DeserializeOwned>(connection: &Connection, name: &str) -> Result<Option<T>, Error> {
    let json: Option<String> = connection
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    json.map(|json| decode("setting", &json)).transpose()
}

/// Writes a value; says whether it differs from what was there.
///
/// # Errors
/// When the database cannot be written.
pub fn set<T: Serialize>(tx: &mut Tx<'_>, name: &str, value: &T) -> Result<bool, Error> {
    let rows = tx
        .prepare_cached(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value",
        )?
        .execute((name, encode("setting", value)?))?;
    Ok(rows > 0)
}

/// Removes a value; it is no error when there is none.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(tx: &mut Tx<'_>, name: &str) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM setting WHERE name = ?1")?.execute([name])?;
    Ok(())
}
