//! Waiting for something to be so, with a deadline and never blindly.

use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};

/// How long a test waits for what should be there in no time, on a loaded machine of two cores.
pub const PATIENCE: Duration = Duration::from_secs(20);

const BETWEEN: Duration = Duration::from_millis(60);

/// Asks `probe` until it gives a value. Its errors are those of a moment: only the last one is told, at the deadline.
///
/// # Errors
/// When there is no value within `limit`; `what` says what was waited for.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut probe: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + limit;
    let (mut last, mut looked) = (None, false);
    loop {
        match tokio::time::timeout_at(deadline, probe()).await {
            Ok(Ok(Some(value))) => return Ok(value),
            Ok(Ok(None)) => looked = true,
            Ok(Err(error)) => last = Some(error),
            Err(_) if last.is_none() && !looked => bail!("waited {limit:?} for {what}; a look at it never ended"),
            Err(_) => {}
        }
        if Instant::now() >= deadline {
            match last {
                Some(error) => return Err(error.context(format!("waited {limit:?} for {what}"))),
                None => bail!("waited {limit:?} for {what}"),
            }
        }
        sleep(BETWEEN).await;
    }
}
