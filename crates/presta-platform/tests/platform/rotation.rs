//! A refresh token that comes a second time: its answer was lost, or it was stolen.

use serde_json::{Value, json};

use crate::{
    api::Api,
    browser::{Browser, VERIFIER},
    server::{self, Demo},
};

/// A sign-in and its first refresh token.
async fn signed_in(demo: &Demo) -> (Browser, String) {
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "").await;
    let (status, tokens) = browser.exchange(&code, VERIFIER).await;
    assert_eq!(status, 200, "{tokens}");
    (browser, text(&tokens, "refresh_token"))
}

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {tokens}")).to_owned()
}

async fn renewed(browser: &Browser, token: &str) -> (String, String) {
    let (status, tokens) = browser.refresh(token).await;
    assert_eq!(status, 200, "{tokens}");
    (text(&tokens, "access_token"), text(&tokens, "refresh_token"))
}

async fn refused(browser: &Browser, token: &str) {
    let (status, refusal) = browser.refresh(token).await;
    assert_eq!((status, &refusal["error"]), (400, &json!("invalid_grant")));
}

async fn get(demo: &Demo, access: &str, path: &str) -> u16 {
    Api::new(demo.url(), access).get(path).await.status
}

async fn me(demo: &Demo, access: &str) -> u16 {
    get(demo, access, "/v1/me").await
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_and_the_pair_that_was_lost_is_dead() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    let (lost, lost_refresh) = renewed(&browser, &first).await;
    let (access, refresh) = renewed(&browser, &first).await;
    assert_ne!(lost_refresh, refresh);
    assert_eq!(me(&demo, &lost).await, 401);
    assert_eq!(me(&demo, &access).await, 200);
    let (access, refresh) = renewed(&browser, &refresh).await;
    assert_eq!(me(&demo, &access).await, 200);
    // Whoever has the lost one is somebody else.
    refused(&browser, &lost_refresh).await;
    assert_eq!(me(&demo, &access).await, 401);
    refused(&browser, &refresh).await;
}

#[tokio::test]
async fn an_access_token_that_was_used_makes_reuse_a_theft() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    let (access, refresh) = renewed(&browser, &first).await;
    assert_eq!(me(&demo, &access).await, 200);
    refused(&browser, &first).await;
    assert_eq!(me(&demo, &access).await, 401);
    refused(&browser, &refresh).await;
}

#[tokio::test]
async fn a_refused_request_is_a_use_too() {
    let demo = Demo::start();
    let mut browser = Browser::new(demo.url());
    let code = browser.code("camille.demo", "demo-camille", "projects:read").await;
    let first = text(&browser.exchange(&code, VERIFIER).await.1, "refresh_token");
    let (access, _) = renewed(&browser, &first).await;
    assert_eq!(get(&demo, &access, "/v1/threads").await, 403);
    refused(&browser, &first).await;
    assert_eq!(get(&demo, &access, "/v1/projects").await, 401);
}

#[tokio::test]
async fn a_successor_that_was_spent_makes_reuse_a_theft() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    let (_, second) = renewed(&browser, &first).await;
    let (access, third) = renewed(&browser, &second).await;
    refused(&browser, &first).await;
    assert_eq!(me(&demo, &access).await, 401);
    refused(&browser, &third).await;
}

#[tokio::test]
async fn a_successor_that_was_revoked_makes_reuse_a_theft() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    let (access, refresh) = renewed(&browser, &first).await;
    let form = [("token", access.as_str()), ("client_id", "prestataires-desktop")];
    assert_eq!(crate::browser::token(demo.url(), "/oauth/revoke", &form).await.0, 200);
    refused(&browser, &first).await;
    refused(&browser, &refresh).await;
}

#[tokio::test]
async fn three_lost_answers_in_a_row_cost_nothing_and_leave_one_good_pair() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    let mut lost = Vec::new();
    for _ in 0..3 {
        lost.push(renewed(&browser, &first).await.0);
    }
    let (access, refresh) = renewed(&browser, &first).await;
    for access in lost {
        assert_eq!(me(&demo, &access).await, 401);
    }
    assert_eq!(me(&demo, &access).await, 200);
    renewed(&browser, &refresh).await;
}

#[tokio::test]
async fn of_replays_at_the_same_time_the_last_pair_alone_is_good() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    renewed(&browser, &first).await;
    let (one, other) = tokio::join!(renewed(&browser, &first), renewed(&browser, &first));
    let good = [me(&demo, &one.0).await, me(&demo, &other.0).await];
    let (kept, dead) = match good {
        [200, 401] => (one, other),
        [401, 200] => (other, one),
        _ => panic!("{good:?}"),
    };
    refused(&browser, &dead.1).await;
    assert_eq!(me(&demo, &kept.0).await, 401, "the one who was cut off is heard of");
}

#[tokio::test]
async fn a_first_use_and_a_replay_at_the_same_time_never_both_succeed() {
    let demo = Demo::start();
    for round in 0..20 {
        let (browser, first) = signed_in(&demo).await;
        let (access, _) = renewed(&browser, &first).await;
        let (used, (replayed, _)) = tokio::join!(me(&demo, &access), browser.refresh(&first));
        assert!(matches!((used, replayed), (200, 400) | (401, 200)), "round {round}: {used} and {replayed}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_not_given_again_to_who_was_signed_out_or_away_too_long() {
    let demo = Demo::start();
    let (browser, out) = signed_in(&demo).await;
    renewed(&browser, &out).await;
    server::edit_rows(demo.data.path(), "UPDATE families SET revoked = 1");
    refused(&browser, &out).await;
    let (browser, away) = signed_in(&demo).await;
    renewed(&browser, &away).await;
    server::edit_rows(demo.data.path(), "UPDATE tokens SET expires_at = 1 WHERE kind = 'refresh' AND spent = 1");
    refused(&browser, &away).await;
}

#[tokio::test]
async fn a_lost_answer_is_given_again_as_long_as_the_token_that_was_sent_is_good() {
    const MINUTE_MS: i64 = 60_000;
    let demo = Demo::start();
    let (mut browser, first) = signed_in(&demo).await;
    let (lost, _) = renewed(&browser, &first).await;
    let later = 90 * 86_400_000 - MINUTE_MS;
    // The start of a server forgets the tokens that can serve no more.
    let demo = demo.restart(|data| {
        server::edit_rows(data, &format!("UPDATE tokens SET expires_at = expires_at - {later}"));
    });
    demo.url().clone_into(&mut browser.base);
    assert_eq!(me(&demo, &lost).await, 401, "it ended long ago, which is no use of it");
    let (access, refresh) = renewed(&browser, &first).await;
    assert_eq!(me(&demo, &access).await, 200);
    renewed(&browser, &refresh).await;
}

#[tokio::test]
async fn the_first_use_is_noted_once() {
    let demo = Demo::start();
    let (browser, first) = signed_in(&demo).await;
    let (access, _) = renewed(&browser, &first).await;
    let file = demo.data.path();
    let unused = "SELECT count(*) FROM tokens WHERE unused = 1";
    assert_eq!(server::value::<i64>(file, unused), 1);
    assert_eq!(me(&demo, &access).await, 200);
    assert_eq!(server::value::<i64>(file, unused), 0);
    let watch = server::database(file);
    let version = || watch.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0)).unwrap();
    let before = version();
    assert_eq!(me(&demo, &access).await, 200);
    assert_eq!(version(), before, "a later request writes nothing");
}

#[tokio::test]
async fn a_file_of_before_is_brought_to_todays_tables_and_its_sign_ins_go_on() {
    let demo = Demo::start();
    let (mut browser, first) = signed_in(&demo).await;
    let (_, second) = renewed(&browser, &first).await;
    let demo = demo.restart(|data| {
        let file = server::database(data);
        file.execute_batch(
            "ALTER TABLE tokens DROP COLUMN unused; ALTER TABLE tokens DROP COLUMN gave_access;
             ALTER TABLE tokens DROP COLUMN gave_refresh; PRAGMA user_version = 0;",
        )
        .unwrap();
    });
    demo.url().clone_into(&mut browser.base);
    let (lost, _) = renewed(&browser, &second).await;
    let (access, _) = renewed(&browser, &second).await;
    assert_eq!(me(&demo, &lost).await, 401);
    assert_eq!(me(&demo, &access).await, 200);
    // What was rotated before the columns were there is a theft, as it was.
    refused(&browser, &first).await;
    assert_eq!(me(&demo, &access).await, 401);
}
