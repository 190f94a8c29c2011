//! What the window shows.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::{Value, json};
use tokio::process::Command;

use super::Window;
use crate::{PATIENCE, until};

/// The selector of a test id.
pub(super) fn css(id: &str) -> String {
    format!("[data-testid='{id}']")
}

impl Window {
    /// Runs JavaScript in the page and gives what it returns.
    ///
    /// # Errors
    /// When it throws or the window is gone.
    pub async fn js(&self, script: &str) -> anyhow::Result<Value> {
        self.js_with(script, Vec::new()).await
    }

    /// As [`Window::js`], with arguments.
    ///
    /// # Errors
    /// When it throws or the window is gone.
    pub async fn js_with(&self, script: &str, arguments: Vec<Value>) -> anyhow::Result<Value> {
        let answer = tokio::time::timeout(PATIENCE, self.client().execute(script, arguments)).await;
        answer.context("the window did not answer")?.context("running a script in the window")
    }

    /// Asks `probe` until it gives a value; when it does not, the error tells what the window shows instead.
    ///
    /// # Errors
    /// When there is no value within `limit`.
    pub async fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        probe: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        match until(what, limit, probe).await {
            Ok(value) => Ok(value),
            Err(error) => {
                let shown = self.everything().await.unwrap_or_else(|error| format!("nothing: {error:#}"));
                let shown: String = plain(&shown).chars().take(1_500).collect();
                if let Some(folder) = std::env::var_os("PRESTA_FAILURES") {
                    let file = Path::new(&folder).join(format!("{}.png", uuid::Uuid::now_v7()));
                    let taken = self.screenshot(&file).await;
                    let outcome = taken.map_or_else(|error| format!("{error:#}"), |()| file.display().to_string());
                    return Err(error.context(format!("the window shows: {shown}")).context(outcome));
                }
                Err(error.context(format!("the window shows: {shown}")))
            }
        }
    }

    /// Waits until the element is on screen.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn see(&self, id: &str) -> anyhow::Result<Element> {
        self.see_within(id, PATIENCE).await
    }

    /// As [`Window::see`], with another limit.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn see_within(&self, id: &str, limit: Duration) -> anyhow::Result<Element> {
        self.until(&format!("{id} on screen"), limit, async || {
            let element = self.client().find(Locator::Css(&css(id))).await?;
            Ok(element.is_displayed().await?.then_some(element))
        })
        .await
    }

    /// Waits until the element is not in the page.
    ///
    /// # Errors
    /// When it still is.
    pub async fn gone(&self, id: &str) -> anyhow::Result<()> {
        self.until(&format!("{id} to go away"), PATIENCE, async || Ok((self.count(id).await? == 0).then_some(()))).await
    }

    /// How many elements there are now.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn count(&self, id: &str) -> anyhow::Result<usize> {
        Ok(self.client().find_all(Locator::Css(&css(id))).await?.len())
    }

    /// The text of an element, waited for.
    ///
    /// # Errors
    /// When it is not on screen in time.
    pub async fn text(&self, id: &str) -> anyhow::Result<String> {
        self.see(id).await?;
        let text =
            self.js_with("return document.querySelector(arguments[0])?.innerText ?? ''", vec![json!(css(id))]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// The texts of all such elements, as they are now.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn texts(&self, id: &str) -> anyhow::Result<Vec<String>> {
        let script = "return [...document.querySelectorAll(arguments[0])].map((element) => element.innerText)";
        let texts = self.js_with(script, vec![json!(css(id))]).await?;
        let texts = texts.as_array().context("a list of texts")?;
        Ok(texts.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// An attribute of the first such element now; `None` when there is no such element or attribute.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn attribute(&self, id: &str, name: &str) -> anyhow::Result<Option<String>> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
        let value = self.js_with(script, vec![json!(css(id)), json!(name)]).await?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Waits until the text of an element contains `part`, and gives the text.
    ///
    /// # Errors
    /// When it does not in time; the error tells the text it has.
    pub async fn reads(&self, id: &str, part: &str) -> anyhow::Result<String> {
        self.reads_within(id, part, PATIENCE).await
    }

    /// As [`Window::reads`], with another limit. One of several such elements is enough.
    ///
    /// # Errors
    /// When it does not in time; the error tells the texts there are.
    pub async fn reads_within(&self, id: &str, part: &str, limit: Duration) -> anyhow::Result<String> {
        self.until(&format!("{id} to read {part:?}"), limit, async || {
            let texts = self.texts(id).await?;
            let found = texts.iter().find(|text| plain(text).contains(&plain(part))).cloned();
            ensure!(found.is_some(), "{id} reads {texts:?}");
            Ok(found)
        })
        .await
    }

    /// Everything that can be read in the window now.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn everything(&self) -> anyhow::Result<String> {
        Ok(self.js("return document.body.innerText").await?.as_str().unwrap_or_default().to_owned())
    }

    /// Writes what the window shows into a PNG file, once it has come to rest: fonts there, frames painted, and two
    /// pictures in a row the same. What never rests, like a spinner, is taken as it is in the end.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, file: &Path) -> anyhow::Result<()> {
        let script = "const done = arguments[0]; document.fonts.ready.then(() => \
            requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        let painted = tokio::time::timeout(PATIENCE, self.client().execute_async(script, Vec::new())).await;
        painted.context("the window does not paint")?.context("waiting for a frame")?;
        let mut last = self.picture().await?;
        for _ in 0..8 {
            let next = self.picture().await?;
            if next == last {
                break;
            }
            last = next;
        }
        fs::write(file, last).with_context(|| format!("writing {}", file.display()))
    }

    async fn picture(&self) -> anyhow::Result<Vec<u8>> {
        match tokio::time::timeout(PATIENCE, self.client().screenshot()).await {
            Ok(png) => png.context("taking a screenshot"),
            Err(_) => self.photograph().await,
        }
    }

    /// The whole display instead, for a driver that takes no picture.
    async fn photograph(&self) -> anyhow::Result<Vec<u8>> {
        let mut command = Command::new("import");
        command.args(["-window", "root", "png:-"]).env("DISPLAY", &self.display).stdin(Stdio::null());
        let output = tokio::time::timeout(PATIENCE, command.output()).await;
        let output = output.context("import did not end")?.context("running import")?;
        ensure!(output.status.success(), "import ended with {}", output.status);
        Ok(output.stdout)
    }
}

/// A text with every kind of space as a plain one: French puts narrow ones into numbers and before signs.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['\u{a0}', '\u{202f}'], " ")
}
