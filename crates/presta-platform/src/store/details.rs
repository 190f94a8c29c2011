//! What an account holds beside name and skills: contact, addresses, billing, what one says of oneself.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::users::Edit;
use crate::{
    problem::FieldError,
    rules::{CURRENCIES, range_error, text_error},
    vat,
};

/// Bounds of an hourly rate, in minor units.
pub const HOURLY_RATE: RangeInclusive<i64> = 100..=1_000_000;
const ABOUT: RangeInclusive<usize> = 1..=3_000;
const COMPANY: RangeInclusive<usize> = 1..=120;
const LINE: RangeInclusive<usize> = 1..=200;
const POSTAL_CODE: RangeInclusive<usize> = 1..=20;
const CITY: RangeInclusive<usize> = 1..=100;

/// The price of an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// Where mail or invoices go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Number and street.
    pub line1: String,
    /// Building, floor.
    #[serde(default)]
    pub line2: Option<String>,
    /// As written in its country.
    pub postal_code: String,
    /// The town.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// All of it; nobody but their owner sees more than `about` and `hourly_rate`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// What one says of oneself, on the public profile.
    pub about: Option<String>,
    /// Of a freelancer, on the public profile.
    pub hourly_rate: Option<Rate>,
    /// E.164.
    pub phone: Option<String>,
    /// Where one lives or works.
    pub postal_address: Option<Address>,
    /// Where invoices go.
    pub billing_address: Option<Address>,
    /// On invoices.
    pub company_name: Option<String>,
    /// With its country.
    pub vat_number: Option<String>,
}

impl Details {
    /// Takes over what `edit` gives.
    pub fn apply(&mut self, edit: &Edit) {
        fn take<T: Clone>(into: &mut Option<T>, from: &Option<Option<T>>) {
            if let Some(value) = from {
                value.clone_into(into);
            }
        }
        take(&mut self.about, &edit.about);
        take(&mut self.hourly_rate, &edit.hourly_rate);
        take(&mut self.phone, &edit.phone);
        take(&mut self.postal_address, &edit.postal_address);
        take(&mut self.billing_address, &edit.billing_address);
        take(&mut self.company_name, &edit.company_name);
        take(&mut self.vat_number, &edit.vat_number);
    }
}

/// What `given` holds, when it is there and not cleared.
fn value<T>(given: &Option<Option<T>>) -> Option<&T> {
    given.as_ref().and_then(Option::as_ref)
}

/// What is wrong with the details of `edit`.
#[must_use]
pub fn errors(edit: &Edit) -> Vec<FieldError> {
    let mut errors = Vec::new();
    errors.extend(value(&edit.about).and_then(|text| text_error("/about", text, &ABOUT)));
    errors.extend(value(&edit.company_name).and_then(|text| text_error("/company_name", text, &COMPANY)));
    if let Some(rate) = value(&edit.hourly_rate) {
        errors.extend(range_error("/hourly_rate/amount_minor", rate.amount_minor, &HOURLY_RATE));
        if !CURRENCIES.contains(&rate.currency.as_str()) {
            errors.push(FieldError::new("/hourly_rate/currency", "unknown"));
        }
    }
    if value(&edit.phone).is_some_and(|phone| !is_phone(phone)) {
        errors.push(FieldError::new("/phone", "invalid"));
    }
    for (pointer, address) in [("/postal_address", &edit.postal_address), ("/billing_address", &edit.billing_address)] {
        if let Some(address) = value(address) {
            errors.extend(address_errors(pointer, address));
        }
    }
    if let Some(number) = value(&edit.vat_number) {
        errors.extend(vat::wrong(number).map(|code| FieldError::new("/vat_number", code)));
    }
    errors
}

/// E.164: a plus and 7 to 15 digits, the first of which is not 0.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
    })
}

fn address_errors(pointer: &str, address: &Address) -> Vec<FieldError> {
    let at = |name: &str| format!("{pointer}/{name}");
    let mut errors: Vec<FieldError> = [
        text_error(&at("line1"), &address.line1, &LINE),
        address.line2.as_ref().and_then(|line| text_error(&at("line2"), line, &LINE)),
        text_error(&at("postal_code"), &address.postal_code, &POSTAL_CODE),
        text_error(&at("city"), &address.city, &CITY),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !is_country(&address.country) {
        errors.push(FieldError::new(at("country"), "invalid"));
    }
    errors
}

/// Two capital letters: the form of ISO 3166-1 alpha-2.
#[must_use]
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}
