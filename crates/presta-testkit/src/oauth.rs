//! Signs in as a browser and its application would: authorization code with PKCE (RFC 7636).

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

const CLIENT_ID: &str = "prestataires-desktop";
const REDIRECT: &str = "http://127.0.0.1:9/callback";
const SCOPES: &str = "profile:read profile:write projects:read projects:write bids:read bids:write messages:read messages:write \
     contests:read contests:write privacy:read privacy:write exports connections";

/// What a person does in the browser on the page at `authorize`: signs in, allows everything. Returns where the browser
/// is sent then.
pub(crate) async fn allow(http: &Client, authorize: Url, login: &str, password: &str) -> anyhow::Result<Url> {
    let platform = authorize.join("/")?;
    let mut visit = Visit { http, platform: &platform, cookies: BTreeMap::new() };
    let page = visit.get(authorize).await?.text().await.context("reading the sign-in page")?;
    let fields = [("login", login), ("password", password)];
    let answer = visit.submit("/oauth/login", &page, &fields).await?;
    ensure!(answer.status() == StatusCode::SEE_OTHER, "the sign-in of {login} was answered with {}", answer.status());
    let consent = platform.join(&location(&answer)?)?;
    let page = visit.get(consent).await?.text().await.context("reading the consent page")?;
    let answer = visit.submit("/oauth/consent", &page, &[("decision", "allow")]).await?;
    Url::parse(&location(&answer)?).context("the redirect")
}

/// The access token of `login`, who allows everything.
pub(crate) async fn access_token(http: &Client, platform: &Url, login: &str, password: &str) -> anyhow::Result<String> {
    let verifier = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let state = Uuid::new_v4().to_string();
    let mut authorize = platform.join("/oauth/authorize")?;
    authorize
        .query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", CLIENT_ID)
        .append_pair("redirect_uri", REDIRECT)
        .append_pair("scope", SCOPES)
        .append_pair("state", &state)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .append_pair("ui_locales", "fr");
    let back = allow(http, authorize, login, password).await?;
    let given: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
    ensure!(given.get("state") == Some(&state), "the redirect carries another state");
    let code = given.get("code").context("the redirect carries no code")?;

    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("code", code),
        ("code_verifier", &verifier),
    ];
    let answer = http.post(platform.join("/oauth/token")?).form(&form).send().await.context("asking for a token")?;
    let answer: Value = answer.error_for_status().context("asking for a token")?.json().await.context("the token")?;
    Ok(answer.get("access_token").and_then(Value::as_str).context("the answer holds no access token")?.to_owned())
}

/// A browser on its way through the pages.
struct Visit<'v> {
    http: &'v Client,
    platform: &'v Url,
    cookies: BTreeMap<String, String>,
}

impl Visit<'_> {
    async fn get(&mut self, url: Url) -> anyhow::Result<Response> {
        let answer = self.http.get(url).header(COOKIE, self.cookie_line()).send().await.context("opening a page")?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    async fn submit(&mut self, path: &str, page: &str, fields: &[(&str, &str)]) -> anyhow::Result<Response> {
        let hidden = [("request", hidden(page, "request")?), ("csrf", hidden(page, "csrf")?)];
        let form: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()).collect();
        let request = self.http.post(self.platform.join(path)?).header(COOKIE, self.cookie_line()).form(&form);
        let answer = request.send().await.with_context(|| format!("sending the form of {path}"))?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&mut self, answer: &Response) {
        for cookie in answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            if let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> anyhow::Result<String> {
    let start = format!("name=\"{name}\" value=\"");
    let Some((_, rest)) = page.split_once(&start) else { bail!("the page has no field {name}") };
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

fn location(answer: &Response) -> anyhow::Result<String> {
    let value = answer.headers().get(LOCATION).with_context(|| format!("{} is no redirect", answer.status()))?;
    Ok(value.to_str().context("the redirect's address")?.to_owned())
}
