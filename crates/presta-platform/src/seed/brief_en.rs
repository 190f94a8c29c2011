//! Composes the few projects written in English.

use std::fmt::Write as _;

use super::Kind;
use super::brief::Scene;
use super::rng::Rng;
use super::text::{Scope, expand, typeset_english, words};

struct Slots<'a> {
    scene: &'a Scene<'a>,
    business: &'static str,
    object: &'static str,
}

impl Slots<'_> {
    fn amount(&self, value: i64, out: &mut String) {
        let grouped =
            if value < 1_000 { format!("{value}") } else { format!("{},{:03}", value / 1_000, value % 1_000) };
        let _ = match self.scene.offer.currency {
            "EUR" => write!(out, "€{grouped}"),
            other => write!(out, "{other}\u{a0}{grouped}"),
        };
    }
}

impl Scope for Slots<'_> {
    fn slot(&self, name: &str, rng: &mut Rng, out: &mut String) {
        let identity = self.scene.identity;
        let offer = self.scene.offer;
        match name {
            "name" => out.push_str(&identity.name),
            "business" => out.push_str(self.business),
            "object" => out.push_str(self.object),
            "city" => out.push_str(identity.place.city),
            "role" => out.push_str(self.scene.track.english),
            "size" => {
                let _ = write!(out, "{}", identity.size);
            }
            "count" => out.push_str(rng.pick(&["two", "three", "four", "five"])),
            "length" => {
                let _ = match offer.days {
                    ..=9 => write!(out, "about {} working days", offer.days.max(2)),
                    10..=39 => write!(out, "{} weeks", offer.days / 4),
                    days => write!(out, "{} months", (days / 18).clamp(2, 12)),
                };
            }
            "min" => self.amount(offer.min, out),
            "max" => self.amount(offer.max, out),
            _ => {
                let _ = write!(out, "{{{name}}}");
            }
        }
    }
}

const TITLES: &[&str] = &[
    "{Role} for {business}",
    "{Role}: {object}",
    "{Role} needed for our {object}",
    "{Role} – {length}, [remote friendly|{city}]",
    "{Role} ([contract|freelance]): {object}",
    "{Role} to improve our {object} ({city})",
];
const CONTEXT: &[&str] = &[
    "{Name} is {business} based in {city}, with {size} people. This project is about our {object}.",
    "We are {business} in {city}. Our {object} is used every day and needs [fresh attention|more care than we can give it].",
    "Our small IT team runs the {object} of {name}, {business} located in {city}. We need help for {length}.",
];
const LEADS: &[&str] = &["What we would like you to do:", "Scope of work:", "Main tasks:"];
const DETAILS: &[&str] = &[
    "The team speaks English and French; written documents are in English.",
    "You will work with one engineer who knows the history of the product.",
    "We work in two-week cycles and show progress at the end of each.",
    "A test environment is available from the first day.",
    "Personal data is involved, so a data processing agreement will be signed (GDPR).",
    "All code belongs to us once paid, and must build without any personal account.",
    "We prefer boring, well-maintained libraries to clever ones.",
    "Changes go live on Tuesdays and Thursdays, never before a weekend.",
];
const REMOTE: &[&str] = &[
    "Fully remote work is fine, with a call twice a week.",
    "Remote work is welcome; one visit to {city} at the start would help.",
];
const ON_SITE: &[&str] = &[
    "We expect you on site in {city} three days a week.",
    "The work takes place in {city}, at least for the first few weeks.",
];
const HOURLY: &[&str] = &[
    "Hourly rate: {min} to {max}, depending on experience.",
    "Our budget is {min} to {max} an hour, invoiced monthly.",
];
const FIXED: &[&str] = &[
    "Fixed price, between {min} and {max}, paid in stages.",
    "Our budget is {min} to {max} for the whole. A price per lot is welcome.",
];
const ASK: &[&str] = &[
    "Tell us in a few lines how you would start and what looks risky to you.",
    "Please mention {count} comparable projects and your availability.",
    "Short, concrete offers are preferred over long presentations.",
    "Say clearly what your price includes and what it does not.",
];
const CLOSING: &[&str] = &[
    "We answer every offer within a week.",
    "Questions are welcome before you bid.",
    "Thank you, we look forward to reading you.",
    "A first call of half an hour will be offered to {count} candidates.",
];

/// The title and the description.
pub(super) fn write(scene: &Scene<'_>, rng: &mut Rng) -> (String, String) {
    let (business, applications) = scene.identity.sector.english;
    let own = scene.domain.english.objects;
    let object = rng.pick(if own.is_empty() { applications } else { own });
    let slots = Slots { scene, business, object };
    let mut title = String::with_capacity(96);
    expand(rng.pick(TITLES), &slots, rng, &mut title);
    let mut out = String::with_capacity(2_048);
    let large = rng.percent(40);
    let english = &scene.domain.english;

    sentences(CONTEXT, 1, &slots, rng, &mut out);
    sentences(english.why, if large { 2 } else { 1 }, &slots, rng, &mut out);
    let lead = rng.pick(LEADS);
    let _ = write!(out, "\n\n{lead}\n\n");
    for task in rng.some(english.tasks, if large { 5 } else { 3 }) {
        let _ = writeln!(out, "- {task}");
    }
    out.push('\n');
    sentences(DETAILS, if large { 4 } else { 1 }, &slots, rng, &mut out);
    out.push_str("\n\n");
    sentences(if scene.remote { REMOTE } else { ON_SITE }, 1, &slots, rng, &mut out);
    let pay = if scene.offer.kind == Kind::Hourly { HOURLY } else { FIXED };
    sentences(pay, 1, &slots, rng, &mut out);
    let _ = write!(out, "\n\n");
    sentences(ASK, if large { 2 } else { 1 }, &slots, rng, &mut out);
    while words(&out) < 60 {
        sentences(DETAILS, 1, &slots, rng, &mut out);
    }
    sentences(CLOSING, 1, &slots, rng, &mut out);
    (typeset_english(&title), typeset_english(out.trim_end()))
}

fn sentences(pool: &[&str], count: usize, slots: &Slots<'_>, rng: &mut Rng, out: &mut String) {
    for sentence in rng.some(pool, count) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push(' ');
        }
        expand(sentence, slots, rng, out);
    }
}
