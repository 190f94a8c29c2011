//! The platform's rules for a bid, checked before anything is sent.

use presta_model::{AmountError, CannotBid, Catalog, Currency, Milestone, Money, NewBid};
use presta_store::draft::BidForm;
use presta_store::outbox::{Failure, ParamValue};
use serde::Serialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a bid is checked against.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The platform's rules and fees.
    pub catalog: &'a Catalog,
    /// The project's currency.
    pub currency: Currency,
    /// Why the project takes no bid of this person.
    pub cannot_bid: Option<CannotBid>,
}

/// What the composer shows beside a bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BidChecks {
    /// The amount, when it can be read.
    pub amount: Option<Money>,
    /// The platform's fee on it.
    pub fee: Option<Money>,
    /// What is left.
    pub net: Option<Money>,
    /// What keeps it from being sent.
    pub problems: Vec<BidProblem>,
}

/// A rule that a bid breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BidProblem {
    /// `amount`, `period_days`, `text`, `milestones` or `project`.
    pub field: String,
    /// Stable name of the rule.
    pub code: String,
    /// Values for the sentence; amounts in whole units.
    pub params: BTreeMap<String, ParamValue>,
}

impl BidProblem {
    fn new(field: &str, failure: Failure) -> Self {
        Self { field: field.to_owned(), code: failure.code, params: failure.params }
    }
}

/// Checks a bid as it is typed.
pub fn check(form: &BidForm, context: &Context<'_>) -> BidChecks {
    let mut problems = Vec::new();
    if let Some(reason) = context.cannot_bid {
        problems.push(BidProblem::new("project", Failure::new(cannot_bid_code(reason))));
    }
    let amount = match amount(&form.amount, context) {
        Ok(amount) => Some(amount),
        Err((amount, failure)) => {
            problems.push(BidProblem::new("amount", failure));
            amount
        }
    };
    if let Err(failure) = period(&form.period_days, context) {
        problems.push(BidProblem::new("period_days", failure));
    }
    if let Err(failure) = text(&form.text, context) {
        problems.push(BidProblem::new("text", failure));
    }
    if let Err(failure) = milestones(form, amount.as_ref(), context) {
        problems.push(BidProblem::new("milestones", failure));
    }
    let fee = amount.as_ref().map(|amount| context.catalog.fees.on(amount));
    let net = amount
        .as_ref()
        .zip(fee.as_ref())
        .map(|(amount, fee)| Money::new(amount.amount_minor - fee.amount_minor, amount.currency.clone()));
    BidChecks { amount, fee, net, problems }
}

/// The bid to send; `None` unless [`check`] finds nothing to say.
pub fn new_bid(form: &BidForm, context: &Context<'_>) -> Option<NewBid> {
    if !check(form, context).problems.is_empty() {
        return None;
    }
    Some(NewBid {
        amount: amount(&form.amount, context).ok()?,
        period_days: period(&form.period_days, context).ok()?,
        text: form.text.trim().to_owned(),
        milestones: milestones(form, None, context).ok()?,
    })
}

/// The user interface's name of a reason.
fn cannot_bid_code(reason: CannotBid) -> &'static str {
    match reason {
        CannotBid::OwnProject => "own-project",
        CannotBid::DuplicateBid => "duplicate-bid",
        CannotBid::QuotaExhausted => "quota-exhausted",
        CannotBid::NotAFreelancer => "not-a-freelancer",
        _ => "project-closed",
    }
}

/// The amount; with an error, still the amount when it could be read.
fn amount(typed: &str, context: &Context<'_>) -> Result<Money, (Option<Money>, Failure)> {
    let rules = &context.catalog.rules;
    let most = rules.bid_amount_max.amount_minor;
    let too_large = || Failure::new("amount-too-large").with("max", most / 100);
    let amount = Money::parse(typed, context.currency.clone()).map_err(|error| {
        let failure = match error {
            AmountError::Empty => Failure::new("amount-empty"),
            AmountError::Negative => Failure::new("amount-negative"),
            AmountError::TooLarge => too_large(),
            _ => Failure::new("amount-not-a-number"),
        };
        (None, failure)
    })?;
    if amount.amount_minor < rules.bid_amount_min.amount_minor {
        let least = (rules.bid_amount_min.amount_minor + 99) / 100;
        return Err((Some(amount), Failure::new("amount-too-small").with("min", least)));
    }
    if amount.amount_minor > most {
        return Err((Some(amount), too_large()));
    }
    Ok(amount)
}

fn period(typed: &str, context: &Context<'_>) -> Result<u32, Failure> {
    let most = context.catalog.rules.period_days_max;
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Failure::new("period-empty"));
    }
    match typed.parse::<u32>() {
        Ok(days) if (1..=most).contains(&days) => Ok(days),
        _ => Err(Failure::new("period-out-of-range").with("max", most)),
    }
}

fn text(typed: &str, context: &Context<'_>) -> Result<(), Failure> {
    let rules = &context.catalog.rules;
    let text = typed.trim();
    let have = text.chars().count();
    if have < rules.bid_text_min as usize {
        return Err(Failure::new("text-too-short").with("min", rules.bid_text_min).with("have", have));
    }
    if have > rules.bid_text_max as usize {
        return Err(Failure::new("text-too-long").with("max", rules.bid_text_max).with("have", have));
    }
    match contact_details(text) {
        Some(found) => Err(Failure::new("contact-details").with("found", found)),
        None => Ok(()),
    }
}

/// The milestones; with `amount`, checked to add up to it.
fn milestones(form: &BidForm, amount: Option<&Money>, context: &Context<'_>) -> Result<Vec<Milestone>, Failure> {
    let mut parts = Vec::with_capacity(form.milestones.len());
    for (position, part) in form.milestones.iter().enumerate() {
        let index = position + 1;
        if part.title.trim().is_empty() {
            return Err(Failure::new("milestone-title").with("index", index));
        }
        let money = Money::parse(&part.amount, context.currency.clone())
            .ok()
            .filter(|money| money.amount_minor > 0)
            .ok_or_else(|| Failure::new("milestone-amount").with("index", index))?;
        parts.push(Milestone { title: part.title.trim().to_owned(), amount: money });
    }
    let have: i64 = parts.iter().map(|part| part.amount.amount_minor).sum();
    match amount {
        Some(amount) if !parts.is_empty() && have != amount.amount_minor => Err(Failure::new("milestones-sum")
            .with("expected_minor", amount.amount_minor)
            .with("have_minor", have)
            .with("currency", amount.currency.as_str())),
        _ => Ok(parts),
    }
}

/// The first e-mail address or telephone number in a text.
fn contact_details(text: &str) -> Option<String> {
    let mail = text.split_whitespace().find(|word| {
        word.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.trim_end_matches('.').split('.').filter(|part| !part.is_empty()).count() >= 2
        })
    });
    mail.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()).or_else(|| telephone(text))
}

/// A run of at least ten digits that begins with 0 or +, with at most one separator between two digits.
fn telephone(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut start = 0;
    while let Some(&first) = chars.get(start) {
        let after_digit = start > 0 && chars.get(start - 1).is_some_and(char::is_ascii_digit);
        if !after_digit && (first == '0' || first == '+') {
            let mut digits = 0;
            let mut end = start;
            let mut gap = 0;
            for (index, c) in chars.iter().enumerate().skip(start) {
                if c.is_ascii_digit() {
                    digits += 1;
                    gap = 0;
                    end = index;
                } else if (index == start && *c == '+')
                    || (gap == 0 && matches!(c, ' ' | '.' | '-' | '\u{a0}' | '\u{202f}'))
                {
                    gap += usize::from(index != start);
                } else {
                    break;
                }
            }
            if digits >= 10 {
                return Some(chars.get(start..=end).unwrap_or_default().iter().collect());
            }
        }
        start += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use presta_model::{Fees, Rules};
    use presta_store::draft::MilestoneForm;

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::new("EUR"))
    }

    fn catalog() -> Catalog {
        Catalog {
            skills: vec![],
            categories: vec![],
            currencies: vec![],
            countries: vec![],
            fees: Fees { permille: 100, minimum: eur(300) },
            rules: Rules {
                bid_text_min: 50,
                bid_text_max: 5000,
                bid_amount_min: eur(1000),
                bid_amount_max: eur(100_000_000),
                period_days_max: 365,
                message_text_max: 5000,
            },
        }
    }

    fn codes(form: &BidForm) -> Vec<String> {
        let catalog = catalog();
        let context = Context { catalog: &catalog, currency: Currency::new("EUR"), cannot_bid: None };
        check(form, &context).problems.into_iter().map(|problem| problem.code).collect()
    }

    fn good() -> BidForm {
        BidForm {
            amount: "1 250,50".into(),
            period_days: "10".into(),
            text: "Je propose de reprendre ce service pas à pas, avec des tests à chaque étape.".into(),
            milestones: vec![],
        }
    }

    #[test]
    fn a_good_bid_passes_and_shows_what_is_left() {
        assert_eq!(codes(&good()), Vec::<String>::new());
        let catalog = catalog();
        let context = Context { catalog: &catalog, currency: Currency::new("EUR"), cannot_bid: None };
        let checks = check(&good(), &context);
        assert_eq!(checks.fee, Some(eur(12_505)));
        assert_eq!(checks.net, Some(eur(112_545)));
        assert_eq!(new_bid(&good(), &context).unwrap().amount, eur(125_050));
    }

    #[test]
    fn every_rule_has_its_name() {
        for (amount, code) in [
            ("", "amount-empty"),
            ("-5", "amount-negative"),
            ("1e12", "amount-not-a-number"),
            ("1000000000000", "amount-too-large"),
            ("2000000", "amount-too-large"),
            ("9,99", "amount-too-small"),
        ] {
            assert_eq!(codes(&BidForm { amount: amount.into(), ..good() }), [code], "{amount}");
        }
        for (text, code) in [
            (String::new(), "text-too-short"),
            ("x".repeat(20_000), "text-too-long"),
            (format!("{} moi@exemple.fr", good().text), "contact-details"),
            (format!("{} 06 12 34 56 78", good().text), "contact-details"),
            (format!("{} +33 6.12.34.56.78", good().text), "contact-details"),
        ] {
            assert_eq!(codes(&BidForm { text, ..good() }), [code]);
        }
        for (period_days, code) in [("", "period-empty"), ("0", "period-out-of-range"), ("400", "period-out-of-range")]
        {
            assert_eq!(codes(&BidForm { period_days: period_days.into(), ..good() }), [code]);
        }
        let part = |title: &str, amount: &str| MilestoneForm { title: title.into(), amount: amount.into() };
        for (parts, code) in [
            (vec![part("a", "1000")], Some("milestones-sum")),
            (vec![part("", "1250,50")], Some("milestone-title")),
            (vec![part("a", "x")], Some("milestone-amount")),
            (vec![part("a", "1000"), part("b", "250,50")], None),
        ] {
            let found = codes(&BidForm { milestones: parts, ..good() });
            assert_eq!(found.first().map(String::as_str), code);
        }
    }

    #[test]
    fn numbers_in_a_text_are_no_telephone() {
        for text in
            ["budget de 10 000 000 euros", "de 2020 à 2026", "norme ISO 27001, 0.5 jour", "0,05 % et 12 000 lignes"]
        {
            assert_eq!(contact_details(text), None, "{text}");
        }
    }
}
