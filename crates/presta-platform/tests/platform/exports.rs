//! Archives of one's data.

use std::io::{Cursor, Read as _};

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    api::{Api, Reply},
    browser::{self, sign_in, sign_in_for},
    contract::Contract,
    privacy_requests::age_sign_ins,
    server::{self, Demo, Server},
};

const PATH: &str = "/v1/exports";

type Zip = zip::ZipArchive<Cursor<Vec<u8>>>;

async fn ask(api: &Api, body: Value) -> Reply {
    api.post(PATH, body).await
}

async fn ready(api: &Api, export: &Value) -> Value {
    api.wait_until("export", &export["id"], |item| item["state"] == "ready").await
}

async fn made(api: &Api, body: Value) -> Value {
    let export = ask(api, body).await.expect(202).body;
    ready(api, &export).await
}

async fn bytes(api: &Api, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = browser::http().get(format!("{}{path}", api.base)).bearer_auth(&api.token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.unwrap().to_vec();
    let kind = headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
    Contract::shared().check("GET", path, status, kind.as_deref(), &body);
    (status, headers, body)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Downloads every part, and checks every hash there is.
async fn unpacked(api: &Api, export: &Value) -> Zip {
    let parts = export["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 1, "small archives have one part");
    let (status, _, body) = bytes(api, parts[0]["url"].as_str().unwrap(), &[]).await;
    assert_eq!(
        (status, json!(body.len()), json!(sha256(&body))),
        (200, parts[0]["size"].clone(), parts[0]["sha256"].clone())
    );
    let mut zip = Zip::new(Cursor::new(body)).unwrap();
    let files = export["manifest"]["files"].as_array().unwrap();
    assert_eq!(files.len(), zip.len());
    for file in files {
        let content = content(&mut zip, file["path"].as_str().unwrap());
        assert_eq!(
            (json!(content.len()), json!(sha256(content.as_bytes()))),
            (file["size"].clone(), file["sha256"].clone())
        );
    }
    zip
}

fn names(zip: &Zip) -> Vec<String> {
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

fn content(zip: &mut Zip, path: &str) -> String {
    let mut text = String::new();
    zip.by_name(path).unwrap_or_else(|_| panic!("no {path}")).read_to_string(&mut text).unwrap();
    text
}

fn rows(zip: &mut Zip, name: &str) -> Vec<Value> {
    serde_json::from_str(&content(zip, &format!("json/{name}.json"))).unwrap()
}

#[tokio::test]
async fn portability_has_what_one_gave_in_every_form_and_nothing_of_others() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let file = server::database(demo.data.path());
    file.execute("UPDATE contacts SET name = '=HYPERLINK(\"x\")<script>' WHERE name = 'Hugo Lefèvre'", []).unwrap();
    let reply = ask(&api, json!({"profile": "portability", "formats": ["json", "csv", "html"]})).await.expect(202);
    assert_eq!(reply.body["state"], "queued");
    assert_eq!(reply.header("location"), format!("{PATH}/{}", reply.body["id"].as_str().unwrap()));
    let export = ready(&api, &reply.body).await;
    assert_eq!((&export["percent"], &export["error"]), (&json!(100), &Value::Null));
    assert_eq!(api.get(reply.header("location")).await.expect(200).body, export);
    let mut zip = unpacked(&api, &export).await;
    let mine = api.get("/v1/bids?limit=500").await.expect(200);
    assert_eq!(rows(&mut zip, "bid"), mine.items());
    let me = api.get("/v1/me").await.expect(200).body;
    assert_eq!(rows(&mut zip, "me"), std::slice::from_ref(&me));
    let messages = rows(&mut zip, "message");
    assert!(!messages.is_empty() && messages.iter().all(|message| message["author_id"] == me["id"]), "{messages:?}");
    assert_eq!(rows(&mut zip, "contact").len(), 12);
    assert_eq!(rows(&mut zip, "privacy_request").len(), 1);
    assert!(rows(&mut zip, "project").is_empty(), "she posted none");
    assert!(names(&zip).iter().all(|name| !name.contains("mail") && !name.contains("device")), "that is access");
    let csv = content(&mut zip, "csv/contact.csv");
    assert_eq!(csv.lines().count(), 13);
    assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\")<script>\""), "{csv}");
    let page = content(&mut zip, "html/contact.html");
    assert!(page.contains("=HYPERLINK(&quot;x&quot;)&lt;script&gt;") && !page.contains("<script"));
    let index = content(&mut zip, "index.html");
    assert!(index.contains("href=\"html/bid.html\"") && index.contains("lang=\"fr\""));
    let mails: i64 = file
        .query_row("SELECT count(*) FROM mails WHERE user_n = 1 AND topic = 'privacy'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mails, 1);
}

#[tokio::test]
async fn access_has_also_what_was_collected_and_derived() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "nadia").await;
    let export = made(&api, json!({"profile": "access", "formats": ["json"]})).await;
    let mut zip = unpacked(&api, &export).await;
    assert!(!rows(&mut zip, "project").is_empty());
    let own = api.get("/v1/projects?mine=true&status=any&limit=500").await.expect(200);
    assert_eq!(rows(&mut zip, "project").len(), own.items().len(), "only those she posted");
    assert_eq!(rows(&mut zip, "device").len(), 1);
    assert_eq!(rows(&mut zip, "sign_in").len(), 1);
    assert!(rows(&mut zip, "recipient").len() > 3);
    assert_eq!(rows(&mut zip, "export").len(), 1);
    for name in ["mail", "consent_history", "decision", "app", "attachment"] {
        rows(&mut zip, name);
    }
    assert!(names(&zip).iter().all(|name| !name.starts_with("csv/") && !name.starts_with("html/")));
    let camille = sign_in(demo.url(), "camille").await;
    let body = json!({"profile": "access", "resources": ["consent_history", "mail"], "formats": ["json"]});
    let mut zip = unpacked(&camille, &made(&camille, body).await).await;
    assert_eq!(rows(&mut zip, "consent_history").len(), 5);
    assert_eq!(zip.len(), 4, "two lists, the index and the manifest");
    let body = json!({"profile": "access", "resources": ["consent_history"], "formats": ["json"],
        "since": jiff::Timestamp::from_millisecond(jiff::Timestamp::now().as_millisecond() - 100 * 86_400_000).unwrap().to_string()});
    let mut zip = unpacked(&camille, &made(&camille, body).await).await;
    assert_eq!(rows(&mut zip, "consent_history").len(), 2);
}

#[tokio::test]
async fn attachments_go_along_under_harmless_names() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let folder = demo.data.path().join("files/attachments");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("900"), "le contenu").unwrap();
    let text = "INSERT INTO attachments (n, owner_n, name, media_type, size, sha256, created_at)
        VALUES (900, 1, '../../etc/passwd', 'text/plain', 10, 'x', 1), (901, 1, 'perdu.txt', 'text/plain', 1, 'x', 2)";
    server::database(demo.data.path()).execute(text, []).unwrap();
    let body = json!({"profile": "portability", "resources": ["attachment"], "formats": ["json"]});
    let mut zip = unpacked(&api, &made(&api, body).await).await;
    let listed = rows(&mut zip, "attachment");
    for name in ["../../etc/passwd", "perdu.txt"] {
        assert_eq!(listed.iter().filter(|row| row["name"] == name).count(), 1, "{name}");
    }
    let path = names(&zip).iter().find(|name| name.ends_with("etc_passwd")).unwrap().clone();
    assert!(path.starts_with("files/") && !path.contains(".."), "{path}");
    assert_eq!(content(&mut zip, &path), "le contenu");
}

#[tokio::test]
async fn a_part_can_be_resumed_where_it_was_cut() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let export = made(&api, json!({"profile": "portability", "formats": ["json"]})).await;
    let path = export["parts"][0]["url"].as_str().unwrap().to_owned();
    let (_, headers, whole) = bytes(&api, &path, &[("accept-encoding", "gzip")]).await;
    assert!(!headers.contains_key("content-encoding"), "its digest is of these very bytes");
    let (etag, size) = (headers["etag"].to_str().unwrap().to_owned(), whole.len());
    assert_eq!(headers["content-digest"], headers["repr-digest"]);
    let modified = headers["last-modified"].to_str().unwrap().to_owned();
    let last = format!("bytes={}-", size - 1);
    let behind = format!("bytes={size}-");
    for (range, condition, status, expected) in [
        ("bytes=0-9", None, 206, &whole[..10]),
        ("bytes=10-", Some(etag.as_str()), 206, &whole[10..]),
        ("bytes=10-", Some(modified.as_str()), 206, &whole[10..]),
        ("bytes=-7", None, 206, &whole[size - 7..]),
        (last.as_str(), None, 206, &whole[size - 1..]),
        ("bytes=10-", Some("\"other\""), 200, &whole[..]),
        ("bytes=0-1,4-5", None, 200, &whole[..]),
        ("nonsense", None, 200, &whole[..]),
    ] {
        let mut asked = vec![("range", range)];
        asked.extend(condition.map(|condition| ("if-range", condition)));
        let (got, headers, body) = bytes(&api, &path, &asked).await;
        assert_eq!((got, body.as_slice()), (status, expected), "{range} {condition:?}");
        assert_eq!(headers["etag"].to_str().unwrap(), etag);
        assert_eq!(headers.contains_key("content-range"), status == 206);
        assert_eq!(headers["content-length"].to_str().unwrap(), body.len().to_string());
    }
    let (status, headers, _) = bytes(&api, &path, &[("range", &behind)]).await;
    assert_eq!((status, headers["content-range"].to_str().unwrap()), (416, format!("bytes */{size}").as_str()));
    assert_eq!(bytes(&api, &path, &[("if-none-match", &etag)]).await.0, 304);
    let id = export["id"].as_str().unwrap();
    for missing in ["2", "0", "x", "99999999999"] {
        assert_eq!(bytes(&api, &format!("{PATH}/{id}/parts/{missing}"), &[]).await.0, 404, "{missing}");
    }
}

#[tokio::test]
async fn a_part_without_its_bytes_is_gone() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    let export = made(&api, json!({"profile": "portability", "formats": ["json"]})).await;
    let path = export["parts"][0]["url"].as_str().unwrap();
    let head = browser::http().head(format!("{}{path}", api.base)).bearer_auth(&api.token).header("range", "bytes=0-9");
    let head = head.send().await.unwrap();
    let size = export["parts"][0]["size"].to_string();
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, size.as_str()));
    std::fs::remove_dir_all(demo.data.path().join("files/exports")).unwrap();
    for asked in [&[][..], &[("range", "bytes=0-9")]] {
        assert_eq!(bytes(&api, path, asked).await.0, 410, "{asked:?}");
    }
}

#[tokio::test]
async fn an_archive_expires_and_can_be_made_again() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "sam").await;
    let export = made(&api, json!({"profile": "portability", "formats": ["csv"]})).await;
    let (id, url) = (export["id"].as_str().unwrap(), export["parts"][0]["url"].as_str().unwrap());
    let conflict = api.post(&format!("{PATH}/{id}:retry"), json!({})).await.expect(409);
    assert_eq!(conflict.problem(), "state-conflict");
    let file = server::database(demo.data.path());
    file.execute("UPDATE exports SET expires_at = 1", []).unwrap();
    assert_eq!(bytes(&api, url, &[]).await.0, 410, "also before it is removed");
    let Demo { server, data } = demo;
    assert!(server.stop().success());
    let server = Server::start(data.path(), &[]);
    let api = sign_in(&server.url, "sam").await;
    api.wait_until("export", &export["id"], |item| item["state"] == "expired").await;
    let again = api.post(&format!("{PATH}/{id}:retry"), json!({})).await.expect(200).body;
    assert_eq!((&again["state"], &again["parts"], &again["percent"]), (&json!("queued"), &json!([]), &json!(0)));
    let export = ready(&api, &again).await;
    unpacked(&api, &export).await;
    let folders = std::fs::read_dir(data.path().join("files/exports")).unwrap().count();
    assert_eq!(folders, 1, "the old archive is gone");
}

#[tokio::test]
async fn what_waits_can_be_cancelled_and_what_ran_goes_on_after_a_restart() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "sam").await;
    let export = made(&api, json!({"profile": "portability", "formats": ["json"]})).await;
    let path = format!("{PATH}/{}", export["id"].as_str().unwrap());
    assert_eq!(api.post(&format!("{path}:cancel"), json!({})).await.expect(409).problem(), "state-conflict");
    // The row says so, and nobody told the server: it waits until somebody looks.
    let file = server::database(demo.data.path());
    file.execute("UPDATE exports SET state = 'queued', attempt = attempt + 1", []).unwrap();
    file.execute("DELETE FROM export_parts", []).unwrap();
    let cancelled = api.post(&format!("{path}:cancel"), json!({})).await.expect(200).body;
    assert_eq!(cancelled["state"], "cancelled");
    let Demo { server, data } = demo;
    assert!(server.stop().success());
    file.execute("UPDATE exports SET state = 'running'", []).unwrap();
    let half = data.path().join("files/exports/1-2");
    std::fs::create_dir_all(&half).unwrap();
    std::fs::write(half.join("1.zip"), "half").unwrap();
    let server = Server::start(data.path(), &[]);
    let api = sign_in(&server.url, "sam").await;
    let export = ready(&api, &cancelled).await;
    unpacked(&api, &export).await;
}

#[tokio::test]
async fn an_export_needs_a_recent_sign_in_its_scope_and_a_form() {
    let demo = Demo::start();
    let api = sign_in(demo.url(), "camille").await;
    for (body, pointer, code) in [
        (json!({"profile": "all", "formats": ["json"]}), "/profile", "unknown"),
        (json!({"profile": "access", "formats": []}), "/formats", "too-few"),
        (json!({"profile": "access", "formats": ["pdf"]}), "/formats/0", "unknown"),
        (json!({"profile": "access", "formats": ["csv", "csv"]}), "/formats/1", "duplicate"),
        (json!({"profile": "access", "formats": ["csv"], "resources": ["x"]}), "/resources/0", "unknown"),
        (
            json!({"profile": "portability", "formats": ["csv"], "resources": ["mail"]}),
            "/resources/0",
            "not-in-profile",
        ),
        (json!({"profile": "access", "formats": ["csv"], "since": "hier"}), "/since", "invalid"),
        (json!({"profile": "access", "formats": ["csv"], "since": "2999-01-01T00:00:00Z"}), "/since", "in-the-future"),
        (json!({"profile": "access"}), "/formats", "required"),
        (json!({"profile": "access", "formats": ["csv"], "zip": true}), "/zip", "unknown-field"),
    ] {
        assert_eq!(ask(&api, body.clone()).await.expect(422).error(), (pointer, code), "{body}");
    }
    let good = json!({"profile": "portability", "resources": ["me"], "formats": ["json"]});
    let blind = sign_in_for(demo.url(), "camille", "privacy:read privacy:write").await;
    assert_eq!(ask(&blind, good.clone()).await.expect(403).problem(), "insufficient-scope");
    let export = made(&api, good.clone()).await;
    let sam = sign_in(demo.url(), "sam").await;
    let path = format!("{PATH}/{}", export["id"].as_str().unwrap());
    sam.get(&path).await.expect(404);
    sam.post(&format!("{path}:cancel"), json!({})).await.expect(404);
    sam.post(&format!("{path}:retry"), json!({})).await.expect(404);
    assert_eq!(bytes(&sam, export["parts"][0]["url"].as_str().unwrap(), &[]).await.0, 404);
    age_sign_ins(demo.data.path(), "camille.demo");
    assert_eq!(ask(&api, good).await.expect(403).problem(), "step-up-required");
    assert_eq!(api.get(PATH).await.expect(200).items().len(), 1, "reading needs none");
}
