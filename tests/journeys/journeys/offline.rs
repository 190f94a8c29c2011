//! Without the platform, and back.

use serde_json::{Value, json};

use crate::person::{Person, form, market};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_offline_survives_a_kill_and_is_sent_exactly_once() {
    let mut platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let projects = person.projects("").await;
    let threads = person.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let thread = threads[0]["id"].as_str().unwrap().to_owned();
    platform.stop().await.unwrap();
    person.offline().await;
    person.bid(&projects[0]).await.unwrap();
    person.bid(&projects[1]).await.unwrap();
    person.write(&thread, "Écrit dans le train.").await.unwrap();
    let status = person.call("status", json!({})).await.unwrap();
    assert_eq!(status["counts"]["queued"], 3);

    let person = person.restarted().await;
    // Everything is there without the network.
    assert_eq!(person.call("queue_list", json!({})).await.unwrap()["acts"].as_array().unwrap().len(), 3);
    let query = json!({ "query": "developpeur", "filters": {}, "sort": "newest", "offset": 0, "limit": 5 });
    person.until("the texts to be found", "projects_list", query, |list| list["total"] != 0).await.unwrap();
    let page = person.thread(&thread).await.unwrap();
    assert_eq!(page["messages"].as_array().unwrap().last().unwrap()["state"], "queued");

    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    let delivered = person.drained().await;
    assert_eq!(delivered.len(), 3);
    let account = platform.sign_in(&freelancer).await.unwrap();
    assert_eq!(account.bids_on(&projects[0]).await.unwrap().len(), 1);
    assert_eq!(account.bids_on(&projects[1]).await.unwrap().len(), 1);
    let texts = account.texts(&thread).await.unwrap();
    assert_eq!(texts.iter().filter(|text| *text == "Écrit dans le train.").count(), 1);
    let page = person.thread(&thread).await.unwrap();
    let shown = page["messages"].as_array().unwrap().iter().filter(|it| it["text"] == "Écrit dans le train.").count();
    assert_eq!(shown, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_changed_meanwhile_is_asked_about_and_nothing_is_sent() {
    let mut platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let client = platform.sign_in(&platform.login("client").unwrap().clone()).await.unwrap();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let open = client.own_projects().await.unwrap();
    let mut chosen = None;
    for project in &open {
        let id = project["id"].as_str().unwrap();
        let bids = client.bids_on(id).await.unwrap();
        let page = person.call("project_get", json!({ "project_id": id })).await.unwrap();
        if let (Some(bid), true) = (bids.iter().find(|bid| bid["status"] == "submitted"), page["can_bid"] == true) {
            chosen = Some((id.to_owned(), bid["id"].as_str().unwrap().to_owned()));
            break;
        }
    }
    let (project, other) = chosen.expect("an open project of the demo client with a bid on it");

    let url = platform.url().clone();
    platform.stop().await.unwrap();
    person.offline().await;
    person.bid(&project).await.unwrap();
    let person = {
        // While this client sleeps, the project is given to someone else.
        let asleep = person;
        let stopped = asleep.engine.active().unwrap();
        stopped.stop();
        platform.restart().await.unwrap();
        assert_eq!(*platform.url(), url);
        client.post(&format!("/v1/bids/{other}:award"), &json!({})).await.unwrap();
        asleep.restarted().await
    };
    let queue = person
        .until("the question", "queue_list", json!({}), |queue| queue["acts"][0]["state"] == "needs-confirmation")
        .await
        .unwrap();
    let differences = queue["acts"][0]["differences"].as_array().unwrap();
    assert!(differences.iter().any(|it| it["field"] == "status" && it["after"] == "awarded"), "{differences:?}");
    let me = platform.sign_in(&freelancer).await.unwrap();
    assert!(me.bids_on(&project).await.unwrap().is_empty());

    // Confirmed all the same, the platform refuses: the reason is shown, the text goes back into a draft.
    let act = queue["acts"][0]["act_id"].clone();
    person.call("queue_confirm", json!({ "act_id": act })).await.unwrap();
    let queue = person
        .until("the refusal", "queue_list", json!({}), |queue| queue["acts"][0]["state"] == "refused")
        .await
        .unwrap();
    assert_eq!(queue["acts"][0]["error"]["code"], "project-closed");
    let opened = person.call("queue_edit", json!({ "act_id": act })).await.unwrap();
    assert_eq!(opened["project_id"], project.as_str());
    let draft = person.call("bid_draft_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(draft["form"], form());
    assert!(person.call("queue_list", json!({})).await.unwrap()["acts"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_act_does_not_hold_up_the_others() {
    let mut platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let account = platform.sign_in(&freelancer).await.unwrap();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let projects = person.projects("").await;
    platform.stop().await.unwrap();
    person.offline().await;
    person.bid(&projects[0]).await.unwrap();
    person.bid(&projects[1]).await.unwrap();
    let sleeping = person.engine.active().unwrap();
    sleeping.stop();
    platform.restart().await.unwrap();
    // The same person bids on the first project from another computer.
    let project = account.get(&format!("/v1/projects/{}", projects[0])).await.unwrap();
    let currency = project["budget_max"]["currency"].as_str().unwrap();
    let text = "Une autre offre, envoyée depuis un autre ordinateur par la même personne.";
    account.bid(&projects[0], 90_000, currency, text).await.unwrap();
    drop(sleeping);
    let person = person.restarted().await;
    let queue = person
        .until("the outcome of both", "queue_list", json!({}), |queue| {
            queue["acts"].as_array().unwrap().len() == 1 && queue["acts"][0]["state"] == "refused"
        })
        .await
        .unwrap();
    assert_eq!(queue["acts"][0]["error"]["code"], "duplicate-bid");
    assert_eq!(queue["delivered"][0]["project_id"], projects[1].as_str());
    let status = person.call("status", json!({})).await.unwrap();
    assert_eq!(status["counts"]["needs_attention"], 1);
    assert_eq!(account.bids_on(&projects[0]).await.unwrap().len(), 1);
    assert_eq!(account.bids_on(&projects[1]).await.unwrap().len(), 1);
    person.call("queue_discard", json!({ "act_id": queue["acts"][0]["act_id"] })).await.unwrap();
    assert_eq!(person.call("status", json!({})).await.unwrap()["counts"]["needs_attention"], 0);
}

async fn listed(person: &Person, project: &str) -> Option<Value> {
    let request = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 200 });
    let list = person.call("projects_list", request).await.unwrap();
    list["rows"].as_array().unwrap().iter().find(|row| row["id"] == project).cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bookmark_made_offline_shows_in_list_and_page_at_once_and_stays_so_once_delivered() {
    let mut platform = market(false).await;
    let freelancer = platform.login("freelancer").unwrap().clone();
    let person = Person::signed_in(platform.url(), &freelancer).await;
    let mut project = None;
    for id in person.projects("").await {
        if listed(&person, &id).await.unwrap()["bookmarked"] == false {
            project = Some(id);
            break;
        }
    }
    let project = project.unwrap();
    let shown = async |person: &Person| {
        let page = person.call("project_get", json!({ "project_id": project })).await.unwrap();
        (listed(person, &project).await.unwrap()["bookmarked"].clone(), page["row"]["bookmarked"].clone())
    };
    platform.stop().await.unwrap();
    person.offline().await;
    let kept = json!({ "op": "keepBookmark", "target": null, "body": { "project_id": project } });
    let act = person.call("write_queue", kept).await.unwrap()["act_id"].as_str().unwrap().to_owned();
    assert_eq!(shown(&person).await, (json!(true), json!(true)));
    let dropped = json!({ "op": "dropBookmark", "target": format!("local:{act}"), "body": {} });
    person.call("write_queue", dropped).await.unwrap();
    assert_eq!(shown(&person).await, (json!(false), json!(false)));
    let kept = json!({ "op": "keepBookmark", "target": null, "body": { "project_id": project } });
    person.call("write_queue", kept).await.unwrap();
    let person = person.restarted().await;
    assert_eq!(shown(&person).await, (json!(true), json!(true)));
    platform.restart().await.unwrap();
    person.call("sync_now", json!({})).await.unwrap();
    person.drained().await;
    person.up_to_date().await;
    person
        .until("the platform's own row", "resources_list", json!({ "kind": "bookmark", "parent": null }), |rows| {
            rows.as_array().unwrap().iter().any(|row| row["data"]["project_id"] == project && row["queued"] == false)
        })
        .await
        .unwrap();
    assert_eq!(shown(&person).await, (json!(true), json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_closes_offline_leaves_their_lists_at_once() {
    let mut platform = market(false).await;
    let client = platform.login("client").unwrap().clone();
    let person = Person::signed_in(platform.url(), &client).await;
    let own = platform.sign_in(&client).await.unwrap().own_projects().await.unwrap();
    let mut open = None;
    for project in own {
        let id = project["id"].as_str().unwrap().to_owned();
        if listed(&person, &id).await.is_some() {
            open = Some(id);
            break;
        }
    }
    let open = open.expect("an open project of the client's in the list");
    let request = json!({ "query": "", "filters": {}, "sort": "newest", "offset": 0, "limit": 1 });
    let before = person.call("projects_list", request.clone()).await.unwrap()["total"].as_u64().unwrap();
    platform.stop().await.unwrap();
    person.offline().await;
    let close = json!({ "op": "closeProject", "target": open, "body": { "reason": "other" } });
    person.call("write_queue", close).await.unwrap();
    assert!(listed(&person, &open).await.is_none());
    assert_eq!(person.call("projects_list", request).await.unwrap()["total"], before - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_draft_of_a_project_that_is_gone_can_be_read_changed_and_discarded() {
    let platform = market(false).await;
    let person = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
    let project = "prj_gone";
    let mut form = crate::person::form();
    person.call("bid_draft_save", json!({ "project_id": project, "form": form })).await.unwrap();
    let bids = person.call("bids_list", json!({})).await.unwrap();
    assert!(bids.as_array().unwrap().iter().any(|bid| bid["project_id"] == project && bid["stage"] == "draft"));
    let draft = person.call("bid_draft_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(draft["form"], form);
    assert!(draft["checks"]["problems"].as_array().unwrap().iter().any(|it| it["code"] == "project-closed"), "{draft}");
    form["text"] = json!("Une autre suite.");
    person.call("bid_draft_save", json!({ "project_id": project, "form": form })).await.unwrap();
    // It cannot be sent, and stays.
    person.refused("bid_submit", json!({ "project_id": project, "form": form })).await;
    let draft = person.call("bid_draft_get", json!({ "project_id": project })).await.unwrap();
    assert_eq!(draft["form"], form);
    person.call("bid_draft_discard", json!({ "project_id": project })).await.unwrap();
    assert_eq!(person.refused("bid_draft_get", json!({ "project_id": project })).await, "not-found");
}
