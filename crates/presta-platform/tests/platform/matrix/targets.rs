//! Makes what an operation is tried on: fresh, in the state that admits it, and owned by who would own it.

use presta_platform::ids::Prefix;
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{Who, World};
use crate::deals::{self, id, in_days, money, step};

/// How much others are to see of what is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// As most are.
    Usual,
    /// Projects for who was invited (Camille was), contests whose entries are sealed.
    Closed,
}

/// What an operation is tried on.
#[derive(Debug, Clone)]
pub struct Target {
    /// Whose it is.
    pub owner: Who,
    /// In place of `{id}`.
    pub id: String,
}

impl World {
    /// A project of Nadia's.
    pub async fn project(&self, variant: Variant) -> Value {
        let nadia = self.of(Who::Nadia);
        if variant == Variant::Usual {
            return deals::post(nadia, json!({})).await;
        }
        let project = deals::post(nadia, json!({"visibility": "invited"})).await;
        self.invited(&project).await;
        project
    }

    async fn invited(&self, project: &Value) -> Value {
        let path = format!("/v1/projects/{}:invite", id(project));
        self.of(Who::Nadia).post(&path, json!({"freelancer_id": Who::Camille.id()})).await.expect(201).body
    }

    /// A bid of Camille's on a project of Nadia's.
    async fn bid(&self) -> Value {
        let project = self.project(Variant::Usual).await;
        let steps = json!([step("Un", 180_000), step("Deux", 300_000)]);
        deals::place(self.of(Who::Camille), &project, steps).await
    }

    async fn awarded(&self) -> Value {
        let bid = self.bid().await;
        deals::act(self.of(Who::Nadia), &bid, "award").await.expect(200).body
    }

    /// The same, once both agreed.
    pub async fn agreed(&self) -> Value {
        let bid = self.awarded().await;
        deals::act(self.of(Who::Camille), &bid, "accept").await.expect(200).body
    }

    async fn milestones(&self, bid: &Value) -> Vec<Value> {
        let page = self.of(Who::Nadia).get(&format!("/v1/milestones?bid_id={}", id(bid))).await.expect(200);
        page.items().to_vec()
    }

    async fn pay(&self, milestone: &Value, verb: &str) {
        let path = format!("/v1/milestones/{}:{verb}", id(milestone));
        self.of(Who::Nadia).post(&path, json!({})).await.expect(200);
    }

    async fn paid(&self) -> Value {
        let bid = self.agreed().await;
        for milestone in self.milestones(&bid).await {
            self.pay(&milestone, "fund").await;
            self.pay(&milestone, "release").await;
        }
        bid
    }

    async fn milestone(&self, funded: bool) -> Value {
        let bid = self.agreed().await;
        let milestone = self.milestones(&bid).await.remove(0);
        if funded {
            self.pay(&milestone, "fund").await;
        }
        milestone
    }

    async fn amendment(&self) -> Value {
        let path = format!("/v1/bids/{}/amendments", id(&self.agreed().await));
        let terms = json!({"period_days": 30, "reason": "Deux écrans de plus, vus ensemble mardi."});
        self.of(Who::Camille).post(&path, terms).await.expect(201).body
    }

    async fn milestone_request(&self) -> Value {
        let bid = self.agreed().await;
        let body =
            json!({"bid_id": id(&bid), "title": "Maquettes", "amount": money(100_000), "reason": "Validées lundi."});
        self.of(Who::Camille).post("/v1/milestone-requests", body).await.expect(201).body
    }

    /// A conversation of Camille's with Nadia, and its first message.
    async fn thread(&self) -> Value {
        let project = self.project(Variant::Usual).await;
        let body = json!({
            "project_id": id(&project), "text": "Bonjour, le périmètre est-il figé ?",
            "client_message_id": Uuid::new_v4().to_string(),
        });
        self.of(Who::Camille).post("/v1/threads", body).await.expect(201).body
    }

    async fn contest(&self, variant: Variant) -> Value {
        let body = json!({
            "title": "Logo pour une librairie", "category": "design", "skills": ["figma", "ui-design"],
            "brief": "Un logo lisible en petit, en une couleur, avec sa variante carrée et les sources.",
            "prize": money(90_000), "entries_close_at": in_days(10), "sealed": variant == Variant::Closed,
        });
        self.of(Who::Nadia).post("/v1/contests", body).await.expect(201).body
    }

    async fn entry(&self, variant: Variant) -> Value {
        let contest = self.contest(variant).await;
        let path = format!("/v1/contests/{}/entries", id(&contest));
        self.of(Who::Camille).post(&path, json!({"text": "Une seule idée."})).await.expect(201).body
    }

    async fn attached(&self) -> String {
        let (project, file) = (self.project(Variant::Usual).await, self.file().await);
        let mut body = crate::api::offer(&project, 480_000);
        body["attachment_ids"] = json!([file]);
        self.of(Who::Camille).post(&deals::bids_of(&project), body).await.expect(201);
        file
    }

    async fn upload(&self) -> String {
        self.edit("DELETE FROM uploads");
        let call = self.of(Who::Camille).call("POST", "/v1/uploads").header("tus-resumable", "1.0.0");
        let made = call.header("upload-length", "7").header("upload-metadata", "filename cGxhbi50eHQ=").send().await;
        made.expect(201).header("location").rsplit('/').next().unwrap().to_owned()
    }

    async fn search(&self) -> Value {
        self.edit("DELETE FROM saved_searches");
        let body = json!({"name": "Rust, partout", "query": {"skills": ["rust"]}, "alert": "off"});
        self.of(Who::Camille).post("/v1/saved-searches", body).await.expect(201).body
    }

    async fn bookmark(&self) -> Value {
        let project = self.project(Variant::Usual).await;
        let body = json!({"project_id": id(&project)});
        self.of(Who::Camille).post("/v1/bookmarks", body).await.expect(201).body
    }

    /// What Camille wrote about Nadia, who has not written yet.
    async fn unpublished(&self) -> Value {
        let scores = json!({"communication": 5, "quality": 5, "deadline": 4, "budget": 5});
        let body = json!({"bid_id": id(&self.agreed().await), "rating": 5, "scores": scores, "text": "Très bien."});
        self.of(Who::Camille).post("/v1/reviews", body).await.expect(201).body
    }

    /// What a list is to show to those it may: Camille's bid on a project, or her entry of a contest.
    pub async fn fill(&self, template: &str, target: &str) {
        let camille = self.of(Who::Camille);
        if template == "/v1/projects/{id}/bids" {
            let project = camille.get(&format!("/v1/projects/{target}")).await.expect(200).body;
            deals::place(camille, &project, json!([])).await;
        } else if template == "/v1/contests/{id}/entries" {
            camille.post(&format!("/v1/contests/{target}/entries"), json!({"text": "Une idée."})).await.expect(201);
        }
    }

    /// What `template` is about, so that its owner or the other side of the deal may do what it does; none when its
    /// path names nothing.
    pub async fn target(&self, template: &str, variant: Variant) -> Option<Target> {
        let (root, verb) = template.strip_prefix("/v1/")?.split_once("/{id}")?;
        let text = |value: &str| format!("'{value}'");
        let of_nadia = |thing: &Value| Some(Target { owner: Who::Nadia, id: id(thing).to_owned() });
        let found: String = match (root, verb) {
            ("projects", _) => return of_nadia(&self.project(variant).await),
            ("contests", _) => return of_nadia(&self.contest(variant).await),
            ("reviews", _) if variant == Variant::Closed => id(&self.unpublished().await).to_owned(),
            ("bids", "/amendments") => id(&self.agreed().await).to_owned(),
            ("bids", ":accept" | ":decline" | ":revoke") => id(&self.awarded().await).to_owned(),
            ("bids", ":complete") => id(&self.paid().await).to_owned(),
            ("bids", _) => id(&self.bid().await).to_owned(),
            ("amendments", _) => id(&self.amendment().await).to_owned(),
            ("milestones", verb) => {
                let funded = matches!(verb, ":release" | ":dispute");
                id(&self.milestone(funded).await).to_owned()
            }
            ("milestone-requests", _) => id(&self.milestone_request().await).to_owned(),
            ("entries", _) => id(&self.entry(variant).await).to_owned(),
            ("threads", _) => id(&self.thread().await["thread"]).to_owned(),
            ("messages", _) => id(&self.thread().await["message"]).to_owned(),
            ("invitations", _) => id(&self.invited(&self.project(variant).await).await).to_owned(),
            ("attachments", _) => self.attached().await,
            ("uploads", _) => self.upload().await,
            ("saved-searches", _) => id(&self.search().await).to_owned(),
            ("bookmarks", _) => id(&self.bookmark().await).to_owned(),
            ("users", _) => Who::Camille.id(),
            ("reviews", _) => id(&self.first("/v1/reviews").await).to_owned(),
            ("recommendations", _) => id(&self.first("/v1/recommendations").await).to_owned(),
            ("connections/apps", _) => self.another("apps", Prefix::App, &[]),
            ("connections/accounts", _) => self.another("linked_accounts", Prefix::Account, &[]),
            ("connections/contacts", _) => self.another("contacts", Prefix::Contact, &[]),
            ("me/devices", _) => {
                let family = text(&Uuid::new_v4().to_string());
                self.another("devices", Prefix::Device, &[("family", family)])
            }
            ("decisions", _) => {
                let changes = [("kind", text("safety")), ("review", text("{\"status\":\"none\"}"))];
                self.another("decisions", Prefix::Decision, &changes)
            }
            ("privacy-requests", _) => {
                self.another("privacy_requests", Prefix::PrivacyRequest, &[("status", text("received"))])
            }
            ("exports", verb @ (":cancel" | ":retry")) => {
                self.edit("UPDATE exports SET state = 'cancelled' WHERE state IN ('queued', 'running')");
                let state = text(if verb == ":cancel" { "running" } else { "failed" });
                self.another("exports", Prefix::Export, &[("state", state)])
            }
            ("exports", _) => self.export.clone(),
            _ => panic!("nothing is made for {template}"),
        };
        Some(Target { owner: Who::Camille, id: found })
    }
}
