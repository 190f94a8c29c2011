//! What this computer holds, as a file of the person's own.

use std::path::PathBuf;

use presta_engine::{Engine, Error, LocalExport};
use serde::Deserialize;
use ts_rs::TS;

use crate::Nothing;

/// Where to write everything this computer holds.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ExportRequest {
    /// The zip's full path.
    pub path: String,
    /// Whether a file that is there may go.
    pub overwrite: bool,
}

pub(crate) async fn local(engine: &Engine, request: ExportRequest) -> Result<LocalExport, Error> {
    engine.signed_in()?.export(PathBuf::from(request.path), request.overwrite).await
}

pub(crate) async fn cancel(engine: &Engine, _: Nothing) -> Result<Nothing, Error> {
    engine.signed_in()?.cancel_export();
    Ok(Nothing {})
}
