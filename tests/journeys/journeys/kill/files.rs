//! The files that the person attaches between the kills.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presta_testkit::Bridge;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Bytes of a file: two pieces.
const SIZE: usize = 60_000;
const PIECE: usize = SIZE / 2;

/// Files that were attached and have not been seen on the platform yet.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// By their names; whether attaching was acknowledged.
    waiting: BTreeMap<String, bool>,
    arrived: u64,
}

fn bytes(name: &str) -> Vec<u8> {
    name.bytes().cycle().take(SIZE).collect()
}

impl Files {
    /// Attaches a file to the conversation's draft, unless the kill comes first.
    pub(super) async fn attach(&mut self, bridge: &Bridge, thread: &str, name: String) -> anyhow::Result<()> {
        self.waiting.insert(name.clone(), false);
        let place = json!({ "in": "thread", "id": thread });
        let begin = json!({ "place": place, "name": name, "size": SIZE });
        let begun = bridge.call("attachment_stage_begin", &begin).await?;
        for (piece, offset) in bytes(&name).chunks(PIECE).zip((0..SIZE).step_by(PIECE)) {
            let piece = json!({ "id": begun["id"], "offset": offset, "bytes": BASE64.encode(piece) });
            bridge.call("attachment_stage_piece", &piece).await?;
        }
        bridge.call("attachment_stage_finish", &json!({ "id": begun["id"] })).await?;
        self.waiting.insert(name, true);
        Ok(())
    }

    /// How many have arrived.
    pub(super) fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Each is in one of `messages`, once and whole, or still in the draft; only one whose attaching was not acknowledged
    /// may be in neither. Returns how many files have arrived so far.
    pub(super) async fn check(&mut self, bridge: &Bridge, thread: &str, messages: &[Value]) -> anyhow::Result<u64> {
        let request = json!({ "place": { "in": "thread", "id": thread } });
        let staged = bridge.call("attachments_staged", &request).await?;
        let staged: Vec<&str> =
            staged.as_array().context("no list")?.iter().filter_map(|file| file["name"].as_str()).collect();
        let sent: Vec<&Value> =
            messages.iter().filter_map(|message| message["attachments"].as_array()).flatten().collect();
        for (name, acknowledged) in std::mem::take(&mut self.waiting) {
            let digests: Vec<&Value> =
                sent.iter().filter(|file| file["name"] == name.as_str()).map(|file| &file["sha256"]).collect();
            let in_draft = staged.iter().filter(|it| **it == name).count();
            let copies = digests.len() + in_draft;
            ensure!(copies == 1 || (copies == 0 && !acknowledged), "{name} is there {copies} times");
            let whole = Sha256::digest(bytes(&name)).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            ensure!(digests.iter().all(|digest| **digest == whole.as_str()), "{name} is another file now");
            self.arrived += digests.len() as u64;
            if in_draft > 0 {
                self.waiting.insert(name, true);
            }
        }
        Ok(self.arrived)
    }
}
