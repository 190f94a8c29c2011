//! What time brings about by itself: projects and contests end, awards expire, reviews appear, decisions and privacy
//! requests are answered, uploads, archives and sign-ins run out.

use std::time::Duration;

use crate::{
    app::App,
    archive,
    problem::Problem,
    store::{
        acts,
        changes::Tx,
        contests, decisions, devices, exports,
        privacy_requests::{self, Pace},
        projects, reviews, tokens,
    },
    uploading,
};

/// How often the platform looks, when it answers in working days and when it answers in seconds.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(1));

/// At most so many rows in one transaction, so that writers in between do not wait long.
const AT_ONCE: i64 = 200;

/// Awards expire, reviews appear, reviews of decisions are answered. Answers how many.
fn settle(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    let awards = acts::expire_due(tx, AT_ONCE)?;
    Ok(awards + reviews::publish_due(tx, AT_ONCE)? + decisions::answer_due(tx, AT_ONCE)?)
}

/// Does all that is due by now.
///
/// # Errors
/// On a database error.
pub async fn once(app: &App) -> Result<(), Problem> {
    while app.write(|tx| projects::close_due(tx, AT_ONCE)).await? > 0 {}
    while app.write(settle).await? > 0 {}
    app.write(contests::judge_due).await?;
    uploading::expire(app).await?;
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
