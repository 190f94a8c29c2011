//! A disk that keeps what was synced, and of the rest what chance has it: after Pillai et al., "All File Systems Are Not
//! Created Equal" (OSDI 2014), for a file system that keeps the order of names within its journal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::recording::{Done, Step};
use crate::seed::Draw;

/// What is written in one go.
const BLOCK: usize = 4096;

/// What becomes of what was not synced when the power goes.
#[derive(Debug)]
pub enum Unsynced {
    Lost,
    /// Each block and change of length by itself, and names up to some change.
    Drawn(Draw),
}

impl Unsynced {
    fn keeps(&mut self) -> bool {
        match self {
            Self::Lost => false,
            Self::Drawn(draw) => draw.below(2) == 1,
        }
    }

    fn keeps_of(&mut self, changes: usize) -> usize {
        match self {
            Self::Lost => 0,
            Self::Drawn(draw) => usize::try_from(draw.below(changes as u64 + 1)).unwrap(),
        }
    }
}

/// A file, whatever it is called.
#[derive(Debug, Default)]
struct Content {
    synced: Vec<u8>,
    after: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    ended: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Written(usize, Vec<u8>),
    Resized(usize),
}

#[derive(Debug, Clone)]
enum Naming {
    Made(PathBuf, usize),
    Removed(PathBuf),
    Renamed(PathBuf, PathBuf),
}

type Names = BTreeMap<PathBuf, usize>;

/// The files of a folder as a process sees them, and as they are on the disk.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    contents: Vec<Content>,
    seen: Names,
    synced: Names,
    /// Changes of names that were not synced.
    after: Vec<(usize, Naming)>,
    done: usize,
}

impl Disk {
    /// The files that lie in `base`, as those of `folder`.
    pub fn of(base: &Path, folder: &Path) -> Self {
        let mut disk = Self {
            folder: folder.to_owned(),
            contents: Vec::new(),
            seen: Names::new(),
            synced: Names::new(),
            after: Vec::new(),
            done: 0,
        };
        for entry in fs::read_dir(base).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_dir() {
                continue;
            }
            let synced = fs::read(entry.path()).unwrap();
            disk.seen.insert(folder.join(entry.file_name()), disk.contents.len());
            disk.contents.push(Content { synced, after: Vec::new() });
        }
        disk.synced = disk.seen.clone();
        disk
    }

    /// Does what had ended before the line `at` of the recording.
    pub fn run_to(&mut self, steps: &[Step], at: usize) {
        while let Some(step) = steps.get(self.done).filter(|step| step.ended < at) {
            self.step(step);
            self.done += 1;
        }
    }

    fn step(&mut self, step: &Step) {
        let ended = step.ended;
        match &step.done {
            Done::Opened { path, emptied } => match self.seen.get(path) {
                None => {
                    self.contents.push(Content::default());
                    self.name(ended, Naming::Made(path.clone(), self.contents.len() - 1));
                }
                Some(_) if *emptied => self.change(path, ended, What::Resized(0)),
                Some(_) => {}
            },
            Done::Written { path, offset, bytes } => {
                let mut offset = usize::try_from(*offset).unwrap();
                let mut bytes = bytes.as_slice();
                while !bytes.is_empty() {
                    let (block, rest) = bytes.split_at(bytes.len().min(BLOCK - offset % BLOCK));
                    self.change(path, ended, What::Written(offset, block.to_vec()));
                    offset += block.len();
                    bytes = rest;
                }
            }
            Done::Resized { path, length } => {
                self.change(path, ended, What::Resized(usize::try_from(*length).unwrap()));
            }
            Done::Synced(path) if self.seen.contains_key(path) => {
                let content = &mut self.contents[self.seen[path]];
                // What was still going on when the sync began is not covered by it.
                let (covered, after) =
                    std::mem::take(&mut content.after).into_iter().partition(|change| change.ended < step.begun);
                content.after = after;
                let covered: Vec<Change> = covered;
                covered.iter().for_each(|change| apply(&mut content.synced, &change.what));
            }
            Done::Synced(folder) => {
                let in_folder = |naming: &Naming| match naming {
                    Naming::Made(path, _) | Naming::Removed(path) | Naming::Renamed(_, path) => {
                        path.parent() == Some(folder.as_path())
                    }
                };
                let (covered, after) = std::mem::take(&mut self.after)
                    .into_iter()
                    .partition(|(ended, naming)| *ended < step.begun && in_folder(naming));
                self.after = after;
                let covered: Vec<(usize, Naming)> = covered;
                covered.iter().for_each(|(_, naming)| rename(&mut self.synced, naming));
            }
            Done::Removed(path) => self.name(ended, Naming::Removed(path.clone())),
            Done::Renamed { from, to } => self.name(ended, Naming::Renamed(from.clone(), to.clone())),
            Done::Said(_) => {}
        }
    }

    fn change(&mut self, path: &Path, ended: usize, what: What) {
        // A file that was removed while it was open is nobody's any more.
        if let Some(file) = self.seen.get(path) {
            self.contents[*file].after.push(Change { ended, what });
        }
    }

    fn name(&mut self, ended: usize, naming: Naming) {
        rename(&mut self.seen, &naming);
        self.after.push((ended, naming));
    }

    /// Writes the files down as they are found when the power comes back.
    pub fn after_a_cut(&self, mut unsynced: Unsynced) {
        let mut names = self.synced.clone();
        let kept = unsynced.keeps_of(self.after.len());
        self.after.iter().take(kept).for_each(|(_, naming)| rename(&mut names, naming));
        fs::remove_dir_all(&self.folder).unwrap();
        fs::create_dir_all(&self.folder).unwrap();
        for (path, file) in names {
            let Content { synced, after } = &self.contents[file];
            let mut bytes = synced.clone();
            for change in after {
                if unsynced.keeps() {
                    apply(&mut bytes, &change.what);
                }
            }
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

fn apply(bytes: &mut Vec<u8>, what: &What) {
    match what {
        What::Written(offset, block) => {
            let end = offset + block.len();
            bytes.resize(bytes.len().max(end), 0);
            bytes[*offset..end].copy_from_slice(block);
        }
        What::Resized(length) => bytes.resize(*length, 0),
    }
}

fn rename(names: &mut Names, naming: &Naming) {
    match naming {
        Naming::Made(path, file) => {
            names.insert(path.clone(), *file);
        }
        Naming::Removed(path) => {
            names.remove(path);
        }
        Naming::Renamed(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
    }
}
