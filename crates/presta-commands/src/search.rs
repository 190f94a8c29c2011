//! One search over everything this computer has.

use presta_engine::store::search::{Search, Span};
use presta_engine::store::search_all;
use presta_engine::{Engine, Error};
use presta_model::{Bid, BidId, Millis, Project, ProjectId, ProjectStatus, ThreadId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Characters of a text that a hit shows.
const EXCERPT: usize = 160;
/// Most hits of a kind.
const MOST: u32 = 50;

/// What to find.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SearchRequest {
    /// What was typed.
    pub query: String,
    /// Hits of each kind wanted; at most 50.
    pub limit: u32,
}

/// What was found, newest first in each group.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SearchResponse {
    /// Projects, of any status.
    pub projects: Vec<ProjectHit>,
    /// Messages.
    pub messages: Vec<MessageHit>,
    /// Bids, made or received.
    pub bids: Vec<BidHit>,
    /// Private notes.
    pub notes: Vec<NoteHit>,
    /// Rows that cannot be found yet.
    pub pending: u64,
}

/// A project that was found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProjectHit {
    /// Identifier.
    pub id: ProjectId,
    /// Title, with hits marked.
    pub title: Vec<Span>,
    /// A piece of the brief, with hits marked.
    pub excerpt: Vec<Span>,
    /// Where it stands.
    pub status: ProjectStatus,
    /// When it was posted.
    pub posted_at: Millis,
}

/// A message that was found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MessageHit {
    /// The conversation.
    pub thread_id: ThreadId,
    /// Its order there.
    pub seq: i64,
    /// Who wrote it.
    pub author: Option<String>,
    /// The project the conversation is about.
    pub project_title: Option<String>,
    /// A piece of it, with hits marked.
    pub excerpt: Vec<Span>,
    /// When it was sent, in ms since 1970.
    pub sent_at: i64,
}

/// A bid that was found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BidHit {
    /// Identifier.
    pub id: BidId,
    /// The project.
    pub project_id: ProjectId,
    /// Its title, with hits marked.
    pub title: Vec<Span>,
    /// Who made it.
    pub author: String,
    /// A piece of its text, with hits marked.
    pub excerpt: Vec<Span>,
    /// When it was sent.
    pub submitted_at: Millis,
}

/// A note that was found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NoteHit {
    /// The project it is about.
    pub project_id: ProjectId,
    /// That project's title, while it is kept.
    pub project_title: Option<String>,
    /// A piece of it, with hits marked.
    pub excerpt: Vec<Span>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Last change, in ms since 1970.
    pub updated_at: i64,
}

pub(crate) async fn all(engine: &Engine, request: SearchRequest) -> Result<SearchResponse, Error> {
    let active = engine.signed_in()?;
    let now = engine.now();
    let pending = active.sync_status().indexing.map_or(0, |indexing| indexing.total.saturating_sub(indexing.done));
    active
        .read(move |connection| {
            let search = Search::parse(&request.query);
            let found = search_all::find(connection, &search, now, request.limit.min(MOST))?;
            Ok(SearchResponse {
                projects: found.projects.iter().map(|it| project(&search, it)).collect(),
                messages: found.messages.into_iter().map(|it| message(&search, it)).collect(),
                bids: found.bids.iter().map(|it| bid(&search, it)).collect(),
                notes: found.notes.into_iter().map(|it| note(&search, it)).collect(),
                pending,
            })
        })
        .await
}

fn project(search: &Search, it: &Project) -> ProjectHit {
    ProjectHit {
        id: it.id.clone(),
        title: search.mark(&it.title),
        excerpt: search.excerpt(&it.description, EXCERPT),
        status: it.status,
        posted_at: Millis::from(it.posted_at),
    }
}

fn message(search: &Search, it: search_all::MessageHit) -> MessageHit {
    MessageHit {
        excerpt: search.excerpt(&it.text, EXCERPT),
        thread_id: it.thread_id,
        seq: it.seq,
        author: it.author,
        project_title: it.project_title,
        sent_at: it.sent_at,
    }
}

fn bid(search: &Search, it: &Bid) -> BidHit {
    BidHit {
        id: it.id.clone(),
        project_id: it.project_id.clone(),
        title: search.mark(&it.project_title),
        author: it.freelancer.display_name.clone(),
        excerpt: search.excerpt(&it.text, EXCERPT),
        submitted_at: Millis::from(it.submitted_at),
    }
}

fn note(search: &Search, it: search_all::NoteHit) -> NoteHit {
    NoteHit {
        excerpt: search.excerpt(&it.text, EXCERPT),
        project_id: it.project_id,
        project_title: it.project_title,
        tags: it.tags,
        updated_at: it.updated_at,
    }
}
