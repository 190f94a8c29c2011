//! The server as a process.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_presta-platform");
/// Enough projects for the accounts to have theirs.
const SEED: &str = "130";

pub struct Server {
    pub url: String,
    pub ready: Value,
    child: Child,
}

impl Server {
    /// Serves `data` and waits for the ready line.
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("ready line: {line:?}"));
        Self { url: ready["url"].as_str().unwrap().to_owned(), ready, child }
    }

    /// Asks the server to end, and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server with a demo market of its own; the directory goes with it.
pub struct Demo {
    pub server: Server,
    pub data: TempDir,
}

impl Demo {
    pub fn start() -> Self {
        Self::with(&[])
    }

    pub fn with(arguments: &[&str]) -> Self {
        let data = copy_of_template();
        let server = Server::start(data.path(), arguments);
        Self { server, data }
    }

    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// Ends the server and starts another on the same data, after `between`.
    pub fn restart(self, between: impl FnOnce(&Path)) -> Self {
        let Self { server, data } = self;
        assert!(server.stop().success());
        between(data.path());
        let server = Server::start(data.path(), &[]);
        Self { server, data }
    }
}

/// A market made once for all tests and kept in memory; each test writes a copy.
fn copy_of_template() -> TempDir {
    static TEMPLATE: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &["--seed", SEED]);
        assert!(server.stop().success());
        let mut files = Vec::new();
        collect(data.path(), data.path(), &mut files);
        files
    });
    let copy = tempfile::tempdir().unwrap();
    for (name, bytes) in template {
        let path = copy.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    copy
}

/// Every file below `folder`, by its path from `root`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.push((path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap()));
        }
    }
}

/// Runs `import` on a listing of `lines`.
pub fn import(data: &Path, lines: &[&str]) -> Output {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines.join("\n")).unwrap();
    Command::new(BINARY)
        .arg("import")
        .arg(file.path())
        .arg("--data")
        .arg(data)
        .env("RUST_LOG", "error")
        .output()
        .unwrap()
}

/// Runs `text` on the file of a server, as time or another part of the platform would; answers the rows it changed.
pub fn edit_rows(data: &Path, text: &str) -> usize {
    let file = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    file.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    file.execute(text, []).unwrap()
}

/// The single value `text` asks the file of a server for.
pub fn value<T: rusqlite::types::FromSql>(data: &Path, text: &str) -> T {
    let file = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    file.query_row(text, [], |row| row.get(0)).unwrap()
}

/// The file of a running server, as another process sees it.
pub fn database(data: &Path) -> rusqlite::Connection {
    let file = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    file.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    file
}

/// Moves the end of bidding of the project called `title` into the past, as time would.
pub fn end_bidding(data: &Path, title: &str) {
    let file = rusqlite::Connection::open(data.join("platform.db")).unwrap();
    let text = "UPDATE projects SET bids_close_at = 1 WHERE n = (SELECT n FROM project_texts WHERE title = ?1)";
    assert_eq!(file.execute(text, [title]).unwrap(), 1);
}
