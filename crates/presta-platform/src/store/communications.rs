//! What one wants to be told and how: a matrix of topics and channels, with consent and its history.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::{
    array,
    changes::{Kind, Tx},
    instant,
    kinds::Own,
    mails::Topic,
    projects::Viewer,
    snapshot::Datum,
};
use crate::{
    consent_texts::{self, TEXTS},
    ids::Prefix,
    problem::{FieldError, Problem},
};

/// [`Kind::Communications`].
pub const OWN: Own = Own {
    rows: "SELECT n FROM users WHERE n = ?1",
    among: "SELECT value FROM json_each(?2) WHERE value = ?1",
    lost: "access-lost",
    render,
};

/// How something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A mail.
    Email,
    /// A notification on a device.
    Push,
    /// A text message.
    Sms,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Email, Self::Push, Self::Sms];

    /// Its name on the wire and in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Push => "push",
            Self::Sms => "sms",
        }
    }

    /// From its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

/// Where a change of a choice came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Someone signed in.
    App,
    /// The link of a mail.
    Link,
    /// The answer to a privacy request.
    Support,
}

impl Source {
    const fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Link => "link",
            Self::Support => "support",
        }
    }
}

/// One cell as it is.
#[derive(Debug, Clone, Default)]
struct State {
    enabled: bool,
    consented_at: Option<i64>,
    text_version: Option<String>,
}

/// Whether nothing turns the cell off: what the service has to say arrives at least by mail.
const fn locked(topic: Topic, channel: Channel) -> bool {
    topic.service() && matches!(channel, Channel::Email)
}

/// Without a choice, service goes everywhere but by SMS, and marketing nowhere.
const fn by_default(topic: Topic, channel: Channel) -> bool {
    topic.service() && !matches!(channel, Channel::Sms)
}

type Cells = HashMap<(String, String), State>;

fn chosen(sql: &Connection, user_n: i64) -> Result<Cells, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT topic, channel, enabled, consented_at, text_version FROM communications WHERE user_n = ?1",
    )?;
    let rows = query.query_map([user_n], |row| {
        let state = State { enabled: row.get(2)?, consented_at: row.get(3)?, text_version: row.get(4)? };
        Ok(((row.get(0)?, row.get(1)?), state))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn state(cells: &Cells, topic: Topic, channel: Channel) -> State {
    let key = (topic.name().to_owned(), channel.name().to_owned());
    let default = State { enabled: by_default(topic, channel), ..State::default() };
    cells.get(&key).cloned().unwrap_or(default)
}

/// Whether `user_n` is to be told of `topic` by `channel`.
///
/// # Errors
/// On a database error.
pub fn allows(sql: &Connection, user_n: i64, topic: Topic, channel: Channel) -> Result<bool, Problem> {
    let chosen: Option<bool> = sql
        .prepare_cached("SELECT enabled FROM communications WHERE user_n = ?1 AND topic = ?2 AND channel = ?3")?
        .query_row(params![user_n, topic.name(), channel.name()], |row| row.get(0))
        .optional()?;
    Ok(locked(topic, channel) || chosen.unwrap_or_else(|| by_default(topic, channel)))
}

/// The choices of someone that are no cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags {
    /// The revision of everything.
    pub rev: i64,
    /// A profile is made for marketing.
    pub marketing_profiling: bool,
    /// Recommendations go by what one did.
    pub personalised: bool,
}

/// See [`Flags`].
///
/// # Errors
/// On a database error.
pub fn flags(sql: &Connection, user_n: i64) -> Result<Flags, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT coalesce(c.rev, 1), coalesce(c.marketing_profiling, 0), u.personalised
         FROM users u LEFT JOIN choices c ON c.user_n = u.n WHERE u.n = ?1",
    )?;
    let flags = query.query_row([user_n], |row| {
        Ok(Flags { rev: row.get(0)?, marketing_profiling: row.get(1)?, personalised: row.get(2)? })
    });
    flags.optional()?.ok_or(Problem::NotFound)
}

fn json_of(sql: &Connection, user_n: i64) -> Result<(i64, Value), Problem> {
    let (flags, chosen) = (flags(sql, user_n)?, chosen(sql, user_n)?);
    let mut cells = Vec::new();
    for topic in Topic::ALL {
        for channel in Channel::ALL {
            let state = state(&chosen, topic, channel);
            cells.push(json!({
                "topic": topic.name(), "channel": channel.name(), "enabled": state.enabled,
                "locked": locked(topic, channel), "marketing": !topic.service(),
                "consented_at": state.consented_at.map(instant), "text_version": state.text_version,
            }));
        }
    }
    let texts: Vec<Value> = TEXTS.iter().map(consent_texts::Text::json).collect();
    let value = json!({
        "id": Prefix::User.id(user_n).to_string(), "rev": flags.rev, "cells": cells,
        "marketing_profiling": flags.marketing_profiling,
        "personalised_recommendations": flags.personalised,
        "text_version": consent_texts::current().version, "texts": texts,
    });
    Ok((flags.rev, value))
}

/// Choices as sent.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, _: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let datum = |&n: &i64| json_of(sql, n).map(|(rev, json)| Datum { n, rev, json: json.to_string() });
    rows.iter().map(datum).collect()
}

/// The choices of `user_n` as sent.
///
/// # Errors
/// On a database error.
pub fn render_one(sql: &Connection, user_n: i64) -> Result<Datum, Problem> {
    json_of(sql, user_n).map(|(rev, json)| Datum { n: user_n, rev, json: json.to_string() })
}

/// A cell to be changed.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// The row of the matrix.
    pub topic: Topic,
    /// The column.
    pub channel: Channel,
    /// On or off.
    pub enabled: bool,
}

/// What is to be changed.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Cells, the last one of the same place wins.
    pub cells: Vec<Cell>,
    /// The version of the text that was read.
    pub text_version: Option<String>,
    /// See [`Flags`].
    pub marketing_profiling: Option<bool>,
    /// See [`Flags`].
    pub personalised: Option<bool>,
}

impl Edit {
    /// Turns every marketing cell and the profile for marketing off.
    pub fn end_marketing(&mut self) {
        let marketing = Topic::ALL.into_iter().filter(|topic| !topic.service());
        let off = |topic| Channel::ALL.map(|channel| Cell { topic, channel, enabled: false });
        self.cells.extend(marketing.flat_map(off));
        self.marketing_profiling = Some(false);
    }

    /// What of it cannot be done whatever the state.
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut consents = self.marketing_profiling == Some(true);
        for (i, cell) in self.cells.iter().enumerate() {
            if locked(cell.topic, cell.channel) && !cell.enabled {
                errors.push(FieldError::new(format!("/cells/{i}/enabled"), "locked"));
            }
            consents |= cell.enabled && !cell.topic.service();
        }
        match self.text_version.as_deref() {
            None if consents => errors.push(FieldError::new("/text_version", "required")),
            Some(version) if version != consent_texts::current().version => {
                let code = if TEXTS.iter().any(|text| text.version == version) { "stale" } else { "unknown" };
                errors.push(FieldError::new("/text_version", code));
            }
            _ => {}
        }
        errors
    }
}

/// One line of the history to be written.
struct Line<'a> {
    topic: &'a str,
    channel: Option<&'a str>,
    enabled: bool,
    text_version: Option<&'a str>,
}

fn record(tx: &Tx<'_>, user_n: i64, source: Source, line: &Line<'_>) -> Result<(), Problem> {
    tx.sql
        .prepare_cached(
            "INSERT INTO choice_history (user_n, at, topic, channel, enabled, text_version, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![user_n, tx.now, line.topic, line.channel, line.enabled, line.text_version, source.name()])?;
    Ok(())
}

/// Writes `edit`, in revision `rev` where one is given; nothing changes when it changes nothing.
///
/// # Errors
/// `edited-elsewhere`, `validation`, or a database error.
pub fn apply(tx: &mut Tx<'_>, user_n: i64, rev: Option<i64>, edit: &Edit, source: Source) -> Result<(), Problem> {
    let flags = flags(&tx.sql, user_n)?;
    if rev.is_some_and(|rev| rev != flags.rev) {
        return Err(Problem::EditedElsewhere);
    }
    Problem::refuse(edit.errors())?;
    let mut changed = false;
    for cell in &edit.cells {
        changed |= set_cell(tx, user_n, *cell, source)?;
    }
    let version = consent_texts::current().version;
    if let Some(enabled) = edit.marketing_profiling.filter(|&enabled| enabled != flags.marketing_profiling) {
        tx.sql.execute(
            "INSERT INTO choices (user_n, marketing_profiling) VALUES (?1, ?2)
             ON CONFLICT (user_n) DO UPDATE SET marketing_profiling = excluded.marketing_profiling",
            params![user_n, enabled],
        )?;
        let text_version = enabled.then_some(version);
        record(tx, user_n, source, &Line { topic: "marketing_profiling", channel: None, enabled, text_version })?;
        changed = true;
    }
    if let Some(enabled) = edit.personalised.filter(|&enabled| enabled != flags.personalised) {
        tx.sql.execute("UPDATE users SET personalised = ?2 WHERE n = ?1", params![user_n, enabled])?;
        let topic = "personalised_recommendations";
        record(tx, user_n, source, &Line { topic, channel: None, enabled, text_version: None })?;
        changed = true;
    }
    if changed {
        tx.sql.execute(
            "INSERT INTO choices (user_n, rev) VALUES (?1, ?2 + 1)
             ON CONFLICT (user_n) DO UPDATE SET rev = ?2 + 1",
            params![user_n, flags.rev],
        )?;
        tx.changed(Kind::Communications, user_n, user_n)?;
    }
    Ok(())
}

/// Writes one cell; a consent to an older text counts as new when it is given to the text of now.
fn set_cell(tx: &Tx<'_>, user_n: i64, cell: Cell, source: Source) -> Result<bool, Problem> {
    let Cell { topic, channel, enabled } = cell;
    let old = state(&chosen(&tx.sql, user_n)?, topic, channel);
    let version = (enabled && !topic.service()).then(|| consent_texts::current().version);
    if old.enabled == enabled && old.text_version.as_deref() == version {
        return Ok(false);
    }
    tx.sql
        .prepare_cached(
            "INSERT INTO communications (user_n, topic, channel, enabled, consented_at, text_version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user_n, topic, channel) DO UPDATE SET
             enabled = excluded.enabled, consented_at = excluded.consented_at, text_version = excluded.text_version",
        )?
        .execute(params![user_n, topic.name(), channel.name(), enabled, version.map(|_| tx.now), version])?;
    let line = Line { topic: topic.name(), channel: Some(channel.name()), enabled, text_version: version };
    record(tx, user_n, source, &line)?;
    Ok(true)
}

/// Rows of the history below `before`, newest first.
///
/// # Errors
/// On a database error.
pub fn history(sql: &Connection, user_n: i64, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
    let mut query =
        sql.prepare_cached("SELECT n FROM choice_history WHERE user_n = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3")?;
    Ok(query.query_map([user_n, before, limit], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Lines of the history as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render_history(sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut query = sql.prepare_cached(
        "SELECT h.n, h.at, h.topic, h.channel, h.enabled, h.text_version, h.source
         FROM json_each(?1) AS wanted JOIN choice_history h ON h.n = wanted.value ORDER BY wanted.id",
    )?;
    let found = query.query_map([array(rows)], |row| {
        let json = json!({
            "at": instant(row.get(1)?), "topic": row.get::<_, String>(2)?,
            "channel": row.get::<_, Option<String>>(3)?, "enabled": row.get::<_, bool>(4)?,
            "text_version": row.get::<_, Option<String>>(5)?, "source": row.get::<_, String>(6)?,
        });
        Ok(Datum { n: row.get(0)?, rev: 1, json: json.to_string() })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
