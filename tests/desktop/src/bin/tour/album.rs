//! The pictures and what is known of each.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, ensure};
use desktop::Stage;
use presta_testkit::{Options, Page, Seed, Window};
use serde::Serialize;

/// One step of the tour.
#[derive(Debug, Serialize)]
struct Step {
    step: String,
    ok: bool,
    ms: u128,
    screenshot: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What is on stage: the window, and the browser while a page of it is open.
#[derive(Debug)]
pub struct Scene {
    /// The parts.
    pub stage: Stage,
    window: Option<Window>,
    /// Shown instead of the window while it is there.
    pub page: Option<Page>,
}

impl Scene {
    /// Sets the stage of a living demo market.
    pub async fn set() -> anyhow::Result<Self> {
        let stage = Stage::set(Options { seed: Seed::Demo, live: true, ..Options::default() }).await?;
        Ok(Self { stage, window: None, page: None })
    }

    /// The open window.
    pub fn window(&self) -> anyhow::Result<&Window> {
        self.window.as_ref().context("no window is open")
    }

    /// Opens the window.
    pub async fn open(&mut self) -> anyhow::Result<()> {
        self.window = Some(self.stage.open().await?);
        Ok(())
    }

    /// Takes the window, to end it.
    pub fn leave(&mut self) -> anyhow::Result<Window> {
        self.window.take().context("no window is open")
    }
}

/// A folder of pictures.
#[derive(Debug)]
pub struct Album {
    folder: PathBuf,
    steps: Vec<Step>,
}

impl Album {
    /// Makes the folder, without what an earlier tour left there.
    pub fn open(folder: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let folder = folder.canonicalize().context("finding the folder")?;
        for entry in fs::read_dir(&folder).context("listing the folder")? {
            let path = entry.context("listing the folder")?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let picture = name.ends_with(".png") && name.as_bytes().iter().take(2).all(u8::is_ascii_digit);
            if picture || name == "tour.json" {
                fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            }
        }
        Ok(Self { folder, steps: Vec::new() })
    }

    /// Plays a step and takes its picture, also when it failed.
    pub async fn step(
        &mut self,
        scene: &mut Scene,
        name: &str,
        act: impl AsyncFnOnce(&mut Scene) -> anyhow::Result<()>,
    ) {
        let started = Instant::now();
        let played = act(scene).await;
        let ms = started.elapsed().as_millis();
        let file = format!("{:02}-{name}.png", self.steps.len() + 1);
        let path = self.folder.join(&file);
        let pictured = match (&scene.page, &scene.window) {
            (Some(page), _) => page.screenshot(&path).await,
            (None, Some(window)) => window.screenshot(&path).await,
            (None, None) => Err(anyhow::anyhow!("there is nothing to picture")),
        };
        let screenshot = path.is_file().then_some(file);
        let error = played.and(pictured).err().map(|error| format!("{error:#}"));
        match &error {
            None => eprintln!("  ✓ {name} ({ms} ms)"),
            Some(error) => eprintln!("  ✗ {name} ({ms} ms): {error}"),
        }
        self.steps.push(Step { step: name.to_owned(), ok: error.is_none(), ms, screenshot, error });
    }

    /// Writes `tour.json` and tells whether every step held.
    pub fn close(self) -> anyhow::Result<bool> {
        let text = serde_json::to_string_pretty(&self.steps).context("writing tour.json")?;
        fs::write(self.folder.join("tour.json"), text + "\n").context("writing tour.json")?;
        ensure!(!self.steps.is_empty(), "the tour had no step");
        let failed = self.steps.iter().filter(|step| !step.ok).count();
        eprintln!("{} steps, {failed} failed; pictures in {}", self.steps.len(), self.folder.display());
        Ok(failed == 0)
    }
}
