//! Progress on a terminal, by the engine's events.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use presta_engine::{CoreEvent, Engine, SyncStatus};
use serde_json::Value;

use crate::exit::Stop;
use crate::output::Output;

/// A line that moves; nothing at all when the standard error is no terminal.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub fn new(output: &Output, title: &str) -> Self {
        let target = if output.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_message(output.words.get(title));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    /// Shows how a sync stands.
    pub fn sync(&self, status: &SyncStatus) {
        self.rows(status.done, status.total);
    }

    /// Runs a command that tells how far it is, and shows it.
    pub async fn of(engine: &Engine, output: &Output, words: &str, name: &str, request: Value) -> Result<Value, Stop> {
        let mut events = engine.events();
        let progress = Self::new(output, words);
        let work = presta_commands::dispatch(engine, name, request);
        tokio::pin!(work);
        loop {
            tokio::select! {
                answer = &mut work => return Ok(answer?),
                Ok(event) = events.recv() => progress.event(&event),
            }
        }
    }

    fn event(&self, event: &CoreEvent) {
        match event {
            CoreEvent::Export { progress } => self.rows(progress.done, Some(progress.total)),
            CoreEvent::Archive { progress } => self.rows(progress.done, Some(progress.total)),
            _ => {}
        }
    }

    pub fn rows(&self, done: u64, total: Option<u64>) {
        let template = if total.is_some() {
            "{msg} {wide_bar} {human_pos}/{human_len} {eta}"
        } else {
            "{spinner} {msg} {human_pos}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        if let Some(total) = total {
            self.bar.set_length(total);
        }
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
