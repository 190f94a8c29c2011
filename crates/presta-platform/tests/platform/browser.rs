//! A browser without a window: follows the pages of signing in, one answer at a time.

use std::{collections::HashMap, sync::OnceLock};

use presta_platform::secret;
use reqwest::{
    Client, Response,
    header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use serde_json::Value;
use url::Url;

use crate::{api::Api, contract::Contract};

pub const REDIRECT: &str = "http://127.0.0.1:41523/callback";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn http() -> Client {
    static READY: OnceLock<()> = OnceLock::new();
    READY.get_or_init(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder().redirect(Policy::none()).build().unwrap()
}

pub struct Page {
    pub status: u16,
    pub location: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub html: String,
}

impl Page {
    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let (_, after) = self
            .html
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap_or_else(|| panic!("no field {name} in\n{}", self.html));
        after.split('"').next().unwrap().to_owned()
    }

    /// The query of the address the browser is sent to.
    pub fn answer(&self) -> HashMap<String, String> {
        let url = Url::parse(self.location.as_deref().expect("a redirect")).unwrap();
        assert!(url.as_str().starts_with(REDIRECT), "{url}");
        url.query_pairs().into_owned().collect()
    }
}

pub struct Browser {
    http: Client,
    pub base: String,
    cookies: HashMap<String, String>,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        Self { http: http(), base: base.to_owned(), cookies: HashMap::new() }
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub fn cookie_values(&self) -> Vec<String> {
        self.cookies.values().cloned().collect()
    }

    pub fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    async fn arrive(&mut self, method: &str, path: &str, response: Response) -> Page {
        for cookie in response.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"), "{text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text =
            |name| headers.get(name).map(|value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned());
        let (location, kind) = (text(LOCATION), text(CONTENT_TYPE));
        let html = response.text().await.unwrap();
        Contract::shared().check(method, path, status, kind.as_deref(), html.as_bytes());
        Page { status, location, headers, html }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.get_in(path, "fr").await
    }

    pub async fn get_in(&mut self, path: &str, language: &str) -> Page {
        let request = self
            .http
            .get(format!("{}{path}", self.base))
            .header(COOKIE, self.cookie())
            .header("accept-language", language);
        let response = request.send().await.unwrap();
        self.arrive("GET", path, response).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self.http.post(format!("{}{path}", self.base)).header(COOKIE, self.cookie()).form(form);
        let response = request.send().await.unwrap();
        self.arrive("POST", path, response).await
    }

    /// `GET /oauth/authorize`, with `changes` to what is asked (an empty value leaves it out).
    pub async fn authorize(&mut self, changes: &[(&str, &str)]) -> Page {
        let challenge = secret::digest(VERIFIER);
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", "prestataires-desktop"),
            ("redirect_uri", REDIRECT),
            ("scope", ""),
            ("state", "st&te=1"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let url = Url::parse_with_params("http://x/oauth/authorize", query).unwrap();
        self.get(&format!("{}?{}", url.path(), url.query().unwrap())).await
    }

    /// Sends the sign-in form of `page`.
    pub async fn login(&mut self, page: &Page, login: &str, password: &str) -> Page {
        let (request, csrf) = (page.hidden("request"), page.hidden("csrf"));
        let form = [("request", request.as_str()), ("csrf", &csrf), ("login", login), ("password", password)];
        self.post("/oauth/login", &form).await
    }

    /// Goes where `page` leads, and decides there.
    pub async fn decide(&mut self, page: &Page, decision: &str) -> Page {
        let consent = match &page.location {
            Some(location) => self.get(&location.clone()).await,
            None => panic!("not signed in: {}", page.html),
        };
        assert!(consent.html.contains("id=\"consent-allow\"") && consent.html.contains("id=\"consent-deny\""));
        self.decide_on(&consent, decision).await
    }

    pub async fn decide_on(&mut self, consent: &Page, decision: &str) -> Page {
        let (request, csrf) = (consent.hidden("request"), consent.hidden("csrf"));
        let form = [("request", request.as_str()), ("csrf", &csrf), ("decision", decision)];
        self.post("/oauth/consent", &form).await
    }

    /// The code of a whole sign-in.
    pub async fn code(&mut self, login: &str, password: &str, scope: &str) -> String {
        let page = self.authorize(&[("scope", scope)]).await;
        let signed_in = self.login(&page, login, password).await;
        let back = self.decide(&signed_in, "allow").await;
        let answer = back.answer();
        assert_eq!(answer["state"], "st&te=1");
        assert_eq!(answer["iss"], self.base);
        answer["code"].clone()
    }

    /// `POST /oauth/token`.
    pub async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        token(&self.base, "/oauth/token", form).await
    }

    pub async fn exchange(&self, code: &str, verifier: &str) -> (u16, Value) {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "prestataires-desktop"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
        ];
        self.token(&form).await
    }

    pub async fn refresh(&self, token: &str) -> (u16, Value) {
        let form = [("grant_type", "refresh_token"), ("client_id", "prestataires-desktop"), ("refresh_token", token)];
        self.token(&form).await
    }
}

/// A form to an endpoint of the application itself.
pub async fn token(base: &str, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let response = http().post(format!("{base}{path}")).form(form).send().await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
    let body = response.bytes().await.unwrap();
    Contract::shared().check("POST", path, status, kind.as_deref(), &body);
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Signs a demo account in, with every permission.
pub async fn sign_in(base: &str, name: &str) -> Api {
    sign_in_for(base, name, "").await
}

/// Signs a demo account in, with the permissions `scope`.
pub async fn sign_in_for(base: &str, name: &str, scope: &str) -> Api {
    let mut browser = Browser::new(base);
    let code = browser.code(&format!("{name}.demo"), &format!("demo-{name}"), scope).await;
    let (status, tokens) = browser.exchange(&code, VERIFIER).await;
    assert_eq!(status, 200, "{tokens}");
    Api::new(base, tokens["access_token"].as_str().unwrap())
}
