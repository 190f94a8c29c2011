//! What the platform owes as time passes: answers to privacy requests, the end of archives and of sign-ins.

use std::time::Duration;

use crate::{
    app::App,
    archive,
    problem::Problem,
    store::{
        devices, exports,
        privacy_requests::{self, Pace},
        tokens,
    },
};

/// How often the platform looks, when it answers in working days and when it answers in seconds.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(1));

/// Does all that is due by now.
///
/// # Errors
/// On a database error.
pub async fn once(app: &App) -> Result<(), Problem> {
    let pace = app.pace;
    app.write(move |tx| {
        privacy_requests::tick(tx, pace)?;
        tokens::end_unused(tx)?;
        devices::settle(tx)?;
        exports::expire(tx)
    })
    .await?;
    archive::sweep(app).await
}

/// Does what is due, until the server ends.
pub async fn run(app: App) {
    let mut ending = app.ending.clone();
    let wait = if app.pace == Pace::Live { LOOK_EVERY.1 } else { LOOK_EVERY.0 };
    loop {
        if let Err(error) = once(&app).await {
            tracing::error!(%error, "doing what is due");
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}
