//! Text that tries to be a program.

use anyhow::{Context, ensure};
use desktop::{Stage, steps};
use presta_testkit::{Options, Window};
use serde_json::json;

const TITLE: &str = "Audit <img src=x onerror=\"window.__taken=1\"> zzhostile";
const BRIEF: &str = "Un brief zzhostile **gras**.\n\n<script>window.__taken=2</script>\n\n\
    <img src=x onerror=\"window.__taken=3\">\n\n<iframe src=\"javascript:parent.__taken=4\"></iframe>\n\n\
    <svg onload=\"window.__taken=5\"></svg>\n\n<a href=\"javascript:window.__taken=6\" onclick=\"window.__taken=7\">cliquez ici</a>\n\n\
    [et là](javascript:window.__taken=8)\n\n<style>body{display:none}</style>\n\n<form action=\"https://example.org\"><button>payer</button></form>\n\n\
    <details open ontoggle=\"window.__taken=9\">détail</details>";
const MESSAGE: &str = "Bonjour <img src=x onerror=\"window.__taken=10\"><script>window.__taken=11</script> [ici](javascript:window.__taken=12)";

#[tokio::test(flavor = "multi_thread")]
async fn html_in_a_title_a_brief_and_a_message_stays_text() -> anyhow::Result<()> {
    let mut stage = Stage::set(Options::default()).await?;
    let listing = stage.scratch().join("hostile.ndjson");
    let project = json!({
        "title": TITLE, "description": BRIEF, "skills": ["rust"], "category": "web", "type": "fixed",
        "budget_min": 500, "budget_max": 900, "currency": "EUR", "country": "FR", "posted_at": "2026-11-20T09:00:00Z",
    });
    std::fs::write(&listing, format!("{project}\nnot json\n")).context("writing the listing")?;
    let said = stage.platform.import(&listing).await?;
    ensure!(said.contains("1 loaded, 1 skipped"), "the import said {said:?}");

    let camille = stage.platform.sign_in(&stage.freelancer()?).await?;
    let nadia = stage.platform.sign_in(&stage.client()?).await?;
    let open = steps::open_to(&camille, &nadia).await?;
    let opened = camille.open_thread(&steps::text(steps::first_open(&open)?, "/id")?, "Bonjour, une question.").await?;
    nadia.write(&steps::text(&opened, "/thread/id")?, MESSAGE).await?;

    let window = stage.open().await?;
    steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    steps::first_sync(&window, steps::FIRST_SYNC).await?;
    steps::search(&window, "zzhostile").await?;
    window.reads("project-row", "<img src=x").await?;
    window.click("project-row").await?;
    window.reads("project-title", TITLE).await?;
    window.reads("project-description", "cliquez ici").await?;
    inert(&window, "project-page").await?;
    for link in ["cliquez ici", "et là"] {
        window
            .js_with(
                "[...document.querySelectorAll('a')].find((it) => it.textContent === arguments[0])?.click()",
                vec![json!(link)],
            )
            .await?;
    }
    inert(&window, "project-page").await?;

    window.click("nav-messages").await?;
    window.click_text("thread-row", "Bonjour").await?;
    window.reads("message-bubble", "Bonjour").await?;
    inert(&window, "message-list").await?;
    ensure!(stage.browser.waiting()?.is_none(), "something was opened in the browser");
    window.click("nav-missions").await?;
    window.see("search-input").await?;
    window.close().await
}

/// Nothing ran, nothing that could run is in the page, and the page is still shown.
async fn inert(window: &Window, part: &str) -> anyhow::Result<()> {
    window.see(part).await?;
    ensure!(window.js("return window.__taken ?? null").await?.is_null(), "something ran");
    let script = "const part = document.querySelector(`[data-testid='${arguments[0]}']`); \
        const bad = part.querySelectorAll(\"script, iframe, img, object, embed, style, form[action], details[ontoggle]\"); \
        const events = [...part.querySelectorAll('*')].filter((it) => [...it.attributes].some((one) => one.name.startsWith('on'))); \
        const links = [...part.querySelectorAll('a')].filter((it) => /^\\s*(javascript|data):/i.test(it.getAttribute('href') ?? '')); \
        return [...bad, ...events, ...links].map((it) => it.outerHTML)";
    let found = window.js_with(script, vec![json!(part)]).await?;
    ensure!(found == json!([]), "in the page: {found}");
    Ok(())
}
