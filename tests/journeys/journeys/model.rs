//! Two devices of one account, random acts, faults and kills: nothing is lost, nothing is done twice, every lane keeps
//! its order, and both devices end with what the platform has.
//!
//! `PRESTA_MODEL_CASES` says how many cases, `PRESTA_SEED` with what the draws begin. A case that fails is made smaller
//! and printed as a list of steps, which becomes a test of its own below.

mod check;
mod play;
mod step;
mod world;

use std::cell::RefCell;
use std::time::Instant;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use play::Case;
use step::{Step, steps};
use world::World;
pub use world::brief;

use crate::seed::{number, seed};

/// Cases of a plain test run.
const CASES: u32 = 40;
/// A market does not grow for ever.
const CASES_OF_A_WORLD: u32 = 100;

#[test]
fn two_devices_lose_nothing_repeat_nothing_and_agree() {
    let cases = number("PRESTA_MODEL_CASES", CASES);
    let config = Config {
        cases,
        max_shrink_iters: 150,
        max_shrink_time: 120_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed());
    let runtime = runtime();
    let world = RefCell::new(None);
    let (begun, played) = (Instant::now(), RefCell::new(0u32));
    let outcome = TestRunner::new_with_rng(config, rng).run(&steps(), |steps| {
        *played.borrow_mut() += u32::try_from(steps.len()).unwrap_or(0);
        runtime.block_on(play(&world, &steps)).map_err(|error| {
            println!("{} steps fail: {error:#}", steps.len());
            TestCaseError::fail(format!("{error:#}"))
        })
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, steps)) => panic!("{why}\nThe steps: {steps:#?}"),
        Err(error) => panic!("{error}"),
    }
    println!("  model_cases: {cases}");
    println!("  model_steps: {}", played.borrow());
    println!("  model_case_ms: {}", begun.elapsed().as_millis() / u128::from(cases.max(1)));
}

/// Plays a case in the world at hand, or in a new one when the last case failed in it.
async fn play(world: &RefCell<Option<World>>, steps: &[Step]) -> anyhow::Result<()> {
    let kept = world.borrow_mut().take().filter(|world| world.cases < CASES_OF_A_WORLD);
    let mut own = match kept {
        Some(kept) => kept,
        None => World::begin().await?,
    };
    let mut case = Case::begin(&mut own).await?;
    for step in steps {
        case.play(*step).await?;
    }
    case.settle().await?;
    case.check().await?;
    *world.borrow_mut() = Some(own);
    Ok(())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn what_was_taken_back_into_a_draft_is_shown_in_the_conversation_that_began_on_the_other_device() {
    replay(&[
        Step::Offline { on: 0 },
        Step::Write { on: 0, project: 0 },
        Step::Edit { on: 0, nth: 0 },
        Step::Write { on: 1, project: 0 },
    ]);
}

#[test]
fn a_message_behind_a_dropped_first_one_opens_the_conversation() {
    for drop in [Step::Discard { on: 0, nth: 0 }, Step::Edit { on: 0, nth: 0 }] {
        replay(&[
            Step::Offline { on: 0 },
            Step::Write { on: 0, project: 0 },
            Step::Write { on: 0, project: 0 },
            Step::Write { on: 0, project: 0 },
            drop,
        ]);
    }
}

/// Plays steps that once went wrong.
fn replay(steps: &[Step]) {
    runtime().block_on(play(&RefCell::new(None), steps)).unwrap();
}
