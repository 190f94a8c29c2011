//! Files, against servers that answer with something else.

use std::time::Duration;

use presta_api::{Error, Retry, Timeouts};

use crate::server::{Reply, Server, reply};
use crate::tokens::Tokens;

const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn headers(more: &str) -> String {
    format!("Content-Type: text/plain\r\nETag: \"{SHA256}\"\r\n{more}")
}

/// All that comes of a file from `from` on, and where it begins.
async fn download(server: &Server, from: u64) -> Result<(u64, Vec<u8>), Error> {
    let timeouts = Timeouts { idle: Duration::from_millis(300), ..Timeouts::default() };
    let mut download = server.client_with(&Tokens::first(), timeouts).download("att_1", from, SHA256).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = download.next().await? {
        bytes.extend(piece);
    }
    Ok((download.from, bytes))
}

#[tokio::test]
async fn a_part_is_gone_on_with_where_it_is_the_same_file() {
    let server = Server::always(reply("206 Partial Content", &headers("Content-Range: bytes 2-2/3\r\n"), b"c")).await;
    assert_eq!(download(&server, 2).await.unwrap(), (2, b"c".to_vec()));
    let asked = server.requests("/v1/attachments/att_1").remove(0);
    assert_eq!(asked.header("range"), Some("bytes=2-"));
    assert_eq!(asked.header("if-range"), Some(format!("\"{SHA256}\"").as_str()));
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn another_file_comes_from_its_beginning() {
    let server = Server::always(reply("200 OK", &headers(""), b"abc")).await;
    assert_eq!(download(&server, 2).await.unwrap(), (0, b"abc".to_vec()));
}

#[tokio::test]
async fn what_is_not_the_file_is_not_taken_for_it() {
    for answer in [
        reply("200 OK", "Content-Type: text/html\r\n", b"<html>Wi-Fi</html>"),
        reply("200 OK", "Content-Type: text/plain\r\nETag: \"0000\"\r\n", b"abc"),
        reply("206 Partial Content", &headers("Content-Range: bytes 0-0/3\r\n"), b"a"),
        reply("206 Partial Content", &headers("Content-Range: bytes */3\r\n"), b"c"),
        reply("206 Partial Content", &headers(""), b"c"),
        reply("204 No Content", &headers(""), b""),
    ] {
        let error = download(&Server::always(answer.clone()).await, 2).await.unwrap_err();
        assert!(matches!(error, Error::NotJson { .. }), "{answer:?}: {error:?}");
        assert_eq!(error.retry(), Retry::Network);
    }
}

#[tokio::test]
async fn a_cut_is_an_error_and_silence_too() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n{}\r\nab", headers("")).into_bytes();
    let error = download(&Server::always(Reply::Raw(head.clone())).await, 0).await.unwrap_err();
    assert!(matches!(error, Error::Network(_)), "{error:?}");
    let error = download(&Server::always(Reply::Hang(head)).await, 0).await.unwrap_err();
    assert!(matches!(error, Error::Timeout), "{error:?}");
}
