//! Reviews: those given, received and due, and writing one.

use axum::{
    body::Body,
    extract::State,
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    Answer, Needs, Route,
    listing::{self, Selection},
    resources,
    writing::{self, Asked},
};
use crate::{
    app::App,
    extract::{self, Query},
    guard::Caller,
    ids::Prefix,
    intent::Key,
    problem::Problem,
    rules,
    scopes::Scope,
    store::reviews::{self, Draft, Scores},
};

/// The operations of this module.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("GET", "/v1/reviews", Needs::Scope(Scope::ProfileRead), get(list)),
        Route::new("POST", "/v1/reviews", Needs::Scope(Scope::ProfileWrite), post(write)),
        Route::new(
            "GET",
            "/v1/reviews/{id}",
            Needs::Scope(Scope::ProfileRead),
            resources::seen(Prefix::Review, reviews::visible),
        ),
    ]
}

const TEXT: std::ops::RangeInclusive<usize> = 0..=2_000;
const STARS: std::ops::RangeInclusive<i64> = 1..=5;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewReview {
    bid_id: String,
    rating: i64,
    scores: Scores,
    text: String,
}

impl NewReview {
    fn check(&self) -> Result<(), Problem> {
        let Scores { communication, quality, deadline, budget } = self.scores;
        let stars = [
            ("/rating", self.rating),
            ("/scores/communication", communication),
            ("/scores/quality", quality),
            ("/scores/deadline", deadline),
            ("/scores/budget", budget),
        ];
        let wrong = stars.iter().filter_map(|&(pointer, value)| rules::range_error(pointer, value, &STARS));
        Problem::refuse(wrong.chain(rules::text_error("/text", &self.text, &TEXT)))
    }
}

/// `GET /v1/reviews`
pub async fn list(State(app): State<App>, caller: Caller, query: Query) -> Answer {
    let (rows, render): (_, crate::store::kinds::Render) = match query.one_of("role", &["given", "received", "due"])? {
        Some("given") => (reviews::GIVEN, reviews::render),
        Some("due") => (reviews::DUE, reviews::render_due),
        _ => (reviews::RECEIVED, reviews::render),
    };
    let viewer = caller.looking(app.now());
    listing::page(&app, &query, Selection { viewer, rows, user_n: caller.n, narrow: String::new(), render }).await
}

/// `POST /v1/reviews`
pub async fn write(State(app): State<App>, caller: Caller, asked: Asked, body: Body) -> Answer {
    writing::write(&app, &caller, &asked, (Key::Required, body), move |tx, bytes| {
        let new: NewReview = extract::json(bytes)?;
        new.check()?;
        let bid_n = Prefix::Bid.parse(&new.bid_id).ok_or_else(|| Problem::field("/bid_id", "unknown"))?;
        let draft = Draft { rating: new.rating, scores: new.scores, text: &new.text };
        let n = reviews::write(tx, caller.n, bid_n, &draft)?;
        let review = reviews::visible(&tx.sql, &caller.looking(tx.now), n)?;
        Ok(writing::stored(201, Some(format!("/v1/reviews/{}", Prefix::Review.id(n))), review))
    })
    .await
}
