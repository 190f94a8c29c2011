//! The whole window speaks the chosen language.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use desktop::{Stage, steps};
use presta_testkit::{Options, Window};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn switching_to_english_leaves_no_french_word_of_ours() -> anyhow::Result<()> {
    let french = only_french()?;
    let stage = Stage::set(Options::default()).await?;
    let window = stage.open().await?;
    window.reads("signin-button", "Se connecter").await?;
    window.click("lang-en").await?;
    window.reads("signin-button", "Sign in").await?;
    no_french(&window, &french).await?;
    steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    steps::first_sync(&window, steps::FIRST_SYNC).await?;
    no_french(&window, &french).await?;

    window.click("filters-button").await?;
    window.see("filter-category").await?;
    no_french(&window, &french).await?;
    window.keys("\u{e00c}").await?;
    let camille = stage.platform.sign_in(&stage.freelancer()?).await?;
    let nadia = stage.platform.sign_in(&stage.client()?).await?;
    let open = steps::open_to(&camille, &nadia).await?;
    steps::open_project(&window, steps::first_open(&open)?).await?;
    no_french(&window, &french).await?;
    window.click("bid-button").await?;
    window.fill("bid-amount", "-3").await?;
    window.click("bid-submit").await?;
    window.see("problem-amount").await?;
    no_french(&window, &french).await?;
    for (place, part) in [("nav-bids", "bid-list"), ("nav-messages", "thread-search"), ("nav-queue", "queue-empty")] {
        window.click(place).await?;
        window.see(part).await?;
        no_french(&window, &french).await?;
    }

    // And it is remembered.
    window.close().await?;
    let window = stage.app.open().await?;
    window.reads("nav-bids", "Offers").await?;
    window.click("account-menu").await?;
    window.click("lang-fr").await?;
    window.reads("nav-bids", "Offres").await?;
    window.close().await
}

/// Our French sentences that are not also English ones.
fn only_french() -> anyhow::Result<BTreeSet<String>> {
    let (french, english) = (messages("fr")?, messages("en")?);
    let french: BTreeSet<String> = french.difference(&english).cloned().collect();
    ensure!(french.len() > 200, "only {} French sentences", french.len());
    Ok(french)
}

fn messages(language: &str) -> anyhow::Result<BTreeSet<String>> {
    let file = format!("{}/../../ui/messages/{language}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {file}"))?;
    let messages: Value = serde_json::from_str(&text).with_context(|| format!("reading {file}"))?;
    let sentences = messages.as_object().context("messages")?.values().filter_map(Value::as_str);
    // The names of the languages are each in their own.
    Ok(sentences
        .filter(|text| !text.contains('{') && !["Français", "English"].contains(text))
        .map(str::to_owned)
        .collect())
}

/// Compares whole texts and labels, so that the projects and messages people wrote in French do not count.
async fn no_french(window: &Window, french: &BTreeSet<String>) -> anyhow::Result<()> {
    let script = "const texts = new Set(); \
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); \
        while (walker.nextNode()) texts.add(walker.currentNode.textContent.trim()); \
        for (const one of document.querySelectorAll('[aria-label], [title], [placeholder]')) \
          for (const name of ['aria-label', 'title', 'placeholder']) texts.add((one.getAttribute(name) ?? '').trim()); \
        return [document.documentElement.lang, ...texts]";
    let shown: Vec<String> = serde_json::from_value(window.js(script).await?).context("the texts of the window")?;
    ensure!(shown[0] == "en", "the page says that it is in {:?}", shown[0]);
    let left: Vec<&String> = shown.iter().filter(|text| french.contains(*text)).collect();
    ensure!(left.is_empty(), "still in French: {left:?}");
    Ok(())
}
