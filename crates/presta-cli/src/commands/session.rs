//! Signing in and out, and syncing.

use presta_commands::Failure;
use presta_engine::{Engine, SessionState};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::args::{Login, Logout};
use crate::exit::Stop;
use crate::host::{self, Need, not_signed_in};
use crate::output::{Output, clean_line, time};
use crate::wait;

pub async fn login(engine: &Engine, output: &Output, login: Login) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Local).await?;
    if matches!(engine.session(), SessionState::Locked { .. }) && !login.add {
        host.signed_in(output).await?;
    }
    let request = json!({ "server": login.server, "add": login.add });
    let mut state = host.call("session_sign_in", request).await?;
    if let Some(url) = state["authorize_url"].as_str() {
        if output.json.is_some() {
            output.data(&format!("{state}\n"))?;
        } else {
            let text = if login.no_browser { "login_open_this" } else { "login_browser_is_open" };
            output.say(&format!("{}\n{}", output.words.get(text), clean_line(url)));
        }
        state = signed_in(&mut host, output).await?;
    }
    match engine.session() {
        SessionState::SignedIn { account, .. } => output.response(&state, |output| {
            let name = clean_line(&account.display_name);
            format!("{}\n", output.words.with("login_done", &[("name", &name), ("login", &clean_line(&account.login))]))
        }),
        other => Err(not_signed_in(&other).into()),
    }
}

/// Waits for what the person does in the browser.
async fn signed_in(host: &mut host::Host, output: &Output) -> Result<Value, Stop> {
    loop {
        match host.engine.session() {
            SessionState::SigningIn { .. } => {}
            SessionState::SignedIn { .. } => break,
            // The account is here already, under a passphrase: the sign-in is kept, and its data opens with that.
            SessionState::Locked { .. } => {
                host.signed_in(output).await?;
                break;
            }
            other => return Err(not_signed_in(&other).into()),
        }
        if let Err(RecvError::Closed) = host.events.recv().await {
            return Err(Failure::new("interrupted").into());
        }
    }
    let status = host.call("status", json!({})).await?;
    Ok(status["session"].clone())
}

pub async fn logout(engine: &Engine, output: &Output, logout: Logout) -> Result<(), Stop> {
    let host = host::start(engine, Need::Local).await?;
    host.signed_in(output).await?;
    let state = host.call("session_sign_out", json!({ "discard_unsent": logout.discard_unsent })).await?;
    output.response(&state, |output| format!("{}\n", output.words.get("logout_done")))
}

/// Brings the cache up to date and sends what waits.
pub async fn sync(engine: &Engine, output: &Output) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Online).await?;
    host.signed_in(output).await?;
    if engine.signed_in()?.is_sync_paused() {
        host.call("sync_resume", json!({})).await?;
        output.note(&output.words.get("sync_resumed"));
    }
    // Read first: once the platform is reached, acts leave at once.
    let queue = host.call("queue_list", json!({})).await?;
    let acts: Vec<String> = queue["acts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|act| !matches!(act["state"].as_str(), Some("refused" | "needs-confirmation" | "conflict")))
        .filter_map(|act| act["act_id"].as_str().map(str::to_owned))
        .collect();
    wait::until_up_to_date(&mut host, output).await?;
    let sent = wait::until_sent(&mut host, output, &acts).await?;
    if let Some(failure) = wait::ended(&host) {
        return Err(failure.into());
    }
    let delivered = sent.iter().filter(|act| act["state"] == "delivered").count();
    let mut status = host.call("status", json!({})).await?;
    if let Ok(notice) = serde_json::from_value::<Failure>(status["sync"]["storage_notice"].clone()) {
        output.failure(&notice);
    }
    let (queued, attention) = (status["counts"]["queued"].clone(), status["counts"]["needs_attention"].clone());
    if let Some(status) = status.as_object_mut() {
        status.insert("delivered".to_owned(), json!(delivered));
    }
    output.response(&status, |output| {
        let mut text = output.words.with("sync_done", &[("when", &time(&status["sync"]["as_of"]))]);
        for (key, number) in
            [("sync_delivered", json!(delivered)), ("sync_queued", queued), ("sync_attention", attention)]
        {
            if number.as_u64().is_some_and(|number| number > 0) {
                text = format!("{text}\n{}", output.words.with(key, &[("count", &number.to_string())]));
            }
        }
        text + "\n"
    })
}
