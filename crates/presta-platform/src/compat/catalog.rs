//! Numbers for what this market names: skills and currencies.

use serde_json::{Value, json};

use super::Refusal;
use crate::seed::catalog::{CATEGORIES, SKILLS, skill_label};

/// ISO 4217 and the number that API gives it; those it has no number for begin at 1000.
const CURRENCIES: [(&str, i64, &str, &str); 5] = [
    ("USD", 1, "$", "US Dollar"),
    ("GBP", 4, "£", "British Pound"),
    ("EUR", 8, "€", "Euro"),
    ("CAD", 9, "$", "Canadian Dollar"),
    ("CHF", 1_000, "CHF", "Swiss Franc"),
];

/// That API's `Currency`.
pub(super) fn currency(code: &str) -> Value {
    let known = CURRENCIES.iter().find(|(known, ..)| *known == code);
    let &(code, id, sign, name) = known.unwrap_or(&("", 0, "", ""));
    json!({"id": id, "code": code, "sign": sign, "name": name})
}

/// The code of the currency with that API's number.
pub(super) fn currency_code(number: i64) -> Option<&'static str> {
    CURRENCIES.iter().find(|(_, known, ..)| *known == number).map(|(code, ..)| *code)
}

/// The number of a skill: its place in the catalogue, from 1.
fn number(id: &str) -> Option<usize> {
    SKILLS.iter().position(|(known, _)| *known == id).map(|at| at + 1)
}

/// The skill of a number.
pub(super) fn skill(number: i64) -> Option<&'static str> {
    let at = usize::try_from(number.checked_sub(1)?).ok()?;
    SKILLS.get(at).map(|&(id, _)| id)
}

/// The skills of some numbers.
///
/// # Errors
/// `invalid`, naming `what`, when one is of none.
pub(super) fn skills(numbers: &[i64], what: &str) -> Result<Vec<&'static str>, Refusal> {
    let found: Option<Vec<&str>> = numbers.iter().map(|&n| skill(n)).collect();
    found.ok_or_else(|| Refusal::invalid(what))
}

/// That API's `Job`; a skill that is in no catalogue has no number and is left out.
pub(super) fn job(id: &str) -> Option<Value> {
    let seo_url = id.replace(' ', "-");
    Some(json!({"id": number(id)?, "name": skill_label(id), "seo_url": seo_url, "category": null}))
}

/// Every `Job`.
pub(super) fn jobs() -> Vec<Value> {
    SKILLS.iter().filter_map(|(id, _)| job(id)).collect()
}

/// That API's `Category`.
pub(super) fn category(id: &str) -> Value {
    let at = CATEGORIES.iter().position(|(known, ..)| *known == id);
    let name = at.and_then(|at| CATEGORIES.get(at)).map(|(_, _, english)| *english);
    json!({"id": at.map(|at| at + 1), "name": name})
}
