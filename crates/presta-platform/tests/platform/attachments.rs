//! Files that arrived: who reads them, in which parts, and how harmless they are.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    api::{Api, offer},
    browser::{sign_in, sign_in_for},
    server::Demo,
    uploads::{noise, sha256, upload},
};

fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)))
}

fn at(id: &str) -> String {
    format!("/v1/attachments/{id}")
}

async fn place(api: &Api, project: &Value, files: &Value) -> Value {
    let mut body = offer(project, 480_000);
    body["attachment_ids"] = files.clone();
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    api.post(&path, body).await.expect(201).body
}

#[tokio::test]
async fn parts_are_those_asked_for_and_digests_hold() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let bytes = noise(1_000);
    let id = upload(&api, ("mesures.json", "application/octet-stream"), &bytes).await;
    let whole = api.get(&at(&id)).await.expect(200);
    let (etag, modified) = (whole.header("etag").to_owned(), whole.header("last-modified").to_owned());
    assert_eq!(etag, format!("\"{}\"", sha256(&bytes)));
    assert_eq!((whole.header("content-digest"), whole.header("repr-digest")), (&*digest(&bytes), &*digest(&bytes)));
    assert!(whole.bytes == bytes);
    for (range, if_range, expected) in [
        ("bytes=0-0", "", Some(0..1)),
        ("bytes=10-19", "", Some(10..20)),
        ("bytes=990-", "", Some(990..1_000)),
        ("bytes=990-5000000000", "", Some(990..1_000)),
        ("bytes=-7", "", Some(993..1_000)),
        ("bytes=-2147483648", "", Some(0..1_000)),
        ("bytes=10-19", etag.as_str(), Some(10..20)),
        ("bytes=10-19", &modified, Some(10..20)),
        ("bytes=10-19", "\"other\"", None),
        ("bytes=10-19", &format!("W/{etag}"), None),
        ("bytes=10-19", "Sun, 06 Nov 1994 08:49:37 GMT", None),
        ("bytes=0-1,5-6", "", None),
        ("bytes=19-10", "", None),
        ("lines=1-2", "", None),
    ] {
        let mut call = api.call("GET", &at(&id)).header("range", range).header("accept-encoding", "gzip");
        if !if_range.is_empty() {
            call = call.header("if-range", if_range);
        }
        let reply = call.send().await;
        assert_eq!((reply.header("etag"), reply.header("repr-digest")), (&*etag, &*digest(&bytes)), "{range}");
        assert_eq!(reply.header("content-encoding"), "", "{range}");
        match expected {
            Some(part) => {
                let reply = reply.expect(206);
                assert!(reply.bytes == bytes[part.clone()], "{range}");
                let said = format!("bytes {}-{}/1000", part.start, part.end - 1);
                assert_eq!(reply.header("content-range"), said);
                assert_eq!(reply.header("content-digest"), digest(&bytes[part]), "{range}");
            }
            None => assert!(reply.expect(200).bytes == bytes, "{range} {if_range}"),
        }
    }
    for range in ["bytes=1000-", "bytes=4294967296-4294967297", "bytes=-0"] {
        let reply = api.call("GET", &at(&id)).header("range", range).send().await.expect(416);
        assert_eq!((reply.problem(), reply.header("content-range")), ("range-not-satisfiable", "bytes */1000"));
    }
    let head = api.call("HEAD", &at(&id)).header("range", "bytes=0-1").send().await.expect(200);
    assert_eq!((head.header("content-length"), head.header("etag")), ("1000", &*etag));
    for known in [etag.as_str(), "*", "\"x\", W/\"y\""] {
        let status = if known.contains('x') { 200 } else { 304 };
        api.call("GET", &at(&id))
            .header("if-none-match", known)
            .header("range", "bytes=0-")
            .send()
            .await
            .expect(if status == 200 { 206 } else { 304 });
    }
}

#[tokio::test]
async fn bytes_that_are_lost_are_an_error_of_the_server() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let id = upload(&api, ("mesures.json", "application/octet-stream"), &noise(1_000)).await;
    for file in std::fs::read_dir(demo.data.path().join("files/attachments")).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    assert_eq!(api.get(&at(&id)).await.expect(500).problem(), "internal");
    let part = api.call("GET", &at(&id)).header("range", "bytes=0-9").send().await;
    assert_eq!(part.expect(500).problem(), "internal");
}

#[tokio::test]
async fn large_texts_are_not_compressed_under_their_digest() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let bytes = "une ligne qui se répète\n".repeat(9_000).into_bytes();
    let id = upload(&api, ("journal.txt", "text/plain"), &bytes).await;
    let reply = api.call("GET", &at(&id)).header("accept-encoding", "gzip, br, zstd").send().await.expect(200);
    assert_eq!((reply.header("content-encoding"), reply.header("content-digest")), ("", &*digest(&bytes)));
    assert!(reply.bytes == bytes);
}

#[tokio::test]
async fn hostile_names_and_types_are_inert() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "sam").await;
    let project = api.biddable().await;
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    for (name, kind, kept) in [
        ("../../etc/passwd", "text/html", "passwd"),
        ("a\r\nX-Evil: y", "text/html; charset=utf-8", "aX-Evil: y"),
        ("facture\u{202e}fdp.exe", "image/svg+xml", "facturefdp.exe"),
        ("\"><script>alert(1)</script>.html", "text/html", "script>.html"),
        ("..\\..\\CON", "application/javascript", "CON"),
        ("\u{0}", "", "fichier"),
        (&"é".repeat(300), "text/plain", &"é".repeat(255)),
    ] {
        let id = upload(&api, (name, kind), b"<script>alert(1)</script>").await;
        let reply = api.get(&at(&id)).await.expect(200);
        let said = reply.header("content-disposition");
        assert!(said.starts_with("attachment; filename=\"") && said.is_ascii(), "{said}");
        assert_eq!(said.matches('"').count(), 2, "{said}");
        assert_eq!(reply.header("x-evil"), "");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin");
        ids.push(id);
        names.push(kept.to_owned());
    }
    let bid = place(&api, &project, &json!(ids)).await;
    let shown: Vec<&str> = bid["attachments"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(shown, names);
    let inside = demo.data.path().join("files/attachments");
    assert!(inside.read_dir().unwrap().all(|e| e.unwrap().file_name().to_str().unwrap().parse::<i64>().is_ok()));
}

#[tokio::test]
async fn a_file_is_read_by_who_sees_what_it_belongs_to() {
    let demo = Demo::start();
    let (camille, nadia, sam) =
        tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let alone = upload(&sam, ("seul.txt", "text/plain"), b"seul").await;
    for api in [&camille, &nadia] {
        assert_eq!(api.get(&at(&alone)).await.expect(404).problem(), "not-found");
        api.call("HEAD", &at(&alone)).send().await.expect(404);
    }
    for id in ["att_000000000000", "att_nope", "upl_000000000000"] {
        sam.get(&at(id)).await.expect(404);
    }
    let project = nadia.own_project().await;
    let bid = place(&sam, &project, &json!([alone])).await;
    for (api, status) in [(&sam, 200), (&nadia, 200), (&camille, 404)] {
        api.get(&at(&alone)).await.expect(status);
    }
    // Where the file belongs decides which permission reads it.
    let (bids, messages) = tokio::join!(
        sign_in_for(demo.url(), "nadia", "bids:read"),
        sign_in_for(demo.url(), "nadia", "messages:read contests:read projects:read")
    );
    bids.get(&at(&alone)).await.expect(200);
    assert_eq!(messages.get(&at(&alone)).await.expect(403).problem(), "insufficient-scope");
    let files = nadia.get(&format!("/v1/bids/{}", bid["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!(files["attachments"][0]["id"], alone.as_str());
    assert_eq!(files["attachments"][0]["sha256"], sha256(b"seul"));
}

#[tokio::test]
async fn a_bid_takes_files_of_one_s_own_that_are_free() {
    let demo = Demo::start();
    let (nadia, sam) = tokio::join!(sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let (one, two) = (upload(&sam, ("1", ""), b"un").await, upload(&sam, ("2", ""), b"deux").await);
    let foreign = upload(&nadia, ("3", ""), b"trois").await;
    let project = nadia.own_project().await;
    let path = format!("/v1/projects/{}/bids", project["id"].as_str().unwrap());
    for (files, error) in [
        (json!([foreign]), ("/attachment_ids/0", "unknown")),
        (json!([one, "att_nope"]), ("/attachment_ids/1", "unknown")),
        (json!(vec![one.as_str(); 31]), ("/attachment_ids", "too-many")),
        (json!([7]), ("/attachment_ids/0", "invalid-type")),
    ] {
        let mut body = offer(&project, 480_000);
        body["attachment_ids"] = files;
        assert_eq!(sam.post(&path, body).await.expect(422).error(), error);
    }
    let bid = place(&sam, &project, &json!([one, two])).await;
    let path = format!("/v1/bids/{}", bid["id"].as_str().unwrap());
    let edited = sam.patch(&path, "\"1\"", json!({"attachment_ids": [two]})).await.expect(200);
    assert_eq!((edited.body["attachments"].as_array().unwrap().len(), &edited.body["rev"]), (1, &json!(2)));
    let same = sam.patch(&path, "\"2\"", json!({"attachment_ids": [two], "period_days": 12})).await.expect(200);
    assert_eq!(same.body["rev"], 2, "nothing changed");
    nadia.get(&at(&one)).await.expect(404);
    nadia.get(&at(&two)).await.expect(200);
    let other = sam.biddable().await;
    let mut body = offer(&other, 480_000);
    body["attachment_ids"] = json!([two]);
    let taken = sam.post(&format!("/v1/projects/{}/bids", other["id"].as_str().unwrap()), body).await.expect(422);
    assert_eq!(taken.error(), ("/attachment_ids/0", "unknown"));
}

#[tokio::test]
async fn a_message_may_be_files_alone() {
    let demo = Demo::start();
    let (camille, nadia, sam) =
        tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"), sign_in(demo.url(), "sam"));
    let project = nadia.own_project().await;
    let (one, two) = (upload(&sam, ("plan.pdf", "application/pdf"), b"un").await, upload(&sam, ("2", ""), b"2").await);
    let message = |text: &str, files: Value| json!({"text": text, "client_message_id": Uuid::new_v4().to_string(), "attachment_ids": files});
    let mut first = message("", json!([one]));
    first["project_id"] = project["id"].clone();
    let opened = sam.post("/v1/threads", first).await.expect(201).body;
    assert_eq!(opened["message"]["attachments"][0]["name"], "plan.pdf");
    let path = format!("/v1/threads/{}/messages", opened["thread"]["id"].as_str().unwrap());
    assert_eq!(sam.post(&path, message("", json!([]))).await.expect(422).error(), ("/text", "too-short"));
    assert_eq!(sam.post(&path, message("", json!([one]))).await.expect(422).error(), ("/attachment_ids/0", "unknown"));
    let again = message("Voici.", json!([two]));
    let sent = sam.post(&path, again.clone()).await.expect(201).body;
    assert_eq!(sam.post(&path, again).await.expect(200).body, sent, "the same message with the same file");
    let seen = nadia.get(&path).await.expect(200);
    assert_eq!(seen.items()[0], sent);
    for (api, status) in [(&sam, 200), (&nadia, 200), (&camille, 404)] {
        api.get(&at(&one)).await.expect(status);
    }
    let since = nadia.get("/v1/snapshot?type=message&limit=1").await.expect(200);
    assert_eq!(since.items()[0], sent, "files are told with their message");
}
