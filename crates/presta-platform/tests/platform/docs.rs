//! The contract to read, served by the platform.

use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde_json::Value;

use crate::{api::Api, browser, server::Demo};

struct File {
    kind: String,
    policy: String,
    text: String,
}

async fn fetch(demo: &Demo, path: &str, language: &str) -> File {
    let url = format!("{}{path}", demo.url());
    let response = browser::http().get(url).header(ACCEPT_LANGUAGE, language).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{path}");
    let header = |name| response.headers()[name].to_str().unwrap().to_owned();
    let (kind, policy) = (header(CONTENT_TYPE), header(CONTENT_SECURITY_POLICY));
    File { kind, policy, text: response.text().await.unwrap() }
}

/// What follows each `start` up to the next of `ends`.
fn after<'t>(text: &'t str, start: &str, ends: &[char]) -> Vec<&'t str> {
    text.split(start).skip(1).map(|rest| rest.split(ends).next().unwrap().trim_matches(['"', '\''])).collect()
}

/// Whatever a browser would load with the page.
fn loaded(page: &str) -> Vec<&str> {
    let mut all = after(page, "src=\"", &['"']);
    all.extend(page.split("<link").skip(1).flat_map(|tag| after(tag, "href=\"", &['"']).into_iter().take(1)));
    all
}

#[tokio::test]
async fn everything_the_page_needs_comes_from_the_platform_itself() {
    let demo = Demo::start();
    let page = fetch(&demo, "/docs", "fr").await;
    assert!(page.kind.starts_with("text/html"));
    let files = loaded(&page.text);
    assert_eq!(files.len(), 5, "{files:?}");
    for path in files {
        if path == "data:," {
            continue;
        }
        assert!(path.starts_with("/docs/"), "{path} is from elsewhere");
        let file = fetch(&demo, path, "fr").await;
        let kind = if path.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert!(file.kind.starts_with(kind), "{path} is {}", file.kind);
        assert!(file.text.len() > 100, "{path} is empty");
        if path.ends_with(".css") {
            let pictures = after(&file.text, "url(", &[')']);
            assert!(pictures.iter().all(|url| url.starts_with("data:")), "{path}: {pictures:?}");
            assert!(!file.text.contains("@import"), "{path}");
        }
    }
    let start = fetch(&demo, "/docs/start.js", "fr").await.text;
    for address in after(&start, "url: \"", &['"']) {
        assert!(address.starts_with("/docs/"), "{address}");
    }
}

#[tokio::test]
async fn the_page_may_reach_no_other_host() {
    let demo = Demo::start();
    let policy = fetch(&demo, "/docs", "fr").await.policy;
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    for source in policy.split(';').flat_map(|directive| directive.split_whitespace().skip(1)) {
        assert!(matches!(source, "'none'" | "'self'" | "'unsafe-inline'" | "data:"), "{source} in {policy}");
    }
    assert!(policy.contains("script-src 'self';"), "{policy}");
}

#[tokio::test]
async fn the_contract_is_given_as_it_is_written_and_as_json() {
    let demo = Demo::start();
    let yaml = fetch(&demo, "/docs/openapi.yaml", "fr").await;
    assert_eq!(yaml.kind, "application/yaml");
    assert_eq!(yaml.text, include_str!("../../../../contract/openapi.yaml"));
    let json = fetch(&demo, "/docs/openapi.json", "fr").await;
    assert_eq!(json.kind, "application/json");
    let written: Value = serde_yaml_ng::from_str(&yaml.text).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&json.text).unwrap(), written);
}

#[tokio::test]
async fn the_page_is_french_unless_english_is_asked_for() {
    let demo = Demo::start();
    let page = fetch(&demo, "/docs", "de, fr;q=0.5").await.text;
    assert!(page.contains("<html lang=\"fr\">") && page.contains("<title>Le contrat de la plateforme"), "{page}");
    let page = fetch(&demo, "/docs", "en-GB").await.text;
    assert!(page.contains("<html lang=\"en\">") && page.contains("<title>The platform contract"), "{page}");
    assert!(!page.contains('{'), "{page}");
}

#[tokio::test]
async fn other_files_are_not_there_and_nothing_is_sent_to_it() {
    let demo = Demo::start();
    let api = Api::new(demo.url(), "");
    for path in ["/docs/other.js", "/docs/..%2Fopenapi.yaml", "/docs/index.html"] {
        let reply = api.call("GET", path).send_outside("NotFound").await;
        assert_eq!(reply.status, 404, "{path}");
    }
    assert_eq!(api.call("POST", "/docs").send_outside("MethodNotAllowed").await.status, 405);
}
