//! Files on their way: tus 1.0, cuts, checksums, ends.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::{
    api::{Api, Call, Reply},
    browser::sign_in,
    server::{Demo, Server},
};

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that repeat nowhere soon.
pub fn noise(length: u32) -> Vec<u8> {
    (0..length).map(|i| (i.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect()
}

fn metadata(name: &str, kind: &str, more: &str) -> String {
    format!("filename {},filetype {}{more}", STANDARD.encode(name), STANDARD.encode(kind))
}

fn tus(api: &Api, method: &str, path: &str) -> Call {
    api.call(method, path).header("tus-resumable", "1.0.0")
}

async fn announce(api: &Api, length: usize, metadata: &str) -> Reply {
    let call = tus(api, "POST", "/v1/uploads").header("upload-length", &length.to_string());
    call.header("upload-metadata", metadata).send().await
}

/// Announces a file and answers where it goes.
async fn begin(api: &Api, length: usize) -> String {
    announce(api, length, &metadata("plan.bin", "", "")).await.expect(201).header("location").to_owned()
}

fn chunk(api: &Api, path: &str, offset: usize, bytes: &[u8]) -> Call {
    let call = tus(api, "PATCH", path).header("content-type", "application/offset+octet-stream");
    call.header("upload-offset", &offset.to_string()).bytes(bytes.to_vec())
}

async fn offset(api: &Api, path: &str) -> usize {
    tus(api, "HEAD", path).send().await.expect(200).header("upload-offset").parse().unwrap()
}

/// A whole upload; answers the attachment's id.
pub async fn upload(api: &Api, (name, kind): (&str, &str), bytes: &[u8]) -> String {
    let made = announce(api, bytes.len(), &metadata(name, kind, "")).await.expect(201);
    if bytes.is_empty() {
        return made.header("upload-attachment").to_owned();
    }
    let done = chunk(api, made.header("location"), 0, bytes).send().await.expect(204);
    done.header("upload-attachment").to_owned()
}

fn edit(data: &Path, sql: &str) {
    let file = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    assert_eq!(file.execute(sql, []).unwrap(), 1);
}

fn names(data: &Path, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(data.join("files").join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Begins a `PATCH` of `length` bytes by hand, and sends the first ones.
fn half_open(api: &Api, path: &str, (offset, length): (usize, &str), bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(api.base.trim_start_matches("http://")).unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
         Content-Type: application/offset+octet-stream\r\nUpload-Offset: {offset}\r\n{length}\r\n\r\n",
        api.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Asks, without disturbing, until so many bytes are there.
async fn arrived(api: &Api, path: &str, offset: usize) {
    while api.get(path).await.expect(200).body["offset"] != offset {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_spoken_is_said_to_everyone() {
    let demo = Demo::start();
    let said = Api::new(demo.url(), "").call("OPTIONS", "/v1/uploads").send().await.expect(204);
    for (name, value) in [
        ("tus-resumable", "1.0.0"),
        ("tus-version", "1.0.0"),
        ("tus-extension", "creation,checksum,expiration,termination"),
        ("tus-max-size", "209715200"),
        ("tus-checksum-algorithm", "sha1,sha256"),
    ] {
        assert_eq!(said.header(name), value);
    }
    let nobody = tus(&Api::new(demo.url(), ""), "POST", "/v1/uploads").send().await.expect(401);
    assert_eq!(nobody.problem(), "unauthenticated");
}

#[tokio::test]
async fn a_file_sent_in_pieces_over_a_restart_becomes_an_attachment() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let bytes = noise(200_000);
    let whole = format!(",sha256 {}", STANDARD.encode(sha256(&bytes)));
    let made = announce(&api, bytes.len(), &metadata("Devis été.pdf", "Application/PDF", &whole)).await.expect(201);
    let path = made.header("location").to_owned();
    assert_eq!(made.header("tus-resumable"), "1.0.0");
    assert!(made.header("upload-expires").ends_with("GMT"), "{}", made.header("upload-expires"));
    assert_eq!((&made.body["name"], &made.body["media_type"]), (&"Devis été.pdf".into(), &"application/pdf".into()));
    let sum = format!("sha1 {}", STANDARD.encode(Sha1::digest(&bytes[..70_000])));
    let one = chunk(&api, &path, 0, &bytes[..70_000]).header("upload-checksum", &sum).send().await.expect(204);
    assert_eq!(one.header("upload-offset"), "70000");
    chunk(&api, &path, 70_000, &bytes[70_000..90_001]).send().await.expect(204);
    let Demo { server, data } = demo;
    assert!(server.stop().success());

    let server = Server::start(data.path(), &[]);
    let api = Api::new(&server.url, &api.token);
    assert_eq!(offset(&api, &path).await, 90_001);
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&bytes[90_001..])));
    let last = chunk(&api, &path, 90_001, &bytes[90_001..]).header("upload-checksum", &sum).send().await.expect(204);
    let attachment = last.header("upload-attachment").to_owned();
    assert!(attachment.starts_with("att_"));
    let known = api.get(&path).await.expect(200);
    assert_eq!((&known.body["attachment_id"], &known.body["offset"]), (&attachment.as_str().into(), &200_000.into()));
    let again = tus(&api, "HEAD", &path).send().await.expect(200);
    assert_eq!((again.header("upload-attachment"), again.header("cache-control")), (attachment.as_str(), "no-store"));
    let file = api.get(&format!("/v1/attachments/{attachment}")).await.expect(200);
    assert!(file.bytes == bytes, "the same bytes");
    let unchanged = api.call("GET", &path).header("if-none-match", known.header("etag")).send().await;
    unchanged.expect(304);
}

#[tokio::test]
async fn what_arrived_before_a_cut_connection_is_kept() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let bytes = noise(100_000);
    let path = begin(&api, bytes.len()).await;
    let cut = half_open(&api, &path, (0, "Content-Length: 100000"), &bytes[..40_000]);
    arrived(&api, &path, 40_000).await;
    cut.shutdown(Shutdown::Both).unwrap();
    drop(cut);
    assert_eq!(offset(&api, &path).await, 40_000);
    let stale = chunk(&api, &path, 0, &bytes).send().await.expect(409);
    assert_eq!((stale.problem(), stale.header("upload-offset")), ("offset-mismatch", "40000"));
    let done = chunk(&api, &path, 40_000, &bytes[40_000..]).send().await.expect(204);
    let id = done.header("upload-attachment");
    assert!(api.get(&format!("/v1/attachments/{id}")).await.expect(200).bytes == bytes);
}

#[tokio::test]
async fn a_dead_connection_keeps_nobody_from_going_on() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let bytes = noise(50_000);
    let path = begin(&api, bytes.len()).await;
    let mut dead = half_open(&api, &path, (0, "Content-Length: 50000"), &bytes[..20_000]);
    arrived(&api, &path, 20_000).await;
    let done = tokio::join!(async { chunk(&api, &path, offset(&api, &path).await, &bytes[20_000..]).send().await });
    let id = done.0.expect(204).header("upload-attachment").to_owned();
    assert!(api.get(&format!("/v1/attachments/{id}")).await.expect(200).bytes == bytes);
    let mut said = String::new();
    dead.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 409 ") && said.contains("offset-mismatch"), "{said}");
}

#[tokio::test]
async fn a_chunk_with_another_checksum_counts_for_nothing() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let bytes = noise(9_000);
    let path = begin(&api, bytes.len()).await;
    chunk(&api, &path, 0, &bytes[..1_000]).send().await.expect(204);
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&bytes[1_000..])));
    let mut damaged = bytes[1_000..].to_vec();
    damaged[5_000] ^= 1;
    let refused = chunk(&api, &path, 1_000, &damaged).header("upload-checksum", &sum).send().await.expect(460);
    assert_eq!((refused.problem(), refused.header("tus-resumable")), ("checksum-mismatch", "1.0.0"));
    assert_eq!(offset(&api, &path).await, 1_000);
    // Cut short, it cannot be checked: nothing of it is kept either.
    let head = format!("Upload-Checksum: {sum}\r\nContent-Length: 8000");
    let cut = half_open(&api, &path, (1_000, &head), &bytes[1_000..4_000]);
    cut.shutdown(Shutdown::Both).unwrap();
    assert_eq!(offset(&api, &path).await, 1_000);
    let taken = chunk(&api, &path, 1_000, &bytes[1_000..]).header("upload-checksum", &sum).send().await.expect(204);
    let id = taken.header("upload-attachment");
    assert!(api.get(&format!("/v1/attachments/{id}")).await.expect(200).bytes == bytes);
    assert_eq!(names(demo.data.path(), "uploads"), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_is_not_the_one_announced_is_thrown_away() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let other = format!(",sha256 {}", STANDARD.encode("0".repeat(64)));
    let made = announce(&api, 5, &metadata("a.txt", "text/plain", &other)).await.expect(201);
    let path = made.header("location").to_owned();
    let refused = chunk(&api, &path, 0, b"salut").send().await.expect(460);
    assert_eq!(refused.problem(), "checksum-mismatch");
    assert_eq!(api.get(&path).await.expect(410).problem(), "gone");
    assert_eq!(names(demo.data.path(), "uploads"), Vec::<String>::new());
    assert_eq!(announce(&api, 0, &metadata("a.txt", "", &other)).await.expect(460).problem(), "checksum-mismatch");
}

#[tokio::test]
async fn announcements_out_of_form_are_refused_with_the_header() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let good = metadata("a.txt", "text/plain", "");
    let long = "9".repeat(40);
    for (length, metadata, status, problem, error) in [
        ("", good.as_str(), 422, "validation", ("Upload-Length", "invalid")),
        ("-1", &good, 422, "validation", ("Upload-Length", "invalid")),
        ("1.5", &good, 422, "validation", ("Upload-Length", "invalid")),
        ("209715201", &good, 413, "payload-too-large", ("", "")),
        ("2147483648", &good, 413, "payload-too-large", ("", "")),
        ("5000000000", &good, 413, "payload-too-large", ("", "")),
        (&long, &good, 413, "payload-too-large", ("", "")),
        ("5", "", 422, "validation", ("Upload-Metadata", "filename-required")),
        ("5", "filetype dGV4dC9wbGFpbg==", 422, "validation", ("Upload-Metadata", "filename-required")),
        ("5", "filename é", 422, "validation", ("Upload-Metadata", "required")),
        ("5", "filename %%", 422, "validation", ("Upload-Metadata", "invalid")),
        ("5", "filename YQ==,filetype YQ==", 422, "validation", ("Upload-Metadata", "invalid")),
        ("5", "filename YQ==,sha256 YQ==", 422, "validation", ("Upload-Metadata", "invalid")),
    ] {
        let call = tus(&api, "POST", "/v1/uploads").header("upload-length", length).header("upload-metadata", metadata);
        let reply = call.send().await.expect(status);
        assert_eq!((reply.problem(), reply.error()), (problem, error), "{length} {metadata}");
    }
    let silent = tus(&api, "POST", "/v1/uploads").send().await.expect(422);
    assert_eq!(silent.error(), ("Upload-Length", "required"));
    announce(&api, 209_715_200, &good).await.expect(201);
}

#[tokio::test]
async fn chunks_out_of_form_are_refused_and_change_nothing() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let path = begin(&api, 10).await;
    for version in ["", "0.2.2", "1.0.1"] {
        for (method, path) in [("POST", "/v1/uploads"), ("HEAD", &path), ("PATCH", &path), ("DELETE", &path)] {
            let reply = api.call(method, path).header("tus-resumable", version).send().await.expect(412);
            assert_eq!(reply.header("tus-version"), "1.0.0", "{method} {version}");
        }
    }
    let plain = tus(&api, "PATCH", &path).header("content-type", "text/plain").header("upload-offset", "0");
    assert_eq!(plain.bytes(b"salut".to_vec()).send().await.expect(415).problem(), "unsupported-media-type");
    for (offset, status, problem) in [
        ("1", 409, "offset-mismatch"),
        ("4294967296", 409, "offset-mismatch"),
        ("99999999999999999999999", 409, "offset-mismatch"),
        ("-1", 422, "validation"),
        ("x", 422, "validation"),
    ] {
        let call = tus(&api, "PATCH", &path).header("content-type", "application/offset+octet-stream");
        let reply = call.header("upload-offset", offset).bytes(b"salut".to_vec()).send().await.expect(status);
        assert_eq!(reply.problem(), problem, "{offset}");
    }
    for checksum in ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1", "sha1 AAAA", "sha256 qZk+NkcGgWq6PiVxeFDCbJzQ2J0="] {
        let reply = chunk(&api, &path, 0, b"salut").header("upload-checksum", checksum).send().await.expect(422);
        assert_eq!(reply.error().0, "Upload-Checksum", "{checksum}");
    }
    let much = chunk(&api, &path, 0, b"onze octets").send().await.expect(413);
    assert_eq!(much.problem(), "payload-too-large");
    let mut unsaid = half_open(
        &api,
        &path,
        (0, "Transfer-Encoding: chunked\r\nConnection: close"),
        b"6\r\nsalut \r\n5\r\nonde!\r\n0\r\n\r\n",
    );
    let mut said = String::new();
    unsaid.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
    assert_eq!(offset(&api, &path).await, 0);
}

#[tokio::test]
async fn an_upload_is_its_sender_s_alone() {
    let demo = Demo::start();
    let (camille, nadia) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"));
    let path = begin(&camille, 5).await;
    for id in [path.as_str(), "/v1/uploads/upl_000000000000", "/v1/uploads/att_000000000000", "/v1/uploads/..%2f"] {
        nadia.get(id).await.expect(404);
        tus(&nadia, "HEAD", id).send().await.expect(404);
        chunk(&nadia, id, 0, b"salut").send().await.expect(404);
        tus(&nadia, "DELETE", id).send().await.expect(404);
    }
    assert_eq!(offset(&camille, &path).await, 0);
}

#[tokio::test]
async fn an_upload_given_up_is_gone_with_its_bytes_and_a_used_file_stays() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "sam").await;
    let path = begin(&api, 10).await;
    chunk(&api, &path, 0, b"salut").send().await.expect(204);
    tus(&api, "DELETE", &path).send().await.expect(204);
    assert_eq!(names(demo.data.path(), "uploads"), Vec::<String>::new());
    for method in ["HEAD", "DELETE"] {
        tus(&api, method, &path).send().await.expect(410);
    }
    assert_eq!(chunk(&api, &path, 5, b"salut").send().await.expect(410).problem(), "gone");

    let path = begin(&api, 5).await;
    let before = names(demo.data.path(), "attachments").len();
    let id = chunk(&api, &path, 0, b"salut").send().await.expect(204).header("upload-attachment").to_owned();
    assert_eq!(names(demo.data.path(), "attachments").len(), before + 1);
    tus(&api, "DELETE", &path).send().await.expect(204);
    api.get(&format!("/v1/attachments/{id}")).await.expect(404);
    assert_eq!(names(demo.data.path(), "attachments").len(), before);
}

#[tokio::test]
async fn an_upload_not_complete_in_time_is_removed() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let path = begin(&api, 10).await;
    chunk(&api, &path, 0, b"salut").send().await.expect(204);
    edit(demo.data.path(), "UPDATE uploads SET expires_at = 1 WHERE ended_at IS NULL");
    assert_eq!(chunk(&api, &path, 5, b"salut").send().await.expect(410).problem(), "gone");
    tus(&api, "HEAD", &path).send().await.expect(410);
    let Demo { server, data } = demo;
    assert!(server.stop().success());
    for (folder, name) in [("uploads", "77"), ("uploads", "1.chunk"), ("attachments", "987654")] {
        std::fs::write(data.path().join("files").join(folder).join(name), "orphan").unwrap();
    }
    let kept = names(data.path(), "attachments").len() - 1;
    let _server = Server::start(data.path(), &[]);
    assert_eq!(names(data.path(), "uploads"), Vec::<String>::new());
    assert_eq!(names(data.path(), "attachments").len(), kept, "what belongs to rows stays");
}

#[tokio::test]
async fn thirty_uploads_at_a_time_are_enough() {
    let demo = Demo::start();
    let (camille, nadia) = tokio::join!(sign_in(demo.url(), "camille"), sign_in(demo.url(), "nadia"));
    let mut last = String::new();
    for _ in 0..30 {
        last = begin(&camille, 5).await;
    }
    let good = metadata("a.txt", "", "");
    assert_eq!(announce(&camille, 5, &good).await.expect(409).problem(), "limit-reached");
    begin(&nadia, 5).await;
    chunk(&camille, &last, 0, b"salut").send().await.expect(204);
    announce(&camille, 5, &good).await.expect(201);
}

#[tokio::test]
async fn an_announcement_repeated_with_its_key_is_the_same_upload() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let key = uuid::Uuid::new_v4();
    let ask = |length: &'static str| {
        let call = tus(&api, "POST", "/v1/uploads").header("upload-length", length).key(key);
        call.header("upload-metadata", "filename YQ==").send()
    };
    let first = ask("0").await.expect(201);
    assert!(first.header("upload-attachment").starts_with("att_"), "an empty file is complete at once");
    let again = ask("0").await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    for name in ["location", "upload-attachment", "upload-offset"] {
        assert_eq!(again.header(name), first.header(name));
    }
    assert_eq!(ask("1").await.expect(422).problem(), "idempotency-key-reused");
    let file = api.get(&format!("/v1/attachments/{}", first.header("upload-attachment"))).await.expect(200);
    assert!(file.bytes.is_empty());
}
