//! Handlers that are the same for every type: one row, one's own rows, acts without parameters.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    routing::{MethodFilter, MethodRouter, get, on},
};
use rusqlite::Connection;

use super::{
    listing::{self, List},
    writing::{self, Asked},
};
use crate::{
    answer,
    app::App,
    extract::{self, Id, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    store::{changes::Kind, changes::Tx, keys::Stored, kinds, projects::Viewer, snapshot::Datum},
};

/// `GET` of one row of `kind`, for those whose rows it is among.
pub fn show(kind: Kind) -> MethodRouter<App> {
    seen(kinds::prefix(kind), move |sql, viewer, n| kinds::visible(sql, viewer, kind, n))
}

/// `GET` of one row, for types that more see than it is synchronised to: `look` finds it or refuses.
pub fn seen<L>(prefix: Prefix, look: L) -> MethodRouter<App>
where
    L: Fn(&Connection, &Viewer, i64) -> Result<Datum, Problem> + Copy + Send + Sync + 'static,
{
    get(move |State(app): State<App>, caller: Caller, id: Id, headers: HeaderMap| async move {
        let (n, viewer) = (id.row(prefix)?, caller.looking(app.now()));
        let row = app.read(move |sql| look(sql, &viewer, n)).await?;
        Ok::<_, Problem>(answer::resource(&headers, &answer::etag(row.rev), row.json))
    })
}

struct Mine {
    viewer: Viewer,
    kind: Kind,
}

impl List for Mine {
    fn rows(&self, sql: &Connection, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
        kinds::own_rows(sql, self.viewer.n, self.kind, (before, limit))
    }

    fn render(&self, sql: &Connection, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
        (kinds::of(self.kind).render)(sql, &self.viewer, rows)
    }
}

/// `GET` of the caller's rows of `kind`, newest first, by pages.
pub fn mine(kind: Kind) -> MethodRouter<App> {
    get(move |State(app): State<App>, caller: Caller, query: Query| async move {
        listing::page(&app, &query, Mine { viewer: caller.looking(app.now()), kind }).await
    })
}

/// A request without parameters that does something to the row of its address; `work` says what is answered.
pub fn verb<W>(method: MethodFilter, prefix: Prefix, key: Key, work: W) -> MethodRouter<App>
where
    W: Fn(&mut Tx<'_>, &Caller, i64) -> Result<Stored, Problem> + Copy + Send + Sync + 'static,
{
    on(method, move |State(app): State<App>, caller: Caller, id: Id, asked: Asked, body: Body| async move {
        let n = id.row(prefix)?;
        writing::act(&app, &caller, &asked, (key, body), move |tx, bytes| {
            extract::nothing(bytes)?;
            work(tx, &caller, n)
        })
        .await
    })
}

/// `POST` of a verb that is not the same twice.
pub fn act<W>(prefix: Prefix, work: W) -> MethodRouter<App>
where
    W: Fn(&mut Tx<'_>, &Caller, i64) -> Result<Stored, Problem> + Copy + Send + Sync + 'static,
{
    verb(MethodFilter::POST, prefix, Key::Required, work)
}

/// `DELETE` of a row; nothing of it is left to be shown.
pub fn removal<W>(prefix: Prefix, work: W) -> MethodRouter<App>
where
    W: Fn(&mut Tx<'_>, &Caller, i64) -> Result<(), Problem> + Copy + Send + Sync + 'static,
{
    verb(MethodFilter::DELETE, prefix, Key::Optional, move |tx, caller, n| {
        work(tx, caller, n)?;
        Ok(writing::no_content())
    })
}

/// The answer of a write that changed row `n` of `kind`, as the caller sees it now.
///
/// # Errors
/// `not-found` when the caller does not see it, or a database error.
pub fn stored(tx: &Tx<'_>, caller: &Caller, kind: Kind, n: i64) -> Result<Stored, Problem> {
    let row = kinds::visible(&tx.sql, &caller.looking(tx.now), kind, n)?;
    Ok(writing::stored(200, None, row))
}

/// The answer of a write that made row `n` of `kind`, to be found in the list at `path`.
///
/// # Errors
/// As [`stored`].
pub fn created(tx: &Tx<'_>, caller: &Caller, kind: Kind, n: i64, path: &str) -> Result<Stored, Problem> {
    let location = format!("{path}/{}", kinds::prefix(kind).id(n));
    Ok(Stored { status: 201, location: Some(location), ..stored(tx, caller, kind, n)? })
}
