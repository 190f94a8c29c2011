//! A WebDriver server and the one session it holds.

use std::net::TcpListener;
use std::process::Stdio;

use anyhow::Context;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::Pid;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::group::Group;
use crate::{PATIENCE, until};

/// The session, and the server it runs in.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) client: Client,
    process: Group,
}

impl Driver {
    /// Starts `command` with `--port=N` and opens a session with `capabilities`.
    pub(crate) async fn start(name: &str, command: &mut Command, capabilities: Value) -> anyhow::Result<Self> {
        let port = free_port()?;
        command.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Group::spawn(name, command)?;
        until(name, PATIENCE, async || {
            process.check()?;
            Ok(TcpStream::connect(("127.0.0.1", port)).await.ok())
        })
        .await?;
        let capabilities: Capabilities = serde_json::from_value(capabilities).context("the capabilities")?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(capabilities);
        let address = format!("http://127.0.0.1:{port}");
        let client = tokio::time::timeout(PATIENCE * 2, connecting.connect(&address))
            .await
            .with_context(|| format!("{name} opened no session within {:?}", PATIENCE * 2))?
            .with_context(|| format!("opening a session of {name}"))?;
        Ok(Self { client, process })
    }

    /// The process group of the server and of what it started.
    pub(crate) fn group(&self) -> Option<Pid> {
        self.process.id()
    }

    /// Closes the session, which ends what it drove, then the server.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        let closed = tokio::time::timeout(PATIENCE, self.client.clone().close()).await;
        self.process.kill().await?;
        closed.context("the session did not close")?.context("closing the session")
    }

    /// Ends the server without a word to the session.
    pub(crate) async fn abandon(mut self) -> anyhow::Result<()> {
        self.process.kill().await
    }
}

/// A port nobody listens on. Another process may take it before the server does; then the server says so.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("finding a free port")?;
    Ok(listener.local_addr().context("finding a free port")?.port())
}
