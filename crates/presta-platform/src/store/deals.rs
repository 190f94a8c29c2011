//! What the accounts of a demo market find of deals that were made before.

use rusqlite::{Connection, params};
use serde_json::json;

use super::{bids, offers::Milestone};
use crate::problem::Problem;

const HOUR_MS: i64 = 3_600_000;

/// Gives the accepted bid `bid_n` (of an account) the milestones of its split, the first of them paid, a request that
/// waits for the client and an amendment that waits for the freelancer. `now` is the instant of the market, in ms.
///
/// # Errors
/// On a database error.
pub fn seed(sql: &Connection, bid_n: i64, now: i64) -> Result<(), Problem> {
    let Some(bid) = bids::load(sql, &[bid_n])?.pop() else { return Ok(()) };
    let agreed_at = now - 200 * HOUR_MS;
    let mut steps = bid.offer.milestones.clone();
    if steps.is_empty() {
        let first = bid.offer.amount / 3;
        steps = vec![
            Milestone { title: "Cadrage et première version".to_owned(), amount: first },
            Milestone { title: "Recette et mise en production".to_owned(), amount: bid.offer.amount - first },
        ];
        let text = json!(steps).to_string();
        sql.execute("UPDATE bids SET milestones = ?2 WHERE n = ?1", params![bid_n, text])?;
    }
    for (i, step) in steps.iter().enumerate() {
        let paid = (i == 0).then_some(now - 60 * HOUR_MS);
        sql.execute(
            "INSERT INTO milestones (rev, bid_n, title, amount, status, created_at, updated_at, funded_at, released_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, ?6), ?8, ?7)",
            params![
                if paid.is_some() { 3 } else { 1 },
                bid_n,
                step.title,
                step.amount,
                if paid.is_some() { "released" } else { "planned" },
                agreed_at,
                paid,
                paid.map(|at| at - 90 * HOUR_MS)
            ],
        )?;
    }
    let wished_at = now - 20 * HOUR_MS;
    sql.execute(
        "INSERT INTO milestone_requests (bid_n, title, amount, reason, status, created_at, updated_at)
         VALUES (?1, 'Reprise des données', ?2, ?3, 'pending', ?4, ?4)",
        params![
            bid_n,
            bid.offer.amount / 4,
            "La reprise des données est terminée et vérifiée avec vos équipes ; je propose de la régler à part.",
            wished_at
        ],
    )?;
    sql.execute(
        "INSERT INTO amendments (bid_n, author_n, status, period_days, reason, created_at, updated_at)
         VALUES (?1, ?2, 'open', ?3, ?4, ?5, ?5)",
        params![
            bid_n,
            bid.client_n,
            (bid.offer.period_days + 10).min(365),
            "Notre équipe est absente la dernière semaine du mois : décalons la recette de dix jours.",
            now - 8 * HOUR_MS
        ],
    )?;
    Ok(())
}
