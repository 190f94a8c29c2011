//! The platform's import of a listing: every line is a project or is told with its reason, and none is lost between.

use jiff::Timestamp;
use presta_platform::import::{Line, read};

use crate::report;

const WORDS: fuzz::Dictionary = &[
    "\n",
    "\r\n",
    "\u{feff}",
    "{",
    "}",
    "\"title\":",
    "\"type\":\"fixed\"",
    "\"budget_min\":",
    "1e308",
    "-1",
    "null",
    "\"posted_at\":\"2025-11-21\"",
    "\"currency\":\"XXX\"",
    "\\ud800",
    "\u{0}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

#[test]
fn every_line_of_a_listing_is_a_project_or_told() {
    let corpus = fuzz::folder("listing").unwrap();
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let mutation = |corpus: &[Vec<u8>], draw: &mut fuzz::Draw| fuzz::bytes(corpus, WORDS, draw);
    let inputs = fuzz::run("listing", &corpus, &mutation, |input| {
        let (mut projects, mut bad) = (0, 0);
        let read = read(input, now, |line| match line {
            Line::Project(_) => projects += 1,
            Line::Bad { number, reason } => {
                assert!(number > 0 && !reason.is_empty());
                bad += 1;
            }
        });
        read.unwrap();
        let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
        assert!(projects + bad <= lines.len(), "{projects} projects and {bad} bad lines of {}", lines.len());
        let blank = |line: &&[u8]| {
            let text = String::from_utf8_lossy(line);
            text.trim_start_matches('\u{feff}').trim().is_empty()
        };
        let full = lines.iter().filter(|line| !blank(line)).count();
        assert!(projects + bad >= full, "{full} lines, {projects} projects and {bad} bad lines");
    });
    report("listing", inputs);
}
