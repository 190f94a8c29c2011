//! Choices of communications, and requests about one's data.

use clap::ValueEnum as _;
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

/// Choices that hold for every channel.
const PROFILING: [&str; 2] = ["marketing_profiling", "personalised_recommendations"];
/// What stands for a channel then.
const WHATEVER: &str = "-";

pub async fn prefs(engine: &Engine, output: &Output, prefs: Prefs) -> Result<(), Stop> {
    match prefs.act.unwrap_or(PrefsAct::Get) {
        PrefsAct::Get => {
            let host = host::start(engine, Need::Reading).await?;
            host.signed_in(output).await?;
            let choices = choices(&host).await?;
            output.response(&choices, |output| {
                let cells = choices["cells"].as_array().into_iter().flatten().map(|cell| cells(output, cell));
                let rows = cells.chain(PROFILING.iter().map(|name| switch_cells(output, &choices, name))).collect();
                output.table(&["col_topic", "col_channel", "col_state", "col_kind", "col_since"], rows)
            })
        }
        PrefsAct::Set(set) => self::set(engine, output, set).await,
        PrefsAct::None => {
            let mut host = host::start(engine, Need::Online).await?;
            host.signed_in(output).await?;
            edit(&mut host, output, json!({ "marketing": false })).await
        }
    }
}

/// Turns one cell on or off. What takes consent takes the version of the text that the person was shown.
async fn set(engine: &Engine, output: &Output, set: PrefsSet) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Online).await?;
    host.signed_in(output).await?;
    let choices = choices(&host).await?;
    let on = set.state == Switch::On;
    if set.channel == WHATEVER && PROFILING.contains(&set.topic.as_str()) {
        let consent = on && set.topic == "marketing_profiling";
        return edit(&mut host, output, consented(output, &choices, &set, consent, json!({ &set.topic: on }))?).await;
    }
    let is_it = |cell: &&Value| cell["topic"] == set.topic.as_str() && cell["channel"] == set.channel.as_str();
    let cell = choices["cells"].as_array().into_iter().flatten().find(is_it);
    let cell = cell.ok_or_else(|| Failure::new("unknown-choice").with("topic", set.topic.as_str()))?;
    let consent = on && cell["marketing"] == true;
    let cell = json!({ "topic": set.topic, "channel": set.channel, "enabled": on });
    edit(&mut host, output, consented(output, &choices, &set, consent, json!({ "cells": [cell] }))?).await
}

/// `body` with the version of the text that was consented to. Without one, what takes consent is stopped and the text shown.
fn consented(output: &Output, choices: &Value, set: &PrefsSet, needed: bool, body: Value) -> Result<Value, Stop> {
    let version = choices["text_version"].as_str().unwrap_or_default();
    if needed && set.consent.as_deref() != Some(version) {
        let name = if output.words.language == Language::Fr { "text_fr" } else { "text_en" };
        let text = choices["texts"].as_array().into_iter().flatten().find(|text| text["version"] == version);
        let text = text.and_then(|text| text[name].as_str()).unwrap_or_default();
        output.say(&format!("{}\n\n{}", clean(text), output.words.with("prefs_consent", &[("version", version)])));
        return Err(Stop::Said(exit::ATTENTION));
    }
    let mut body = body;
    if let (true, Some(body)) = (needed, body.as_object_mut()) {
        body.insert("text_version".to_owned(), json!(version));
    }
    Ok(body)
}

async fn edit(host: &mut Host, output: &Output, body: Value) -> Result<(), Stop> {
    let request = json!({ "op": "editCommunications", "target": null, "body": body });
    let queued = host.call("write_queue", request).await?;
    wait::report(host, output, &act_of(&queued)).await
}

async fn choices(host: &Host) -> Result<Value, Stop> {
    let rows = host.call("resources_list", json!({ "kind": "communications", "parent": null })).await?;
    let first = rows.as_array().and_then(|rows| rows.first()).map(|row| row["data"].clone());
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

/// A choice that is none of a channel.
fn switch_cells(output: &Output, choices: &Value, name: &str) -> Vec<String> {
    let state = if choices[name] == true { "prefs_on" } else { "prefs_off" };
    let kind = if name == "marketing_profiling" { "prefs_marketing" } else { "prefs_service" };
    vec![name.to_owned(), WHATEVER.to_owned(), output.words.get(state), output.words.get(kind), String::new()]
}

pub async fn requests(engine: &Engine, output: &Output, requests: Requests) -> Result<(), Stop> {
    match requests.act.unwrap_or(RequestsAct::List) {
        RequestsAct::List => {
            let host = host::start(engine, Need::Reading).await?;
            host.signed_in(output).await?;
            let found = host.call("resources_list", json!({ "kind": "privacy_request", "parent": null })).await?;
            output.response(&found, |output| {
                let rows = found.as_array().into_iter().flatten().map(|row| request_cells(output, row)).collect();
                output.table(&["col_id", "col_type", "col_status", "col_received", "col_ack_due", "col_due"], rows)
            })
        }
        RequestsAct::File(RequestsFile { kind, text }) => {
            let kind = kind.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
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
    host.signed_in(output).await?;
    let queued = host.call("write_queue", request).await?;
    wait::report(&mut host, output, &act_of(&queued)).await
}

/// A request that is still to be sent has no dates; one with a write that waits says so.
fn request_cells(output: &Output, row: &Value) -> Vec<String> {
    let request = &row["data"];
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let at = |name: &str| time(&request[name]);
    let status = if row["queued"] == true { "state_queued".to_owned() } else { format!("request_{}", text("status")) };
    let status = if output.words.has(&status) { output.words.get(&status) } else { text("status") };
    vec![text("id"), text("type"), status, at("received_at"), at("ack_due_at"), at("statutory_due_at")]
}
