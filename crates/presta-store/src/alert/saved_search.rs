//! Searches kept on the platform, as rules here. Their JSON is the contract's (`contract/parts/saved-searches.yaml`).

use presta_model::{Alert, BudgetKind, Millis, SavedSearch, SearchQuery};
use serde::Deserialize;

use crate::alert::{Criteria, Mode, Origin, Rule, remove, rule, save};
use crate::project_list::{FilterKind, ProjectFilters};
use crate::{Error, Tx};

/// Keeps a search of the platform as a rule, as it is now there. Silenced here, it stays silenced.
///
/// # Errors
/// [`Error::Decode`] when the JSON is not a kept search; when the database cannot be written.
pub fn keep_saved_search(tx: &mut Tx<'_>, data: &serde_json::Value) -> Result<(), Error> {
    let saved = SavedSearch::deserialize(data).map_err(|source| Error::Decode { what: "saved search", source })?;
    let enabled = rule(tx, &saved.id)?.is_none_or(|known| known.enabled);
    save(tx, &rule_of(saved, enabled))
}

/// Drops the rules whose searches the platform no longer has.
///
/// # Errors
/// When the database cannot be written.
pub(crate) fn forget_lost_searches(tx: &mut Tx<'_>) -> Result<(), Error> {
    let lost = tx.execute(
        "DELETE FROM alert_rule WHERE origin = ?1
           AND id NOT IN (SELECT id FROM resource WHERE kind = 'saved_search')",
        [Origin::SavedSearch.name()],
    )?;
    if lost > 0 {
        tx.touch("alert-rules");
        tx.touch("alerts");
    }
    Ok(())
}

/// Drops the rule of a search that is no longer kept.
///
/// # Errors
/// When the database cannot be written.
pub fn forget_saved_search(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    if rule(tx, id)?.is_some_and(|rule| rule.origin == Origin::SavedSearch) {
        remove(tx, id)?;
    }
    Ok(())
}

fn rule_of(saved: SavedSearch, enabled: bool) -> Rule {
    Rule {
        id: saved.id,
        origin: Origin::SavedSearch,
        name: saved.name,
        criteria: criteria(saved.query),
        mode: match saved.alert {
            Alert::Instant => Mode::Instant,
            Alert::Daily => Mode::Daily,
            // Also a way this version does not know.
            _ => Mode::Off,
        },
        enabled,
        created_at: Millis::from(saved.created_at).0,
    }
}

/// The platform's query in this client's terms. Amounts are whole units here, so bounds are widened to them: rather
/// one project too many than one missed. A town is the beginning of its name, as in the list.
fn criteria(query: SearchQuery) -> Criteria {
    let mut category = query.category;
    let one = if category.len() == 1 { category.pop() } else { None };
    Criteria {
        query: query.q.unwrap_or_default(),
        filters: ProjectFilters {
            skills: query.skills,
            category: one,
            kind: query.kind.and_then(|kind| match kind {
                BudgetKind::Fixed => Some(FilterKind::Fixed),
                BudgetKind::Hourly => Some(FilterKind::Hourly),
                _ => None,
            }),
            budget_min: query.budget_min.map(|minor| minor.div_euclid(100)),
            budget_max: query.budget_max.map(|minor| minor.saturating_add(99).div_euclid(100)),
            currency: query.currency,
            language: query.language,
            country: query.country,
            city: query.city,
            remote: query.remote,
            client_verified: query.client_verified == Some(true),
            bids_max: query.bids_max,
            max_age_days: query.max_age_days,
            not_bid: query.not_bid == Some(true),
        },
        categories: category,
        statuses: query.status,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(query: &serde_json::Value, alert: &str) -> Rule {
        let data = json!({
            "id": "sea_1", "rev": 3, "name": "Rust, partout", "query": query, "alert": alert,
            "created_at": "2026-11-22T10:02:41.120Z", "updated_at": "2026-11-22T10:02:41.120Z",
        });
        rule_of(SavedSearch::deserialize(&data).unwrap(), true)
    }

    #[test]
    fn every_field_of_the_contract_has_its_place() {
        let rule = read(
            &json!({
                "q": "temps réel", "skills": ["rust", "sql"], "category": ["data"], "type": "hourly",
                "budget_min": 50_000, "budget_max": 200_001, "currency": "EUR", "language": "fr", "country": "FR",
                "city": "Orléans", "remote": true, "client_verified": true, "bids_max": 4, "max_age_days": 7,
                "not_bid": true, "status": ["open"], "sort": "newest",
            }),
            "instant",
        );
        assert_eq!((rule.id.as_str(), rule.mode, rule.origin), ("sea_1", Mode::Instant, Origin::SavedSearch));
        assert_eq!(rule.created_at, 1_795_341_761_120);
        let filters = rule.criteria.filters;
        assert_eq!(rule.criteria.query, "temps réel");
        assert_eq!(rule.criteria.statuses, ["open"]);
        assert!(rule.criteria.categories.is_empty());
        assert_eq!(filters.category.as_deref(), Some("data"));
        assert_eq!(filters.kind, Some(FilterKind::Hourly));
        assert_eq!((filters.budget_min, filters.budget_max), (Some(500), Some(2001)), "minor units, widened");
        assert_eq!(filters.city.as_deref(), Some("Orléans"));
        assert_eq!((filters.remote, filters.client_verified, filters.not_bid), (Some(true), true, true));
        assert_eq!((filters.bids_max, filters.max_age_days), (Some(4), Some(7)));
    }

    #[test]
    fn an_empty_query_is_every_open_project_and_several_categories_stay_several() {
        assert_eq!(read(&json!({}), "daily").criteria, Criteria::default());
        let rule = read(&json!({ "category": ["data", "web"], "type": "by-the-moon" }), "someday");
        assert_eq!(rule.criteria.categories, ["data", "web"]);
        assert_eq!((rule.criteria.filters.category, rule.criteria.filters.kind), (None, None));
        assert_eq!(rule.mode, Mode::Off, "a way to tell that is not known tells nothing");
    }
}
