//! The platform, or what stands before it, misbehaves.

use presta_engine::store::{Connection, Error, Key, Store};
use presta_testkit::{Admin, Mode, Options, PATIENCE, Platform, Proxy, Seed, until};
use serde_json::{Value, json};

use crate::person::{Person, market};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_commit_makes_one_bid_and_one_message() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let person = Person::signed_in(proxy.url(), &freelancer).await;
    let project = person.projects("").await.remove(0);
    proxy.set(Mode::LoseAnswer("/bids"));
    person.call("sync_now", json!({})).await.unwrap();
    person.bid(&project).await.unwrap();
    assert_eq!(person.drained().await.len(), 1);
    assert_eq!(proxy.lost(), 1, "the first answer was lost");
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert_eq!(account.bids_on(&project).await.unwrap().len(), 1);

    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    proxy.set(Mode::LoseAnswer("/messages"));
    person.write(&thread, "Une fois.").await.unwrap();
    person.write(&thread, "Puis celle-ci.").await.unwrap();
    person.drained().await;
    assert_eq!(proxy.lost(), 2);
    let texts = account.texts(&thread).await.unwrap();
    let mine: Vec<&String> =
        texts.iter().filter(|text| ["Une fois.", "Puis celle-ci."].contains(&text.as_str())).collect();
    assert_eq!(mine, ["Puis celle-ci.", "Une fois."], "once each, in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_not_the_platforms_are_no_data_and_the_way_back_is_short() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let proxy = Proxy::start(platform.url()).await.unwrap();
    let person = Person::signed_in(proxy.url(), &freelancer).await;
    let before = person.projects("").await;
    let account = platform.sign_in(&freelancer).await.unwrap();
    let thread = account.all("/v1/threads").await.unwrap().remove(0)["id"].as_str().unwrap().to_owned();
    let big = format!("{{\"x\":\"{}\"}}", "a".repeat(10 * 1024 * 1024));
    for (round, (mode, code)) in [
        (Mode::answer("text/html", b"<html>Bienvenue sur le Wi-Fi du train</html>"), "not-json"),
        (Mode::answer("application/json", b"{\"used\": 1, \"limit\""), "bad-answer"),
        (Mode::answer("application/json", big.as_bytes()), "too-large"),
        (Mode::Refuse, "offline"),
    ]
    .into_iter()
    .enumerate()
    {
        proxy.set(mode);
        let text = format!("Pendant la panne {round}");
        person.write(&thread, &text).await.unwrap();
        person.until(code, "status", json!({}), |status| status["sync"]["offline_reason"] == code).await.unwrap();
        assert_eq!(person.projects("").await, before, "what was there stays there");
        proxy.set(Mode::Pass);
        person.call("sync_now", json!({})).await.unwrap();
        person.drained().await;
        let texts = account.texts(&thread).await.unwrap();
        assert_eq!(texts.iter().filter(|it| **it == text).count(), 1, "{code}");
        person.up_to_date().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_state_means_a_full_sync_that_leaves_local_work_alone() {
    let mut platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let projects = person.projects("").await;
    let form = json!({ "amount": "12", "period_days": "", "text": "en cours", "milestones": [] });
    person.call("bid_draft_save", json!({ "project_id": projects[0], "form": form })).await.unwrap();
    platform.stop().await.unwrap();
    person.offline().await;
    person.bid(&projects[1]).await.unwrap();
    let person = {
        person.engine.active().unwrap().stop();
        platform.restart().await.unwrap();
        // Another subscription makes every older state unknown to the platform.
        let account = platform.sign_in(&freelancer).await.unwrap();
        let skills = json!({ "skills": ["rust"] });
        account.patch_latest("/v1/me/feed", &skills).await.unwrap();
        person.restarted().await
    };
    person.up_to_date().await;
    person.drained().await;
    // The draft can be gone on with although its project left the feed.
    let draft = person.call("bid_draft_get", json!({ "project_id": projects[0] })).await.unwrap();
    assert_eq!(draft["form"], form);
    let bids = person.call("bids_list", json!({})).await.unwrap();
    let stages = |stage: &str, project: &str| {
        bids.as_array().unwrap().iter().any(|bid| bid["stage"] == stage && bid["project_id"] == project)
    };
    assert!(stages("draft", &projects[0]));
    assert!(stages("submitted", &projects[1]));
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert_eq!(account.bids_on(&projects[1]).await.unwrap().len(), 1);
}

/// A second hand on the file of the account that is in use.
async fn beside(person: &Person) -> Store {
    let accounts = person.call("accounts_list", json!({})).await.unwrap();
    let id = accounts[0]["local_id"].as_str().unwrap();
    let key = person.vault().get(&format!("database-key/{id}")).await.unwrap().unwrap();
    let database = person.profile().join("accounts").join(id).join("cache.db");
    Store::open(&database, &Key::from_hex(key.expose()).unwrap(), |_| {}).unwrap()
}

async fn with_admin() -> (Platform, Admin, Person, String) {
    let options = Options { seed: Seed::Projects(300), admin: true, ..Options::default() };
    let platform = Platform::start(options).await.unwrap();
    let admin = platform.admin().unwrap();
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    (platform, admin, person, thread)
}

async fn drop_refused(person: &Person, act: &Value) -> bool {
    let refused = person.call("queue_discard", json!({ "act_id": act["act_id"] })).await;
    refused.is_err_and(|error| error.to_string().contains("being-sent"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_cannot_be_written_down_is_asked_for_again_without_a_restart() {
    let (platform, _admin, person, thread) = with_admin().await;
    let store = beside(&person).await;
    let full = "CREATE TRIGGER full BEFORE INSERT ON delivered BEGIN SELECT RAISE(ABORT, 'no room'); END";
    store.write(|tx| -> Result<_, Error> { Ok(tx.execute_batch(full)?) }).unwrap();
    let act = person.write(&thread, "Une fois.").await.unwrap();
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    until("the message to arrive", PATIENCE, async || {
        Ok(account.texts(&thread).await?.contains(&"Une fois.".to_owned()).then_some(()))
    })
    .await
    .unwrap();
    assert!(drop_refused(&person, &act).await, "it has arrived");
    store.write(|tx| -> Result<_, Error> { Ok(tx.execute_batch("DROP TRIGGER full")?) }).unwrap();
    person.drained().await;
    let texts = account.texts(&thread).await.unwrap();
    assert_eq!(texts.iter().filter(|text| *text == "Une fois.").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_is_dropped_while_it_certainly_did_not_arrive_and_not_while_it_may_have() {
    let (mut platform, admin, person, thread) = with_admin().await;
    let path = format!("/v1/threads/{thread}/messages");
    let fault = json!({ "status": { "code": 502, "body": "html" } });
    admin.faults(&json!([{ "match": { "path": path }, "fault": fault }])).await.unwrap();
    let act = person.write(&thread, "Peut-être.").await.unwrap();
    let tried = |queue: &Value| queue["acts"][0]["attempts"].as_u64() > Some(0);
    person.until("an attempt", "queue_list", json!({}), tried).await.unwrap();
    person.until("its failure", "queue_list", json!({}), |queue| queue["acts"][0]["state"] != "sending").await.unwrap();
    assert!(drop_refused(&person, &act).await);
    let edited = person.call("queue_edit", json!({ "act_id": act["act_id"] })).await;
    assert!(edited.unwrap_err().to_string().contains("being-sent"));
    admin.no_faults().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;

    platform.stop().await.unwrap();
    let act = person.write(&thread, "Jamais.").await.unwrap();
    person
        .until("no attempt under way", "queue_list", json!({}), |queue| {
            queue["acts"][0]["state"] == "waiting-network" || queue["acts"][0]["state"] == "queued"
        })
        .await
        .unwrap();
    person.offline().await;
    person.call("queue_discard", json!({ "act_id": act["act_id"] })).await.unwrap();
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.up_to_date().await;
    let account = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    let texts = account.texts(&thread).await.unwrap();
    assert!(!texts.contains(&"Jamais.".to_owned()));
    assert_eq!(texts.iter().filter(|text| *text == "Peut-être.").count(), 1);
}

/// The first that is read of an account at its opening is whose it is; with that page broken nothing else would be tried.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_page_met_in_opening_the_account_does_not_lock_it_out() {
    let platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let project = person.projects("").await.remove(0);
    let form = crate::person::form();
    person.call("bid_draft_save", json!({ "project_id": project, "form": form })).await.unwrap();
    let rows = person.call("accounts_list", json!({})).await.unwrap();
    let id = rows[0]["local_id"].as_str().unwrap();
    let database = person.profile().join("accounts").join(id).join("cache.db");
    let key = person.vault().get(&format!("database-key/{id}")).await.unwrap().unwrap();
    let key = Key::from_hex(key.expose()).unwrap();
    let person = person
        .restarted_after(|| {
            // What is still in the log only is in no page of the file yet.
            let file = Connection::open(&database).unwrap();
            file.execute_batch(&format!("PRAGMA key = \"x'{}'\"; PRAGMA busy_timeout = 5000;", key.expose())).unwrap();
            file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            drop(file);
            let page: i64 = Store::glance(&database, &key, |c| {
                let sql = "SELECT pageno FROM dbstat WHERE name = 'setting' AND pagetype = 'leaf'";
                Ok(c.query_row(sql, [], |row| row.get(0))?)
            })
            .unwrap();
            let mut bytes = std::fs::read(&database).unwrap();
            bytes[usize::try_from(page - 1).unwrap() * 4096 + 100] ^= 1;
            std::fs::write(&database, bytes).unwrap();
        })
        .await;
    // Whose it is was on that page: signing in says it again, and finds the rest.
    person.sign_in(&freelancer).await.unwrap();
    person.up_to_date().await;
    let draft = person.call("bid_draft_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(draft["form"], form);
}
