//! The types of which one sees one's own rows: how each is listed, looked at and written.

use rusqlite::{Connection, params};

use super::{
    amendments, array, bids, bookmarks, changes::Kind, communications, connections, contests, decisions, devices,
    entries, exports, invitations, messages, milestone_requests, milestones, privacy_requests, projects::Viewer,
    recommendations, reviews, saved_searches, snapshot::Datum, threads,
};
use crate::{ids::Prefix, problem::Problem};

/// Writes rows as one user sees them.
pub type Render = fn(&Connection, &Viewer, &[i64]) -> Result<Vec<Datum>, Problem>;

/// One type.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// A query of the column `n`: every row that the user of parameter 1 may see.
    pub rows: &'static str,
    /// A query: those of the rows in parameter 2 (a JSON array) that the user of parameter 1 may see.
    pub among: &'static str,
    /// Why a row that changed is not seen any more: `access-lost`, or `deleted` for what can be deleted.
    pub lost: &'static str,
    /// Writes visible rows, in the order given; rows that are not there are left out.
    pub render: Render,
}

const NOTHING: Own = Own {
    rows: "SELECT ?1 AS n WHERE 0",
    among: "SELECT ?1 WHERE ?2 IS NULL",
    lost: "access-lost",
    render: |_, _, _| Ok(Vec::new()),
};

const BIDS: Own = Own {
    rows: "SELECT n FROM bids WHERE freelancer_n = ?1
        UNION SELECT b.n FROM projects p JOIN bids b ON b.project_n = p.n WHERE p.client_n = ?1",
    among: "SELECT b.n FROM bids b JOIN projects p ON p.n = b.project_n
        WHERE b.n IN (SELECT value FROM json_each(?2)) AND (b.freelancer_n = ?1 OR p.client_n = ?1)",
    lost: "access-lost",
    render: bids::render,
};

const THREADS: Own = Own {
    rows: "SELECT thread_n AS n FROM participants WHERE user_n = ?1",
    among: "SELECT thread_n FROM participants
        WHERE user_n = ?1 AND thread_n IN (SELECT value FROM json_each(?2))",
    lost: "access-lost",
    render: |sql, viewer, rows| threads::render(sql, viewer.n, rows),
};

const MESSAGES: Own = Own {
    rows: "SELECT m.n FROM participants p JOIN messages m ON m.thread_n = p.thread_n WHERE p.user_n = ?1",
    among: "SELECT m.n FROM messages m JOIN participants p ON p.thread_n = m.thread_n AND p.user_n = ?1
        WHERE m.n IN (SELECT value FROM json_each(?2))",
    lost: "access-lost",
    render: |sql, _, rows| messages::render(sql, rows),
};

/// How rows of `kind` are listed and written; [`Kind::Me`] and [`Kind::Project`] have rules of their own.
#[must_use]
pub const fn of(kind: Kind) -> Own {
    match kind {
        Kind::Bid => BIDS,
        Kind::Thread => THREADS,
        Kind::Message => MESSAGES,
        Kind::Amendment => amendments::OWN,
        Kind::Milestone => milestones::OWN,
        Kind::MilestoneRequest => milestone_requests::OWN,
        Kind::Review => reviews::OWN,
        Kind::SavedSearch => saved_searches::OWN,
        Kind::Bookmark => bookmarks::OWN,
        Kind::Invitation => invitations::OWN,
        Kind::Recommendation => recommendations::OWN,
        Kind::Decision => decisions::OWN,
        Kind::Contest => contests::OWN,
        Kind::Entry => entries::OWN,
        Kind::Communications => communications::OWN,
        Kind::PrivacyRequest => privacy_requests::OWN,
        Kind::Export => exports::OWN,
        Kind::App => connections::APPS,
        Kind::Account => connections::ACCOUNTS,
        Kind::Contact => connections::CONTACTS,
        Kind::Device => devices::OWN,
        _ => NOTHING,
    }
}

/// Row `n` of `kind`, when it is among those `viewer` may see; of types with rules of their own there is none.
///
/// # Errors
/// `not-found`, or a database error.
pub fn visible(sql: &Connection, viewer: &Viewer, kind: Kind, n: i64) -> Result<Datum, Problem> {
    let Own { among, render, .. } = of(kind);
    let seen = sql.prepare_cached(among)?.exists(params![viewer.n, array(&[n])])?;
    let row = if seen { render(sql, viewer, &[n])?.pop() } else { None };
    row.ok_or(Problem::NotFound)
}

/// At most `limit` rows of `kind` below `before` that `user_n` may see, newest first.
///
/// # Errors
/// On a database error.
pub fn own_rows(sql: &Connection, user_n: i64, kind: Kind, (before, limit): (i64, i64)) -> Result<Vec<i64>, Problem> {
    let text = format!("SELECT n FROM ({}) WHERE n < ?2 ORDER BY n DESC LIMIT ?3", of(kind).rows);
    let mut query = sql.prepare_cached(&text)?;
    Ok(query.query_map([user_n, before, limit], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// What public ids of `kind` begin with.
#[must_use]
pub const fn prefix(kind: Kind) -> Prefix {
    match kind {
        Kind::Me | Kind::Communications => Prefix::User,
        Kind::Project => Prefix::Project,
        Kind::Bid => Prefix::Bid,
        Kind::Thread => Prefix::Thread,
        Kind::Message => Prefix::Message,
        Kind::Contest => Prefix::Contest,
        Kind::Entry => Prefix::Entry,
        Kind::Amendment => Prefix::Amendment,
        Kind::Milestone => Prefix::Milestone,
        Kind::MilestoneRequest => Prefix::MilestoneRequest,
        Kind::Review => Prefix::Review,
        Kind::SavedSearch => Prefix::SavedSearch,
        Kind::Bookmark => Prefix::Bookmark,
        Kind::Invitation => Prefix::Invitation,
        Kind::Recommendation => Prefix::Recommendation,
        Kind::Decision => Prefix::Decision,
        Kind::App => Prefix::App,
        Kind::Account => Prefix::Account,
        Kind::Device => Prefix::Device,
        Kind::Contact => Prefix::Contact,
        Kind::PrivacyRequest => Prefix::PrivacyRequest,
        Kind::Export => Prefix::Export,
    }
}
