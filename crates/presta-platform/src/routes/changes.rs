//! What changed since a state.

use std::{collections::HashMap, time::Duration};

use axum::extract::State;
use rusqlite::Connection;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::{Answer, Needs, Route};
use crate::{
    answer,
    app::{App, Settings},
    extract::Query,
    guard::Caller,
    hub::{EVERYONE, Notice},
    problem::Problem,
    scopes::Scope,
    store::{
        changes::{self, Entry, Kind},
        quoted, snapshot,
    },
};
use axum::routing::get;

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::new("GET", "/v1/changes", Needs::Token, get(show))]
}

/// The permission that shows a type.
#[must_use]
pub const fn scope(kind: Kind) -> Scope {
    match kind {
        Kind::Me | Kind::Review => Scope::ProfileRead,
        Kind::Project | Kind::SavedSearch | Kind::Bookmark | Kind::Invitation | Kind::Recommendation => {
            Scope::ProjectsRead
        }
        Kind::Bid | Kind::Amendment | Kind::Milestone | Kind::MilestoneRequest => Scope::BidsRead,
        Kind::Thread | Kind::Message => Scope::MessagesRead,
        Kind::Contest | Kind::Entry => Scope::ContestsRead,
        Kind::Decision | Kind::Communications | Kind::PrivacyRequest => Scope::PrivacyRead,
        Kind::App | Kind::Account | Kind::Device | Kind::Contact => Scope::Connections,
        Kind::Export => Scope::Exports,
    }
}

/// The types asked for; without any, those the token shows.
fn kinds(query: &Query, caller: &Caller) -> Result<Vec<Kind>, Problem> {
    let names = query.list("types");
    if names.is_empty() {
        let shown = |kind: &Kind| caller.scopes.contains(scope(*kind));
        return Ok(Kind::ALL.into_iter().filter(shown).collect());
    }
    let kind = |name: &String| {
        let kind = Kind::parse(name).ok_or_else(|| Problem::field("?types", "unknown"))?;
        caller.need(scope(kind))?;
        Ok(kind)
    };
    names.iter().map(kind).collect()
}

/// A page of changes as sent.
struct Delta {
    body: String,
    empty: bool,
}

struct Asked {
    caller: Caller,
    settings: Settings,
    now: i64,
    since: String,
    kinds: Vec<Kind>,
    limit: usize,
}

impl Asked {
    fn read(&self, sql: &Connection) -> Result<Delta, Problem> {
        let from = changes::parse_state(sql, &self.since, self.caller.n)?;
        let latest = changes::latest(sql)?;
        let mut entries = changes::after(sql, self.caller.n, from, self.limit + 1)?;
        let has_more = entries.len() > self.limit;
        entries.truncate(self.limit);
        let last = if has_more { entries.last().map_or(from, |entry| entry.seq) } else { latest };
        entries.retain(|entry| self.kinds.contains(&entry.kind));
        let (changed, removed) = self.render(sql, &newest(&entries))?;
        let body = format!(
            "{{\"old_state\":{},\"new_state\":{},\"has_more\":{has_more},\"changed\":[{}],\
             \"removed\":[{}]}}",
            quoted(&self.since),
            quoted(&changes::state(&changes::epoch(sql)?, last)),
            changed.join(","),
            removed.join(","),
        );
        let empty = changed.is_empty() && removed.is_empty() && !has_more;
        Ok(Delta { body, empty })
    }

    fn render(&self, sql: &Connection, entries: &[Entry]) -> Result<(Vec<String>, Vec<String>), Problem> {
        let viewer = self.caller.viewer(sql, &self.settings, self.now)?;
        let mut seen = HashMap::new();
        for &kind in &self.kinds {
            let of_kind = entries.iter().filter(|entry| entry.kind == kind);
            let rows: Vec<i64> = of_kind.map(|entry| entry.target).collect();
            if !rows.is_empty() {
                seen.insert(kind.name(), snapshot::look(sql, &viewer, kind, &rows)?);
            }
        }
        let (mut changed, mut removed) = (Vec::new(), Vec::new());
        for entry in entries {
            let kind = entry.kind.name();
            let id = snapshot::public_id(entry.kind, entry.target);
            match seen.get(kind).and_then(|rows| rows.get(&entry.target)) {
                Some(Ok(datum)) => changed.push(format!(
                    "{{\"type\":\"{kind}\",\"id\":\"{id}\",\"rev\":{},\"data\":{}}}",
                    datum.rev, datum.json
                )),
                Some(Err(reason)) => {
                    removed.push(json!({"type": kind, "id": id, "reason": reason}).to_string());
                }
                None => {}
            }
        }
        Ok((changed, removed))
    }
}

/// Each row once, where it changed last.
fn newest(entries: &[Entry]) -> Vec<Entry> {
    let mut last = HashMap::new();
    for entry in entries {
        last.insert((entry.kind, entry.target), entry.seq);
    }
    let is_last = |entry: &&Entry| last.get(&(entry.kind, entry.target)) == Some(&entry.seq);
    entries.iter().filter(is_last).copied().collect()
}

fn concerns(notice: &Notice, user_n: i64, kinds: &[Kind]) -> bool {
    match notice {
        Notice::Changes(changes) => changes
            .iter()
            .any(|change| (change.audience == EVERYONE || change.audience == user_n) && kinds.contains(&change.kind)),
        Notice::Typing { .. } | Notice::Revoked(_) | Notice::ClockMoved => false,
    }
}

/// `GET /v1/changes`
pub async fn show(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let since = query.text("since").ok_or_else(|| Problem::field("?since", "required"))?.to_owned();
    let kinds = kinds(&query, &caller)?;
    let limit = query.limit(200)?;
    let wait = Duration::from_secs(query.number("wait", 0..=30, 0)?.unsigned_abs());
    let until = tokio::time::Instant::now() + wait;
    let mut listener = app.hub.listen();
    let mut ending = app.ending.clone();
    loop {
        let asked =
            Asked { caller, settings: app.settings, now: app.now(), since: since.clone(), kinds: kinds.clone(), limit };
        let delta = app.read(move |sql| asked.read(sql)).await?;
        if !delta.empty || wait.is_zero() {
            return Ok(answer::json(delta.body));
        }
        loop {
            let heard = tokio::select! {
                notice = listener.recv() => notice,
                () = tokio::time::sleep_until(until) => return Ok(answer::json(delta.body)),
                _ = ending.wait_for(|ending| *ending) => return Ok(answer::json(delta.body)),
            };
            match heard {
                Ok(notice) if concerns(&notice, caller.n, &kinds) => break,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return Ok(answer::json(delta.body)),
            }
        }
    }
}
