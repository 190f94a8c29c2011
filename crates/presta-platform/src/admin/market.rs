//! The market, one step at a time: what its clients would do by themselves, at the moment a test wants it.

use std::sync::Arc;

use axum::{body::Body, extract::State, http::HeaderMap};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Admin, Answer, user};
use crate::{
    answer,
    app::App,
    extract,
    hub::Notice,
    ids::Prefix,
    live,
    problem::Problem,
    rules,
    store::{
        acts::{self, Act},
        bids,
        mails::{self, Topic},
        messages::{self, Appended, New},
        posting, projects, threads, tokens,
    },
};

/// One step.
#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    /// The next project of the generator arrives; `client` posts it when named.
    PostProject { client: Option<String> },
    /// Someone of a thread writes: `user`, or the one of them who has no account, or the client.
    ClientMessage { thread_id: String, text: String, user: Option<String> },
    /// Someone of a thread is seen typing.
    Typing { thread_id: String, user: Option<String> },
    /// The client of a bid keeps it in view.
    Shortlist { bid_id: String },
    /// The client of a bid chooses it.
    Award { bid_id: String },
    /// The client of a bid declines it.
    Reject { bid_id: String },
    /// A project takes no more bids.
    Close { project_id: String },
    /// A marketing mail goes to all who consented.
    Campaign { topic: String },
}

fn row(prefix: Prefix, id: &str, at: &str) -> Result<i64, Problem> {
    prefix.parse(id).ok_or_else(|| Problem::field(at, "unknown"))
}

/// `POST /admin/script`
pub async fn script(State(admin): State<Admin>, headers: HeaderMap, body: Body) -> Answer {
    let bytes = extract::body(&headers, body).await?;
    let step: Step = extract::json(&bytes)?;
    let done = run(&admin.app, step).await?;
    Ok(answer::json(done.to_string()))
}

async fn run(app: &App, step: Step) -> Result<Value, Problem> {
    match step {
        Step::PostProject { client } => {
            let (market, _) = live::market(app).await?;
            app.write(move |tx| {
                let client_n = client.map(|name| user(&tx.sql, &name, "/client")).transpose()?;
                let n = live::arrive(tx, &market, client_n)?;
                Ok(json!({"project_id": Prefix::Project.id(n).to_string()}))
            })
            .await
        }
        Step::ClientMessage { thread_id, text, user } => say(app, &thread_id, text, user).await,
        Step::Typing { thread_id, user } => typing(app, &thread_id, user).await,
        Step::Shortlist { bid_id } => act(app, &bid_id, Act::Shortlist).await,
        Step::Award { bid_id } => act(app, &bid_id, Act::Award).await,
        Step::Reject { bid_id } => act(app, &bid_id, Act::Reject).await,
        Step::Close { project_id } => {
            let n = row(Prefix::Project, &project_id, "/project_id")?;
            app.write(move |tx| {
                let client_n = projects::brief(&tx.sql, n)?.client_n;
                posting::close(tx, client_n, n, "by the script of the market")
            })
            .await?;
            Ok(json!({"project_id": project_id}))
        }
        Step::Campaign { topic } => {
            let topic = Topic::parse(&topic).ok_or_else(|| Problem::field("/topic", "unknown"))?;
            let done = app.write(move |tx| mails::campaign(tx, topic)).await?;
            Ok(json!({"sent": done.sent, "withheld": done.withheld}))
        }
    }
}

async fn act(app: &App, bid_id: &str, act: Act) -> Result<Value, Problem> {
    let n = row(Prefix::Bid, bid_id, "/bid_id")?;
    app.write(move |tx| {
        let client_n = bids::load(&tx.sql, &[n])?.pop().ok_or(Problem::NotFound)?.client_n;
        acts::act(tx, client_n, n, act)
    })
    .await?;
    Ok(json!({"bid_id": bid_id}))
}

/// Who of a thread speaks: the one named, or the one without an account, or the client.
fn speaker(sql: &Connection, thread_n: i64, named: Option<&str>) -> Result<i64, Problem> {
    if let Some(name) = named {
        let n = user(sql, name, "/user")?;
        threads::joined(sql, n, thread_n)?;
        return Ok(n);
    }
    Ok(sql.query_row(
        "SELECT p.user_n FROM participants p JOIN users u ON u.n = p.user_n WHERE p.thread_n = ?1
         ORDER BY u.login IS NOT NULL, p.role LIMIT 1",
        [thread_n],
        |row| row.get(0),
    )?)
}

fn thread(sql: &Connection, id: &str) -> Result<i64, Problem> {
    let n = row(Prefix::Thread, id, "/thread_id")?;
    if threads::people(sql, n)?.is_empty() { Err(Problem::NotFound) } else { Ok(n) }
}

async fn say(app: &App, thread_id: &str, text: String, named: Option<String>) -> Result<Value, Problem> {
    Problem::refuse(rules::text_error("/text", &text, &rules::MESSAGE_TEXT))?;
    let id = thread_id.to_owned();
    app.write(move |tx| {
        let thread_n = thread(&tx.sql, &id)?;
        let author_n = speaker(&tx.sql, thread_n, named.as_deref())?;
        let new = New { thread_n, author_n, text: &text, client_message_id: None, sent_at: tx.now };
        let (Appended::New(n) | Appended::Known(n)) = messages::append(tx, &new, &[])?;
        Ok(json!({"message_id": Prefix::Message.id(n).to_string()}))
    })
    .await
}

async fn typing(app: &App, thread_id: &str, named: Option<String>) -> Result<Value, Problem> {
    let id = thread_id.to_owned();
    let (thread_n, user_n, audience) = app
        .read(move |sql| {
            let thread_n = thread(sql, &id)?;
            let user_n = speaker(sql, thread_n, named.as_deref())?;
            let others: Vec<i64> = threads::people(sql, thread_n)?.into_iter().filter(|&n| n != user_n).collect();
            Ok((thread_n, user_n, others))
        })
        .await?;
    app.hub.send(Notice::Typing { thread_n, user_n, audience: Arc::from(audience) });
    Ok(json!({"thread_id": thread_id, "user_id": Prefix::User.id(user_n).to_string()}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    login: String,
}

/// `POST /admin/tokens:revoke`: every sign-in of a user ends, with its event streams.
pub async fn revoke_tokens(State(admin): State<Admin>, headers: HeaderMap, body: Body) -> Answer {
    let bytes = extract::body(&headers, body).await?;
    let whose: Whose = extract::json(&bytes)?;
    let revoked = admin
        .app
        .write(move |tx| {
            let user_n = user(&tx.sql, &whose.login, "/login")?;
            tokens::revoke_all(tx, user_n)
        })
        .await?;
    Ok(answer::json(json!({"revoked": revoked}).to_string()))
}
