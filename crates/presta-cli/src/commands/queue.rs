//! What waits to be sent.

use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::{Act, Queue, QueueAct};
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
    }
}

async fn list(engine: &Engine, output: &Output) -> Result<(), Stop> {
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in()?;
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
        output.words.named("act", &text("kind")),
        output.words.named("state", &text("state")),
        time(&act["queued_at"]),
        text("title"),
        why,
    ]
}

/// What changed on the project meanwhile.
fn changed(output: &Output, act: &Value) -> String {
    let fields = act["differences"].as_array().into_iter().flatten();
    let names: Vec<String> =
        fields.map(|it| output.words.named("diff", it["field"].as_str().unwrap_or_default())).collect();
    names.join(", ")
}

async fn send(engine: &Engine, output: &Output, command: &str, act: Act) -> Result<(), Stop> {
    let mut host = host::start(engine, Need::Online).await?;
    host.signed_in()?;
    host.call(command, json!({ "act_id": act.act })).await?;
    wait::report(&mut host, output, &act.act).await
}

async fn change(engine: &Engine, output: &Output, command: &str, act: Act, done: &str) -> Result<(), Stop> {
    let host = host::start(engine, Need::Local).await?;
    host.signed_in()?;
    let response = host.call(command, json!({ "act_id": act.act })).await?;
    output.response(&response, |output| format!("{}\n", output.words.get(done)))
}
