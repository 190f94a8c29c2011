//! What waits to be sent.

use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::{Act, Queue, QueueAct, Side};
use crate::exit::Stop;
use crate::host::{self, Need};
use crate::output::{Output, time};
use crate::wait;

pub async fn run(engine: &Engine, output: &Output, queue: Queue) -> Result<(), Stop> {
    match queue.act.unwrap_or(QueueAct::List) {
        QueueAct::List => list(engine, output).await,
        QueueAct::Retry(act) => send(engine, output, "queue_retry", act).await,
        QueueAct::Confirm(act) => send(engine, output, "queue_confirm", act).await,
        QueueAct::Discard(act) => change(engine, output, "queue_discard", act, "queue_discarded").await,
        QueueAct::Edit(act) => change(engine, output, "queue_edit", act, "queue_reopened").await,
        QueueAct::Merge { act, side } => merge(engine, output, act, side).await,
    }
}

async fn list(engine: &Engine, output: &Output) -> Result<(), Stop> {
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in(output).await?;
    let queue = host.call("queue_list", json!({})).await?;
    output.response(&queue, |output| {
        let rows = queue["acts"].as_array().into_iter().flatten().map(|act| cells(output, act)).collect();
        output.table(&["col_id", "col_what", "col_state", "col_queued_at", "col_title", "col_why"], rows)
    })
}

fn cells(output: &Output, act: &Value) -> Vec<String> {
    let text = |name: &str| act[name].as_str().unwrap_or_default().to_owned();
    let why = match serde_json::from_value(act["error"].clone()) {
        Ok(failure) => output.words.failure(&failure).0,
        Err(_) => changed(output, act),
    };
    vec![
        text("act_id"),
        what(output, act),
        output.words.named("state", &text("state")),
        time(&act["queued_at"]),
        text("title"),
        why,
    ]
}

/// What an act is; a write without a kind of its own is named by its operation.
fn what(output: &Output, act: &Value) -> String {
    match act["op"].as_str() {
        Some(op) => {
            let mut name = String::new();
            for letter in op.chars() {
                if letter.is_ascii_uppercase() {
                    name.push('_');
                }
                name.push(letter.to_ascii_lowercase());
            }
            output.words.named("op", &name)
        }
        None => output.words.named("act", act["kind"].as_str().unwrap_or_default()),
    }
}

/// What changed meanwhile: of the project of a bid, or of what is being edited.
fn changed(output: &Output, act: &Value) -> String {
    let names = |list: &str, prefix: &str| -> Vec<String> {
        let fields = act[list].as_array().into_iter().flatten();
        fields.map(|it| output.words.named(prefix, it["field"].as_str().unwrap_or_default())).collect()
    };
    [names("differences", "diff"), names("conflict", "field")].concat().join(", ")
}

/// Ends a conflict: one side's values hold, for everything that both changed.
async fn merge(engine: &Engine, output: &Output, act: String, side: Side) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Online).await?;
    host.signed_in(output).await?;
    let queue = host.call("queue_list", json!({})).await?;
    let waiting = queue["acts"].as_array().into_iter().flatten().find(|it| it["act_id"] == act.as_str());
    let side = if side == Side::Mine { "mine" } else { "theirs" };
    let fields = waiting.and_then(|waiting| waiting["conflict"].as_array()).into_iter().flatten();
    let choices: serde_json::Map<String, Value> =
        fields.filter_map(|it| Some((it["field"].as_str()?.to_owned(), json!(side)))).collect();
    host.call("queue_merge", json!({ "act_id": act, "choices": choices })).await?;
    let states = wait::until_sent(&mut host, output, std::slice::from_ref(&act)).await?;
    let state = states.into_iter().next().unwrap_or_default();
    if state["state"] == "gone" {
        // Nothing of the person's was left to send.
        return output.response(&state, |output| format!("{}\n", output.words.get("queue_merged")));
    }
    wait::written(output, &state)
}

async fn send(engine: &Engine, output: &Output, command: &str, act: Act) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Online).await?;
    host.signed_in(output).await?;
    host.call(command, json!({ "act_id": act.act })).await?;
    wait::report(&mut host, output, &act.act).await
}

async fn change(engine: &Engine, output: &Output, command: &str, act: Act, done: &str) -> Result<(), Stop> {
    let host = host::start(engine, Need::Local).await?;
    host.signed_in(output).await?;
    let response = host.call(command, json!({ "act_id": act.act })).await?;
    output.response(&response, |output| format!("{}\n", output.words.get(done)))
}
