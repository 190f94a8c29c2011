//! Access for many users at once: tokens are written into the file, as a sign-in would leave them.

use std::path::Path;

use presta_platform::{scopes::Scope, secret, serve};
use rusqlite::{Connection, params};

/// A day, in ms.
const GOOD_FOR_MS: i64 = 86_400_000;

/// A user with a token.
#[derive(Debug, Clone)]
pub struct Access {
    pub token: String,
}

/// The file of a platform, beside it.
pub fn file(data: &Path) -> anyhow::Result<Connection> {
    let sql = Connection::open(data.join(serve::FILE))?;
    sql.busy_timeout(std::time::Duration::from_secs(20))?;
    Ok(sql)
}

/// Tokens with every permission for `users`.
pub fn tokens(sql: &mut Connection, users: &[i64]) -> anyhow::Result<Vec<Access>> {
    let scope: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
    let now = jiff::Timestamp::now().as_millisecond();
    let tx = sql.transaction()?;
    let mut granted = Vec::with_capacity(users.len());
    for &user_n in users {
        let (token, family) = (secret::token()?, secret::token()?);
        tx.execute("INSERT INTO families (id, user_n, signed_at) VALUES (?1, ?2, ?3)", params![family, user_n, now])?;
        tx.execute(
            "INSERT INTO tokens (hash, kind, family, user_n, scope, expires_at) VALUES (?1, 'access', ?2, ?3, ?4, ?5)",
            params![secret::digest(&token), family, user_n, scope.join(" "), now + GOOD_FOR_MS],
        )?;
        granted.push(Access { token });
    }
    tx.commit()?;
    Ok(granted)
}

/// Rows of one column.
pub fn rows(sql: &Connection, text: &str) -> anyhow::Result<Vec<i64>> {
    let mut select = sql.prepare(text)?;
    let found = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(found)
}
