//! Every write of the contract that an account of the demo market can do: queued without the platform, the client killed
//! and started again, and then done, each once.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};
use presta_model::OPERATIONS;
use presta_testkit::{Account, PATIENCE, Platform, until};
use serde_json::{Value, json};

use crate::person::{Person, market};

/// Which no account of the demo market can do: only an export that failed is tried again.
const LEFT_OUT: [&str; 1] = ["retryExport"];

/// What is queued, and what the platform holds afterwards: `(type, id, pointer, value)`; the id `=` is what the write
/// made, no value means that the resource is gone.
struct Step {
    op: &'static str,
    target: Option<String>,
    body: Value,
    then: Option<(&'static str, String, &'static str, Option<Value>)>,
}

fn step(op: &'static str, target: impl Into<String>, body: Value) -> Step {
    let target: String = target.into();
    Step { op, target: (!target.is_empty()).then_some(target), body, then: None }
}

impl Step {
    /// Afterwards the target, of type `kind`, has `value` at `pointer`.
    fn sets(mut self, kind: &'static str, pointer: &'static str, value: Value) -> Self {
        self.then = Some((kind, self.target.clone().unwrap_or_default(), pointer, Some(value)));
        self
    }

    /// Afterwards the target is gone.
    fn removes(mut self, kind: &'static str) -> Self {
        self.then = Some((kind, self.target.clone().unwrap_or_default(), "", None));
        self
    }

    /// Afterwards there is one of type `kind` that has `value` at `pointer`.
    fn makes(mut self, kind: &'static str, pointer: &'static str, value: &str) -> Self {
        self.then = Some((kind, "=".to_owned(), pointer, Some(value.into())));
        self
    }
}

fn in_days(days: i64) -> String {
    Timestamp::now().checked_add((days * 24).hours()).unwrap().round(jiff::Unit::Second).unwrap().to_string()
}

fn posting(title: &str) -> Value {
    let money = |minor: i64| json!({ "amount_minor": minor, "currency": "EUR" });
    json!({
        "title": title, "description": "Une description assez longue pour que chacun sache ce qui est à faire ici.",
        "category": "backend", "skills": ["rust"], "type": "fixed", "budget_min": money(100_000),
        "budget_max": money(900_000), "country": "FR", "remote": true, "language": "fr", "bids_close_at": in_days(20),
    })
}

fn contest(title: &str) -> Value {
    json!({
        "title": title, "brief": "Un brief assez long pour que chacun sache ce qui est demandé, et comment il est jugé.",
        "category": "design", "skills": ["rust"], "prize": { "amount_minor": 90_000, "currency": "EUR" },
        "entries_close_at": in_days(10),
    })
}

async fn post(account: &Account, path: &str, body: Value) -> String {
    account.post(path, &body).await.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn bid(account: &Account, project: &str, parts: usize) -> String {
    let part =
        |title: &str, minor: usize| json!({ "title": title, "amount": { "amount_minor": minor, "currency": "EUR" } });
    let body = json!({
        "amount": { "amount_minor": 300_000, "currency": "EUR" }, "period_days": 20,
        "text": "Bonjour, je propose de faire ce travail pas à pas, avec des tests à chaque étape du projet.",
        "milestones": (0..parts).map(|n| part(&format!("Partie {n}"), 300_000 / parts)).collect::<Vec<_>>(),
    });
    post(account, &format!("/v1/projects/{project}/bids"), body).await
}

/// Everything of a type that the account has.
async fn all(account: &Account, kind: &str) -> Vec<Value> {
    account.all(&format!("/v1/snapshot?type={kind}&limit=500")).await.unwrap()
}

async fn ids(account: &Account, kind: &str, so: impl Fn(&Value) -> bool) -> Vec<String> {
    let rows = all(account, kind).await.into_iter().filter(so);
    rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// An export may be ready before its cancellation arrives; the platform says so then.
fn came_too_late(act: &Value) -> bool {
    act["op"] == "cancelExport" && act["state"] == "refused" && act["error"]["code"] == "state-conflict"
}

/// What the platform does not hold as the step says.
async fn differs(account: &Account, step: &Step) -> anyhow::Result<Option<String>> {
    let Some((kind, id, pointer, value)) = &step.then else { return Ok(None) };
    let rows = account.all(&format!("/v1/snapshot?type={kind}&limit=500")).await?;
    let at = |row: &Value| row.pointer(pointer).cloned();
    Ok(match value {
        None => rows.iter().any(|row| row["id"] == id.as_str()).then(|| format!("{}: {id} is still there", step.op)),
        Some(_) if id == "=" => {
            let made = rows.iter().filter(|row| at(row) == *value).count();
            (made != 1).then(|| format!("{}: {value:?} is there {made} times", step.op))
        }
        Some(_) => {
            let row = rows.iter().find(|row| row["id"] == id.as_str() || id.is_empty());
            (row.and_then(at) != *value).then(|| format!("{}: {row:?}", step.op))
        }
    })
}

/// Queues everything while the platform is gone, kills the client, brings both back and looks at the platform.
async fn carry_out(platform: &mut Platform, login: &str, steps: Vec<Step>, seen: &mut BTreeSet<&'static str>) {
    let login = platform.accounts().iter().find(|account| account.login == login).unwrap().clone();
    let person = Person::signed_in(platform.url(), &login).await;
    platform.stop().await.unwrap();
    person.offline().await;
    let mut made: Vec<(String, usize)> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        // `^3` names what the third step makes, which the platform does not know yet.
        let mut request = json!({ "op": step.op, "target": step.target, "body": step.body }).to_string();
        for (act, index) in &made {
            request = request.replace(&format!("\"^{index}\""), &format!("\"local:{act}\""));
        }
        let queued = person.call("write_queue", serde_json::from_str(&request).unwrap()).await;
        let act = queued.unwrap_or_else(|error| panic!("{} {:?}: {error}", step.op, step.target));
        made.push((act["act_id"].as_str().unwrap().to_owned(), index));
        seen.insert(step.op);
    }

    let person = person.restarted().await;
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person
        .until("everything to be done", "queue_list", json!({}), |queue| {
            let mut acts = queue["acts"].as_array().unwrap().iter().filter(|act| !came_too_late(act));
            let stopped = acts.clone().find(|act| ["refused", "conflict"].contains(&act["state"].as_str().unwrap()));
            assert!(stopped.is_none(), "{}", stopped.unwrap());
            acts.next().is_none()
        })
        .await
        .unwrap();
    let account = platform.sign_in(&login).await.unwrap();
    // Marks are sent without a word: only the platform tells when they are done.
    let mut missing = String::new();
    until("the platform to have it all", PATIENCE, async || {
        for step in &steps {
            if let Some(what) = differs(&account, step).await? {
                missing = what;
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await
    .unwrap_or_else(|_| panic!("{missing}"));
    // Nothing is laid over the platform's rows any more, and the two say the same.
    person.up_to_date().await;
    for kind in ["bid", "contest", "saved_search", "milestone", "review", "invitation"] {
        let Some(id) = ids(&account, kind, |_| true).await.pop() else { continue };
        let wanted = all(&account, kind).await.into_iter().find(|row| row["id"] == id.as_str()).unwrap();
        let request = json!({ "kind": kind, "id": id });
        let same = |row: &Value| row["data"]["rev"] == wanted["rev"] && row["queued"] == false;
        person.until("the same revision", "resource_get", request, same).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_is_queued_offline_survives_a_kill_and_is_done_once() {
    let mut platform = market(false).await;
    let account = async |login: &str| {
        let login = platform.accounts().iter().find(|account| account.login == login).unwrap().clone();
        platform.sign_in(&login).await.unwrap()
    };
    let (camille, nadia, sam) = (account("camille.demo").await, account("nadia.demo").await, account("sam.demo").await);
    let mut projects = Vec::new();
    for n in 0..8 {
        projects.push(post(&nadia, "/v1/projects", posting(&format!("Un projet à faire, le numéro {n}"))).await);
    }
    let act = async |who: &Account, path: String| who.post(&path, &json!({})).await.unwrap();

    // What the freelancer finds: two awards, a running contract, bids to change and to take back, two messages.
    let (to_accept, to_decline, running, to_edit, to_retract) = (
        bid(&camille, &projects[0], 0).await,
        bid(&camille, &projects[1], 0).await,
        bid(&camille, &projects[2], 3).await,
        bid(&camille, &projects[3], 0).await,
        bid(&camille, &projects[4], 0).await,
    );
    for bid in [&to_accept, &to_decline, &running] {
        act(&nadia, format!("/v1/bids/{bid}:award")).await;
    }
    act(&camille, format!("/v1/bids/{running}:accept")).await;
    let thread = camille.all("/v1/threads").await.unwrap().remove(0)["id"].as_str().unwrap().to_owned();
    let mut messages = Vec::new();
    for text in ["À corriger.", "À reprendre."] {
        messages.push(camille.write(&thread, text).await.unwrap()["id"].as_str().unwrap().to_owned());
    }
    let declined =
        post(&nadia, &format!("/v1/bids/{running}/amendments"), json!({ "period_days": 25, "reason": "Plus long." }))
            .await;
    let accepted = ids(&camille, "amendment", |row| row["status"] == "open" && row["bid_id"] != running.as_str()).await;
    let invitations = ids(&camille, "invitation", |row| row["status"] == "pending").await;
    let (bookmarks, searches) =
        (ids(&camille, "bookmark", |_| true).await, ids(&camille, "saved_search", |_| true).await);
    let recommended = ids(&camille, "recommendation", |_| true).await;
    let (apps, linked) = (ids(&camille, "app", |_| true).await, ids(&camille, "account", |_| true).await);
    let contacts = ids(&camille, "contact", |_| true).await;
    let device = ids(&camille, "device", |row| row["name"].is_null()).await.remove(0);
    let entries = ids(&camille, "entry", |row| row["status"] == "submitted").await;
    let decision = ids(&camille, "decision", |row| row["allowed_actions"] != json!([])).await.remove(0);
    let contests = all(&camille, "contest").await;
    let open = contests.iter().find(|contest| contest["viewer"]["can_enter"] == true).unwrap();
    let policy = camille.get("/v1/legal/policy").await.unwrap()["version"].clone();
    let push = json!([{ "topic": "bids", "channel": "push", "enabled": false }]);
    let mut seen = BTreeSet::new();
    let request = |title: &str| {
        json!({ "bid_id": running, "title": title, "amount": { "amount_minor": 10_000, "currency": "EUR" },
                "reason": "Un besoin de plus." })
    };
    let search = |name: &str| json!({ "name": name, "query": { "q": "rust" }, "alert": "off" });
    let steps = vec![
        step("acceptAward", &to_accept, json!({})).sets("bid", "/status", json!("accepted")),
        step("declineAward", &to_decline, json!({})).sets("bid", "/status", json!("declined")),
        step("editBid", &to_edit, json!({ "period_days": 33 })),
        step("editBid", &to_edit, json!({ "period_days": 34 })).sets("bid", "/period_days", json!(34)),
        step("retractBid", &to_retract, json!({})).sets("bid", "/status", json!("retracted")),
        step("declineAmendment", &declined, json!({})).sets("amendment", "/status", json!("declined")),
        step("proposeAmendment", &running, json!({ "period_days": 40, "reason": "Un peu plus de temps, une fois." }))
            .makes("amendment", "/reason", "Un peu plus de temps, une fois."),
        step("acceptAmendment", &accepted[0], json!({})).sets("amendment", "/status", json!("accepted")),
        step("requestMilestone", "", request("À accorder")).makes("milestone_request", "/title", "À accorder"),
        step("requestMilestone", "", request("À refuser")).makes("milestone_request", "/title", "À refuser"),
        step("keepBookmark", "", json!({ "project_id": projects[5] })).makes("bookmark", "/project_id", &projects[5]),
        step("dropBookmark", bookmarks.last().unwrap(), json!({})).removes("bookmark"),
        step("revokeApp", &apps[0], json!({})).removes("app"),
        step("removeLinkedAccount", &linked[0], json!({})).removes("account"),
        step("removeContact", &contacts[0], json!({})).removes("contact"),
        step("clearContacts", "", json!({})),
        step("revokeDevice", &device, json!({})).removes("device"),
        step("enterContest", open["id"].as_str().unwrap(), json!({ "text": "Une proposition, une seule fois." }))
            .makes("entry", "/text", "Une proposition, une seule fois."),
        step("withdrawEntry", &entries[0], json!({})).sets("entry", "/status", json!("withdrawn")),
        step(
            "requestHumanReview",
            &decision,
            json!({ "statement": "Je demande qu'une personne relise cette décision." }),
        )
        .sets("decision", "/review/status", json!("requested")),
        step("startExport", "", json!({ "profile": "portability", "formats": ["json"] })).makes(
            "export",
            "/state",
            "cancelled",
        ),
        step("cancelExport", "^20", json!({})),
        step("acceptInvitation", &invitations[0], json!({})).sets("invitation", "/status", json!("accepted")),
        step("declineInvitation", &invitations[1], json!({})).sets("invitation", "/status", json!("declined")),
        step("editMe", "", json!({ "about": "Écrit hors ligne." })),
        step("editMe", "", json!({ "company_name": "Laurent SARL" })).sets("me", "/about", json!("Écrit hors ligne.")),
        step("editMessage", &messages[0], json!({ "text": "Corrigé." })).sets("message", "/text", json!("Corrigé.")),
        step("deleteMessage", &messages[1], json!({})).sets("message", "/text", json!("")),
        step("acknowledgePolicy", "", json!({ "version": policy })),
        step("editCommunications", "", json!({ "cells": push })),
        step("filePrivacyRequest", "", json!({ "type": "access", "statement": "Une copie de mes données." })).makes(
            "privacy_request",
            "/statement",
            "Une copie de mes données.",
        ),
        step("withdrawPrivacyRequest", "^30", json!({})),
        step("reportProject", &projects[6], json!({ "reason": "spam" })),
        step("dismissRecommendation", &recommended[0], json!({})).removes("recommendation"),
        step("wantLessLikeThis", &recommended[1], json!({})).removes("recommendation"),
        step("saveSearch", "", search("Hors ligne")).makes("saved_search", "/name", "Renommée hors ligne"),
        step("editSavedSearch", "^35", json!({ "name": "Renommée hors ligne" })),
        step("removeSavedSearch", searches.last().unwrap(), json!({})).removes("saved_search"),
    ];
    carry_out(&mut platform, "camille.demo", steps, &mut seen).await;
    let camille = platform.sign_in(&platform.login("freelancer").unwrap().clone()).await.unwrap();
    assert_eq!(all(&camille, "contact").await, Vec::<Value>::new(), "clearContacts");
    assert_eq!(all(&camille, "me").await[0]["company_name"], "Laurent SARL");
    let cells = all(&camille, "communications").await.remove(0)["cells"].clone();
    let chosen = cells.as_array().unwrap().iter().find(|cell| cell["topic"] == "bids" && cell["channel"] == "push");
    assert_eq!(chosen.unwrap()["enabled"], false);
    assert_eq!(camille.get("/v1/legal/policy").await.unwrap()["acknowledged"]["version"], policy);

    // What the client finds: bids of another freelancer to judge, a contract with milestones, entries in contests.
    let (to_shortlist, to_reject, to_award, to_revoke) = (
        bid(&sam, &projects[5], 0).await,
        bid(&sam, &projects[3], 0).await,
        bid(&sam, &projects[4], 0).await,
        bid(&sam, &projects[6], 0).await,
    );
    act(&nadia, format!("/v1/bids/{to_revoke}:award")).await;
    let requests = all(&nadia, "milestone_request").await;
    let asked =
        |title: &str| requests.iter().find(|row| row["title"] == title).unwrap()["id"].as_str().unwrap().to_owned();
    let milestones = ids(&nadia, "milestone", |row| row["bid_id"] == running.as_str()).await;
    let whole = ids(&nadia, "milestone", |row| row["bid_id"] == to_accept.as_str()).await;
    let entries = all(&nadia, "entry").await;
    let judged = |action: &str, skip: &[&Value]| {
        let can = |row: &&Value| row["allowed_actions"].as_array().unwrap().iter().any(|it| it == action);
        entries.iter().filter(can).find(|row| !skip.contains(&&row["contest_id"])).unwrap().clone()
    };
    let to_win = judged("award", &[]);
    let other = judged("reject", &[&to_win["contest_id"]]);
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    let freelancer = sam.get("/v1/me").await.unwrap()["id"].clone();
    let scores = json!({ "communication": 5, "quality": 4, "deadline": 5, "budget": 4 });
    let steps = vec![
        step("shortlistBid", &to_shortlist, json!({})).sets("bid", "/status", json!("shortlisted")),
        step("rateBid", &to_shortlist, json!({ "stars": 4 })).sets("bid", "/client_marks/stars", json!(4)),
        step("hideBid", &to_shortlist, json!({ "hidden": true })).sets("bid", "/client_marks/hidden", json!(true)),
        step("rejectBid", &to_reject, json!({})).sets("bid", "/status", json!("rejected")),
        step("awardBid", &to_award, json!({})).sets("bid", "/status", json!("awarded")),
        step("revokeAward", &to_revoke, json!({})).sets("bid", "/status", json!("revoked")),
        step("approveMilestoneRequest", asked("À accorder"), json!({})).sets(
            "milestone_request",
            "/status",
            json!("approved"),
        ),
        step("declineMilestoneRequest", asked("À refuser"), json!({})).sets(
            "milestone_request",
            "/status",
            json!("declined"),
        ),
        step("fundMilestone", &milestones[0], json!({})),
        step("releaseMilestone", &milestones[0], json!({})).sets("milestone", "/status", json!("released")),
        step("fundMilestone", &milestones[1], json!({})),
        step("disputeMilestone", &milestones[1], json!({})).sets("milestone", "/status", json!("disputed")),
        step("fundMilestone", &whole[0], json!({})),
        step("releaseMilestone", &whole[0], json!({})),
        step("completeBid", &to_accept, json!({})).sets("bid", "/status", json!("completed")),
        step(
            "writeReview",
            "",
            json!({ "bid_id": to_accept, "rating": 5, "scores": scores, "text": "Travail soigné." }),
        )
        .makes("review", "/text", "Travail soigné."),
        step("rateEntry", id(&to_win), json!({ "stars": 5 })).sets("entry", "/rating/stars", json!(5)),
        step("awardEntry", id(&to_win), json!({})).sets("entry", "/status", json!("awarded")),
        step("rejectEntry", id(&other), json!({})).sets("entry", "/status", json!("rejected")),
        step("callContest", "", contest("Un concours hors ligne")).makes("contest", "/title", "Un concours renommé"),
        step("editContest", "^19", json!({ "title": "Un concours renommé" })),
        step("closeContest", "^19", json!({})),
        step("postProject", "", posting("Un projet écrit hors ligne")).makes("project", "/title", "Un projet corrigé"),
        step("editProject", "^22", json!({ "title": "Un projet corrigé" })),
        step("closeProject", "^22", json!({ "reason": "Finalement non." })),
        step("editProject", &projects[7], json!({ "city": "Lyon" })).sets("project", "/city", json!("Lyon")),
        step("inviteToProject", &projects[7], json!({ "freelancer_id": freelancer })),
        step("editFeed", "", json!({ "max_age_days": 40 })),
    ];
    carry_out(&mut platform, "nadia.demo", steps, &mut seen).await;
    let nadia = platform.sign_in(&platform.login("client").unwrap().clone()).await.unwrap();
    assert_eq!(nadia.get("/v1/me/feed").await.unwrap()["max_age_days"], 40);
    let invited = all(&nadia, "invitation").await;
    assert_eq!(invited.iter().filter(|row| row["project_id"] == projects[7].as_str()).count(), 1, "inviteToProject");
    let called = all(&nadia, "contest").await;
    assert_eq!(called.iter().find(|row| row["title"] == "Un concours renommé").unwrap()["status"], "closed");

    for operation in OPERATIONS {
        let done = seen.contains(operation.name);
        assert_eq!(done, !LEFT_OUT.contains(&operation.name), "{} is {done}", operation.name);
    }
}
