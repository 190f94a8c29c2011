//! Devices: one for each sign-in that is still good.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    snapshot::Datum,
    tokens,
};
use crate::{ids::Prefix, problem::Problem};

/// [`Kind::Device`].
pub const OWN: Own = Own {
    rows: "SELECT d.n AS n FROM devices d JOIN families f ON f.id = d.family AND f.revoked = 0 WHERE d.user_n = ?1",
    among: "SELECT d.n FROM devices d JOIN families f ON f.id = d.family AND f.revoked = 0
        WHERE d.user_n = ?1 AND d.n IN (SELECT value FROM json_each(?2))",
    lost: "deleted",
    render: |sql, _, rows| render(sql, rows, None),
};

const HOUR_MS: i64 = 3_600_000;
/// The longest name that is kept, in characters.
const NAME_MAX: usize = 200;

/// Devices as sent, in the order given; `current` is the family of the token that asks, where there is one.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, rows: &[i64], current: Option<&str>) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT d.n, d.rev, d.name, d.created_at, d.last_used_at, d.family
         FROM json_each(?1) AS wanted JOIN devices d ON d.n = wanted.value ORDER BY wanted.id",
    )?;
    let found = query.query_map([array(rows)], |row| {
        let (n, rev): (i64, i64) = (row.get(0)?, row.get(1)?);
        let mut json = json!({
            "id": Prefix::Device.id(n).to_string(), "rev": rev, "name": row.get::<_, Option<String>>(2)?,
            "created_at": instant(row.get(3)?), "last_used_at": instant(row.get(4)?),
        });
        let family: String = row.get(5)?;
        if let (Some(current), Some(members)) = (current, json.as_object_mut()) {
            members.insert("current".to_owned(), Value::Bool(family == current));
        }
        Ok(Datum { n, rev, json: json.to_string() })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// One line of what a client calls itself, without what a terminal or a page would act on.
fn name(agent: &str) -> Option<String> {
    let plain: String = agent.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// Notes that the access token with this hash was given out: a new device, or one (or an app) that is used.
///
/// # Errors
/// On a database error.
pub fn note(tx: &mut Tx<'_>, access: &str, agent: Option<&str>) -> Result<(), Problem> {
    let found: Option<(String, i64)> = tx
        .sql
        .prepare_cached("SELECT family, user_n FROM tokens WHERE hash = ?1")?
        .query_row([access], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((family, user_n)) = found else { return Ok(()) };
    let hour = tx.now - tx.now.rem_euclid(HOUR_MS);
    for (table, kind) in [("apps", Kind::App), ("devices", Kind::Device)] {
        let text = format!("SELECT n, last_used_at FROM {table} WHERE family = ?1");
        let known: Option<(i64, Option<i64>)> =
            tx.sql.prepare_cached(&text)?.query_row([&family], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        if let Some((n, last)) = known {
            if last != Some(hour) {
                let text = format!("UPDATE {table} SET last_used_at = ?2, rev = rev + 1 WHERE n = ?1");
                tx.sql.prepare_cached(&text)?.execute([n, hour])?;
                tx.changed(kind, n, user_n)?;
            }
            return Ok(());
        }
    }
    let n = tx
        .sql
        .prepare_cached(
            "INSERT INTO devices (user_n, family, name, created_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .insert(params![user_n, family, agent.and_then(name), tx.now, hour])?;
    tx.changed(Kind::Device, n, user_n)
}

/// Signs a device of `user_n` out: its tokens are refused from now on.
///
/// # Errors
/// `not-found`, or a database error.
pub fn revoke(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    let family: String = tx
        .sql
        .query_row("SELECT family FROM devices WHERE n = ?1 AND user_n = ?2", [n, user_n], |row| row.get(0))
        .optional()?
        .ok_or(Problem::NotFound)?;
    tokens::revoke_family(tx, &family)?;
    settle(tx)
}

/// Forgets devices and apps whose sign-in was revoked by whatever way, and says so.
///
/// # Errors
/// On a database error.
pub fn settle(tx: &mut Tx<'_>) -> Result<(), Problem> {
    for (table, kind) in [("apps", Kind::App), ("devices", Kind::Device)] {
        let text = format!(
            "DELETE FROM {table} WHERE family IN (SELECT id FROM families WHERE revoked = 1) RETURNING n, user_n"
        );
        let gone: Vec<(i64, i64)> = tx
            .sql
            .prepare_cached(&text)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (n, user_n) in gone {
            tx.changed(kind, n, user_n)?;
        }
    }
    Ok(())
}
