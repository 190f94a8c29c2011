//! Composes the title and the brief of a project in French.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

use super::budget::Offer;
use super::clients::Identity;
use super::domains::{Domain, Track};
use super::rng::Rng;
use super::text::{Scope, expand, typeset, words};
use super::{Kind, french, phrases};

/// All that a brief is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) identity: &'a Identity,
    pub(super) domain: &'static Domain,
    pub(super) track: &'static Track,
    pub(super) offer: &'a Offer,
    pub(super) remote: bool,
    pub(super) posted_at: Timestamp,
}

/// The slots of French templates.
struct Slots<'a> {
    scene: &'a Scene<'a>,
    objet: &'static str,
    role: String,
    /// Drawn once, so that a start date is the same wherever it is told.
    start: u64,
}

impl Slots<'_> {
    fn pay(&self, min: i64, max: i64, out: &mut String) {
        out.push_str("entre ");
        french::number(min, out);
        out.push_str(" et ");
        french::money(max, self.scene.offer.currency, out);
    }

    fn duration(&self, out: &mut String) {
        let days = self.scene.offer.days;
        let (count, unit) = match days {
            ..=7 => (days.max(2), "jours"),
            8..=39 => ((days / 4).max(2), "semaines"),
            _ => ((days / 18).clamp(2, 12), "mois"),
        };
        let _ = write!(out, "{} {unit}", french::letters(count));
    }

    fn start(&self, out: &mut String) {
        let month = self.scene.posted_at.to_zoned(TimeZone::UTC).month();
        let next = french::month(month % 12 + 1);
        let later = french::month((month + 1) % 12 + 1);
        let _ = match self.start {
            0 => write!(out, "dès que possible"),
            1 => write!(out, "début {next}"),
            2 => write!(out, "mi-{next}"),
            3 => write!(out, "d'ici deux semaines"),
            4 => write!(out, "courant {next}"),
            _ => write!(out, "début {later}"),
        };
    }
}

impl Scope for Slots<'_> {
    fn slot(&self, name: &str, rng: &mut Rng, out: &mut String) {
        let Identity { name: nom, sector, place, size } = self.scene.identity;
        let offer = self.scene.offer;
        match name {
            "nom" => out.push_str(nom),
            "un_secteur" => out.push_str(sector.un),
            "e" => out.push_str(if sector.feminine { "e" } else { "" }),
            "gens" => out.push_str(sector.gens),
            "effectif" => french::number(*size, out),
            "ville" => out.push_str(place.city),
            "a_ville" => french::a(place.city, out),
            "de_ville" => french::de(place.city, out),
            "objet" => out.push_str(self.objet),
            "de_objet" => french::de(self.objet, out),
            "a_objet" => french::a(self.objet, out),
            "objet_nu" => out.push_str(french::bare(self.objet)),
            "role" => out.push_str(&self.role),
            "de_role" => french::de(&self.role, out),
            "duree" => self.duration(out),
            "debut" => self.start(out),
            "fourchette" => self.pay(offer.min, offer.max, out),
            // A day of eight hours, to the nearest ten below.
            "tjm" => self.pay(offer.min * 8 / 10 * 10, offer.max * 8 / 10 * 10, out),
            "petit" => out.push_str(french::letters(rng.between(2, 6))),
            "dizaine" => out.push_str(french::letters(rng.between(5, 12))),
            "n" => {
                let _ = write!(out, "{}", rng.between(3, 18) * 5);
            }
            "centaines" => french::number(rng.between(3, 24) * 50, out),
            "gros" => french::number(rng.between(3, 90) * 1_000, out),
            _ => {
                let _ = write!(out, "{{{name}}}");
            }
        }
    }
}

/// The title and the description.
pub(super) fn write(scene: &Scene<'_>, rng: &mut Rng) -> (String, String) {
    let own = scene.domain.objets;
    let subjects = if own.is_empty() { scene.identity.sector.objets } else { own };
    let mut slots = Slots { scene, objet: rng.pick(subjects), role: String::new(), start: rng.below(6) };
    let mut role = String::with_capacity(48);
    expand(scene.track.role, &slots, rng, &mut role);
    slots.role = role;
    let mut title = String::with_capacity(128);
    let specific = rng.percent(62);
    let pattern = rng.pick(if specific { scene.track.titles } else { phrases::TITLES });
    expand(pattern, &slots, rng, &mut title);
    let mut page = Page { slots: &slots, out: String::with_capacity(4_096), style: rng.below(3) };
    page.compose(rng);
    (typeset(&title), typeset(page.out.trim_end()))
}

/// A page being written.
struct Page<'a> {
    slots: &'a Slots<'a>,
    out: String,
    /// 0 no heading, 1 bold ones, 2 Markdown ones.
    style: u64,
}

/// Room left under the 600 words of a brief for one more part.
const ENOUGH: usize = 470;

impl Page<'_> {
    fn compose(&mut self, rng: &mut Rng) {
        let (domain, track) = (self.slots.scene.domain, self.slots.scene.track);
        let dear = self.slots.scene.offer.days > 25;
        match rng.below(100) + if dear { 12 } else { 0 } {
            0..30 => self.short(domain, track, rng),
            30..72 => self.medium(domain, track, rng),
            _ => self.long(domain, track, rng),
        }
        while words(&self.out) < 52 {
            self.paragraph(&[phrases::TERMS], 1, rng);
        }
    }

    fn short(&mut self, domain: &Domain, track: &Track, rng: &mut Rng) {
        self.style = 0;
        self.paragraph(&[self.context_pool()], 1, rng);
        self.more(&[track.why, domain.why], 1, rng);
        if rng.percent(60) {
            self.lead(phrases::LEADS, rng);
            self.items(&[track.tasks, domain.tasks], 3, rng);
        } else {
            self.paragraph(&[phrases::NEED], 1, rng);
            self.more(&[track.stack], 1, rng);
        }
        self.paragraph(&[self.pay_pool()], 1, rng);
        if rng.percent(55) {
            self.more(&[phrases::CLOSING], 1, rng);
        }
    }

    fn medium(&mut self, domain: &Domain, track: &Track, rng: &mut Rng) {
        if self.style == 0 && rng.percent(60) {
            self.paragraph(&[phrases::GREETING], 1, rng);
        }
        self.heading(phrases::H_CONTEXT, rng);
        self.paragraph(&[self.context_pool()], 1, rng);
        self.more(&[track.why], 1, rng);
        if rng.percent(60) {
            self.more(&[domain.why], 1, rng);
        }
        self.heading(phrases::H_WORK, rng);
        self.lead(phrases::LEADS, rng);
        let count = 3 + rng.index(3);
        self.items(&[track.tasks, domain.tasks], count, rng);
        self.paragraph(&[track.stack], 1, rng);
        if rng.percent(50) {
            self.more(&[domain.limits], 1, rng);
        }
        self.heading(phrases::H_TERMS, rng);
        self.paragraph(&[phrases::PLANNING], 1, rng);
        self.more(&[self.place_pool()], 1, rng);
        self.more(&[self.pay_pool()], 1, rng);
        if rng.percent(70) {
            self.paragraph(&[domain.ask, phrases::ASK], 1, rng);
        }
        self.paragraph(&[phrases::CLOSING], 1, rng);
    }

    fn long(&mut self, domain: &Domain, track: &Track, rng: &mut Rng) {
        self.style = 1 + rng.below(2);
        // A third of the long ones tell everything.
        let more = if rng.percent(35) { 2 } else { 0 };
        let codes = !matches!(domain.id, "design" | "management" | "security");
        self.heading(phrases::H_CONTEXT, rng);
        self.paragraph(&[self.context_pool()], 1, rng);
        self.more(&[phrases::HISTORY], 1, rng);
        self.paragraph(&[track.why], 2, rng);
        self.more(&[domain.why], 1, rng);
        self.heading(phrases::H_WORK, rng);
        self.lead(phrases::LEADS, rng);
        let count = 5 + more + rng.index(3);
        self.items(&[track.tasks, domain.tasks], count, rng);
        self.heading(phrases::H_STACK, rng);
        self.paragraph(&[track.stack], 2, rng);
        self.more(&[phrases::TEAM], 1 + more, rng);
        self.heading(phrases::H_DELIVER, rng);
        let count = 3 + more + rng.index(2);
        let common = if codes { phrases::DELIVER_CODE } else { phrases::DELIVER };
        self.items(&[domain.deliver, common], count, rng);
        self.heading(phrases::H_TERMS, rng);
        let count = 1 + rng.index(2);
        self.paragraph(&[domain.limits], count, rng);
        if codes {
            self.more(&[phrases::TERMS_CODE], 2 + more, rng);
        } else {
            self.more(&[phrases::TERMS], 2 + more, rng);
        }
        if rng.percent(60) && words(&self.out) < ENOUGH {
            self.heading(phrases::H_PLAN, rng);
            self.steps(rng);
        }
        self.paragraph(&[phrases::PLANNING], 1, rng);
        self.more(&[self.place_pool()], 1, rng);
        self.more(&[self.pay_pool()], 1, rng);
        if words(&self.out) < ENOUGH {
            self.heading(phrases::H_ANSWER, rng);
            if rng.percent(50) {
                self.paragraph(&[domain.ask], 1, rng);
                self.more(&[phrases::ASK], 2, rng);
            } else {
                self.lead(phrases::ASK_LEADS, rng);
                self.items(&[phrases::ASK_ITEMS], 3 + more, rng);
                self.paragraph(&[domain.ask], 1, rng);
            }
        }
        self.paragraph(&[phrases::CLOSING], 1, rng);
    }

    const fn pay_pool(&self) -> &'static [&'static str] {
        match self.slots.scene.offer.kind {
            Kind::Hourly => phrases::PAY_HOURLY,
            Kind::Fixed => phrases::PAY_FIXED,
        }
    }

    const fn context_pool(&self) -> &'static [&'static str] {
        if self.slots.scene.domain.objets.is_empty() { phrases::CONTEXT } else { phrases::CONTEXT_PLAIN }
    }

    const fn place_pool(&self) -> &'static [&'static str] {
        if self.slots.scene.remote { phrases::REMOTE } else { phrases::ON_SITE }
    }

    fn heading(&mut self, pool: &[&str], rng: &mut Rng) {
        let heading = rng.pick(pool);
        match self.style {
            1 => {
                let _ = write!(self.out, "**{heading}**\n\n");
            }
            2 => {
                let _ = write!(self.out, "## {heading}\n\n");
            }
            _ => {}
        }
    }

    fn lead(&mut self, pool: &[&str], rng: &mut Rng) {
        expand(rng.pick(pool), self.slots, rng, &mut self.out);
        self.out.push_str("\n\n");
    }

    /// `count` sentences of the pools, as a paragraph of their own.
    fn paragraph(&mut self, pools: &[&[&'static str]], count: usize, rng: &mut Rng) {
        let before = self.out.len();
        for sentence in drawn(pools, count, rng) {
            if self.out.len() > before {
                self.out.push(' ');
            }
            expand(sentence, self.slots, rng, &mut self.out);
        }
        self.out.push_str("\n\n");
    }

    /// The same, appended to the last paragraph.
    fn more(&mut self, pools: &[&[&'static str]], count: usize, rng: &mut Rng) {
        self.out.truncate(self.out.trim_end().len());
        self.out.push(' ');
        self.paragraph(pools, count, rng);
    }

    /// The steps of the work, in order, one of them left out at random.
    fn steps(&mut self, rng: &mut Rng) {
        let left_out = rng.index(phrases::STEPS.len());
        for (at, step) in phrases::STEPS.iter().enumerate() {
            if at != left_out {
                self.out.push_str("- ");
                expand(step, self.slots, rng, &mut self.out);
                self.out.push('\n');
            }
        }
        self.out.push('\n');
    }

    fn items(&mut self, pools: &[&[&'static str]], count: usize, rng: &mut Rng) {
        for item in drawn(pools, count, rng) {
            self.out.push_str("- ");
            expand(item, self.slots, rng, &mut self.out);
            self.out.push('\n');
        }
        self.out.push('\n');
    }
}

/// `count` different templates, two thirds of them from the first pool.
fn drawn(pools: &[&[&'static str]], count: usize, rng: &mut Rng) -> Vec<&'static str> {
    let Some((first, others)) = pools.split_first() else { return Vec::new() };
    let second = others.first().copied().unwrap_or_default();
    let main = if second.is_empty() { count } else { (count * 2).div_ceil(3) };
    let mut chosen: Vec<&'static str> = rng.some(first, main).into_iter().copied().collect();
    let missing = count.saturating_sub(chosen.len());
    chosen.extend(rng.some(second, missing).into_iter().copied());
    chosen
}
