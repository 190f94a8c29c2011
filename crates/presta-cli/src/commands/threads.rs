//! Conversations and messages.

use std::path::PathBuf;

use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::{Message, Threads};
use crate::commands::{act_of, text_from};
use crate::exit::Stop;
use crate::host::{self, Host, Need};
use crate::output::{Output, time};
use crate::wait;

pub async fn list(engine: &Engine, output: &Output, threads: Threads) -> Result<(), Stop> {
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in(output).await?;
    let view = match (threads.unread, threads.archived) {
        (true, _) => "unread",
        (_, true) => "archived",
        _ => "inbox",
    };
    let found = host.call("threads_list", json!({ "view": view, "query": threads.query.unwrap_or_default() })).await?;
    output.response(&found, |output| {
        let rows = found.as_array().into_iter().flatten().map(|thread| cells(output, thread)).collect();
        output.table(&["col_id", "col_with", "col_title", "col_unread", "col_queued", "col_updated", "col_last"], rows)
    })
}

fn cells(output: &Output, thread: &Value) -> Vec<String> {
    let text = |name: &str| thread[name].as_str().unwrap_or_default().to_owned();
    let last = match thread["last_text"].as_str() {
        Some("") => output.words.get("attachments_only"),
        last => last.unwrap_or_default().chars().take(60).collect(),
    };
    vec![
        text("id"),
        text("with"),
        text("project_title"),
        thread["unread"].to_string(),
        thread["queued"].to_string(),
        time(&thread["last_at"]),
        last,
    ]
}

/// Queues a message, and sends it unless it is to wait.
pub async fn message(engine: &Engine, output: &Output, message: Message) -> Result<(), Stop> {
    let text = if message.text == "-" { text_from("-".as_ref())? } else { message.text };
    let mut host = host::start(engine, if message.queue_only { Need::Local } else { Need::Online }).await?;
    host.signed_in(output).await?;
    let thread = conversation(&host, &message.to).await?;
    let files = attach(&host, &thread, &message.attach).await?;
    // Apart from what is being written there in the window, which stays as it is.
    let request = json!({ "thread_id": thread, "text": text, "files": files });
    let queued = match host.call("message_send", request).await {
        Ok(queued) => queued,
        Err(stop) => {
            detach(&host, &files).await;
            return Err(stop);
        }
    };
    let act = act_of(&queued);
    if message.queue_only {
        return output.response(&queued, |output| format!("{} ({act})\n", output.words.get("queue_kept")));
    }
    wait::report(&mut host, output, &act).await
}

/// Copies the files for a message; all of them or none.
async fn attach(host: &Host, thread: &Value, paths: &[PathBuf]) -> Result<Vec<String>, Stop> {
    let place = format!("thread:{}", thread.as_str().unwrap_or_default());
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        match host.engine.signed_in()?.stage_file(&place, path).await {
            Ok(staged) => files.push(staged.id),
            Err(error) => {
                detach(host, &files).await;
                return Err(error.failure().with("path", path.display().to_string()).into());
            }
        }
    }
    Ok(files)
}

/// Takes back what was copied for a message that is not queued.
async fn detach(host: &Host, files: &[String]) {
    for id in files {
        // What cannot be taken back now stays in the draft, where the window shows it.
        let _ = host.call("attachment_unstage", json!({ "id": id })).await;
    }
}

/// The conversation of that id, or the one about the project of that id.
async fn conversation(host: &Host, id: &str) -> Result<Value, Stop> {
    match host.call("thread_get", json!({ "thread_id": id, "limit": 1 })).await {
        Ok(page) => Ok(page["thread"]["id"].clone()),
        Err(Stop::Failed(failure)) if failure.code == "not-found" => {
            Ok(host.call("thread_for_project", json!({ "project_id": id })).await?["thread_id"].clone())
        }
        Err(stop) => Err(stop),
    }
}
