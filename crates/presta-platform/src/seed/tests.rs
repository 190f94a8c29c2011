//! What the generated market promises.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};

use super::{
    Author, Kind, Market, SeedProject, Status, bids, catalog, category_of, conversations, replies, talk, text,
};

fn now() -> Timestamp {
    "2026-11-23T09:14:03Z".parse().unwrap()
}

fn generated(seed: u64) -> Vec<SeedProject> {
    let market = Market::new(seed, now());
    (0..2_400).map(|i| market.project(i)).collect()
}

/// The market of seed 7, made once for all the tests.
fn projects() -> &'static [SeedProject] {
    static ALL: LazyLock<Vec<SeedProject>> = LazyLock::new(|| generated(7));
    &ALL
}

fn digest(seed: u64) -> u64 {
    let market = Market::new(seed, now());
    let all: String =
        (0..200).map(|i| format!("{:?}{:?}{:?}", market.project(i), market.client(i), market.freelancer(i))).collect();
    talk::hash(&all)
}

#[test]
fn the_same_seed_gives_the_same_market_and_another_seed_another() {
    assert_eq!(digest(7), digest(7));
    assert_ne!(digest(7), digest(8));
}

#[test]
fn titles_vary_and_neighbours_never_share_one() {
    let all = projects();
    let titles: BTreeSet<&str> = all.iter().map(|p| p.title.as_str()).collect();
    assert!(titles.len() > 2_200, "{} distinct titles", titles.len());
    let bodies: BTreeSet<&str> = all.iter().map(|p| p.description.as_str()).collect();
    assert_eq!(bodies.len(), all.len());
    for (a, b) in all.iter().zip(all.iter().skip(1)) {
        assert_ne!(a.title, b.title);
    }
    assert!(all.iter().all(|p| (12..=140).contains(&p.title.chars().count())));
}

#[test]
fn briefs_hold_50_to_600_words_and_their_length_varies() {
    let mut counts: Vec<usize> = projects().iter().map(|p| text::words(&p.description)).collect();
    counts.sort_unstable();
    let mean = counts.iter().sum::<usize>() / counts.len();
    let (least, most) = (counts.first().unwrap(), counts.last().unwrap());
    assert!(*least >= 50 && *least <= 75, "shortest {least}");
    assert!(*most <= 600 && *most >= 470, "longest {most}");
    assert!((130..300).contains(&mean), "mean {mean}");
}

/// Errors a careless grammar makes.
const WRONG: &[&str] = &[
    " de le ",
    " de les ",
    " à le ",
    " à les ",
    " que il",
    " que elle",
    " de a",
    " de é",
    " de un ",
    " le a",
    " la a",
    " le é",
    " la é",
    " d’le",
    " de Le ",
    " à Le ",
    "  ",
    "..",
    " ,",
    " .",
    "{",
    "}",
    "[",
    "]",
    "|",
    "'",
    " ?",
    " !",
    " ;",
    " :",
    "« ",
    " »",
    " un une ",
    " une un ",
    " d’du",
    " du le ",
    "::",
    ": :",
    ",,",
    " si il",
    " ce est",
    " je ai",
    " ne a",
    " de o",
    " de i",
];
/// What looks like one of them and is right.
const RIGHT: &[&str] = &[" de onze", " .NET"];

fn check_french(what: &str) {
    let mut cleaned = what.to_owned();
    for right in RIGHT {
        cleaned = cleaned.replace(right, "");
    }
    for wrong in WRONG {
        assert!(!cleaned.contains(wrong), "{wrong:?} in {what}");
    }
    let mut before = ' ';
    for c in what.chars() {
        if matches!(c, ';' | '!' | '?') {
            assert_eq!(before, '\u{202f}', "spacing of {c:?} in {what}");
        }
        before = c;
    }
    for line in what.lines() {
        assert_eq!(line, line.trim(), "{what}");
    }
}

#[test]
fn french_is_clean_and_no_placeholder_is_left() {
    for all in [projects(), &generated(11)] {
        for project in all.iter().filter(|p| p.language == "fr") {
            check_french(&project.title);
            check_french(&project.description);
            let first = project.title.chars().next().unwrap();
            assert!(!first.is_lowercase(), "{}", project.title);
        }
    }
}

#[test]
fn english_is_clean_and_rare() {
    let all = projects();
    let english: Vec<_> = all.iter().filter(|p| p.language == "en").collect();
    assert!((120..290).contains(&english.len()), "{} in English", english.len());
    for project in english {
        for wrong in ["{", "}", "[", "]", "|", "  ", "'", " ,", " a a", " a e", " a i", " a o"] {
            assert!(!project.description.contains(wrong), "{wrong:?}: {}", project.description);
            assert!(!project.title.contains(wrong), "{wrong:?}: {}", project.title);
        }
    }
}

#[test]
fn budgets_fit_the_kind_and_the_currency() {
    for p in projects() {
        assert!(p.budget_min_minor < p.budget_max_minor, "{}", p.title);
        let (low, high) = match p.kind {
            Kind::Hourly => (35, 110),
            Kind::Fixed => (400, 60_000),
        };
        let high = if p.currency == "EUR" { high } else { high * 3 / 2 };
        assert!(p.budget_min_minor >= low * 100 && p.budget_max_minor <= high * 100, "{p:?}");
        assert_eq!(p.currency == "CHF", p.country == "CH");
        assert_eq!(p.currency == "CAD", p.country == "CA");
        assert_eq!(p.bid_count > 0, p.bid_average_minor.is_some());
    }
}

#[test]
fn ids_belong_to_the_catalog() {
    let known = |id: &str| catalog::SKILLS.iter().any(|(skill, _)| *skill == id);
    for p in projects() {
        assert!(catalog::CATEGORIES.iter().any(|(id, _, _)| *id == p.category));
        assert!(!p.skills.is_empty() && p.skills.iter().all(|id| known(id)), "{:?}", p.skills);
        assert_eq!(p.skills.iter().collect::<BTreeSet<_>>().len(), p.skills.len());
    }
    for domain in super::domains::DOMAINS {
        for track in domain.tracks {
            for id in track.core.iter().chain(track.extra) {
                assert!(known(id), "{id}");
            }
        }
    }
    assert_eq!(catalog::skill_id("Node.js"), Some("nodejs"));
    assert_eq!(catalog::skill_id("C"), Some("c"));
    assert_eq!(catalog::skill_id("cobra"), None);
    assert_eq!(catalog::category_id("Cybersecurite"), Some("security"));
}

#[test]
fn posting_dates_strictly_decrease_and_stay_within_75_days_at_any_size() {
    let market = Market::new(3, now()).sized(1_000_000);
    assert_eq!(market.project(0).posted_at, now());
    let mut before = now() + SignedDuration::from_secs(1);
    for i in (0..3_000).chain(999_500..1_000_000) {
        let at = market.project(i).posted_at;
        assert!(at < before, "{i}: {at} is not before {before}");
        before = at;
    }
    let days = |i: u64| now().duration_since(market.project(i).posted_at).as_hours() / 24;
    assert!((70..80).contains(&days(999_999)), "{}", days(999_999));
    let demo = Market::new(3, now());
    let oldest = now().duration_since(demo.project(2_399).posted_at).as_hours() / 24;
    assert!((70..80).contains(&oldest), "{oldest}");
}

#[test]
fn nights_and_weekends_are_quiet() {
    let all = projects();
    let weekend = all
        .iter()
        .filter(|p| p.posted_at.to_zoned(jiff::tz::TimeZone::UTC).weekday().to_monday_zero_offset() >= 5)
        .count();
    assert!(weekend * 10 < all.len(), "{weekend}");
}

#[test]
fn most_of_the_newest_are_open_and_two_thirds_are_remote() {
    let all = projects();
    let open = all.iter().filter(|p| p.status == Status::Open).count();
    assert!(open >= 2_000, "{open} open");
    assert!(all.iter().all(|p| p.status != Status::Open || p.bids_close_at > now()));
    let remote = all.iter().filter(|p| p.remote).count();
    assert!((1_440..1_680).contains(&remote), "{remote} remote");
}

#[test]
fn searching_for_a_rust_developer_finds_some() {
    let both = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains("développeu") && lower.contains("rust")
    };
    for seed in [1, 42] {
        let all = generated(seed);
        let open: Vec<_> = all.iter().filter(|p| p.status == Status::Open).collect();
        let titled = open.iter().filter(|p| p.title.contains("éveloppeur Rust"));
        assert!(titled.count() >= 3);
        let exact = |p: &&&SeedProject| {
            let whole = format!("{} {}", p.title, p.description).to_lowercase();
            both(&whole) && whole.contains("développeur")
        };
        assert!(open.iter().filter(exact).count() >= 15);
    }
}

#[test]
fn arrivals_are_fresh() {
    let market = Market::new(7, now());
    let one = market.arrival(4, now());
    assert_eq!((one.posted_at, one.bid_count, one.status), (now(), 0, Status::Open));
    assert_ne!(one.title, market.arrival(5, now()).title);
    assert_eq!(one, market.arrival(4, now()));
}

#[test]
fn clients_and_freelancers_are_coherent() {
    let market = Market::new(7, now());
    let count = market.client_count(2_400);
    assert_eq!(count, 600);
    let names: BTreeSet<String> = (0..count).map(|c| market.client(c).display_name).collect();
    assert!(names.len() > 560, "{}", names.len());
    for c in 0..count {
        let client = market.client(c);
        assert!(client.reviews <= client.projects_posted);
        assert_eq!(client.rating.is_some(), client.reviews > 0);
        assert!(client.rating.is_none_or(|rating| (1.0..=5.0).contains(&rating)));
        assert!(client.hire_rate_percent.is_none_or(|rate| rate <= 100));
    }
    for project in projects() {
        assert!(project.client < count);
        assert_eq!(market.client(project.client).country, project.country);
    }
    assert!((0..200).all(|f| market.freelancer(f).display_name.ends_with('.')));
}

#[test]
fn conversations_answer_each_other() {
    for seed in 0..300 {
        let lines = conversations::opening(seed, "Développeur Rust pour le portail");
        assert!((3..=9).contains(&lines.len()), "{}", lines.len());
        for (at, (author, line)) in lines.iter().enumerate() {
            assert_eq!(*author == Author::Freelancer, at % 2 == 0);
            check_french(line);
        }
    }
}

#[test]
fn replies_speak_of_what_was_asked() {
    let say = |incoming: &str| -> BTreeSet<String> {
        (0..60).map(|seed| replies::reply(seed, "Développeur Rust", incoming, 2)).collect()
    };
    for (incoming, expected) in [
        ("Quel est votre budget pour le premier lot ?", vec!["budget", "prix", "montant", "marge"]),
        ("Quand souhaitez-vous démarrer ?", vec!["calendrier", "démarrer", "jalon", "rythme"]),
        ("Le télétravail est-il possible ?", vec!["télétravail", "sur place", "distance"]),
    ] {
        for answer in say(incoming) {
            check_french(&answer);
            let lower = answer.to_lowercase();
            assert!(expected.iter().any(|word| lower.contains(word)), "{incoming} -> {answer}");
        }
    }
    assert!(say("Bonjour").iter().all(|answer| answer.starts_with("Bonjour")));
    assert!(say("Could you tell me when the project starts?").iter().all(|a| !a.contains("vous")));
    assert!(say("Est-ce que le chat dort ?").len() > 1);
}

#[test]
fn offers_hold_60_to_300_words_and_quote_the_title() {
    let title = "Portage [C] vers Rust : l’agent {1}";
    for seed in 0..300 {
        for skills in [&["rust", "postgresql", "docker"][..], &["rust"], &[]] {
            let offer = bids::text(seed, title, skills);
            let count = text::words(&offer);
            assert!((60..=300).contains(&count), "{count}: {offer}");
            check_french(&offer.replace(title, ""));
            assert!(offer.contains(title), "{offer}");
        }
    }
}

#[test]
fn skills_say_which_category_a_project_is_of() {
    for (skills, category) in [
        (&["docker", "kubernetes"][..], "devops"),
        (&["figma"], "design"),
        (&["pentest", "linux"], "security"),
        (&["rust"], "backend"),
        (&["electron"], "backend"),
        (&[], "backend"),
    ] {
        assert_eq!(category_of(skills), category, "{skills:?}");
    }
}
