//! Archives of people's data, made one at a time beside the requests, with memory that does not grow with them.

pub mod forms;
pub mod make;
pub mod parts;
pub mod sources;
mod words;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::runtime::Handle;

use crate::{
    app::App,
    hub::Notice,
    problem::Problem,
    store::{
        changes::Kind,
        exports::{self, Job},
    },
};
use make::Stop;

/// Without news, the queue is looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The folder of all archives; `files` is the folder of the files.
#[must_use]
pub fn folder(files: &Path) -> PathBuf {
    files.join("exports")
}

/// Makes what is asked for, until the server ends.
pub async fn run(app: App) {
    let mut listener = app.hub.listen();
    let mut ending = app.ending.clone();
    if let Err(error) = app.write(exports::resume).await {
        tracing::error!(%error, "resuming exports");
    }
    loop {
        match app.write(exports::take).await {
            Ok(Some(job)) => {
                make_one(&app, job).await;
                if *ending.borrow() {
                    return;
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "taking an export"),
        }
        loop {
            let heard = tokio::select! {
                notice = listener.recv() => notice.ok(),
                () = tokio::time::sleep(LOOK_EVERY) => None,
                _ = ending.wait_for(|ending| *ending) => return,
            };
            match heard {
                Some(Notice::Changes(list)) if list.iter().any(|change| change.kind == Kind::Export) => break,
                Some(_) => {}
                None => break,
            }
        }
    }
}

async fn make_one(app: &App, job: Job) {
    let path = folder(&app.files).join(job.folder());
    let (work, making, runtime) = (app.clone(), job.clone(), Handle::current());
    let made = tokio::task::spawn_blocking(move || make::make(&work, &runtime, &making, &path)).await;
    let noted = match made {
        Ok(Ok(made)) => {
            let done = job.clone();
            app.write(move |tx| exports::finish(tx, &done, &made.parts, &made.entries)).await.map(|_| ())
        }
        Ok(Err(Stop::Cancelled | Stop::Ending)) => Ok(()),
        Ok(Err(error)) => {
            tracing::error!(%error, "making an export");
            app.write(move |tx| exports::fail(tx, &job)).await
        }
        Err(error) => {
            tracing::error!(%error, "making an export");
            app.write(move |tx| exports::fail(tx, &job)).await
        }
    };
    if let Err(error) = noted {
        tracing::error!(%error, "noting an export");
    }
    if let Err(error) = sweep(app).await {
        tracing::error!(%error, "removing archives");
    }
}

/// Removes the folders of archives that are not needed any more.
///
/// # Errors
/// On a database error, or when the disk refuses.
pub async fn sweep(app: &App) -> Result<(), Problem> {
    let root = folder(&app.files);
    // What is there is read before what is needed: a folder made in between is kept.
    let listed = tokio::task::spawn_blocking(move || names(&root)).await;
    let found = listed.map_err(|error| Problem::Internal(format!("listing archives: {error}")))?;
    if found.is_empty() {
        return Ok(());
    }
    let needed: HashSet<String> = app.read(exports::folders).await?.into_iter().collect();
    for name in found.into_iter().filter(|name| !needed.contains(name)) {
        let path = folder(&app.files).join(&name);
        if let Err(error) = tokio::fs::remove_dir_all(&path).await {
            tracing::warn!(%error, name, "removing an archive");
        }
    }
    Ok(())
}

fn names(root: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}
