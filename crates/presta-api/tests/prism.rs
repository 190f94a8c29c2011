//! The client against a mock that knows nothing but the contract: prism (npm), started here. `tests/contract/prism`
//! installs it and runs this; `cargo test` alone does not, as Cargo.toml says.
//!
//! The mock checks what it is sent, so that every request of the client is held to the contract as well. The event
//! stream is not among them: a mock answers once, and a stream goes on (tests/api/events.rs has it).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use presta_api::{Client, Config, Refresh, RefreshTokens, Timeouts};
use presta_model::{Bid, EntityType, NewBid, Project};
use serde_json::Value;
use uuid::Uuid;

const CONTRACT: &str = include_str!("../../../contract/openapi.yaml");
/// Where the examples of the contract say the platform is.
const EXAMPLE: &str = "http://127.0.0.1:8080";

/// What answers are made from.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    Examples,
    /// The schemas alone, with data drawn from a seed.
    Schemas,
}

struct Mock {
    base: String,
    process: Child,
    _contract: tempfile::TempDir,
}

impl Mock {
    fn start(answers: Answers, seed: &str) -> Self {
        let prism = std::env::var("PRESTA_PRISM").expect("PRESTA_PRISM says where prism is: run tests/contract/prism");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base = format!("http://127.0.0.1:{port}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("openapi.json");
        std::fs::write(&file, contract(answers, &base).to_string()).unwrap();
        let port = port.to_string();
        let mut command = Command::new(prism);
        command.args(["mock", "--errors", "--port", &port, "--seed", seed]).arg(&file).stdout(Stdio::piped());
        if answers == Answers::Schemas {
            command.arg("--dynamic");
        }
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        loop {
            let line = lines.next().unwrap_or_else(|| panic!("prism ended:\n{}", said.join("\n"))).unwrap();
            if line.contains("Prism is listening") {
                break;
            }
            said.push(line);
        }
        // The rest is read as well, or prism would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { base, process, _contract: folder }
    }

    fn client(&self) -> Client {
        let config = Config {
            base: self.base.parse().unwrap(),
            client_id: "prestataires-desktop".to_owned(),
            user_agent: "presta-test/1".to_owned(),
            locale: "fr".to_owned(),
            timeouts: Timeouts { answer: Duration::from_secs(60), ..Timeouts::default() },
        };
        Client::new(config, Arc::new(SignedIn)).unwrap()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Someone who signed in before; the mock takes any refresh token.
struct SignedIn;

#[async_trait]
impl RefreshTokens for SignedIn {
    async fn load(&self) -> Result<Option<Refresh>, String> {
        Ok(Some(Refresh::from("r1".to_owned())))
    }

    async fn save(&self, _: &Refresh) -> Result<(), String> {
        Ok(())
    }

    async fn clear(&self) -> Result<(), String> {
        Err("the mock refused the sign-in".to_owned())
    }
}

/// The contract as the mock reads it: at its own address, and in the little that makes drawn data fit for a client.
fn contract(answers: Answers, base: &str) -> Value {
    let mut contract: Value = serde_yaml_ng::from_str(&CONTRACT.replace(EXAMPLE, base)).unwrap();
    if answers == Answers::Schemas {
        let pointer = "/paths/~1.well-known~1oauth-authorization-server/get/responses/200/content/application~1json";
        let metadata = contract.pointer(pointer).unwrap()["example"].clone();
        let schemas = &mut contract["components"]["schemas"];
        // Where to sign in is nothing to draw: addresses of elsewhere are rightly refused.
        schemas["Metadata"] = serde_json::json!({"const": metadata});
        // A token that has ended at once would be renewed without end.
        schemas["Tokens"]["properties"]["expires_in"] = serde_json::json!({"const": 900});
        schemas["Tokens"]["properties"]["access_token"] = serde_json::json!({"const": "a1"});
        // The mock draws either by pattern or by format; the format alone is always in UTC.
        schemas["Instant"].as_object_mut().unwrap().remove("pattern");
    }
    contract
}

fn example<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let contract: Value = serde_yaml_ng::from_str(CONTRACT).unwrap();
    serde_json::from_value(contract["components"]["examples"][name]["value"].clone()).unwrap()
}

/// Every reading request of the client.
async fn read_everything(client: &Client) {
    let (project, bid): (Project, Bid) = (example("Project"), example("Bid"));
    client.me().await.unwrap();
    client.quota().await.unwrap();
    client.catalog().await.unwrap();
    client.project(&project.id).await.unwrap();
    client.search_projects("sécurité & réseau", 20).await.unwrap();
    client.bid(&bid.id).await.unwrap();
    client.bids_of_project(&project.id).await.unwrap();
    client.changes("s718d46a2-4", 500).await.unwrap();
    for kind in EntityType::KEPT {
        client.snapshot(kind, None, 500).await.unwrap();
        client.snapshot(kind, Some("eyJuIjo0fQ"), 500).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_examples_is_read() {
    let mock = Mock::start(Answers::Examples, "1");
    let client = mock.client();
    read_everything(&client).await;
    let (project, bid): (Project, Bid) = (example("Project"), example("Bid"));
    assert_eq!(client.project(&project.id).await.unwrap(), project, "read as the contract writes it");
    assert_eq!(client.bid(&bid.id).await.unwrap(), bid);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_the_schemas_allow_is_read() {
    for seed in ["1", "2", "3"] {
        let mock = Mock::start(Answers::Schemas, seed);
        let client = mock.client();
        for _ in 0..5 {
            read_everything(&client).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_is_one_the_contract_takes() {
    let mock = Mock::start(Answers::Examples, "1");
    let client = mock.client();
    let (project, bid): (Project, Bid) = (example("Project"), example("Bid"));
    let offer = NewBid {
        amount: bid.amount.clone(),
        period_days: bid.period_days,
        text: bid.text.clone(),
        milestones: bid.milestones.clone(),
    };
    let key = Uuid::new_v4;
    client.place_bid(&project.id, &offer, key()).await.unwrap();
    client.edit_bid(&bid.id, bid.rev, &offer, key()).await.unwrap();
    client.retract_bid(&bid.id, key()).await.unwrap();
    let posted = client.open_thread(&project.id, "Bonjour", &[], &key().to_string(), key()).await.unwrap();
    let thread = &posted.thread.id;
    client.send_message(thread, "Merci", &[], &key().to_string(), key()).await.unwrap();
    client.mark_read(thread, 1, key()).await.unwrap();
    client.mute(thread, true, key()).await.unwrap();
    client.archive(thread, true, key()).await.unwrap();
    client.typing(thread).await.unwrap();
}
