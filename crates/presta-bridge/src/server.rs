//! The routes.

use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path as UrlPath, Query, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use presta_commands::{Failure, dispatch};
use presta_engine::Engine;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// As strict as the window's.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; \
                   img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct Bridge {
    engine: Engine,
    token: Arc<str>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// The commands under `/call/{name}`, the events under `/events`, and the user interface for everything else.
pub fn router(engine: Engine, token: String, ui: &Path) -> Router {
    Router::new()
        .route("/call/{name}", post(call))
        .route("/events", get(events))
        .fallback_service(ServeDir::new(ui))
        .layer(SetResponseHeaderLayer::overriding(
            HeaderName::from_static("content-security-policy"),
            HeaderValue::from_static(CSP),
        ))
        .with_state(Bridge { engine, token: token.into() })
}

async fn call(
    State(bridge): State<Bridge>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if given.strip_prefix("Bearer ") != Some(&*bridge.token) {
        return (StatusCode::UNAUTHORIZED, Json(Failure::new("bad-token"))).into_response();
    }
    match dispatch(&bridge.engine, &name, request).await {
        Ok(response) => Json(response).into_response(),
        Err(failure) => (StatusCode::UNPROCESSABLE_ENTITY, Json(failure)).into_response(),
    }
}

async fn events(State(bridge): State<Bridge>, Query(query): Query<Token>, upgrade: WebSocketUpgrade) -> Response {
    if query.token != *bridge.token {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    upgrade.on_upgrade(move |socket| forward(socket, bridge.engine))
}

/// Sends every event; one that was missed because the browser is slow makes it read everything again.
async fn forward(mut socket: WebSocket, engine: Engine) {
    let mut events = engine.events();
    loop {
        let text = match events.recv().await {
            Ok(event) => serde_json::to_string(&event).unwrap_or_default(),
            Err(RecvError::Lagged(_)) => r#"{"type":"changed","tags":["*"]}"#.to_owned(),
            Err(RecvError::Closed) => return,
        };
        if socket.send(Message::Text(text.into())).await.is_err() {
            return;
        }
    }
}
