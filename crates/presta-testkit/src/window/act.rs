//! What a person does in the window.

use std::time::Duration;

use anyhow::{Context, bail};
use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::key::Key;
use serde_json::json;

use super::Window;
use super::look::css;
use crate::{PATIENCE, until};

impl Window {
    /// Clicks an element as soon as that is possible.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn click(&self, id: &str) -> anyhow::Result<()> {
        self.click_css(&css(id)).await
    }

    /// As [`Window::click`], with any selector.
    ///
    /// # Errors
    /// When it is not possible in time.
    pub async fn click_css(&self, selector: &str) -> anyhow::Result<()> {
        self.until(&format!("a click on {selector}"), PATIENCE, async || {
            let element = self.client().find(Locator::Css(selector)).await?;
            if !element.is_displayed().await? || !element.is_enabled().await? {
                return Ok(None);
            }
            click(&element).await.map(Some)
        })
        .await
    }

    /// Clicks the first such element whose text contains `part`.
    ///
    /// # Errors
    /// When it is not possible in time.
    pub async fn click_text(&self, id: &str, part: &str) -> anyhow::Result<()> {
        self.until(&format!("a click on {id} with {part:?}"), PATIENCE, async || {
            let texts = self.texts(id).await?;
            let Some(place) = texts.iter().position(|text| text.contains(part)) else { bail!("{id} reads {texts:?}") };
            let elements = self.client().find_all(Locator::Css(&css(id))).await?;
            let Some(element) = elements.get(place) else { return Ok(None) };
            click(element).await.map(Some)
        })
        .await
    }

    /// Clicks what may move away while other things arrive, until `seen` says that the click was felt.
    ///
    /// # Errors
    /// When it is not felt in time.
    pub async fn click_until(
        &self,
        selector: &str,
        mut seen: impl AsyncFnMut() -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        self.until(&format!("a click on {selector} to be felt"), PATIENCE, async || {
            if seen().await? {
                return Ok(Some(()));
            }
            click(&self.client().find(Locator::Css(selector)).await?).await?;
            let felt = until("an effect", Duration::from_secs(2), async || Ok(seen().await?.then_some(()))).await;
            Ok(felt.ok())
        })
        .await
    }

    /// Types into a field, after what is there.
    ///
    /// # Errors
    /// When the field is not there in time.
    pub async fn type_into(&self, id: &str, text: &str) -> anyhow::Result<()> {
        self.see(id).await?.send_keys(text).await.with_context(|| format!("typing into {id}"))
    }

    /// Types into a field, in place of what is there, and waits until it holds the text.
    ///
    /// # Errors
    /// When the field is not there in time or does not take the text.
    pub async fn fill(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let field = self.see(id).await?;
        let held = field.prop("value").await.with_context(|| format!("reading {id}"))?.unwrap_or_default();
        if !held.is_empty() {
            let select = [char::from(Key::Control), 'a'].iter().collect::<String>();
            field.send_keys(&select).await.with_context(|| format!("selecting what is in {id}"))?;
            let delete = char::from(Key::Delete).to_string();
            field.send_keys(&delete).await.with_context(|| format!("emptying {id}"))?;
        }
        if !text.is_empty() {
            field.send_keys(text).await.with_context(|| format!("typing into {id}"))?;
        }
        self.until(&format!("{id} to hold what was typed"), PATIENCE, async || {
            let value = self
                .js_with("return document.querySelector(arguments[0])?.value ?? null", vec![json!(css(id))])
                .await?;
            if value == text { Ok(Some(())) } else { bail!("{id} holds {value}") }
        })
        .await
    }

    /// Puts a long text into a field at once, as pasting does.
    ///
    /// # Errors
    /// When the field is not there in time.
    pub async fn paste(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let field = self.see(id).await?;
        field.click().await.with_context(|| format!("going to {id}"))?;
        let script = "const field = document.querySelector(arguments[0]); field.focus(); field.select(); \
                      return document.execCommand('insertText', false, arguments[1])";
        let done = self.js_with(script, vec![json!(css(id)), json!(text)]).await?;
        if done == true { Ok(()) } else { bail!("{id} took no pasted text") }
    }

    /// Presses a key where the focus is.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn press(&self, key: Key) -> anyhow::Result<()> {
        self.keys(&char::from(key).to_string()).await
    }

    /// Types where the focus is.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn keys(&self, keys: &str) -> anyhow::Result<()> {
        let focused = self.client().active_element().await.context("finding the focus")?;
        focused.send_keys(keys).await.context("pressing a key")
    }

    /// Chooses an entry of a drop-down list by its value.
    ///
    /// # Errors
    /// When the list or the entry is not there.
    pub async fn choose(&self, id: &str, value: &str) -> anyhow::Result<()> {
        let list = self.see(id).await?;
        list.select_by_value(value).await.with_context(|| format!("choosing {value} in {id}"))
    }
}

/// The driver may lose a click on something that is just being replaced, and then never answers.
async fn click(element: &Element) -> anyhow::Result<()> {
    let answer = tokio::time::timeout(Duration::from_secs(4), element.click()).await;
    answer.context("the click was not answered")?.context("clicking")
}
