//! The project feed: every filter, every sort, by windows.

use presta_model::{EntityType, Project, ProjectId, fold};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::lengths::{LengthsNow, List};
use crate::overlay::Overlay;
use crate::project::{Projects, join, kind_name};
use crate::rank::{self, Ranked};
use crate::search::Search;
use crate::vocabulary::Terms;
use crate::{Error, row_key};

/// What lists show; written out, so that an order can keep its index from being taken.
const OPEN: &str = "p.status = 'open'";
/// When the next of them ends by itself.
const NEXT_CLOSING: &str = "SELECT min(closes_at) FROM project
  WHERE status = 'open' AND (closes_at IS NULL) = 0 AND closes_at > ?1";
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Hits of a search are counted so far beyond the window: the list grows as it is scrolled.
pub const COUNTED: u32 = 1_000;

/// The order of the feed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sort {
    /// Last posted first.
    #[default]
    Newest,
    /// Largest budget first.
    Budget,
    /// Fewest bids first.
    FewestBids,
    /// Bidding that ends soonest first.
    Deadline,
    /// Most of the person's skills first.
    Match,
    /// What a search fits best first (over the newest hits, see docs/adr/0012); without words, last posted first.
    Relevance,
}

/// What the feed is narrowed to; an empty value does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ProjectFilters {
    /// Skill ids; one of them is enough.
    pub skills: Vec<String>,
    /// Category id.
    pub category: Option<String>,
    /// Fixed price or by the hour.
    pub kind: Option<FilterKind>,
    /// The upper budget is at least this, in whole units.
    pub budget_min: Option<i64>,
    /// The lower budget is at most this, in whole units.
    pub budget_max: Option<i64>,
    /// ISO 4217 code of the budget.
    pub currency: Option<String>,
    /// BCP 47 tag of the brief.
    pub language: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Beginning of the town's name; accents and case do not matter.
    pub city: Option<String>,
    /// Remote work, or its contrary.
    pub remote: Option<bool>,
    /// Only checked clients.
    pub client_verified: bool,
    /// At most so many bids.
    pub bids_max: Option<u32>,
    /// Posted within so many days.
    pub max_age_days: Option<u32>,
    /// Without a bid of this account, sent or queued.
    pub not_bid: bool,
}

/// How a project is paid, as a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FilterKind {
    /// One price for the whole.
    Fixed,
    /// By the hour.
    Hourly,
}

/// A window of the feed.
#[derive(Debug, Clone)]
pub struct ListRequest<'a> {
    /// What was typed.
    pub search: &'a Search,
    /// What it is narrowed to.
    pub filters: &'a ProjectFilters,
    /// Its order.
    pub sort: Sort,
    /// Skill ids of the person, for [`Sort::Match`].
    pub my_skills: &'a [String],
    /// The present, in ms since 1970.
    pub now: i64,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to return.
    pub limit: u32,
}

/// A window's projects, and how many there are without the window.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage {
    /// The projects of the window.
    pub projects: Vec<Project>,
    /// All that match; for a search, [`COUNTED`] beyond the window at most.
    pub total: u64,
    /// Whether there are more than `total`.
    pub more: bool,
}

/// Reads a window of open projects.
///
/// # Errors
/// When the database cannot be read.
pub fn list(connection: &Connection, request: &ListRequest<'_>) -> Result<ListPage, Error> {
    list_counted(connection, request, None)
}

/// As [`list`], without counting what is known: `lengths` are those of before the snapshot of `connection`.
///
/// # Errors
/// When the database cannot be read.
pub fn list_counted(
    connection: &Connection,
    request: &ListRequest<'_>,
    lengths: Option<&LengthsNow>,
) -> Result<ListPage, Error> {
    let left = Projects::load(connection)?;
    let terms = Terms::of(connection, request.search)?;
    let mut narrowed = Narrowed::of(request, &terms, Among::Open);
    narrowed.without_removed(left.overlay());
    let (total, more) = count(connection, request, &narrowed, lengths)?;
    let projects = match narrowed.fts() {
        Some(fts) if request.sort == Sort::Relevance => {
            by_rank(connection, request, &narrowed, &rank::best(connection, request.search, &terms, fts)?, &left)?
        }
        _ => {
            let (sql, values) = window(request, &narrowed);
            read(connection, &left, &sql, &values)?
        }
    };
    Ok(ListPage { projects, total, more })
}

/// The newest projects, whatever their status, that a search finds.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn find(
    connection: &Connection,
    search: &Search,
    terms: &Terms,
    now: i64,
    limit: u32,
) -> Result<Vec<Project>, Error> {
    let filters = ProjectFilters::default();
    let request = ListRequest { search, filters: &filters, sort: Sort::Newest, my_skills: &[], now, offset: 0, limit };
    let (sql, values) = window(&request, &Narrowed::of(&request, terms, Among::All));
    read(connection, &Projects::load(connection)?, &sql, &values)
}

/// The statement of a window, for its query plan: what is filtered and sorted by an index shows there.
///
/// # Errors
/// When the database cannot be read.
pub fn plan(connection: &Connection, request: &ListRequest<'_>) -> Result<Vec<String>, Error> {
    let (sql, values) = window(request, &Narrowed::of(request, &Terms::of(connection, request.search)?, Among::Open));
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let rows = statement.query_map(params_from_iter(&values), |row| row.get::<_, String>(3))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The rows of a list, and whether there are more.
fn count(
    connection: &Connection,
    request: &ListRequest<'_>,
    narrowed: &Narrowed,
    lengths: Option<&LengthsNow>,
) -> Result<(u64, bool), Error> {
    let from = narrowed.tables_and_conditions("");
    if narrowed.fts.is_some() {
        let most = request.offset.saturating_add(request.limit).saturating_add(COUNTED);
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {from} LIMIT {})", most.saturating_add(1));
        let total = rows(connection, &sql, narrowed)?;
        return Ok((total.min(most.into()), total > most.into()));
    }
    let sql = format!("SELECT count(*) FROM {from}");
    let total = match (lengths, narrowed.now) {
        (Some(lengths), Some(now)) => {
            let mut values = narrowed.values.clone();
            if let Some(value) = values.get_mut(now - 1) {
                *value = Value::Null;
            }
            lengths.total(List { sql: sql.clone(), values }, request.now, || {
                let mut closing = connection.prepare_cached(NEXT_CLOSING)?;
                let until: Option<i64> = closing.query_row([request.now], |row| row.get(0))?;
                Ok((rows(connection, &sql, narrowed)?, until.unwrap_or(i64::MAX)))
            })?
        }
        _ => rows(connection, &sql, narrowed)?,
    };
    Ok((total, false))
}

fn rows(connection: &Connection, sql: &str, narrowed: &Narrowed) -> Result<u64, Error> {
    let rows: i64 = connection.prepare_cached(sql)?.query_row(params_from_iter(&narrowed.values), |row| row.get(0))?;
    Ok(u64::try_from(rows).unwrap_or(0))
}

fn window(request: &ListRequest<'_>, narrowed: &Narrowed) -> (String, Vec<Value>) {
    let mut values = narrowed.values.clone();
    let mut next = |value: Value| {
        values.push(value);
        values.len()
    };
    let (with, joined) = match request.sort {
        Sort::Match => {
            let skills = next(Value::from(serde_json::Value::from(request.my_skills.to_vec()).to_string()));
            let mine = format!(
                "mine AS MATERIALIZED (SELECT row_key, count(*) AS shared FROM project_skill
                   WHERE skill IN (SELECT value FROM json_each(?{skills})) GROUP BY row_key),"
            );
            (mine, "LEFT JOIN mine ON mine.row_key = p.row_key")
        }
        _ => (String::new(), ""),
    };
    let limit = next(Value::from(request.limit));
    let offset = next(Value::from(request.offset));
    let by_index = matches!(request.sort, Sort::Budget | Sort::FewestBids | Sort::Deadline);
    // An index on the status would give rows in another order than that of the keys.
    let from = narrowed.tables_and_conditions(joined);
    let from = if by_index { from } else { from.replacen(OPEN, "+p.status = 'open'", 1) };
    let order = narrowed.order(request.sort);
    // CROSS JOIN keeps the order of what is shown.
    let sql = format!(
        "WITH {with} shown AS (SELECT {key} AS row_key FROM {from} {order} LIMIT ?{limit} OFFSET ?{offset})
         SELECT t.data, t.description FROM shown CROSS JOIN project_text t ON t.row_key = shown.row_key",
        key = narrowed.key(),
    );
    (sql, values)
}

/// The window over hits in the order of their rank: those that are ranked, then the older ones, newest first. Every hit
/// that is counted is in one window and in one only.
fn by_rank(
    connection: &Connection,
    request: &ListRequest<'_>,
    narrowed: &Narrowed,
    ranked: &Ranked,
    left: &Projects<'_>,
) -> Result<Vec<Project>, Error> {
    let (from, mut values) = narrowed.ranked(&ranked.keys);
    let place = values.len();
    values.extend([request.limit.into(), request.offset.into()]);
    // Without a sort: json_each gives what it holds in its order, and CROSS JOIN keeps that.
    let sql = format!(
        "WITH shown AS (SELECT p.row_key AS row_key FROM {from} LIMIT ?{} OFFSET ?{})
         SELECT t.data, t.description FROM shown CROSS JOIN project_text t ON t.row_key = shown.row_key",
        place + 1,
        place + 2,
    );
    let mut projects = read(connection, left, &sql, &values)?;
    let full = u32::try_from(projects.len()).is_ok_and(|shown| shown >= request.limit);
    let Some(oldest) = ranked.oldest.filter(|_| !full) else { return Ok(projects) };
    values.truncate(place);
    let sql = format!("SELECT count(*) FROM {from}");
    let shown: u32 = connection.prepare_cached(&sql)?.query_row(params_from_iter(&values), |row| row.get(0))?;
    let here = shown.saturating_sub(request.offset).min(request.limit);
    let rest = ListRequest {
        sort: Sort::Newest,
        offset: request.offset.saturating_sub(shown),
        limit: request.limit - here,
        ..*request
    };
    let mut older = narrowed.clone();
    older.add("f.rowid < ?", oldest);
    let (sql, values) = window(&rest, &older);
    projects.extend(read(connection, left, &sql, &values)?);
    Ok(projects)
}

/// The projects of a window, as the person left them.
fn read(connection: &Connection, left: &Projects<'_>, sql: &str, values: &[Value]) -> Result<Vec<Project>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut projects = Vec::new();
    for row in rows {
        let (data, description): (String, String) = row?;
        projects.extend(left.lay(join(&data, description)?));
    }
    Ok(projects)
}

/// Projects by their ids, in the order given; those not kept here are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn by_ids(connection: &Connection, ids: &[ProjectId]) -> Result<Vec<Project>, Error> {
    let here = Projects::load(connection)?;
    let mut projects = Vec::with_capacity(ids.len());
    for id in ids {
        projects.extend(here.get(id)?);
    }
    Ok(projects)
}

/// Which projects are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among {
    /// Those that take bids.
    Open,
    /// Those that are over, too.
    All,
}

/// The WHERE of a list, with its values in order.
///
/// Columns are written `+p.column` so that no index is taken for a filter: the indexes are for the orders, and reading
/// the slim table once is quicker than looking up the many rows that a filter keeps.
#[derive(Debug, Clone)]
struct Narrowed {
    /// The place of the full-text expression among the values.
    fts: Option<usize>,
    /// The place of the time.
    now: Option<usize>,
    clauses: Vec<String>,
    values: Vec<Value>,
}

impl Narrowed {
    fn of(request: &ListRequest<'_>, terms: &Terms, among: Among) -> Self {
        let (search, filters) = (request.search, request.filters);
        let mut it = Self { fts: None, now: None, clauses: Vec::new(), values: Vec::new() };
        if let Some(fts) = search.project_fts(terms) {
            it.values.push(fts.into());
            it.fts = Some(it.values.len());
        } else if let Some(without) = search.fts_without(terms) {
            it.add("p.row_key NOT IN (SELECT rowid FROM project_fts WHERE project_fts MATCH ?)", without);
        }
        if among == Among::Open {
            it.clauses.push(OPEN.to_owned());
            it.add("(+p.closes_at IS NULL OR +p.closes_at > ?)", request.now);
            it.now = Some(it.values.len());
        } else {
            // So that there is a condition.
            it.clauses.push("1".to_owned());
        }
        it.skills(search, filters);
        let kind = search.kind.or(filters.kind.map(|kind| match kind {
            FilterKind::Fixed => kind_name(presta_model::BudgetKind::Fixed),
            FilterKind::Hourly => kind_name(presta_model::BudgetKind::Hourly),
        }));
        it.maybe("+p.kind = ?", kind.map(str::to_owned));
        it.maybe("+p.category = ?", filters.category.clone());
        for least in [filters.budget_min, search.budget_over].into_iter().flatten() {
            it.add("+p.budget_max >= ?", least.saturating_mul(100));
        }
        for most in [filters.budget_max, search.budget_under].into_iter().flatten() {
            it.add("coalesce(p.budget_min, p.budget_max) <= ?", most.saturating_mul(100));
        }
        it.maybe("+p.currency = ?", filters.currency.clone());
        it.maybe("+p.language = ?", filters.language.clone());
        it.maybe("+p.country = ?", filters.country.clone());
        let city = filters.city.as_deref().map(fold).filter(|city| !city.trim().is_empty());
        it.maybe("instr(p.city_folded, ?) = 1", city.map(|city| city.trim().to_owned()));
        it.maybe("+p.remote = ?", filters.remote.map(i64::from));
        if filters.client_verified || search.client_verified {
            it.clauses.push("p.client_verified = 1".to_owned());
        }
        it.maybe("+p.bid_count <= ?", filters.bids_max.map(i64::from));
        for days in [filters.max_age_days, search.max_age_days].into_iter().flatten() {
            it.add("p.row_key >= ?", row_key::at(request.now - i64::from(days) * DAY_MS));
        }
        if let Some(hours) = search.max_age_hours {
            it.add("p.row_key >= ?", row_key::at(request.now - i64::from(hours) * HOUR_MS));
        }
        if let Some(days) = search.min_age_days {
            it.add("p.row_key < ?", row_key::at(request.now - i64::from(days) * DAY_MS));
        }
        let by_age = search.max_age_hours.is_some() || search.max_age_days.is_some() || search.min_age_days.is_some();
        if by_age || filters.max_age_days.is_some() {
            // Where such a list begins or ends moves with the time: its length does not stay.
            it.now = None;
        }
        if filters.not_bid {
            it.clauses.push(
                "NOT EXISTS (SELECT 1 FROM bid b WHERE b.project_id = p.id AND b.mine = 1
                   AND b.data ->> 'status' <> 'retracted')
                 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.project_id = p.id AND o.kind = 'bid-place')"
                    .to_owned(),
            );
        }
        it
    }

    /// Leaves out what the person removed or closed by an act that is still queued.
    fn without_removed(&mut self, overlay: &Overlay) {
        let gone = overlay.gone(EntityType::Project, "status", "open");
        if !gone.is_empty() {
            self.add("p.id NOT IN (SELECT value FROM json_each(?))", serde_json::Value::from(gone).to_string());
        }
    }

    /// The full-text expression.
    fn fts(&self) -> Option<&str> {
        match self.fts.and_then(|place| self.values.get(place - 1)) {
            Some(Value::Text(fts)) => Some(fts),
            _ => None,
        }
    }

    /// The key, from the table whose order is newest-first without a sort.
    const fn key(&self) -> &'static str {
        if self.fts.is_some() { "f.rowid" } else { "p.row_key" }
    }

    fn skills(&mut self, search: &Search, filters: &ProjectFilters) {
        if !filters.skills.is_empty() {
            let json = serde_json::Value::from(filters.skills.clone()).to_string();
            self.add(
                "p.row_key IN (SELECT s.row_key FROM project_skill s
                   WHERE s.skill IN (SELECT value FROM json_each(?)))",
                json,
            );
        }
        for skill in &search.skills {
            self.add(
                "EXISTS (SELECT 1 FROM project_skill s WHERE s.skill = ? AND s.row_key = p.row_key)",
                skill.clone(),
            );
        }
        for skill in &search.without_skills {
            self.add(
                "NOT EXISTS (SELECT 1 FROM project_skill s WHERE s.skill = ? AND s.row_key = p.row_key)",
                skill.clone(),
            );
        }
    }

    /// Adds a clause with one `?`.
    fn add(&mut self, clause: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.clauses.push(clause.replacen('?', &format!("?{}", self.values.len()), 1));
    }

    fn maybe(&mut self, clause: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.add(clause, value);
        }
    }

    /// The same over hits of which the keys are known, in their order.
    fn ranked(&self, keys: &[i64]) -> (String, Vec<Value>) {
        let mut values = self.values.clone();
        values.push(serde_json::Value::from(keys).to_string().into());
        let tables = format!("json_each(?{}) b CROSS JOIN project p ON p.row_key = b.value", values.len());
        (format!("{tables} WHERE {}", self.clauses.join(" AND ")), values)
    }

    fn tables_and_conditions(&self, join: &str) -> String {
        let (tables, hits) = match self.fts {
            Some(fts) => {
                ("project_fts f CROSS JOIN project p ON p.row_key = f.rowid", format!("project_fts MATCH ?{fts} AND "))
            }
            None => ("project p", String::new()),
        };
        format!("{tables} {join} WHERE {hits}{}", self.clauses.join(" AND "))
    }

    fn order(&self, sort: Sort) -> String {
        let key = self.key();
        match sort {
            Sort::Newest | Sort::Relevance => format!("ORDER BY {key} DESC"),
            Sort::Budget => "ORDER BY p.budget_max DESC, p.row_key DESC".to_owned(),
            Sort::FewestBids => "ORDER BY p.bid_count, p.row_key DESC".to_owned(),
            Sort::Deadline => "ORDER BY p.closes_at IS NULL, p.closes_at, p.row_key DESC".to_owned(),
            Sort::Match => "ORDER BY coalesce(mine.shared, 0) DESC, p.row_key DESC".to_owned(),
        }
    }
}
