//! `/docs`: the contract to read, rendered in the browser by Swagger UI from files inside of the binary. It is beside the
//! contract, not in it: a platform may offer it or not.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
    routing::get,
};

use crate::{language::Language, problem::Problem};

/// The contract this binary was built with.
pub const CONTRACT: &str = include_str!("../../../../contract/openapi.yaml");

const PAGE: &str = include_str!("page.html");
const START: &str = include_str!("start.js");
const STYLE: &str = include_str!("docs.css");

/// Nothing comes from elsewhere and nothing is sent elsewhere. Swagger UI puts styles on its elements and shows icons
/// that are inside of its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The pages, for a router of any state.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/docs", get(page)).route("/docs/{file}", get(file))
}

fn answer(kind: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    let all: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in all {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// `GET /docs`
async fn page(headers: HeaderMap) -> Response {
    let language = Language::of(&headers);
    let (title, lead) = match language {
        Language::French => (
            "Le contrat de la plateforme",
            "Ce que l’application et un serveur Prestataires.pro se promettent : opérations, champs, erreurs, exemples.",
        ),
        Language::English => (
            "The platform contract",
            "What the application and a Prestataires.pro server promise each other: operations, fields, errors, examples.",
        ),
    };
    let html = PAGE.replace("{lang}", language.tag()).replace("{title}", title).replace("{lead}", lead);
    let mut response = answer("text/html; charset=utf-8", html);
    response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

/// The contract as JSON, for tools that read no YAML.
fn json() -> Result<&'static str, Problem> {
    static JSON: OnceLock<Result<String, String>> = OnceLock::new();
    let read = || serde_yaml_ng::from_str::<serde_json::Value>(CONTRACT).map(|value| value.to_string());
    match JSON.get_or_init(|| read().map_err(|error| error.to_string())) {
        Ok(text) => Ok(text),
        Err(error) => Err(Problem::Internal(format!("the contract: {error}"))),
    }
}

/// `GET /docs/{file}`
async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    match name.as_str() {
        "openapi.yaml" => Ok(answer("application/yaml", CONTRACT)),
        "openapi.json" => Ok(answer("application/json", json()?)),
        "start.js" => Ok(answer("text/javascript; charset=utf-8", START)),
        "docs.css" => Ok(answer("text/css; charset=utf-8", STYLE)),
        "swagger-ui.css" | "swagger-ui-bundle.js" => bundled(&name),
        _ => Err(Problem::NotFound),
    }
}

/// A file of Swagger UI as it was released.
fn bundled(name: &str) -> Result<Response, Problem> {
    let config = Arc::new(utoipa_swagger_ui::Config::new(["/docs/openapi.json"]));
    match utoipa_swagger_ui::serve(name, config) {
        Ok(Some(file)) => Ok(answer(&file.content_type, file.bytes.into_owned())),
        Ok(None) => Err(Problem::NotFound),
        Err(error) => Err(Problem::Internal(format!("{name}: {error}"))),
    }
}
