//! A platform, two devices of one freelancer, and a client of theirs. Cases share a world and have projects of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use presta_engine::{Clock, SessionState, Timeouts};
use presta_testkit::{Account, Admin, Limits, Login, Options, Platform, Proxy, Seed};
use serde_json::{Value, json};

use super::step::{DEVICES, PROJECTS};
use crate::person::Person;

/// One computer.
pub struct Device {
    /// `None` only while it is being killed.
    person: Option<Person>,
    pub proxy: Proxy,
    ahead_ms: Arc<AtomicI64>,
}

pub struct World {
    pub platform: Platform,
    pub admin: Admin,
    pub freelancer: Login,
    client_login: Login,
    pub me: Account,
    pub client: Account,
    pub devices: Vec<Device>,
    /// Cases begun.
    pub cases: u32,
}

impl World {
    pub async fn begin() -> anyhow::Result<Self> {
        let platform = Platform::start(Options {
            seed: Seed::Projects(20),
            admin: true,
            limits: Some(Limits { bids_per_month: 1_000_000, requests_per_minute: 1_000_000 }),
            ..Options::default()
        })
        .await?;
        let freelancer = platform.login("freelancer")?.clone();
        let client_login = platform.login("client")?.clone();
        let me = platform.sign_in(&freelancer).await?;
        let client = platform.sign_in(&client_login).await?;
        let mut devices = Vec::new();
        for _ in 0..DEVICES {
            let proxy = Proxy::start(platform.url()).await?;
            let ahead_ms = Arc::new(AtomicI64::new(0));
            let ahead = Arc::clone(&ahead_ms);
            let clock = Clock::of(move || {
                let now = Timestamp::now().as_millisecond() + ahead.load(Ordering::SeqCst);
                Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX)
            });
            // A person would wait longer; what is under test is what happens then.
            let short = Duration::from_secs(4);
            let timeouts = Timeouts { answer: short, idle: short, ..Timeouts::default() };
            let person = Person::with(proxy.url(), clock, timeouts).await;
            person.sign_in(&freelancer).await?;
            person.up_to_date().await;
            devices.push(Device { person: Some(person), proxy, ahead_ms });
        }
        let admin = platform.admin()?;
        Ok(Self { platform, admin, freelancer, client_login, me, client, devices, cases: 0 })
    }

    /// Projects of a new case; both devices know them.
    pub async fn projects(&mut self) -> anyhow::Result<Vec<String>> {
        self.cases += 1;
        let mut projects = Vec::new();
        for _ in 0..PROJECTS {
            let project = self.client.post("/v1/projects", &brief("de douze écrans")).await?;
            projects.push(project["id"].as_str().context("a project without an id")?.to_owned());
        }
        for device in &self.devices {
            for project in &projects {
                let request = json!({ "project_id": project });
                device
                    .person()
                    .until("the new project", "project_get", request, |page| page["can_bid"] == true)
                    .await?;
            }
        }
        Ok(projects)
    }

    /// The accounts outside of the application sign in again.
    pub async fn sign_in_outside(&mut self) -> anyhow::Result<()> {
        self.me = self.platform.sign_in(&self.freelancer).await?;
        self.client = self.platform.sign_in(&self.client_login).await?;
        Ok(())
    }
}

impl Device {
    pub fn person(&self) -> &Person {
        self.person.as_ref().unwrap()
    }

    /// The application ends without a word and starts again.
    pub async fn kill(&mut self) {
        if let Some(person) = self.person.take() {
            self.person = Some(person.restarted().await);
        }
    }

    pub fn forward(&self, by: Duration) {
        self.ahead_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Whoever was signed out signs in again.
    pub async fn sign_in_again(&self, login: &Login) -> anyhow::Result<()> {
        match self.person().engine.session() {
            SessionState::SignedIn { .. } => Ok(()),
            _ => self.person().sign_in(login).await,
        }
    }
}

/// A project as its client posts it.
pub fn brief(of: &str) -> Value {
    let closes = Timestamp::now() + jiff::SignedDuration::from_hours(24 * 60);
    json!({
        "title": "Refonte graphique du suivi de production",
        "description": format!("Nos opérateurs saisissent la production sur un outil vieillissant {of} ; il faut le reprendre."),
        "category": "design",
        "skills": ["figma", "accessibility"],
        "type": "fixed",
        "budget_min": { "amount_minor": 40_000, "currency": "EUR" },
        "budget_max": { "amount_minor": 900_000, "currency": "EUR" },
        "country": "FR",
        "city": "Nancy",
        "remote": true,
        "language": "fr",
        "bids_close_at": closes.to_string(),
    })
}
