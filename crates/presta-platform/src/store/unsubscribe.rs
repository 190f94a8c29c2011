//! The link that ends the mails of a topic without signing in: it names who and what, signed with the server's secret.

use rusqlite::Connection;

use super::{
    changes::Tx,
    communications::{self, Cell, Channel, Edit, Source},
    mails::Topic,
    seeding,
};
use crate::{ids::Prefix, problem::Problem, secret};

fn signature(key: &str, user: &str, topic: &str) -> String {
    secret::digest(&format!("{key}\nunsubscribe\n{user}\n{topic}\n{key}"))
}

/// The path and query of the link for `user_n` and `topic`.
///
/// # Errors
/// On a database error.
pub fn link(sql: &Connection, user_n: i64, topic: Topic) -> Result<String, Problem> {
    let (user, topic) = (Prefix::User.id(user_n).to_string(), topic.name());
    let signed = signature(&seeding::meta(sql, "secret")?, &user, topic);
    Ok(format!("/v1/unsubscribe?token={user}.{topic}.{signed}"))
}

/// Whom and what `token` is about, when this server signed it.
///
/// # Errors
/// `validation` at `?token`, or a database error.
fn read(sql: &Connection, token: &str) -> Result<(i64, Topic), Problem> {
    let invalid = || Problem::field("?token", "invalid");
    let mut pieces = token.splitn(3, '.');
    let (Some(user), Some(topic), Some(signed)) = (pieces.next(), pieces.next(), pieces.next()) else {
        return Err(invalid());
    };
    if !secret::same(&signature(&seeding::meta(sql, "secret")?, user, topic), signed) {
        return Err(invalid());
    }
    let topic = Topic::parse(topic).filter(|topic| !topic.service());
    Prefix::User.parse(user).zip(topic).ok_or_else(invalid)
}

/// Turns the mails of the token's topic off; doing so again is fine.
///
/// # Errors
/// `validation` at `?token`, or a database error.
pub fn take(tx: &mut Tx<'_>, token: &str) -> Result<(), Problem> {
    let (user_n, topic) = read(&tx.sql, token)?;
    let cells = vec![Cell { topic, channel: Channel::Email, enabled: false }];
    communications::apply(tx, user_n, None, &Edit { cells, ..Edit::default() }, Source::Link)
}
