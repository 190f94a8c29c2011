//! The state of what is kept here, and its repair.

use clap::ValueEnum as _;
use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::Doctor;
use crate::exit::Stop;
use crate::host::{self, Need};
use crate::output::{Output, clean_line};

pub async fn run(engine: &Engine, output: &Output, doctor: Doctor) -> Result<(), Stop> {
    let report = match doctor.repair {
        None => {
            let host = host::start(engine, Need::Reading).await?;
            host.signed_in()?;
            host.call("doctor_run", json!({})).await?
        }
        Some(repair) => {
            let host = host::start(engine, Need::Local).await?;
            host.signed_in()?;
            let action = repair.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
            host.call("doctor_repair", json!({ "action": action })).await?
        }
    };
    output.response(&report, |_| {
        let mut text = String::new();
        lines(&report, "", &mut text);
        text
    })
}

/// Every value with its place.
fn lines(value: &Value, place: &str, out: &mut String) {
    let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| lines(value, &below(name), out)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| lines(value, &below(&index.to_string()), out));
        }
        Value::String(text) => out.push_str(&format!("{place}: {}\n", clean_line(text))),
        other => out.push_str(&format!("{place}: {other}\n")),
    }
}
