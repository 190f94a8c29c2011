//! What a process did to the files of a folder and said to sockets, read from what strace wrote down.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Something done: it began and ended with these lines of the recording.
#[derive(Debug)]
pub struct Step {
    pub begun: usize,
    pub ended: usize,
    pub done: Done,
}

#[derive(Debug)]
pub enum Done {
    /// A file was opened that is made when it is not there.
    Opened {
        path: PathBuf,
        emptied: bool,
    },
    Written {
        path: PathBuf,
        offset: u64,
        bytes: Vec<u8>,
    },
    Resized {
        path: PathBuf,
        length: u64,
    },
    /// All that was done to the file, or to the names in the folder, is on the disk.
    Synced(PathBuf),
    Removed(PathBuf),
    Renamed {
        from: PathBuf,
        to: PathBuf,
    },
    /// Sent to a socket.
    Said(Vec<u8>),
}

/// Reads the recording at `path`; of the files, those below `folder`.
pub fn read(path: &Path, folder: &Path) -> Vec<Step> {
    let mut reader = Reader::default();
    let mut unfinished: HashMap<String, (usize, String)> = HashMap::new();
    let mut steps = Vec::new();
    let mut lines = 0;
    for (number, line) in BufReader::new(File::open(path).unwrap()).lines().enumerate() {
        lines = number + 1;
        let line = line.unwrap();
        // The last line may have been cut by the kill.
        if !line.ends_with(">") && !line.contains(" = ") && !line.contains("+++") {
            continue;
        }
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread.to_owned(), (number, begun.to_owned()));
            continue;
        }
        let (begun, whole) = match call.strip_prefix("<... ") {
            Some(rest) => {
                let Some((begun, start)) = unfinished.remove(thread) else { continue };
                (begun, format!("{start}{}", rest.split_once(" resumed>").unwrap().1))
            }
            None => (number, call.to_owned()),
        };
        if let Some(done) = reader.step(&whole).filter(|done| done.is_about(folder)) {
            steps.push(Step { begun, ended: number, done });
        }
    }
    // A kill may come before the end of an answer is written down that was received; a write without an end is as if lost.
    for (begun, call) in unfinished.into_values() {
        if let Some(done @ Done::Said(_)) = reader.step(&format!("{call}) = 0")) {
            steps.push(Step { begun, ended: lines, done });
        }
    }
    steps
}

impl Done {
    fn is_about(&self, folder: &Path) -> bool {
        match self {
            Self::Said(_) => true,
            // Shared memory is worth nothing after a start, and not written to by calls alone.
            Self::Opened { path, .. } | Self::Written { path, .. } | Self::Resized { path, .. } => {
                path.starts_with(folder) && !path.to_string_lossy().ends_with("-shm")
            }
            Self::Synced(path) | Self::Removed(path) => path.starts_with(folder),
            Self::Renamed { from, to } => from.starts_with(folder) || to.starts_with(folder),
        }
    }
}

/// Knows where each descriptor stands.
#[derive(Default)]
struct Reader {
    at: HashMap<String, u64>,
}

impl Reader {
    /// What a call did; nothing when it failed or is none of ours.
    fn step(&mut self, call: &str) -> Option<Done> {
        let (name, rest) = call.split_once('(')?;
        let (arguments, result) = rest.rsplit_once(") = ").or_else(|| {
            // strace aligns the results of short calls.
            let (arguments, result) = rest.rsplit_once('=')?;
            Some((arguments.trim_end().trim_end_matches(')'), result.trim_start()))
        })?;
        if result.trim_start().starts_with(['-', '?']) {
            return None;
        }
        assert!(!arguments.contains("\"..."), "a text was cut: {call:.200}");
        let parts: Vec<&str> = arguments.split(", ").collect();
        let number = |index: usize| parts.get(index).and_then(|part| part.parse::<u64>().ok());
        let of = parts.first().and_then(|part| descriptor(part));
        let done = match name {
            "openat" => {
                if let Some((file, _)) = descriptor(result) {
                    self.at.insert(file, 0);
                }
                let flags = parts.get(2)?;
                if !flags.contains("O_CREAT") {
                    return None;
                }
                Done::Opened { path: named(parts.get(1)?)?, emptied: flags.contains("O_TRUNC") }
            }
            "lseek" => {
                self.at.insert(of?.0, result.trim().parse().ok()?);
                return None;
            }
            "write" => {
                let (file, path) = of?;
                let bytes = text(parts.get(1)?)?;
                if path.starts_with("socket:") {
                    return Some(Done::Said(bytes));
                }
                let at = self.at.entry(file).or_default();
                let offset = *at;
                *at += bytes.len() as u64;
                Done::Written { path, offset, bytes }
            }
            "pwrite64" => Done::Written { path: of?.1, offset: number(3)?, bytes: text(parts.get(1)?)? },
            "ftruncate" => Done::Resized { path: of?.1, length: number(1)? },
            "fsync" | "fdatasync" => Done::Synced(of?.1),
            "unlink" => Done::Removed(named(parts.first()?)?),
            "unlinkat" => Done::Removed(named(parts.get(1)?)?),
            "rename" => Done::Renamed { from: named(parts.first()?)?, to: named(parts.get(1)?)? },
            "renameat" | "renameat2" => Done::Renamed { from: named(parts.get(1)?)?, to: named(parts.get(3)?)? },
            "writev" | "sendto" | "sendmsg" => {
                Done::Said(arguments.split('"').skip(1).step_by(2).filter_map(bytes).flatten().collect())
            }
            "mkdir" | "mkdirat" => return None,
            other => panic!("{other} is not understood"),
        };
        Some(done)
    }
}

/// `4<\x2f…>`: the descriptor and what it stands for.
fn descriptor(part: &str) -> Option<(String, PathBuf)> {
    let (number, path) = part.trim().split_once('<')?;
    let path = path.split_once('>')?.0;
    Some((number.to_owned(), PathBuf::from(String::from_utf8(bytes(path)?).ok()?)))
}

fn named(part: &str) -> Option<PathBuf> {
    text(part).and_then(|bytes| String::from_utf8(bytes).ok()).map(PathBuf::from)
}

fn text(part: &str) -> Option<Vec<u8>> {
    bytes(part.trim().strip_prefix('"')?.strip_suffix('"')?)
}

/// `\x2f\x74…`.
fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digit = |it: u8| char::from(it).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let mut out = Vec::with_capacity(hexadecimal.len() / 4);
    for byte in hexadecimal.as_bytes().chunks(4) {
        let [b'\\', b'x', high, low] = byte else { return None };
        out.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(out)
}
