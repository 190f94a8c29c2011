//! Makes hostile inputs from good ones, and tries them: on stable Rust, within a budget, the same ones for the same seed.
//!
//! `PRESTA_FUZZ_SECONDS` is the budget of each target, `PRESTA_SEED` where the draws begin. An input that breaks a target
//! is made smaller and printed; kept in `corpus/`, it is tried first from then on.

mod corpus;
mod draw;
mod mutate;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub use corpus::{examples, folder};
pub use draw::Draw;
pub use mutate::{Dictionary, bytes, json};

/// Seconds of a target in a plain test run.
const SECONDS: u64 = 3;
/// No input may take longer: others must not be able to make the application stand still.
const SLOWEST: Duration = Duration::from_secs(5);
/// Attempts at making a breaking input smaller.
const SHRINKS: usize = 2_000;

/// Changes an input into another one.
pub type Mutation = dyn Fn(&[Vec<u8>], &mut Draw) -> Vec<u8>;

/// Tries every input of `corpus` as it is, then mutations of them until the budget is used up. Returns how many.
///
/// # Panics
/// When `target` panics or takes too long, with the smallest input found.
#[allow(clippy::panic, reason = "this is how a test fails")]
pub fn run(name: &str, corpus: &[Vec<u8>], mutation: &Mutation, target: impl Fn(&[u8])) -> u64 {
    assert!(!corpus.is_empty(), "{name} has no corpus");
    let budget = Duration::from_secs(number("PRESTA_FUZZ_SECONDS").unwrap_or(SECONDS));
    let mut draw = Draw::new(number("PRESTA_SEED").unwrap_or(1));
    let begun = Instant::now();
    let mut inputs = 0;
    for input in corpus {
        attempt(name, input, &target);
        inputs += 1;
    }
    while begun.elapsed() < budget {
        attempt(name, &mutation(corpus, &mut draw), &target);
        inputs += 1;
    }
    inputs
}

#[allow(clippy::panic, reason = "this is how a test fails")]
fn attempt(name: &str, input: &[u8], target: &impl Fn(&[u8])) {
    let begun = Instant::now();
    if breaks(input, target) {
        let small = shrink(input, target);
        panic!("{name} breaks on {} bytes: \"{}\"", small.len(), small.escape_ascii());
    }
    let took = begun.elapsed();
    assert!(took < SLOWEST, "{name} took {took:?} for {} bytes: \"{}\"", input.len(), input.escape_ascii());
}

fn breaks(input: &[u8], target: &impl Fn(&[u8])) -> bool {
    catch_unwind(AssertUnwindSafe(|| target(input))).is_err()
}

/// Leaves out pieces, large ones first, for as long as the rest still breaks the target.
fn shrink(input: &[u8], target: &impl Fn(&[u8])) -> Vec<u8> {
    let mut small = input.to_vec();
    let mut size = small.len() / 2;
    let mut left = SHRINKS;
    while size > 0 {
        let mut at = 0;
        while at < small.len() && left > 0 {
            left -= 1;
            let mut shorter = small.clone();
            shorter.drain(at..(at + size).min(small.len()));
            if breaks(&shorter, target) { small = shorter } else { at += size }
        }
        size /= 2;
    }
    small
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
