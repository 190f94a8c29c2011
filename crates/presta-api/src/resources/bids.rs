//! Bids.

use presta_model::{Bid, BidId, NewBid, ProjectId};
use serde_json::json;
use uuid::Uuid;

use super::Page;
use crate::{Client, Error};

/// Bids asked for at once.
const PAGE: &str = "500";

/// Most pages of a project's bids that are read.
const MOST_PAGES: usize = 20;

impl Client {
    /// Places a bid; `key` names the intent.
    ///
    /// # Errors
    /// Any of a request's, and the refusals of the contract.
    pub async fn place_bid(&self, project: &ProjectId, bid: &NewBid, key: Uuid) -> Result<Bid, Error> {
        self.post(&["v1", "projects", project.as_str(), "bids"], key, bid).await?.decode("a bid")
    }

    /// Changes revision `rev` of a bid; `key` names the intent.
    ///
    /// # Errors
    /// Any of a request's; [`ProblemKind::EditedElsewhere`](crate::ProblemKind::EditedElsewhere) when there is a
    /// newer revision.
    pub async fn edit_bid(&self, id: &BidId, rev: i64, bid: &NewBid, key: Uuid) -> Result<Bid, Error> {
        self.patch(&["v1", "bids", id.as_str()], rev, key, bid).await?.decode("a bid")
    }

    /// Withdraws a bid; `key` names the intent.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn retract_bid(&self, id: &BidId, key: Uuid) -> Result<Bid, Error> {
        self.post(&["v1", "bids", &format!("{id}:retract")], key, &json!({})).await?.decode("a bid")
    }

    /// A bid.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn bid(&self, id: &BidId) -> Result<Bid, Error> {
        self.get(&["v1", "bids", id.as_str()], &[]).await?.decode("a bid")
    }

    /// The bids on a project, the first 10,000 of them: all for its client, their own for a freelancer.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn bids_of_project(&self, project: &ProjectId) -> Result<Vec<Bid>, Error> {
        let path = ["v1", "projects", project.as_str(), "bids"];
        let mut bids = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut query = vec![("limit", PAGE)];
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page: Page<Bid> = self.get(&path, &query).await?.decode("a page of bids")?;
            bids.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        Ok(bids)
    }
}
