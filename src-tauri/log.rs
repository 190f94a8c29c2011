//! The log: a file a day in the profile, the last five kept. It holds no token, message or address.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Starts logging; without a writable folder it goes to the standard error. Keep the guard until the end.
pub fn start(profile: &Path) -> Option<WorkerGuard> {
    let filter = || EnvFilter::try_from_env("PRESTA_LOG").unwrap_or_else(|_| EnvFilter::new("warn,presta=info"));
    let folder = profile.join("logs");
    // Without the folder the appender complains on the standard error; building it reports what went wrong.
    let _ = std::fs::create_dir_all(&folder);
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("prestataires")
        .filename_suffix("log")
        .max_log_files(5)
        .build(folder);
    match file {
        Ok(file) => {
            let (writer, guard) = tracing_appender::non_blocking(file);
            tracing_subscriber::fmt().with_ansi(false).with_writer(writer).with_env_filter(filter()).init();
            Some(guard)
        }
        Err(error) => {
            tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter()).init();
            tracing::warn!(%error, "no log file can be written");
            None
        }
    }
}
