//! What this computer keeps: figures, limits, check and repair.

use presta_engine::store::health::{Doctor, Sizes};
use presta_engine::store::retention::{RETENTION, Retention};
use presta_engine::store::{Error as StoreError, health, setting};
use presta_engine::{Engine, Error};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;

/// What this computer keeps of the account.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Storage {
    /// Sizes on the disk.
    pub sizes: Sizes,
    /// Projects kept.
    pub projects: u64,
    /// Messages kept.
    pub messages: u64,
    /// Bids kept.
    pub bids: u64,
    /// Private notes.
    pub notes: u64,
    /// How much is kept.
    pub retention: Retention,
    /// When the database was last checked and found sound, in ms since 1970.
    pub checked_at: Option<i64>,
}

/// What to repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Repair {
    /// Make the search index anew.
    Reindex,
    /// Give freed space back to the disk.
    Vacuum,
    /// Fetch everything from the platform again.
    Resync,
}

/// What to repair.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
pub struct RepairRequest {
    /// Which.
    pub action: Repair,
}

pub(crate) async fn get(engine: &Engine, _: Nothing) -> Result<Storage, Error> {
    let active = engine.signed_in()?;
    let sizes = active.sizes().await?;
    active
        .read(move |connection| {
            let rows = |table: &str| -> Result<u64, Error> {
                let sql = format!("SELECT count(*) FROM main.{table}");
                let rows: i64 = connection.query_row(&sql, [], |row| row.get(0)).map_err(StoreError::from)?;
                Ok(u64::try_from(rows).unwrap_or(0))
            };
            let retention: Option<Retention> = setting::get(connection, RETENTION)?;
            Ok(Storage {
                sizes,
                projects: rows("project")?,
                messages: rows("message")?,
                bids: rows("bid")?,
                notes: rows("note")?,
                retention: retention.unwrap_or_default(),
                checked_at: setting::get(connection, health::CHECKED_AT)?,
            })
        })
        .await
}

pub(crate) async fn set(engine: &Engine, request: Retention) -> Result<Storage, Error> {
    engine.signed_in()?.set_retention(request).await?;
    get(engine, Nothing {}).await
}

pub(crate) async fn dismiss(engine: &Engine, _: Nothing) -> Result<Nothing, Error> {
    engine.signed_in()?.dismiss_storage_notice();
    Ok(Nothing {})
}

pub(crate) async fn doctor(engine: &Engine, _: Nothing) -> Result<Doctor, Error> {
    engine.signed_in()?.doctor().await
}

pub(crate) async fn repair(engine: &Engine, request: RepairRequest) -> Result<Nothing, Error> {
    let active = engine.signed_in()?;
    match request.action {
        Repair::Reindex => active.reindex().await?,
        Repair::Vacuum => active.vacuum().await?,
        Repair::Resync => active.resync().await?,
    }
    Ok(Nothing {})
}
