//! Row keys that grow with time, so that newest-first is the order of the table and of the index. See docs/adr/0002.

use rusqlite::Connection;

use crate::Error;

/// Bits of a row key that make it unique among rows of the same second.
pub(crate) const TIE_BITS: u32 = 20;

/// A key that no row of `table` has, for a row of that second since 1970.
pub(crate) fn free(connection: &Connection, table: &'static str, second: i64) -> Result<i64, Error> {
    let first = second << TIE_BITS;
    let last: Option<i64> = connection
        .prepare_cached(&format!("SELECT max(row_key) FROM {table} WHERE row_key >= ?1 AND row_key < ?2"))?
        .query_row((first, (second + 1) << TIE_BITS), |row| row.get(0))?;
    Ok(last.map_or(first, |last| last + 1))
}

/// The first key of a row at or after `ms` since 1970.
pub(crate) fn at(ms: i64) -> i64 {
    ms.div_euclid(1000) << TIE_BITS
}

/// The end of the second of a key, in ms since 1970.
pub(crate) fn ms_after(row_key: i64) -> i64 {
    ((row_key >> TIE_BITS) + 1) * 1000
}
