//! The main job, with a cut cable and a crash in the middle.

use std::time::Duration;

use anyhow::ensure;
use desktop::{Stage, steps};
use presta_testkit::{Account, Options, PATIENCE, Seed, Window, until};
use serde_json::Value;

const ANSWERED: Duration = Duration::from_secs(30);
const DRAFT: &str = "Un brouillon qui doit survivre à un arrêt brutal de l’application.";

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_find_bid_talk_lose_the_network_crash_and_come_back() -> anyhow::Result<()> {
    let options = Options { seed: Seed::Demo, live: true, ..Options::default() };
    let mut stage = Stage::set(options).await?;
    let window = stage.open().await?;
    let closing = steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    ensure!(closing.contains("Vous êtes connecté"), "the closing page reads {closing:?}");
    steps::demo_market(&window).await?;

    let camille = stage.platform.sign_in(&stage.freelancer()?).await?;
    let nadia = stage.platform.sign_in(&stage.client()?).await?;
    let found = find(&window).await?;
    let project = bid_on_first_found(&window, &camille, &found).await?;
    let thread = talk(&window, &camille, &project).await?;

    // What will be queued: on a project whose client can count, and on one of the market.
    let of_nadia = steps::open_to(&camille, &nadia).await?;
    let first = steps::first_open(&of_nadia)?.clone();
    let others: Vec<Value> = camille.search("postgresql").await?;
    let others: Vec<Value> =
        others.into_iter().filter(|it| it["id"] != first["id"] && it["id"] != project["id"]).collect();
    let second = steps::first_open(&others)?.clone();
    let third = steps::first_open(&others[1..])?.clone();
    ensure!(second["id"] != third["id"], "one project twice");
    let before = camille.bid_count(&steps::text(&second, "/id")?).await?;

    stage.platform.stop().await?;
    steps::cut_off(&window).await?;
    for (project, amount) in [(&first, "900,00"), (&second, "1 234,56")] {
        steps::open_project(&window, project).await?;
        steps::bid(&window, amount, "15", steps::BID_TEXT).await?;
    }
    steps::open_project(&window, &project).await?;
    window.click("message-button").await?;
    let message = "Je passe sous un tunnel : ce message doit arriver une seule fois.";
    steps::say(&window, message).await?;
    steps::open_project(&window, &third).await?;
    window.click("bid-button").await?;
    window.paste("bid-text", DRAFT).await?;
    window.see("draft-saved").await?;
    queued(&window, 3).await?;

    window.kill().await?;
    let window = stage.open().await?;
    steps::cut_off(&window).await?;
    queued(&window, 3).await?;
    steps::open_project(&window, &third).await?;
    window.click("bid-button").await?;
    let kept = window.see("bid-text").await?.prop("value").await?;
    ensure!(kept.as_deref() == Some(DRAFT), "the draft came back as {kept:?}");

    window.click("nav-queue").await?;
    stage.platform.restart().await?;
    steps::back_online(&window).await?;
    until("three deliveries in the window", Duration::from_secs(60), async || {
        let delivered = window.count("queue-delivered-row").await?;
        let left = window.texts("queue-row").await?;
        ensure!(left.is_empty() && delivered >= 3, "{delivered} delivered, still there: {left:?}");
        Ok(Some(()))
    })
    .await?;
    once(&camille, &nadia, [&first, &second], before, (&thread, message)).await?;

    // A second start must not send again what has arrived.
    window.close().await?;
    let window = stage.open().await?;
    steps::first_sync(&window, PATIENCE).await?;
    window.click("nav-queue").await?;
    until("an empty queue", PATIENCE, async || Ok((window.count("queue-row").await? == 0).then_some(()))).await?;
    once(&camille, &nadia, [&first, &second], before, (&thread, message)).await?;
    window.close().await
}

/// Searches without an accent what is written with one.
async fn find(window: &Window) -> anyhow::Result<Vec<String>> {
    steps::search(window, "developpeur rust").await?;
    until("« développeur » marked", PATIENCE, async || {
        let script =
            "return [...document.querySelectorAll(\"[data-testid='project-row'] mark\")].map((it) => it.textContent)";
        let marks: Vec<String> = serde_json::from_value(window.js(script).await?)?;
        let has = |word: &str| marks.iter().any(|mark| mark.to_lowercase().contains(word));
        ensure!(has("développeu") && has("rust"), "marked: {marks:?}");
        Ok(Some(()))
    })
    .await?;
    steps::rows(window).await
}

/// Opens the first answer open to a bid, sends one, and sees it on the platform.
async fn bid_on_first_found(window: &Window, camille: &Account, found: &[String]) -> anyhow::Result<Value> {
    let project = steps::first_of_the_market(camille, found).await?;
    let id = steps::text(&project, "/id")?;
    steps::open_row(window, &project).await?;
    steps::bid(window, "4 250,50", "21", steps::BID_TEXT).await?;
    let bids = until("the bid on the platform", PATIENCE, async || {
        let bids = camille.bids_on(&id).await?;
        Ok((!bids.is_empty()).then_some(bids))
    })
    .await?;
    ensure!(bids.len() == 1, "{} bids arrived", bids.len());
    ensure!(bids[0]["amount"]["amount_minor"] == 425_050, "the amount is {}", bids[0]["amount"]);
    Ok(project)
}

/// Writes to the client and sees the answer come by itself. Gives the conversation.
async fn talk(window: &Window, camille: &Account, project: &Value) -> anyhow::Result<String> {
    window.click("message-button").await?;
    let before = steps::answers(window).await?;
    steps::say(window, "Bonjour, mon offre vient de partir. Quand souhaitez-vous démarrer ?").await?;
    until("the client's answer", ANSWERED, async || Ok((steps::answers(window).await? > before).then_some(()))).await?;
    let threads = camille.threads_about(&steps::text(project, "/id")?).await?;
    ensure!(threads.len() == 1, "{} conversations about the project", threads.len());
    steps::text(&threads[0], "/id")
}

async fn queued(window: &Window, count: usize) -> anyhow::Result<()> {
    window.click("nav-queue").await?;
    until(&format!("{count} waiting in the queue"), PATIENCE, async || {
        let rows = window.texts("queue-row").await?;
        ensure!(rows.len() == count, "the queue shows {rows:?}");
        Ok(Some(()))
    })
    .await
}

/// Each of the two bids and the message is on the platform exactly once, whoever counts.
async fn once(
    camille: &Account,
    nadia: &Account,
    bids: [&Value; 2],
    before: u64,
    (thread, message): (&str, &str),
) -> anyhow::Result<()> {
    for (project, minor) in bids.iter().zip([90_000, 123_456]) {
        let mine = camille.bids_on(&steps::text(project, "/id")?).await?;
        ensure!(mine.len() == 1, "{} bids on {}", mine.len(), project["title"]);
        ensure!(mine[0]["amount"]["amount_minor"] == minor, "the amount is {}", mine[0]["amount"]);
    }
    let seen = nadia.bids_on(&steps::text(bids[0], "/id")?).await?;
    let of_camille = seen.iter().filter(|bid| bid["freelancer"]["display_name"] == "Camille Laurent").count();
    ensure!(of_camille == 1, "the client sees {of_camille} bids of Camille");
    let after = camille.bid_count(&steps::text(bids[1], "/id")?).await?;
    ensure!(after == before + 1, "the project had {before} bids and has {after}");
    let texts = camille.texts(thread).await?;
    let arrived = texts.iter().filter(|text| *text == message).count();
    ensure!(arrived == 1, "the message arrived {arrived} times");
    Ok(())
}
