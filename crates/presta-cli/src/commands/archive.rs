//! Archives of the person's data: what is in them, whether they are whole, what changed. Nobody needs to be signed in.

use std::path::PathBuf;

use presta_commands::Failure;
use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::Archive;
use crate::exit::{self, Stop};
use crate::host;
use crate::output::Output;
use crate::progress::Progress;

pub async fn run(engine: &Engine, output: &Output, archive: Archive) -> Result<(), Stop> {
    let Archive { files, kind, search, limit, offset, verify, extract, to, diff } = archive;
    let paths = full(&files)?;
    if let Some(query) = search {
        let request = json!({ "paths": paths, "query": query, "kind": kind, "limit": limit });
        let found = call(engine, output, "archive_search", request).await?;
        output.response(&found, |output| {
            output.table(&["col_kind", "col_id", "col_excerpt"], cells(&found["hits"], &["kind", "id", "excerpt"]))
        })?;
        if found["more"] == true {
            output.note(&output.words.get("archive_more_hits"));
        }
        return faults(output, &found);
    }
    if let Some(kind) = kind {
        let offset = offset.unwrap_or(0);
        let request = json!({ "paths": paths, "kind": kind, "offset": offset, "limit": limit });
        let page = call(engine, output, "archive_rows", request).await?;
        let rows = page["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        output.response(&page, |_| rows.iter().map(|row| format!("{row}\n")).collect())?;
        if page["more"] == true {
            let next = offset.saturating_add(u64::try_from(rows.len()).unwrap_or(0)).to_string();
            output.note(&output.words.with("archive_more", &[("offset", &next)]));
        }
        return match serde_json::from_value::<Failure>(page["fault"].clone()) {
            Ok(fault) => said(output, &[fault]),
            Err(_) => Ok(()),
        };
    }
    if let (Some(entry), Some(folder)) = (extract, to) {
        let folder = host::full_path(&folder)?.to_string_lossy().into_owned();
        let request = json!({ "paths": paths, "entry": entry, "folder": folder });
        let made = call(engine, output, "archive_extract", request).await?;
        return output.response(&made, |_| format!("{}\n", made["path"].as_str().unwrap_or_default()));
    }
    if !diff.is_empty() {
        let request = json!({ "paths": paths, "older": full(&diff)? });
        let difference = call(engine, output, "archive_compare", request).await?;
        output.response(&difference, |output| {
            let names = ["kind", "added", "changed", "removed", "same"];
            let head = ["col_kind", "col_added", "col_changed", "col_removed", "col_same"];
            output.table(&head, cells(&difference["kinds"], &names))
        })?;
        return faults(output, &difference);
    }
    let name = if verify { "archive_verify" } else { "archive_open" };
    let answer = call(engine, output, name, json!({ "paths": paths })).await?;
    output.response(&answer, |output| {
        if verify {
            output.table(&["col_kind", "col_rows"], cells(&answer["rows"], &["kind", "rows"]))
        } else {
            output.table(&["col_kind", "col_rows", "col_bytes"], cells(&answer["kinds"], &["name", "rows", "bytes"]))
        }
    })?;
    if verify {
        output.note(&output.words.with("archive_verified", &[("count", &answer["sound"].to_string())]));
    }
    faults(output, &answer)
}

fn full(files: &[PathBuf]) -> Result<Vec<String>, Stop> {
    files.iter().map(|file| Ok(host::full_path(file)?.to_string_lossy().into_owned())).collect()
}

async fn call(engine: &Engine, output: &Output, name: &str, request: Value) -> Result<Value, Stop> {
    Progress::of(engine, output, "progress_archive", name, request).await
}

fn cells(items: &Value, names: &[&str]) -> Vec<Vec<String>> {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |item: &Value| names.iter().map(|name| text(&item[name])).collect();
    items.as_array().into_iter().flatten().map(row).collect()
}

/// What is wrong with an archive goes after what could be read of it.
fn faults(output: &Output, answer: &Value) -> Result<(), Stop> {
    let faults: Vec<Failure> = serde_json::from_value(answer["faults"].clone()).unwrap_or_default();
    let said = said(output, &faults);
    if answer["more_faults"].as_u64().is_some_and(|more| more > 0) {
        let more = answer["more_faults"].to_string();
        output.note(&output.words.with("archive_more_faults", &[("count", &more)]));
    }
    said
}

fn said(output: &Output, faults: &[Failure]) -> Result<(), Stop> {
    faults.iter().for_each(|fault| output.failure(fault));
    if faults.is_empty() { Ok(()) } else { Err(Stop::Said(exit::ATTENTION)) }
}
