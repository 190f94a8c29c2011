//! Authorization requests, browser sessions, codes and tokens. Only hashes of secrets are stored.

use rusqlite::{Connection, OptionalExtension, params};

use super::changes::Tx;
use crate::problem::Problem;

/// How long an access token is good, in seconds.
pub const ACCESS_S: i64 = 900;
const ACCESS_MS: i64 = ACCESS_S * 1000;
const REFRESH_MS: i64 = 90 * 86_400_000;
const CODE_MS: i64 = 60_000;
const SESSION_MS: i64 = 12 * 3_600_000;
const AUTHORIZATION_MS: i64 = 600_000;

/// Who a valid access token stands for.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// Their row.
    pub user_n: i64,
    /// What was granted, separated by spaces.
    pub scope: String,
    /// May bid.
    pub freelancer: bool,
    /// When they last gave their password, in ms.
    pub signed_at: i64,
    /// The family of the token: one sign-in of one device.
    pub family: String,
    /// When the token ends, in ms.
    pub expires_at: i64,
    /// Given for a refresh token and not presented before: [`used`] has to note that it now is.
    pub unused: bool,
}

/// Looks an access token up by hash.
///
/// # Errors
/// On a database error.
pub fn bearer(sql: &Connection, hash: &str, now: i64) -> Result<Option<Bearer>, Problem> {
    Ok(sql
        .prepare_cached(
            "SELECT t.user_n, t.scope, u.freelancer, f.signed_at, f.id, t.expires_at, t.unused
             FROM tokens t
             JOIN families f ON f.id = t.family JOIN users u ON u.n = t.user_n
             WHERE t.hash = ?1 AND t.kind = 'access' AND t.expires_at > ?2 AND f.revoked = 0",
        )?
        .query_row(params![hash, now], |row| {
            Ok(Bearer {
                user_n: row.get(0)?,
                scope: row.get(1)?,
                freelancer: row.get(2)?,
                signed_at: row.get(3)?,
                family: row.get(4)?,
                expires_at: row.get(5)?,
                unused: row.get(6)?,
            })
        })
        .optional()?)
}

/// Notes that an access token is presented for the first time: from now on reuse of the refresh token that it was given
/// for is taken for theft. False when another pair replaced it meanwhile.
///
/// # Errors
/// On a database error.
pub fn used(tx: &Tx<'_>, hash: &str) -> Result<bool, Problem> {
    Ok(tx.sql.execute("UPDATE tokens SET unused = 0 WHERE hash = ?1 AND kind = 'access'", [hash])? == 1)
}

/// Keeps an authorization request while its owner signs in.
///
/// # Errors
/// On a database error.
pub fn begin_authorization(tx: &Tx<'_>, id: &str, params: &str) -> Result<(), Problem> {
    tx.sql.execute("DELETE FROM authorizations WHERE expires_at <= ?1", [tx.now])?;
    tx.sql.execute(
        "INSERT INTO authorizations (id, params, expires_at) VALUES (?1, ?2, ?3)",
        params![id, params, tx.now + AUTHORIZATION_MS],
    )?;
    Ok(())
}

/// The request and when it signed someone in, while it is good.
///
/// # Errors
/// On a database error.
pub fn authorization(sql: &Connection, id: &str, now: i64) -> Result<Option<(String, Option<i64>)>, Problem> {
    Ok(sql
        .prepare_cached("SELECT params, signed_at FROM authorizations WHERE id = ?1 AND expires_at > ?2")?
        .query_row(params![id, now], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Opens a browser session for `user_n` and notes it in the request.
///
/// # Errors
/// On a database error.
pub fn sign_in(tx: &Tx<'_>, request: &str, session: &str, user_n: i64) -> Result<(), Problem> {
    tx.sql.execute("DELETE FROM sessions WHERE expires_at <= ?1", [tx.now])?;
    tx.sql.execute(
        "INSERT INTO sessions (hash, user_n, signed_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![session, user_n, tx.now, tx.now + SESSION_MS],
    )?;
    tx.sql.execute("UPDATE authorizations SET signed_at = ?2 WHERE id = ?1", params![request, tx.now])?;
    Ok(())
}

/// Whose session it is, and when they signed in (ms).
///
/// # Errors
/// On a database error.
pub fn session(sql: &Connection, hash: &str, now: i64) -> Result<Option<(i64, i64)>, Problem> {
    Ok(sql
        .prepare_cached("SELECT user_n, signed_at FROM sessions WHERE hash = ?1 AND expires_at > ?2")?
        .query_row(params![hash, now], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Ends a request: it is answered once. False when it was not there any more.
///
/// # Errors
/// On a database error.
pub fn end_authorization(tx: &Tx<'_>, id: &str) -> Result<bool, Problem> {
    Ok(tx.sql.execute("DELETE FROM authorizations WHERE id = ?1", [id])? == 1)
}

/// What a code was given for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Who allowed it.
    pub user_n: i64,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// S256 challenge.
    pub challenge: String,
    /// Separated by spaces.
    pub scope: String,
    /// The family its tokens will be of.
    pub family: String,
    /// When its owner last gave their password, in ms.
    pub signed_at: i64,
}

/// Keeps a code.
///
/// # Errors
/// On a database error.
pub fn issue_code(tx: &Tx<'_>, hash: &str, grant: &Grant) -> Result<(), Problem> {
    tx.sql.execute(
        "INSERT INTO codes (hash, user_n, redirect_uri, challenge, scope, family, signed_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            hash,
            grant.user_n,
            grant.redirect_uri,
            grant.challenge,
            grant.scope,
            grant.family,
            grant.signed_at,
            tx.now + CODE_MS
        ],
    )?;
    Ok(())
}

/// Takes a code: good once. A second time revokes what the first time gave (RFC 6749 §4.1.2).
///
/// # Errors
/// On a database error.
pub fn take_code(tx: &Tx<'_>, hash: &str) -> Result<Option<Grant>, Problem> {
    let found = tx
        .sql
        .query_row(
            "SELECT user_n, redirect_uri, challenge, scope, family, signed_at, expires_at, used FROM codes
             WHERE hash = ?1",
            [hash],
            |row| {
                let grant = Grant {
                    user_n: row.get(0)?,
                    redirect_uri: row.get(1)?,
                    challenge: row.get(2)?,
                    scope: row.get(3)?,
                    family: row.get(4)?,
                    signed_at: row.get(5)?,
                };
                Ok((grant, row.get::<_, i64>(6)?, row.get::<_, bool>(7)?))
            },
        )
        .optional()?;
    let Some((grant, expires_at, used)) = found else { return Ok(None) };
    if used {
        revoke_family(tx, &grant.family)?;
        return Ok(None);
    }
    tx.sql.execute("UPDATE codes SET used = 1 WHERE hash = ?1", [hash])?;
    Ok((expires_at > tx.now).then_some(grant))
}

/// Hashes of a new pair of tokens.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Of the access token.
    pub access: String,
    /// Of the refresh token.
    pub refresh: String,
}

/// Opens a family: the sign-in that happened at `signed_at` (ms).
///
/// # Errors
/// On a database error.
pub fn open_family(tx: &Tx<'_>, family: &str, user_n: i64, signed_at: i64) -> Result<(), Problem> {
    tx.sql.execute(
        "INSERT INTO families (id, user_n, signed_at) VALUES (?1, ?2, ?3)",
        params![family, user_n, signed_at],
    )?;
    Ok(())
}

/// Keeps a pair of an open family.
///
/// # Errors
/// On a database error.
pub fn issue(tx: &Tx<'_>, pair: &Pair, user_n: i64, family: &str, scope: &str) -> Result<(), Problem> {
    let mut insert = tx.sql.prepare_cached(
        "INSERT INTO tokens (hash, kind, family, user_n, scope, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    insert.execute(params![pair.access, "access", family, user_n, scope, tx.now + ACCESS_MS])?;
    insert.execute(params![pair.refresh, "refresh", family, user_n, scope, tx.now + REFRESH_MS])?;
    Ok(())
}

/// A refresh token that may be rotated.
#[derive(Debug, Clone)]
pub struct Renewable {
    /// Hash of the token.
    hash: String,
    /// Whose.
    user_n: i64,
    /// Its family.
    family: String,
    /// Separated by spaces.
    pub scope: String,
    /// Hashes of the pair it was answered with before, of which nothing was used.
    lost: Option<Pair>,
}

/// Looks a refresh token up by hash. Reuse of a spent one revokes its family (RFC 9700 §4.14.2), unless nothing of the
/// pair that it was answered with was used: then the answer may have been lost on its way, or its receiver killed before
/// it was kept, and [`rotate`] gives another.
///
/// RFC 9700 has no such allowance. Okta ("grace period") and Auth0 ("reuse interval") give one by time; Airlock IAM's
/// also ends with the first use of what was issued, and leaves the last pair alone good. Here that use is the only end
/// before the token's own, since a client may be started again days after it was killed. Theft is found out all the same:
/// of two who hold one token, the one whose pair was replaced shows a spent token with the next renewal.
///
/// # Errors
/// On a database error.
pub fn renewable(tx: &Tx<'_>, hash: &str) -> Result<Option<Renewable>, Problem> {
    let found = tx
        .sql
        .query_row(
            "SELECT t.user_n, t.family, t.scope, t.spent, t.expires_at, f.revoked, t.gave_access, t.gave_refresh
             FROM tokens t JOIN families f ON f.id = t.family WHERE t.hash = ?1 AND t.kind = 'refresh'",
            [hash],
            |row| {
                let gave = row.get::<_, Option<String>>(6)?.zip(row.get(7)?);
                let token = Renewable {
                    hash: hash.to_owned(),
                    user_n: row.get(0)?,
                    family: row.get(1)?,
                    scope: row.get(2)?,
                    lost: gave.map(|(access, refresh)| Pair { access, refresh }),
                };
                let good = row.get::<_, i64>(4)? > tx.now && !row.get::<_, bool>(5)?;
                Ok((token, row.get::<_, bool>(3)?, good))
            },
        )
        .optional()?;
    let Some((token, spent, good)) = found else { return Ok(None) };
    if spent && !is_untouched(tx, token.lost.as_ref())? {
        revoke_family(tx, &token.family)?;
        return Ok(None);
    }
    Ok(good.then_some(token))
}

/// Whether neither token of a pair was presented. One that is not there any more was revoked by who holds it: [`prune`]
/// keeps the rows of a pair for as long as the token that gave it is good.
fn is_untouched(tx: &Tx<'_>, pair: Option<&Pair>) -> Result<bool, Problem> {
    let Some(pair) = pair else { return Ok(false) };
    Ok(tx.sql.query_row(
        "SELECT EXISTS (SELECT 1 FROM tokens WHERE hash = ?1 AND kind = 'access' AND unused = 1)
            AND EXISTS (SELECT 1 FROM tokens WHERE hash = ?2 AND kind = 'refresh' AND spent = 0)",
        [&pair.access, &pair.refresh],
        |row| row.get(0),
    )?)
}

/// Spends a refresh token and keeps the pair it gives; a pair that was lost before is good for nothing any more, and its
/// refresh token stays as evidence of reuse.
///
/// # Errors
/// On a database error.
pub fn rotate(tx: &Tx<'_>, token: &Renewable, pair: &Pair, scope: &str) -> Result<(), Problem> {
    if let Some(lost) = &token.lost {
        tx.sql.execute("DELETE FROM tokens WHERE hash = ?1", [&lost.access])?;
        tx.sql.execute("UPDATE tokens SET spent = 1 WHERE hash = ?1", [&lost.refresh])?;
    }
    issue(tx, pair, token.user_n, &token.family, scope)?;
    tx.sql.execute("UPDATE tokens SET unused = 1 WHERE hash = ?1", [&pair.access])?;
    tx.sql.execute(
        "UPDATE tokens SET spent = 1, gave_access = ?2, gave_refresh = ?3 WHERE hash = ?1",
        [&token.hash, &pair.access, &pair.refresh],
    )?;
    Ok(())
}

/// Revokes every token of a family.
///
/// # Errors
/// On a database error.
pub fn revoke_family(tx: &Tx<'_>, family: &str) -> Result<(), Problem> {
    tx.sql.execute("UPDATE families SET revoked = 1 WHERE id = ?1", [family])?;
    tx.revoked(family);
    Ok(())
}

/// Revokes every sign-in of `user_n`; answers how many there were.
///
/// # Errors
/// On a database error.
pub fn revoke_all(tx: &Tx<'_>, user_n: i64) -> Result<usize, Problem> {
    let families: Vec<String> = tx
        .sql
        .prepare_cached("SELECT id FROM families WHERE user_n = ?1 AND revoked = 0")?
        .query_map([user_n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for family in &families {
        revoke_family(tx, family)?;
    }
    Ok(families.len())
}

/// Revokes by any token (RFC 7009): an access token alone, a refresh token with its family.
///
/// # Errors
/// On a database error.
pub fn revoke(tx: &Tx<'_>, hash: &str) -> Result<(), Problem> {
    let found: Option<(String, String)> = tx
        .sql
        .query_row("SELECT kind, family FROM tokens WHERE hash = ?1", [hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        Some((kind, family)) if kind == "refresh" => revoke_family(tx, &family),
        Some((_, family)) => {
            tx.sql.execute("DELETE FROM tokens WHERE hash = ?1", [hash])?;
            tx.revoked(&family);
            Ok(())
        }
        None => Ok(()),
    }
}

/// Revokes families that nobody can use any more: every token of them expired.
///
/// # Errors
/// On a database error.
pub fn end_unused(tx: &Tx<'_>) -> Result<(), Problem> {
    tx.sql.execute(
        "UPDATE families SET revoked = 1 WHERE revoked = 0
             AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.family = families.id AND t.expires_at > ?1)",
        [tx.now],
    )?;
    Ok(())
}

/// Forgets what can serve no more: also as evidence of reuse, or that nothing of a pair was used. A refresh token ends at
/// most `REFRESH_MS` after it was spent, which is before the access token that it gave is forgotten.
///
/// # Errors
/// On a database error.
pub fn prune(tx: &Tx<'_>) -> Result<(), Problem> {
    tx.sql.execute("DELETE FROM tokens WHERE expires_at <= ?1", [tx.now - REFRESH_MS])?;
    tx.sql.execute("DELETE FROM codes WHERE expires_at <= ?1", [tx.now - REFRESH_MS])?;
    Ok(())
}
