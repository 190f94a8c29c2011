//! System calls of a process, recorded or made to fail by strace(1).

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

/// How long it may take to attach and to let go.
const SOON: Duration = Duration::from_secs(20);

/// What is recorded: all that changes files, and what goes to sockets.
const RECORDED: &str = "trace=openat,write,pwrite64,lseek,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,\
                        unlink,unlinkat,mkdir,mkdirat,writev,sendto,sendmsg";

/// strace, attached to a process. Dropping it lets the process go on as it would.
#[derive(Debug)]
pub struct Strace {
    child: Child,
    said: Lines<BufReader<ChildStderr>>,
    log: PathBuf,
}

impl Strace {
    /// Attaches to all threads of `process` and does `what` to its calls (`inject=` of strace(1), for example
    /// `pwrite64,fdatasync:error=EIO`), as far as they are about one of `paths`; about any file when there are none. The
    /// calls are written to `log`. Without a colon they are only written down.
    ///
    /// The one who traces must be allowed to (`ptrace_scope` of Yama): root is, in a user namespace too.
    ///
    /// # Errors
    /// When there is no strace, or it may not attach.
    pub async fn inject(process: Pid, what: &str, paths: &[&Path], log: &Path) -> anyhow::Result<Self> {
        let calls = what.split(':').next().unwrap_or_default();
        let mut command = command()?;
        command.arg("-f").args(["-e", &format!("trace={calls}")]);
        if what != calls {
            command.args(["-e", &format!("inject={what}")]);
        }
        command.args(["-e", "signal=none", "-o"]).arg(log);
        for path in paths {
            command.arg("-P").arg(path);
        }
        command.args(["-p", &process.as_raw_nonzero().to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("starting strace")?;
        let said = BufReader::new(child.stderr.take().context("what strace says")?).lines();
        let mut strace = Self { child, said, log: log.to_owned() };
        tokio::time::timeout(SOON, strace.attached()).await.context("strace did not attach in time")??;
        Ok(strace)
    }

    async fn attached(&mut self) -> anyhow::Result<()> {
        let mut said = Vec::new();
        while let Some(line) = self.said.next_line().await.context("what strace says")? {
            if line.contains(" attached") {
                return Ok(());
            }
            said.push(line);
        }
        bail!("strace did not attach: {}", said.join("; "))
    }

    /// How many calls were done something to so far.
    ///
    /// # Errors
    /// When what was written down cannot be read.
    pub fn injected(&self) -> anyhow::Result<usize> {
        let log = std::fs::read_to_string(&self.log).context("what strace wrote down")?;
        Ok(log.lines().filter(|line| line.ends_with("(INJECTED)")).count())
    }

    /// Lets go of the process; its calls are done again.
    ///
    /// # Errors
    /// When strace does not end.
    pub async fn end(mut self) -> anyhow::Result<()> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            kill_process(id, Signal::TERM).context("ending strace")?;
        }
        tokio::time::timeout(SOON, self.child.wait()).await.context("strace did not let go")?.context("strace")?;
        Ok(())
    }
}

/// strace, to be followed by the program it starts: `recording` has a line for each call, in the order of their ends. All
/// texts are in hexadecimal, a descriptor is followed by what it stands for, and a call during which others happened has two
/// lines.
pub(crate) fn recording(recording: &Path) -> anyhow::Result<Command> {
    let mut command = command()?;
    command.args(["-f", "--seccomp-bpf", "-y", "-xx", "-s", "16777216", "-e", "signal=none", "-e", RECORDED, "-o"]);
    command.arg(recording);
    Ok(command)
}

fn command() -> anyhow::Result<Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|folder| folder.join("strace").is_file()) {
        bail!("this needs strace: apt install strace");
    }
    Ok(Command::new("strace"))
}
