//! Files from the window of one person to the folder of another, by the commands that the windows call.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presta_engine::{Clock, CoreEvent, LARGEST_ATTACHMENT, LARGEST_PIECE, MOST_ATTACHMENTS, Timeouts};
use presta_testkit::{Admin, Options, Platform, Seed};
use serde_json::{Value, json};

use crate::model::brief;
use crate::person::Person;

/// A market, someone who offers services, a client, and the conversation that they are in.
struct Scene {
    platform: Platform,
    admin: Admin,
    writer: Person,
    reader: Person,
    thread: String,
}

impl Scene {
    async fn set() -> Self {
        let options = Options { seed: Seed::Projects(100), admin: true, ..Options::default() };
        let platform = Platform::start(options).await.unwrap();
        let client = platform.sign_in(platform.login("client").unwrap()).await.unwrap();
        let project = client.post("/v1/projects", &brief("de réservation")).await.unwrap();
        let me = platform.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
        let opened = me.open_thread(project["id"].as_str().unwrap(), "Bonjour, voici mes questions.").await.unwrap();
        let thread = opened["thread"]["id"].as_str().unwrap().to_owned();
        let writer = Person::signed_in(platform.url(), platform.login("freelancer").unwrap()).await;
        let reader = Person::signed_in(platform.url(), platform.login("client").unwrap()).await;
        let admin = platform.admin().unwrap();
        Self { platform, admin, writer, reader, thread }
    }

    fn place(&self) -> Value {
        json!({ "in": "thread", "id": self.thread })
    }

    /// Attaches the bytes piece by piece, as a window does.
    async fn attach(&self, name: &str, bytes: &[u8]) -> Value {
        let request = json!({ "place": self.place(), "name": name, "size": bytes.len() });
        let begun = self.writer.call("attachment_stage_begin", request).await.unwrap();
        for (number, piece) in bytes.chunks(LARGEST_PIECE).enumerate() {
            self.bring(&begun, number * LARGEST_PIECE, piece).await.unwrap();
        }
        self.writer.call("attachment_stage_finish", begun).await.unwrap()
    }

    async fn bring(&self, begun: &Value, offset: usize, piece: &[u8]) -> anyhow::Result<Value> {
        let request = json!({ "id": begun["id"], "offset": offset, "bytes": BASE64.encode(piece) });
        self.writer.call("attachment_stage_piece", request).await
    }

    async fn staged(&self) -> Vec<Value> {
        let staged = self.writer.call("attachments_staged", json!({ "place": self.place() })).await.unwrap();
        staged.as_array().unwrap().clone()
    }

    /// The files of the message of that text, once the reader has it.
    async fn received(&self, text: &str) -> Vec<Value> {
        let request = json!({ "thread_id": self.thread, "limit": 50 });
        let of = |page: &Value| page["messages"].as_array().unwrap().iter().find(|it| it["text"] == text).cloned();
        let page = self.reader.until("the message", "thread_get", request, |page| of(page).is_some()).await.unwrap();
        of(&page).unwrap()["files"].as_array().unwrap().clone()
    }

    async fn save(&self, file: &Value) -> Result<PathBuf, String> {
        let request = json!({ "thread_id": self.thread, "attachment_id": file["id"] });
        match presta_commands::dispatch(&self.reader.engine, "attachment_save", request).await {
            Ok(saved) => Ok(PathBuf::from(saved["path"].as_str().unwrap())),
            Err(failure) => Err(failure.code),
        }
    }

    fn downloads(&self) -> PathBuf {
        self.reader.engine.downloads().unwrap()
    }
}

/// Bytes that no piece of them looks like another.
fn bytes(count: usize) -> Vec<u8> {
    (0..count as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u8).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_from_one_window_to_the_other_persons_folder_byte_for_byte() {
    let scene = Scene::set().await;
    let (large, small) = (bytes(2 * LARGEST_PIECE + 12_345), bytes(3));
    let staged = scene.attach("Maquette d’accueil.pdf", &large).await;
    assert_eq!((&staged["state"], &staged["media_type"]), (&json!("staged"), &json!("application/pdf")));
    scene.attach("../note.txt", &small).await;
    let listed: Vec<String> = scene.staged().await.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, ["Maquette d’accueil.pdf", "note.txt"]);
    let threads = scene.writer.call("threads_list", json!({ "view": "inbox", "query": "" })).await.unwrap();
    let row = threads.as_array().unwrap().iter().find(|it| it["id"] == scene.thread.as_str()).unwrap().clone();
    assert_eq!(row["has_draft"], true, "files alone are a draft");

    scene.writer.write(&scene.thread, "").await.unwrap();
    assert_eq!(scene.staged().await, Vec::<Value>::new());
    scene.writer.drained().await;
    let account = scene.platform.sign_in(scene.platform.login("client").unwrap()).await.unwrap();
    let mut files = scene.received("").await;
    files.sort_by_key(|file| std::cmp::Reverse(file["size"].as_u64()));
    assert_eq!(files.len(), 2);
    let path = format!("/v1/attachments/{}", files[0]["id"].as_str().unwrap());
    assert!(account.bytes(&path).await.unwrap() == large, "the platform has what was attached");

    // Two cuts on the way: it goes on by itself.
    let cut = json!({ "match": { "method": "GET", "path": "/v1/attachments/{id}" }, "fault": { "truncate": { "bytes": 700_000 } }, "times": 2 });
    scene.admin.faults(&json!([cut])).await.unwrap();
    let mut events = scene.reader.events();
    let saved = scene.save(&files[0]).await.unwrap();
    assert!(std::fs::read(&saved).unwrap() == large, "byte for byte");
    assert_eq!(scene.save(&files[0]).await.unwrap().file_name().unwrap(), "Maquette d’accueil (2).pdf");
    let small_there = scene.save(&files[1]).await.unwrap();
    assert_eq!(std::fs::read(small_there).unwrap(), small);
    assert_eq!(names(&scene.downloads()), ["Maquette d’accueil (2).pdf", "Maquette d’accueil.pdf", "note.txt"]);
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let CoreEvent::Download { progress } = event {
            told.push((progress.id, progress.done, progress.size));
        }
    }
    assert!(told.contains(&(files[0]["id"].as_str().unwrap().to_owned(), large.len() as u64, large.len() as u64)));

    scene.reader.call("attachment_reveal", json!({ "id": files[0]["id"] })).await.unwrap();
    assert_eq!(scene.reader.refused("attachment_reveal", json!({ "id": "att_other" })).await, "not-found");
    std::fs::remove_file(scene.downloads().join("note.txt")).unwrap();
    assert_eq!(scene.reader.refused("attachment_reveal", json!({ "id": files[1]["id"] })).await, "attachment-moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_saved_of_a_file_is_gone_on_with_and_what_is_wrong_in_it_is_found() {
    let mut scene = Scene::set().await;
    let content = bytes(LARGEST_PIECE);
    scene.attach("plan.png", &content).await;
    scene.writer.write(&scene.thread, "Le plan.").await.unwrap();
    scene.writer.drained().await;
    let files = scene.received("Le plan.").await;
    let path = json!({ "method": "GET", "path": "/v1/attachments/{id}" });

    // Something of it comes, then nothing more.
    let rules = json!([
        { "match": path, "fault": { "truncate": { "bytes": 300_000 } }, "times": 1 },
        { "match": path, "fault": "reset_before", "times": 1 },
    ]);
    scene.admin.faults(&rules).await.unwrap();
    assert_eq!(scene.save(&files[0]).await.unwrap_err(), "offline");
    let left = names(&scene.downloads());
    assert_eq!(left.len(), 1);
    let part = scene.downloads().join(&left[0]);
    assert!(left[0].starts_with("plan.png.") && left[0].ends_with(".part"), "{left:?}");
    let came = std::fs::read(&part).unwrap();
    assert!(!came.is_empty() && content.starts_with(&came), "{} bytes", came.len());

    scene.platform.stop().await.unwrap();
    scene.reader.offline().await;
    assert_eq!(scene.save(&files[0]).await.unwrap_err(), "offline");
    assert!(std::fs::read(&part).unwrap() == came, "what came is kept");
    scene.platform.restart().await.unwrap();

    // Someone wrote into what came: it shows at the end, and nothing of it stays.
    std::fs::write(&part, vec![0; came.len()]).unwrap();
    assert_eq!(scene.save(&files[0]).await.unwrap_err(), "attachment-damaged");
    assert_eq!(names(&scene.downloads()), Vec::<String>::new());
    std::fs::write(&part, &came).unwrap();
    let saved = scene.save(&files[0]).await.unwrap();
    assert!(std::fs::read(saved).unwrap() == content, "byte for byte");
    assert_eq!(names(&scene.downloads()), ["plan.png"]);

    // Stopped by the person: nothing of it stays, and the same file can be asked for again.
    let slow = json!({ "match": path, "fault": { "drip": { "bytes": 10_000, "every_ms": 100 } }, "times": 1 });
    scene.platform.admin().unwrap().faults(&json!([slow])).await.unwrap();
    let mut events = scene.reader.events();
    let stop = async {
        loop {
            match events.recv().await.unwrap() {
                CoreEvent::Download { progress } if progress.done > 0 => break,
                _ => {}
            }
        }
        assert_eq!(scene.save(&files[0]).await.unwrap_err(), "attachment-saving", "once at a time");
        scene.reader.call("attachment_save_cancel", json!({ "id": files[0]["id"] })).await.unwrap();
    };
    let (stopped, ()) = tokio::join!(scene.save(&files[0]), stop);
    assert_eq!(stopped.unwrap_err(), "attachment-cancelled");
    assert_eq!(names(&scene.downloads()), ["plan.png"]);

    let unknown = json!({ "thread_id": scene.thread, "attachment_id": "att_unknown" });
    assert_eq!(scene.reader.refused("attachment_save", unknown).await, "not-found");
    // The folder is a file: told, with where it is.
    std::fs::remove_dir_all(scene.downloads()).unwrap();
    std::fs::write(scene.downloads(), "").unwrap();
    assert_eq!(scene.save(&files[0]).await.unwrap_err(), "downloads-unwritable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_brought_whole_leaves_nothing() {
    let scene = Scene::set().await;
    let size = LARGEST_PIECE + 10;
    let begin = |size: u64| json!({ "place": scene.place(), "name": "plan.png", "size": size });
    let code = scene.writer.refused("attachment_stage_begin", begin(LARGEST_ATTACHMENT + 1)).await;
    assert_eq!(code, "attachment-too-large");

    let begun = scene.writer.call("attachment_stage_begin", begin(size as u64)).await.unwrap();
    let piece = bytes(LARGEST_PIECE);
    scene.bring(&begun, 0, &piece).await.unwrap();
    assert!(scene.bring(&begun, 0, &piece).await.unwrap_err().to_string().contains("attachment-interrupted"), "twice");
    assert!(scene.bring(&begun, LARGEST_PIECE, &bytes(10)).await.is_ok(), "the right piece still goes on");
    assert_eq!(scene.writer.call("attachment_stage_finish", begun).await.unwrap()["size"], size);

    let begun = scene.writer.call("attachment_stage_begin", begin(size as u64)).await.unwrap();
    scene.bring(&begun, 0, &piece).await.unwrap();
    let code = scene.writer.refused("attachment_stage_finish", begun).await;
    assert_eq!(code, "attachment-unreadable", "a part is not the file");

    let begun = scene.writer.call("attachment_stage_begin", begin(10)).await.unwrap();
    assert!(scene.bring(&begun, 0, &bytes(11)).await.unwrap_err().to_string().contains("attachment-unreadable"));
    let begun = scene.writer.call("attachment_stage_begin", begin(size as u64)).await.unwrap();
    scene.bring(&begun, 0, &piece).await.unwrap();
    scene.writer.call("attachment_stage_cancel", begun).await.unwrap();
    let there = scene.staged().await;
    assert_eq!(there.len(), 1);

    // A window may have no more under way than a message may have.
    for _ in 1..MOST_ATTACHMENTS {
        scene.writer.call("attachment_stage_begin", begin(10)).await.unwrap();
    }
    assert_eq!(scene.writer.refused("attachment_stage_begin", begin(10)).await, "too-many-attachments");

    // Killed in the midst of it: what was whole is there, and nothing else.
    let Scene { writer, .. } = scene;
    let writer = writer.restarted().await;
    let copies = || {
        let folders = walk(writer.profile());
        folders.iter().filter(|path| path.parent().unwrap().ends_with("staged")).count()
    };
    writer.until("the copies to be gone", "status", json!({}), |_| copies() == 1).await.unwrap();
    let staged = json!({ "place": { "in": "thread", "id": scene.thread } });
    assert_eq!(writer.call("attachments_staged", staged.clone()).await.unwrap().as_array().unwrap().len(), 1);
    writer.call("attachment_unstage", json!({ "id": there[0]["id"] })).await.unwrap();
    assert_eq!(writer.call("attachments_staged", staged).await.unwrap(), json!([]));
    assert_eq!(copies(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_which_nothing_more_comes_is_given_up() {
    let platform = Platform::start(Options { seed: Seed::Projects(100), ..Options::default() }).await.unwrap();
    let timeouts = Timeouts { silence: Duration::from_millis(500), ..Timeouts::default() };
    let person = Person::with(platform.url(), Clock::system(), timeouts).await;
    person.sign_in(platform.login("freelancer").unwrap()).await.unwrap();
    person.up_to_date().await;
    let project = person.projects("").await.remove(0);
    let request = json!({ "place": { "in": "project", "id": project }, "name": "plan.png", "size": 10 });
    let begun = person.call("attachment_stage_begin", request).await.unwrap();
    let copies = || walk(person.profile()).iter().filter(|path| path.parent().unwrap().ends_with("staged")).count();
    person.until("the copy to begin", "status", json!({}), |_| copies() == 1).await.unwrap();
    person.until("the copy to be gone", "status", json!({}), |_| copies() == 0).await.unwrap();
    let piece = json!({ "id": begun["id"], "offset": 0, "bytes": BASE64.encode(bytes(10)) });
    assert_eq!(person.refused("attachment_stage_piece", piece.clone()).await, "attachment-unreadable", "it says why");
    assert_eq!(person.refused("attachment_stage_piece", piece).await, "attachment-interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_apart_from_the_draft_takes_its_own_files_and_leaves_the_rest() {
    let scene = Scene::set().await;
    let kept = scene.attach("brouillon.txt", b"pas encore").await;
    let sent = scene.attach("devis.pdf", b"voici").await;
    let draft = json!({ "thread_id": scene.thread, "text": "J’y pense encore" });
    scene.writer.call("message_draft_save", draft).await.unwrap();
    let request = json!({ "thread_id": scene.thread, "text": "Le devis.", "files": [sent["id"]] });
    scene.writer.call("message_send", request).await.unwrap();
    let left: Vec<Value> = scene.staged().await.iter().map(|it| it["id"].clone()).collect();
    assert_eq!(left, [kept["id"].clone()]);
    let page = scene.writer.thread(&scene.thread).await.unwrap();
    assert_eq!(page["draft"], "J’y pense encore");
    let queued = json!({ "thread_id": scene.thread, "text": "Encore.", "files": [sent["id"]] });
    assert_eq!(scene.writer.refused("message_send", queued).await, "not-found", "it went already");
    scene.writer.drained().await;
    let files = scene.received("Le devis.").await;
    assert_eq!(files.iter().map(|file| file["name"].as_str().unwrap()).collect::<Vec<_>>(), ["devis.pdf"]);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { out.extend(walk(&entry.path())) } else { out.push(entry.path()) }
    }
    out
}
