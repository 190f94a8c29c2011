//! Refusals: whatever comes with whatever status, there is an answer to whether to try again.

use std::time::Duration;

use presta_api::{Error, Problem, Retry};

use crate::report;

const WORDS: fuzz::Dictionary = &[
    "type",
    "title",
    "status",
    "detail",
    "errors",
    "pointer",
    "code",
    "params",
    "retryable",
    "request_id",
    "about:blank",
    "https://prestataires.pro/problems/validation",
    "rate-limited",
    "request-in-progress",
    "/",
    "//",
];

#[test]
fn a_refusal_of_any_shape_says_whether_to_try_again() {
    let corpus = fuzz::examples().unwrap();
    let mutation = |corpus: &[Vec<u8>], draw: &mut fuzz::Draw| {
        let mut input = fuzz::json(corpus, WORDS, draw);
        // The status travels in the first two bytes.
        input.splice(0..0, u16::to_le_bytes(u16::try_from(100 + draw.below(900)).unwrap()));
        input
    };
    let inputs = fuzz::run("problem", &corpus, &mutation, |input| {
        let Some((status, body)) = input.split_at_checked(2) else { return };
        let status = u16::from_le_bytes([status[0], status[1]]);
        let wait = Some(Duration::from_secs(7));
        let Some(problem) = Problem::decode(status, body, wait) else { return };
        assert!(!problem.kind.code().is_empty());
        let error = Error::Problem(Box::new(problem));
        assert!(!error.to_string().is_empty() && !error.code().is_empty());
        if status >= 500 || status == 429 {
            let later = matches!(error.retry(), Retry::Transient { .. } | Retry::SignIn);
            assert!(later, "{status} is for a moment: {error:?}");
        }
    });
    report("problem", inputs);
}
