//! What is connected to an account: applications of others, accounts elsewhere, and the address book.

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    devices, instant,
    kinds::Own,
    sides,
    snapshot::Datum,
    tokens,
};
use crate::{ids::Prefix, problem::Problem};

/// [`Kind::App`].
pub const APPS: Own = Own {
    rows: "SELECT a.n AS n FROM apps a JOIN families f ON f.id = a.family AND f.revoked = 0 WHERE a.user_n = ?1",
    among: "SELECT a.n FROM apps a JOIN families f ON f.id = a.family AND f.revoked = 0
        WHERE a.user_n = ?1 AND a.n IN (SELECT value FROM json_each(?2))",
    lost: "deleted",
    render: |sql, _, rows| Connected::Apps.render(sql, rows),
};

/// [`Kind::Account`].
pub const ACCOUNTS: Own =
    sides::own!("linked_accounts", "deleted", |sql, _, rows| Connected::Accounts.render(sql, rows));

/// [`Kind::Contact`].
pub const CONTACTS: Own = sides::own!("contacts", "deleted", |sql, _, rows| Connected::Contacts.render(sql, rows));

/// A sort of connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connected {
    /// Applications of others.
    Apps,
    /// Accounts elsewhere.
    Accounts,
    /// The address book.
    Contacts,
}

fn app(row: &Row<'_>) -> rusqlite::Result<Value> {
    let scope: String = row.get(4)?;
    let scopes: Vec<&str> = scope.split_ascii_whitespace().collect();
    Ok(json!({
        "id": Prefix::App.id(row.get(0)?).to_string(), "rev": row.get::<_, i64>(1)?,
        "name": row.get::<_, String>(2)?, "publisher": row.get::<_, String>(3)?, "scopes": scopes,
        "granted_at": instant(row.get(5)?), "last_used_at": row.get::<_, Option<i64>>(6)?.map(instant),
    }))
}

fn account(row: &Row<'_>) -> rusqlite::Result<Value> {
    let collected: Vec<String> = serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or_default();
    Ok(json!({
        "id": Prefix::Account.id(row.get(0)?).to_string(), "rev": row.get::<_, i64>(1)?,
        "provider": row.get::<_, String>(2)?, "display_name": row.get::<_, String>(3)?,
        "email": row.get::<_, Option<String>>(4)?, "collected": collected, "linked_at": instant(row.get(6)?),
        "last_synced_at": row.get::<_, Option<i64>>(7)?.map(instant),
    }))
}

fn contact(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "id": Prefix::Contact.id(row.get(0)?).to_string(), "rev": row.get::<_, i64>(1)?,
        "name": row.get::<_, String>(2)?, "email": row.get::<_, String>(3)?, "source": row.get::<_, String>(4)?,
        "created_at": instant(row.get(5)?), "invited_at": row.get::<_, Option<i64>>(6)?.map(instant),
    }))
}

impl Connected {
    /// Its type in the change log.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Apps => Kind::App,
            Self::Accounts => Kind::Account,
            Self::Contacts => Kind::Contact,
        }
    }

    /// Rows as sent, in the order given.
    ///
    /// # Errors
    /// On a database error.
    pub fn render(self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        let (text, write): (_, fn(&Row<'_>) -> rusqlite::Result<Value>) = match self {
            Self::Apps => (
                "SELECT c.n, c.rev, c.name, c.publisher, c.scope, c.granted_at, c.last_used_at
                 FROM json_each(?1) AS wanted JOIN apps c ON c.n = wanted.value ORDER BY wanted.id",
                app,
            ),
            Self::Accounts => (
                "SELECT c.n, c.rev, c.provider, c.display_name, c.email, c.collected, c.linked_at, c.last_synced_at
                 FROM json_each(?1) AS wanted JOIN linked_accounts c ON c.n = wanted.value ORDER BY wanted.id",
                account,
            ),
            Self::Contacts => (
                "SELECT c.n, c.rev, c.name, c.email, c.source, c.created_at, c.invited_at
                 FROM json_each(?1) AS wanted JOIN contacts c ON c.n = wanted.value ORDER BY wanted.id",
                contact,
            ),
        };
        let mut query = sql.prepare_cached(text)?;
        let found = query.query_map([array(rows)], |row| {
            Ok(Datum { n: row.get(0)?, rev: row.get(1)?, json: write(row)?.to_string() })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Takes a connection of `user_n` away; the tokens of an app are refused from now on.
    ///
    /// # Errors
    /// `not-found`, or a database error.
    pub fn remove(self, tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
        let text = match self {
            Self::Apps => return end_app(tx, user_n, n),
            Self::Accounts => "DELETE FROM linked_accounts WHERE n = ?1 AND user_n = ?2",
            Self::Contacts => "DELETE FROM contacts WHERE n = ?1 AND user_n = ?2",
        };
        if tx.sql.execute(text, [n, user_n])? == 0 {
            return Err(Problem::NotFound);
        }
        tx.changed(self.kind(), n, user_n)
    }
}

fn end_app(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    let family: String = tx
        .sql
        .query_row("SELECT family FROM apps WHERE n = ?1 AND user_n = ?2", [n, user_n], |row| row.get(0))
        .optional()?
        .ok_or(Problem::NotFound)?;
    tokens::revoke_family(tx, &family)?;
    devices::settle(tx)
}

/// Empties the address book of `user_n`; answers how many entries it had.
///
/// # Errors
/// On a database error.
pub fn clear_contacts(tx: &mut Tx<'_>, user_n: i64) -> Result<usize, Problem> {
    let gone: Vec<i64> = tx
        .sql
        .prepare_cached("DELETE FROM contacts WHERE user_n = ?1 RETURNING n")?
        .query_map([user_n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for &n in &gone {
        tx.changed(Kind::Contact, n, user_n)?;
    }
    Ok(gone.len())
}
