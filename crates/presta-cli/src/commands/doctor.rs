//! The state of what is kept here, and its repair.

use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::{Doctor, Repair};
use crate::exit::{self, Stop};
use crate::host::{self, Need};
use crate::output::{Output, pairs, time};
use crate::wait;

pub async fn run(engine: &Engine, output: &Output, doctor: Doctor) -> Result<(), Stop> {
    match doctor.repair {
        None => examine(engine, output).await,
        Some(repair) => self::repair(engine, output, repair).await,
    }
}

/// Reads everything and says how it is. What is damaged demands attention.
async fn examine(engine: &Engine, output: &Output) -> Result<(), Stop> {
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in(output).await?;
    let report = host.call("doctor_run", json!({})).await?;
    output.response(&report, |output| text(output, &report))?;
    let advice = match (report["database_problem"].is_null(), report["index_problem"].is_null()) {
        (false, _) => "doctor_then_resync",
        (true, false) => "doctor_then_reindex",
        (true, true) => return Ok(()),
    };
    output.note(&output.words.get(advice));
    Err(Stop::Said(exit::ATTENTION))
}

/// Repairs to the end: no background work goes on after this command.
async fn repair(engine: &Engine, output: &Output, repair: Repair) -> Result<(), Stop> {
    let (action, need) = match repair {
        Repair::Reindex => ("reindex", Need::Online),
        // Best while nothing else is written.
        Repair::Vacuum => ("vacuum", Need::Local),
        Repair::Resync => ("resync", Need::Online),
    };
    let mut host = host::start(engine, need).await?;
    host.signed_in(output).await?;
    if repair == Repair::Resync {
        // A damaged database is set aside, and opened again as far as it can be read.
        let report = host.call("doctor_run", json!({})).await?;
        if !report["database_problem"].is_null() {
            wait::until_replaced(&mut host, output).await?;
        }
    }
    let done = host.call("doctor_repair", json!({ "action": action })).await?;
    match repair {
        Repair::Reindex => wait::until_indexed(&mut host, output).await?,
        Repair::Vacuum => {}
        Repair::Resync => wait::until_up_to_date(&mut host, output).await?,
    }
    output.response(&done, |output| format!("{}\n", output.words.get("storage_repaired")))
}

fn text(output: &Output, report: &Value) -> String {
    let words = &output.words;
    let state = |name: &str| report[name].as_str().map_or_else(|| words.get("doctor_sound"), str::to_owned);
    let yes = |value: bool| words.get(if value { "doctor_yes" } else { "doctor_no" });
    let mut rows = vec![(words.get("doctor_database"), state("database_problem"))];
    if report["database_problem"].is_null() {
        let cipher = report["cipher"].as_str().unwrap_or_default();
        rows.extend([
            (words.get("doctor_index"), state("index_problem")),
            (words.get("doctor_pending"), report["index_pending"].to_string()),
            (words.get("doctor_as_of"), time(&report["as_of"])),
            (words.get("doctor_full"), yes(report["syncing_in_full"] == true)),
            (words.get("doctor_closed"), yes(report["closed_cleanly"] == true)),
            (words.get("doctor_schema"), format!("{} (SQLCipher {cipher})", report["schema"])),
        ]);
        for (key, name) in
            [("doctor_cache", "cache"), ("doctor_search", "search"), ("doctor_free", "free"), ("doctor_logs", "logs")]
        {
            rows.push((words.get(key), kilobytes(&report["sizes"][name])));
        }
        for (key, list) in [("doctor_rows", "tables"), ("doctor_queue", "queue")] {
            let counts = report[list].as_array().into_iter().flatten();
            rows.extend(counts.filter(|it| it["rows"] != 0).map(|it| {
                let name = it["name"].as_str().unwrap_or_default();
                (words.with(key, &[("name", name)]), it["rows"].to_string())
            }));
        }
    }
    pairs(&rows)
}

fn kilobytes(bytes: &Value) -> String {
    format!("{} kB", bytes.as_u64().unwrap_or(0).div_ceil(1000))
}
