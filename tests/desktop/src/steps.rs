//! What a person does in the window, several clicks at a time.

use std::time::Duration;

use anyhow::{Context, ensure};
use presta_testkit::{Account, Browser, Decision, Login, PATIENCE, Window, until};
use serde_json::{Value, json};

/// How long the first synchronisation of a demo market may take on a loaded machine.
pub const FIRST_SYNC: Duration = Duration::from_secs(90);

/// How long being cut off, or not any more, may go unnoticed.
pub const NOTICED: Duration = Duration::from_secs(60);

/// A bid's text that breaks no rule.
pub const BID_TEXT: &str = "Bonjour, je développe en Rust depuis huit ans et j’ai mené trois projets proches du vôtre. \
    Je propose un premier lot sous deux semaines, des essais automatisés et un point chaque vendredi.";

/// Clicks, signs in through the browser, and gives the text of the page it ends on.
///
/// # Errors
/// When the window does not end signed in.
pub async fn sign_in(window: &Window, browser: &Browser, login: &Login) -> anyhow::Result<String> {
    window.click("signin-button").await?;
    let closing = browser.sign_in(login, Decision::Allow).await?;
    window.see_within("search-input", FIRST_SYNC).await?;
    Ok(closing)
}

/// Waits until the first synchronisation is over, and gives how many projects the feed has.
///
/// # Errors
/// When it is not over in time.
pub async fn first_sync(window: &Window, limit: Duration) -> anyhow::Result<u64> {
    until("the first synchronisation", limit, async || {
        let busy = window.count("sync-progress").await? > 0;
        let phase = window.attribute("sync-state", "data-phase").await?;
        let total = feed_total(window).await?;
        ensure!(!busy && phase.as_deref() == Some("idle") && total > Some(0), "phase {phase:?}, total {total:?}");
        Ok(total)
    })
    .await
}

/// Waits until the demo market is all there: the feed's total follows the end of the synchronisation by a moment.
///
/// # Errors
/// When it is not in time.
pub async fn demo_market(window: &Window) -> anyhow::Result<()> {
    first_sync(window, FIRST_SYNC).await?;
    until("the demo market in the feed", PATIENCE, async || {
        let total = feed_total(window).await?;
        ensure!(total > Some(1_500), "the feed has {total:?} projects");
        Ok(Some(()))
    })
    .await
}

/// Waits until the feed shows every project that is open on the platform, and gives how many.
///
/// # Errors
/// When some are missing in the end.
pub async fn whole_market(window: &Window, account: &Account, limit: Duration) -> anyhow::Result<u64> {
    let page = account.get("/v1/projects?limit=1").await?;
    let open = page.pointer("/total").and_then(Value::as_u64).context("a page without a total")?;
    window
        .until("every open project in the feed", limit, async || {
            let total = feed_total(window).await?;
            ensure!(total == Some(open), "the feed has {total:?} projects, the platform {open}");
            Ok(total)
        })
        .await
}

/// How many projects the feed says it has.
///
/// # Errors
/// When the window is gone.
pub async fn feed_total(window: &Window) -> anyhow::Result<Option<u64>> {
    Ok(window.attribute("feed-count", "data-total").await?.and_then(|total| total.parse().ok()))
}

/// Types a query into the feed's search and waits for the answer, a row whose title has a marked word.
///
/// # Errors
/// When nothing is found in time.
pub async fn search(window: &Window, words: &str) -> anyhow::Result<()> {
    window.fill("search-input", words).await?;
    until(&format!("answers to {words:?}"), PATIENCE, async || {
        let marks = window.js("return document.querySelectorAll(\"[data-testid='project-row'] mark\").length").await?;
        Ok((marks.as_u64() > Some(0)).then_some(()))
    })
    .await
}

/// Opens a project the way of someone who knows its title: searches it, and clicks the row.
///
/// # Errors
/// When it is not found.
pub async fn open_project(window: &Window, project: &Value) -> anyhow::Result<()> {
    let title = text(project, "/title")?;
    window.click("nav-missions").await?;
    if window.count("project-page").await? > 0 && window.count("search-input").await? == 0 {
        window.click("nav-missions").await?;
    }
    let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).take(6).collect();
    window.fill("search-input", &words.join(" ")).await?;
    open_row(window, project).await
}

/// Opens the project whose row is on screen.
///
/// # Errors
/// When it does not open.
pub async fn open_row(window: &Window, project: &Value) -> anyhow::Result<()> {
    let (id, title) = (text(project, "/id")?, text(project, "/title")?);
    let row = format!("[data-testid='project-row'][data-id='{id}']");
    let open = format!("#/projects/{id}");
    window.click_until(&row, async || Ok(window.js("return location.hash").await? == open.as_str())).await?;
    window.reads("project-title", &title).await?;
    Ok(())
}

/// The ids of the projects whose rows are on screen, from above.
///
/// # Errors
/// When the window is gone.
pub async fn rows(window: &Window) -> anyhow::Result<Vec<String>> {
    let script = "return [...document.querySelectorAll(\"[data-testid='project-row']\")].map((it) => it.dataset.id)";
    serde_json::from_value(window.js(script).await?).context("the rows on screen")
}

/// The first of these projects that takes a bid and whose client is one of the market's own, who answer by themselves.
///
/// # Errors
/// When there is none.
pub async fn first_of_the_market(freelancer: &Account, ids: &[String]) -> anyhow::Result<Value> {
    for id in ids {
        let project = freelancer.get(&format!("/v1/projects/{id}")).await?;
        let client = text(&project, "/client/display_name")?;
        let played = ["Nadia Benali", "Sam Moreau"].contains(&client.as_str());
        if project.pointer("/viewer/can_bid") == Some(&json!(true)) && !played {
            return Ok(project);
        }
    }
    anyhow::bail!("none of {ids:?} takes a bid")
}

/// Fills in the composer of the open project and sends.
///
/// # Errors
/// When the offer is not taken.
pub async fn bid(window: &Window, amount: &str, days: &str, text: &str) -> anyhow::Result<()> {
    window.click("bid-button").await?;
    window.fill("bid-amount", amount).await?;
    window.fill("bid-period", days).await?;
    window.paste("bid-text", text).await?;
    window.click("bid-submit").await?;
    window.see("project-my-bid").await?;
    Ok(())
}

/// Sends a message in the open conversation and waits for its bubble.
///
/// # Errors
/// When it does not appear.
pub async fn say(window: &Window, text: &str) -> anyhow::Result<()> {
    window.fill("message-input", text).await?;
    window.click("message-send").await?;
    window.reads("message-bubble", text).await?;
    Ok(())
}

/// How many messages of the other side the open conversation shows.
///
/// # Errors
/// When the window is gone.
pub async fn answers(window: &Window) -> anyhow::Result<u64> {
    let script = "return document.querySelectorAll(\"[data-testid='message-bubble'][data-mine='false']\").length";
    window.js(script).await?.as_u64().context("a count")
}

/// Waits until the window says that it is cut off.
///
/// # Errors
/// When it does not in time.
pub async fn cut_off(window: &Window) -> anyhow::Result<()> {
    window.see_within("offline-bar", NOTICED).await.map(|_| ())
}

/// Waits until the window does not say any more that it is cut off, asking it to try.
///
/// # Errors
/// When it still does in the end.
pub async fn back_online(window: &Window) -> anyhow::Result<()> {
    until("the window to be online again", NOTICED, async || {
        Ok((window.count("offline-bar").await? == 0 && window.count("sync-state").await? > 0).then_some(()))
    })
    .await
}

/// The first of `projects` on which `freelancer` may bid.
///
/// # Errors
/// When there is none.
pub fn first_open(projects: &[Value]) -> anyhow::Result<&Value> {
    let can = |project: &&Value| project.pointer("/viewer/can_bid") == Some(&json!(true));
    projects.iter().find(can).context("no project on which one may bid")
}

/// Open projects of `client` on which `freelancer` may bid, as the freelancer sees them.
///
/// # Errors
/// When the platform does not answer.
pub async fn open_to(freelancer: &Account, client: &Account) -> anyhow::Result<Vec<Value>> {
    let mut open = Vec::new();
    for project in client.own_projects().await? {
        let seen = freelancer.get(&format!("/v1/projects/{}", text(&project, "/id")?)).await?;
        if seen.pointer("/viewer/can_bid") == Some(&json!(true)) {
            open.push(seen);
        }
    }
    Ok(open)
}

/// A text inside an answer of the platform.
///
/// # Errors
/// When there is none at `pointer`.
pub fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("{pointer} of {value}"))?;
    Ok(text.to_owned())
}
