//! The bridge as a process: who may ask it.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A running bridge; ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn status_line(address: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /call/status HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn only_who_knows_the_token_is_answered() {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_presta-bridge"));
    command.args(["--no-browser", "--ui"]).arg(profile.path()).env("PRESTA_PROFILE", profile.path());
    let mut bridge = Running(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(bridge.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    let (url, token) = ready["url"].as_str().unwrap().split_once("/#token=").unwrap();
    let address = url.strip_prefix("http://").unwrap();
    assert!(status_line(address, token).contains(" 200 "));
    assert!(status_line(address, "").contains(" 401 "));
    assert!(status_line(address, &token.to_uppercase()).contains(" 401 "));
}
