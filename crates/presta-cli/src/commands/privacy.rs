//! Choices of communications, and requests about one's data.

use presta_commands::Failure;
use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::{Prefs, PrefsAct, PrefsSet, Requests, RequestsAct, RequestsFile, Switch};
use crate::commands::{act_of, text_from};
use crate::exit::{self, Stop};
use crate::host::{self, Host, Need};
use crate::output::{Output, clean, time};
use crate::wait;
use crate::words::Language;

pub async fn prefs(engine: &Engine, output: &Output, prefs: Prefs) -> Result<(), Stop> {
    match prefs.act.unwrap_or(PrefsAct::Get) {
        PrefsAct::Get => {
            let host = host::start(engine, Need::Reading).await?;
            host.signed_in()?;
            let choices = choices(&host).await?;
            output.response(&choices, |output| {
                let rows = choices["cells"].as_array().into_iter().flatten().map(|cell| cells(output, cell)).collect();
                output.table(&["col_topic", "col_channel", "col_state", "col_kind", "col_since"], rows)
            })
        }
        PrefsAct::Set(set) => self::set(engine, output, set).await,
        PrefsAct::None => {
            let mut host = host::start(engine, Need::Online).await?;
            host.signed_in()?;
            let target = choices(&host).await?["id"].clone();
            edit(&mut host, output, &target, json!({ "marketing": false })).await
        }
    }
}

/// Turns one cell on or off. What takes consent takes the version of the text that the person was shown.
async fn set(engine: &Engine, output: &Output, set: PrefsSet) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Online).await?;
    host.signed_in()?;
    let choices = choices(&host).await?;
    let is_it = |cell: &&Value| cell["topic"] == set.topic.as_str() && cell["channel"] == set.channel.as_str();
    let cell = choices["cells"].as_array().into_iter().flatten().find(is_it);
    let cell = cell.ok_or_else(|| Failure::new("unknown-choice").with("topic", set.topic.as_str()))?;
    let on = set.state == Switch::On;
    let version = choices["text_version"].as_str().unwrap_or_default();
    if on && cell["marketing"] == true && set.consent.as_deref() != Some(version) {
        let name = if output.words.language == Language::Fr { "text_fr" } else { "text_en" };
        let text = choices["texts"].as_array().into_iter().flatten().find(|text| text["version"] == version);
        let text = text.and_then(|text| text[name].as_str()).unwrap_or_default();
        output.say(&format!("{}\n\n{}", clean(text), output.words.with("prefs_consent", &[("version", version)])));
        return Err(Stop::Said(exit::ATTENTION));
    }
    let cell = json!({ "topic": set.topic, "channel": set.channel, "enabled": on });
    let mut body = json!({ "cells": [cell] });
    if let (Some(version), Some(body)) = (&set.consent, body.as_object_mut()) {
        body.insert("text_version".to_owned(), json!(version));
    }
    edit(&mut host, output, &choices["id"], body).await
}

async fn edit(host: &mut Host, output: &Output, target: &Value, body: Value) -> Result<(), Stop> {
    let request = json!({ "op": "editCommunications", "target": target, "body": body });
    let queued = host.call("write_queue", request).await?;
    wait::report(host, output, &act_of(&queued)).await
}

async fn choices(host: &Host) -> Result<Value, Stop> {
    let rows = host.call("resources_list", json!({ "kind": "communications", "parent": null })).await?;
    let first = items(&rows).into_iter().next();
    first.ok_or_else(|| Failure::new("not-synced-yet").into())
}

fn cells(output: &Output, cell: &Value) -> Vec<String> {
    let text = |name: &str| cell[name].as_str().unwrap_or_default().to_owned();
    let state = if cell["enabled"] == true { "prefs_on" } else { "prefs_off" };
    let kind = match (cell["locked"] == true, cell["marketing"] == true) {
        (true, _) => "prefs_locked",
        (_, true) => "prefs_marketing",
        _ => "prefs_service",
    };
    let since = if cell["consented_at"].is_null() { String::new() } else { time(&cell["consented_at"]) };
    vec![text("topic"), text("channel"), output.words.get(state), output.words.get(kind), since]
}

pub async fn requests(engine: &Engine, output: &Output, requests: Requests) -> Result<(), Stop> {
    match requests.act.unwrap_or(RequestsAct::List) {
        RequestsAct::List => {
            let host = host::start(engine, Need::Reading).await?;
            host.signed_in()?;
            let found = host.call("resources_list", json!({ "kind": "privacy_request", "parent": null })).await?;
            output.response(&found, |output| {
                let rows = items(&found).iter().map(request_cells).collect();
                output.table(&["col_id", "col_type", "col_status", "col_received", "col_ack_due", "col_due"], rows)
            })
        }
        RequestsAct::File(RequestsFile { kind, text }) => {
            let body = json!({ "type": kind, "statement": text_from(&text)? });
            write(engine, output, json!({ "op": "filePrivacyRequest", "target": null, "body": body })).await
        }
        RequestsAct::Withdraw { request } => {
            write(engine, output, json!({ "op": "withdrawPrivacyRequest", "target": request, "body": {} })).await
        }
    }
}

async fn write(engine: &Engine, output: &Output, request: Value) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Online).await?;
    host.signed_in()?;
    let queued = host.call("write_queue", request).await?;
    wait::report(&mut host, output, &act_of(&queued)).await
}

fn request_cells(request: &Value) -> Vec<String> {
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let at = |name: &str| time(&request[name]);
    vec![text("id"), text("type"), text("status"), at("received_at"), at("ack_due_at"), at("statutory_due_at")]
}

/// The resources of a list, without what is said beside them.
fn items(rows: &Value) -> Vec<Value> {
    rows.as_array().into_iter().flatten().map(|row| row["data"].clone()).collect()
}
