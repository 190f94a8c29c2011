//! Passwords: argon2id, one PHC string per account.

use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use rusqlite::{Connection, OptionalExtension};

use crate::problem::Problem;

/// KiB of memory and passes of a new hash: RFC 9106's shape, small enough for a reference server.
const MEMORY_KIB: u32 = 8 * 1024;
const PASSES: u32 = 2;

/// An argon2id PHC string of `password`.
///
/// # Errors
/// When no salt can be drawn.
pub fn hash(password: &str) -> Result<String, Problem> {
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|error| Problem::Internal(format!("salt: {error}")))?;
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Problem::Internal(format!("argon2: {error}")))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| Problem::Internal(format!("argon2: {error}")))
}

/// Whether `password` is the one of `stored`.
#[must_use]
pub fn matches(password: &str, stored: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), stored).is_ok()
}

/// Takes as long as [`matches`], so that nobody learns from the time of an answer whether a login is there.
pub fn waste_time(password: &str) {
    static NOBODYS: OnceLock<Option<String>> = OnceLock::new();
    let _ = NOBODYS.get_or_init(|| hash("").ok()).as_ref().map(|stored| matches(password, stored));
}

/// The row and hash of a sign-in name.
///
/// # Errors
/// On a database error.
pub fn find(sql: &Connection, login: &str) -> Result<Option<(i64, String)>, Problem> {
    Ok(sql
        .prepare_cached("SELECT n, password_hash FROM users WHERE login = ?1 AND password_hash IS NOT NULL")?
        .query_row([login], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}
