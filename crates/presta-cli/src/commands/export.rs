//! All that this computer holds, in one file.

use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::Export;
use crate::exit::Stop;
use crate::host::{self, Need};
use crate::output::Output;
use crate::progress::Progress;

pub async fn run(engine: &Engine, output: &Output, export: Export) -> Result<(), Stop> {
    let path = host::full_path(&export.file)?;
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in(output).await?;
    let request = json!({ "path": path.to_string_lossy(), "overwrite": export.force });
    let made = Progress::of(engine, output, "progress_export", "export_local", request).await?;
    output.response(&made, |output| {
        let rows = made["files"].as_array().into_iter().flatten().map(cells).collect();
        output.table(&["col_file", "col_rows", "col_bytes", "col_sha256"], rows)
    })
}

fn cells(file: &Value) -> Vec<String> {
    let text = |name: &str| file[name].as_str().unwrap_or_default().to_owned();
    vec![text("name"), file["rows"].to_string(), file["bytes"].to_string(), text("sha256")]
}
