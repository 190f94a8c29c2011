//! The feed and the project page.

use std::time::Instant;

use presta_engine::store::project_list::{self, ListRequest as StoreRequest, ProjectFilters, Sort};
use presta_engine::store::search::{Search, Span};
use presta_engine::store::{Connection, bid, draft, project, setting, thread};
use presta_engine::{Engine, Error, brief_html};
use presta_model::{
    BudgetKind, CannotBid, Catalog, Client, Me, Millis, Money, Project, ProjectId, ProjectStatus, ThreadId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bids::{Around, BidRow, BidStage, Stages};
use crate::refs::ProjectRequest;

/// Characters of a brief that a list shows.
const EXCERPT: usize = 180;
/// Most rows of a window.
const WINDOW: u32 = 200;
/// Projects shown as similar.
const SIMILAR: u32 = 4;

/// A window of the feed.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ListRequest {
    /// What was typed.
    pub query: String,
    /// What the feed is narrowed to.
    pub filters: ProjectFilters,
    /// Its order.
    pub sort: Sort,
    /// Rows to skip.
    pub offset: u32,
    /// Rows wanted; at most 200.
    pub limit: u32,
}

/// A window of the feed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ListResponse {
    /// The rows.
    pub rows: Vec<ProjectRow>,
    /// Rows without the window; a search is counted up to 1,000 beyond the window.
    pub total: u64,
    /// Whether there are more than `total`.
    pub more: bool,
    /// Rows skipped.
    pub offset: u32,
    /// Time the reading took.
    pub took_ms: u64,
}

/// A project in a list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProjectRow {
    /// Identifier.
    pub id: ProjectId,
    /// Title.
    pub title: String,
    /// Title with hits marked, when something was searched.
    pub title_marked: Option<Vec<Span>>,
    /// A piece of the brief, with hits marked.
    pub excerpt: Vec<Span>,
    /// Category id.
    pub category: String,
    /// Skill ids.
    pub skills: Vec<String>,
    /// Fixed price or by the hour.
    pub kind: BudgetKind,
    /// Lower end of the budget.
    pub budget_min: Option<Money>,
    /// Upper end of the budget.
    pub budget_max: Option<Money>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Town.
    pub city: Option<String>,
    /// Whether the work may be done remotely.
    pub remote: bool,
    /// BCP 47 tag of the brief.
    pub language: String,
    /// Where the project stands.
    pub status: ProjectStatus,
    /// When it was posted.
    pub posted_at: Millis,
    /// When bidding ends.
    pub bids_close_at: Option<Millis>,
    /// Number of bids.
    pub bid_count: u32,
    /// The client's name.
    pub client_name: String,
    /// Whether the platform checked the client.
    pub client_verified: bool,
    /// Mean of the client's reviews.
    pub client_rating: Option<f64>,
    /// Where the person's own bid on it stands, a draft or queued one too.
    pub my_bid: Option<BidStage>,
    /// Whether the person keeps it among their bookmarks.
    pub bookmarked: bool,
}

/// The project page.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProjectPage {
    /// What lists show of it.
    pub row: ProjectRow,
    /// The brief, sanitised.
    pub description_html: String,
    /// Who posted it.
    pub client: Client,
    /// Mean of the bids.
    pub average_bid: Option<Money>,
    /// Whether the person can bid.
    pub can_bid: bool,
    /// Why not.
    pub cannot_bid_reason: Option<CannotBid>,
    /// The person's own bid, a queued one too.
    pub my_bid: Option<BidRow>,
    /// Whether a bid is being written.
    pub has_draft: bool,
    /// The conversation about it.
    pub thread_id: Option<ThreadId>,
    /// Projects like it.
    pub similar: Vec<ProjectRow>,
    /// When the cache was last known to be up to date.
    pub as_of: i64,
}

pub(crate) async fn list(engine: &Engine, request: ListRequest) -> Result<ListResponse, Error> {
    let active = engine.signed_in()?;
    let now = engine.now();
    let started = Instant::now();
    let lengths = active.lengths();
    active
        .read(move |connection| {
            let search = Search::parse(&request.query);
            let me: Option<Me> = setting::get(connection, setting::ME)?;
            let page = project_list::list_counted(
                connection,
                &StoreRequest {
                    search: &search,
                    filters: &request.filters,
                    sort: request.sort,
                    my_skills: &me.map(|me| me.skills).unwrap_or_default(),
                    now,
                    offset: request.offset,
                    limit: request.limit.min(WINDOW),
                },
                lengths.as_ref(),
            )?;
            let stages = Stages::read(connection)?;
            Ok(ListResponse {
                rows: page.projects.iter().map(|project| row(project, &search, &stages)).collect(),
                total: page.total,
                more: page.more,
                offset: request.offset,
                took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            })
        })
        .await
}

pub(crate) async fn get(engine: &Engine, request: ProjectRequest) -> Result<ProjectPage, Error> {
    let active = engine.signed_in()?;
    let now = engine.now();
    let as_of = active.sync_status().as_of.unwrap_or(now);
    active
        .read(move |connection| {
            let project = project::get(connection, &request.project_id)?.ok_or_else(|| Error::refused("not-found"))?;
            page(connection, &project, now, as_of)
        })
        .await
}

fn page(connection: &Connection, project: &Project, now: i64, as_of: i64) -> Result<ProjectPage, Error> {
    let none = Search::default();
    let stages = Stages::read(connection)?;
    let catalog: Option<Catalog> = setting::get(connection, setting::CATALOG)?;
    let cannot_bid = match &catalog {
        Some(catalog) => presta_engine::bid_context(connection, project, catalog, now)?.cannot_bid,
        None => project.viewer.reason,
    };
    let around = Around::read(connection)?;
    let my_bid = match bid::mine_on(connection, &project.id)? {
        Some(bid) => Some(BidRow::of_bid(&around, &bid)?),
        None => BidRow::queued_on(&around, &project.id)?,
    };
    let similar = project_list::by_ids(connection, &project::similar(connection, project, SIMILAR)?)?;
    Ok(ProjectPage {
        row: row(project, &none, &stages),
        description_html: brief_html(&project.description),
        client: project.client.clone(),
        average_bid: project.bid_stats.average.clone(),
        can_bid: cannot_bid.is_none() && catalog.is_some(),
        cannot_bid_reason: cannot_bid,
        my_bid,
        has_draft: draft::bid(connection, &project.id)?.is_some(),
        thread_id: thread::on_project(connection, &project.id)?,
        similar: similar.iter().map(|project| row(project, &none, &stages)).collect(),
        as_of,
    })
}

fn row(project: &Project, search: &Search, stages: &Stages) -> ProjectRow {
    ProjectRow {
        id: project.id.clone(),
        title: project.title.clone(),
        title_marked: search.has_text().then(|| search.mark(&project.title)),
        excerpt: search.excerpt(&project.description, EXCERPT),
        category: project.category.clone(),
        skills: project.skills.clone(),
        kind: project.kind,
        budget_min: project.budget_min.clone(),
        budget_max: project.budget_max.clone(),
        country: project.country.clone(),
        city: project.city.clone(),
        remote: project.remote,
        language: project.language.clone(),
        status: project.status,
        posted_at: Millis::from(project.posted_at),
        bids_close_at: project.bids_close_at.map(Millis::from),
        bid_count: project.bid_stats.count,
        client_name: project.client.display_name.clone(),
        client_verified: project.client.verified,
        client_rating: project.client.rating,
        my_bid: stages.on(&project.id),
        bookmarked: project.viewer.bookmarked,
    }
}
