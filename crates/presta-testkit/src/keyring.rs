//! The private keyring of a test run, which `scripts/with-keyring` starts.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use tokio::process::Command;

/// Set by `scripts/with-keyring`: the folder that is the home of everything in the session.
const VARIABLE: &str = "PRESTA_KEYRING_SESSION";

/// The home folder of the private session.
///
/// # Errors
/// Outside of such a session: a test never touches the keyring of whoever runs it.
pub fn session() -> anyhow::Result<PathBuf> {
    match std::env::var_os(VARIABLE) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => bail!("this needs a private keyring: run it as `scripts/with-keyring COMMAND…`, or through ./test"),
    }
}

/// Every secret that the service `service` keeps in the session's keyring.
///
/// # Errors
/// When the keyring cannot be searched.
pub async fn secrets(service: &str) -> anyhow::Result<Vec<String>> {
    session()?;
    let mut search = Command::new("secret-tool");
    search.args(["search", "--all", "--unlock", "service", service]).stdin(Stdio::null());
    let output = search.output().await.context("running secret-tool")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "secret-tool search: {}", String::from_utf8_lossy(&output.stderr));
    Ok(said.lines().filter_map(|line| line.strip_prefix("secret = ")).map(str::to_owned).collect())
}
