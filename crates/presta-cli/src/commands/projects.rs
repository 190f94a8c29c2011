//! Searching, and showing one thing.

use clap::ValueEnum as _;
use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::{Json, Search, Show};
use crate::exit::Stop;
use crate::host::{self, Host, Need};
use crate::output::{Output, clean, clean_line, pairs, plain, time};

/// What is searched with `--everywhere`, and the lists of it in the answer.
const KINDS: [(&str, &str); 4] = [("project", "projects"), ("message", "messages"), ("bid", "bids"), ("note", "notes")];

pub async fn search(engine: &Engine, output: &Output, search: Search) -> Result<(), Stop> {
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in(output).await?;
    if search.everywhere {
        return everywhere(&host, output, &search).await;
    }
    let sort = search.sort.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
    let request = json!({
        "query": search.query.join(" "),
        "filters": {},
        "sort": sort,
        "offset": search.offset,
        "limit": search.limit,
    });
    let page = host.call("projects_list", request).await?;
    output.response(&page, |output| {
        let rows = page["rows"].as_array().into_iter().flatten().map(|row| project_cells(output, row)).collect();
        let head = ["col_id", "col_title", "col_budget", "col_bids", "col_posted", "col_client", "col_mine"];
        output.table(&head, rows)
    })?;
    if output.json.is_none() {
        let shown = page["rows"].as_array().map_or(0, Vec::len).to_string();
        output.say(&output.words.with("search_shown", &[("shown", &shown), ("total", &page["total"].to_string())]));
    }
    Ok(())
}

/// Searches jobs, messages, bids and private notes.
async fn everywhere(host: &Host, output: &Output, search: &Search) -> Result<(), Stop> {
    let request = json!({ "query": search.query.join(" "), "limit": search.limit });
    let found = host.call("search_all", request).await?;
    let hits: Vec<Value> = KINDS.iter().flat_map(|(kind, list)| hits(&found[*list], kind)).collect();
    let answer = if output.json == Some(Json::Lines) { Value::Array(hits.clone()) } else { found };
    output.response(&answer, |output| {
        let rows = hits.iter().map(|hit| hit_cells(output, hit)).collect();
        output.table(&["col_kind", "col_id", "col_title", "col_excerpt"], rows)
    })
}

fn hits(list: &Value, kind: &str) -> Vec<Value> {
    let mut hits = list.as_array().cloned().unwrap_or_default();
    for hit in hits.iter_mut().filter_map(Value::as_object_mut) {
        hit.insert("kind".to_owned(), json!(kind));
    }
    hits
}

/// The id is one that `presta show` takes.
fn hit_cells(output: &Output, hit: &Value) -> Vec<String> {
    let id = ["id", "thread_id", "project_id"].into_iter().find_map(|name| hit[name].as_str()).unwrap_or_default();
    let title = if hit["title"].is_array() { spans(&hit["title"]) } else { text(&hit["project_title"]) };
    let kind = output.words.named("found", hit["kind"].as_str().unwrap_or_default());
    vec![kind, id.to_owned(), title, spans(&hit["excerpt"])]
}

/// A text whose hits are marked.
fn spans(pieces: &Value) -> String {
    pieces.as_array().into_iter().flatten().filter_map(|piece| piece["text"].as_str()).collect()
}

fn project_cells(output: &Output, row: &Value) -> Vec<String> {
    vec![
        text(&row["id"]),
        text(&row["title"]),
        output.budget(&row["budget_min"], &row["budget_max"]),
        row["bid_count"].to_string(),
        time(&row["posted_at"]),
        text(&row["client_name"]),
        row["my_bid"].as_str().map(|stage| output.words.named("stage", stage)).unwrap_or_default(),
    ]
}

/// Shows a project, a conversation or a bid: whichever has the id.
pub async fn show(engine: &Engine, output: &Output, show: Show) -> Result<(), Stop> {
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in(output).await?;
    let asked = [
        ("project_get", json!({ "project_id": show.id })),
        ("thread_get", json!({ "thread_id": show.id, "limit": show.limit })),
        ("bid_get", json!({ "key": show.id })),
    ];
    let mut missing = None;
    for (command, request) in asked {
        match host.call(command, request).await {
            Ok(page) => {
                return output.response(&page, |output| match command {
                    "project_get" => project(output, &page),
                    "thread_get" => thread(output, &page),
                    _ => bid(output, &page),
                });
            }
            Err(Stop::Failed(failure)) if failure.code == "not-found" => missing = Some(failure),
            Err(stop) => return Err(stop),
        }
    }
    missing.map_or(Ok(()), |failure| Err(failure.into()))
}

fn project(output: &Output, page: &Value) -> String {
    let row = &page["row"];
    let words = &output.words;
    let mut facts = vec![
        ("col_id", text(&row["id"])),
        ("col_status", words.named("status", row["status"].as_str().unwrap_or_default())),
        ("col_budget", output.budget(&row["budget_min"], &row["budget_max"])),
        ("col_skills", list(&row["skills"])),
        ("col_client", text(&row["client_name"])),
        ("col_posted", time(&row["posted_at"])),
        ("col_closes", time(&row["bids_close_at"])),
        ("col_bids", row["bid_count"].to_string()),
    ];
    if let Some(stage) = row["my_bid"].as_str() {
        facts.push(("col_mine", words.named("stage", stage)));
    }
    if let Some(reason) = page["cannot_bid_reason"].as_str() {
        facts.push(("col_cannot_bid", words.named("cannot", reason)));
    }
    let brief = plain(page["description_html"].as_str().unwrap_or_default());
    format!("{}\n\n{}\n{brief}\n", text(&row["title"]), fact_lines(output, &facts))
}

fn thread(output: &Output, page: &Value) -> String {
    let thread = &page["thread"];
    let mut out = format!("{} – {}\n", text(&thread["with"]), text(&thread["project_title"]));
    for message in page["messages"].as_array().into_iter().flatten() {
        let author = if message["mine"] == true { output.words.get("you") } else { text(&message["author"]) };
        let state = message["state"].as_str().map(|state| output.words.named("message", state)).unwrap_or_default();
        let head = format!("{}  {author}  {state}", time(&message["at"]));
        out.push_str(&format!("\n{}\n", head.trim_end()));
        let body = clean(message["text"].as_str().unwrap_or_default());
        if !body.is_empty() {
            out.push_str(&format!("{body}\n"));
        }
        for file in message["files"].as_array().into_iter().flatten() {
            out.push_str(&format!("+ {}  {}\n", text(&file["name"]), output.size(&file["size"])));
        }
    }
    out
}

fn bid(output: &Output, row: &Value) -> String {
    let facts = [
        ("col_id", text(&row["key"])),
        ("col_project", text(&row["project_id"])),
        ("col_stage", output.words.named("stage", row["stage"].as_str().unwrap_or_default())),
        ("col_amount", output.price(row)),
        ("col_net", output.money(&row["net"])),
        ("col_days", row["period_days"].to_string()),
        ("col_updated", time(&row["updated_at"])),
    ];
    let body = clean(row["text"].as_str().unwrap_or_default());
    format!("{}\n\n{}\n{body}\n", text(&row["project_title"]), fact_lines(output, &facts))
}

/// Names and values in two columns.
fn fact_lines(output: &Output, facts: &[(&str, String)]) -> String {
    let named: Vec<_> = facts.iter().map(|(key, value)| (output.words.get(key), value.clone())).collect();
    pairs(&named)
}

fn text(value: &Value) -> String {
    clean_line(value.as_str().unwrap_or_default())
}

fn list(value: &Value) -> String {
    let items: Vec<String> = value.as_array().into_iter().flatten().map(text).collect();
    items.join(", ")
}
