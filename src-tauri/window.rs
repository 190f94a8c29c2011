//! The one window.

use presta_engine::Theme;
use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, WebviewUrl, WebviewWindowBuilder};

/// The paper of the light and the dark theme, so that nothing flashes before the first paint.
const LIGHT: Color = Color(250, 251, 251, 255);
const DARK: Color = Color(19, 23, 25, 255);

/// Opens the window. It shows the application and nothing else: no page outside, no second window.
pub fn open(app: &AppHandle, theme: Theme) -> tauri::Result<()> {
    let (paper, wanted) = match theme {
        Theme::Dark => (DARK, Some(tauri::Theme::Dark)),
        Theme::Light => (LIGHT, Some(tauri::Theme::Light)),
        _ => (LIGHT, None),
    };
    WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("Prestataires")
        .inner_size(1280.0, 800.0)
        .min_inner_size(640.0, 480.0)
        .theme(wanted)
        .background_color(paper)
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri")
                || url.host_str().is_some_and(|host| host == "tauri.localhost" || host == "localhost")
        })
        // The page takes dropped files itself; the shell would keep them from it.
        .disable_drag_drop_handler()
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    Ok(())
}
