//! What can go wrong between the window, the browser and the platform.

use anyhow::{Context, ensure};
use desktop::{Stage, steps};
use presta_testkit::{Decision, Options, Platform};
use url::Url;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_in_the_browser_and_the_right_one_then_works() -> anyhow::Result<()> {
    let stage = Stage::set(Options::default()).await?;
    let window = stage.open().await?;
    let login = stage.freelancer()?;
    window.click("signin-button").await?;
    window.see("signin-waiting").await?;
    let page = stage.browser.open(&stage.browser.asked().await?).await?;
    page.log_in(&login.login, "pas-le-bon").await?;
    let said = page.text("[role=alert]").await?;
    ensure!(said.contains("incorrect"), "the page says {said:?}");
    page.log_in(&login.login, &login.password).await?;
    let closing = page.decide(Decision::Allow).await?;
    ensure!(closing.contains("Vous êtes connecté"), "the closing page reads {closing:?}");
    page.close().await?;
    steps::first_sync(&window, steps::FIRST_SYNC).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_consent_is_said_in_french_and_trying_again_works() -> anyhow::Result<()> {
    let stage = Stage::set(Options::default()).await?;
    let window = stage.open().await?;
    window.click("signin-button").await?;
    let closing = stage.browser.sign_in(&stage.freelancer()?, Decision::Deny).await?;
    ensure!(closing.contains("n’a pas abouti"), "the closing page reads {closing:?}");
    window.reads("signin-error", "Vous avez refusé l’accès dans le navigateur.").await?;
    steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    steps::first_sync(&window, steps::FIRST_SYNC).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_another_state_is_refused_and_the_window_lives_on() -> anyhow::Result<()> {
    let stage = Stage::set(Options::default()).await?;
    let window = stage.open().await?;
    window.click("signin-button").await?;
    let asked = Url::parse(&stage.browser.asked().await?).context("the address for the browser")?;
    let redirect =
        asked.query_pairs().find(|(name, _)| name == "redirect_uri").context("a redirect_uri")?.1.into_owned();
    let mut forged = Url::parse(&redirect).context("the redirect_uri")?;
    let issuer = stage.platform.address();
    forged.query_pairs_mut().append_pair("code", "volé").append_pair("state", "autre").append_pair("iss", issuer);
    let page = Platform::visit(&forged).await?;
    ensure!(page.contains("n’a pas abouti"), "the browser shows {page:?}");
    window.reads("signin-error", "La réponse du navigateur ne correspond pas à cette demande.").await?;
    steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_not_there_is_said_in_plain_words_and_the_next_try_works() -> anyhow::Result<()> {
    let mut stage = Stage::set(Options::default()).await?;
    stage.platform.stop().await?;
    let window = stage.open().await?;
    window.click("signin-button").await?;
    let said = window.reads("signin-error", "Votre travail est gardé ici").await?;
    ensure!(said.contains("connexion"), "the window says {said:?}");
    ensure!(stage.browser.waiting()?.is_none(), "the browser was opened for nothing");
    stage.platform.restart().await?;
    steps::sign_in(&window, &stage.browser, &stage.freelancer()?).await?;
    steps::first_sync(&window, steps::FIRST_SYNC).await?;
    window.close().await
}
