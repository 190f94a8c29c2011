//! Schema versions, one file each, each applied in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use crate::Error;

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_resources.sql"),
    include_str!("../migrations/0003_search.sql"),
    include_str!("../migrations/0004_alerts.sql"),
    include_str!("../migrations/0005_outbox.sql"),
    include_str!("../migrations/0006_attachments.sql"),
];

/// Requires the newest version, without bringing it there.
pub(crate) fn require(connection: &Connection) -> Result<(), Error> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    match connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? {
        found if found > known => Err(Error::TooNew { found, known }),
        found if found < known => Err(Error::ReadOnly(format!("its schema is {found} and not yet {known}"))),
        _ => Ok(()),
    }
}

/// Brings the schema to the newest version.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(Error::TooNew { found, known });
    }
    for (index, sql) in MIGRATIONS.iter().enumerate() {
        let version = i64::try_from(index + 1).unwrap_or(i64::MAX);
        if version <= found {
            continue;
        }
        let tx = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        // Another process may have brought it there meanwhile.
        if version <= tx.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? {
            continue;
        }
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", version)?;
        tx.commit()?;
    }
    Ok(())
}
