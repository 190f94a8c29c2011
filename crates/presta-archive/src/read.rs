//! The bytes of an entry: never more than declared, and held against the manifest when they are all read.

use std::io::{self, BufReader, Read};

use sha2::{Digest, Sha256};
use zip::read::ZipFile;

use crate::archive::Archive;
use crate::listing::{Input, Zip};
use crate::watch::{Cut, Watch};
use crate::{Entry, Error};

const BUFFER: usize = 64 * 1024;

/// Whether what is read is also hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hashing {
    Yes,
    No,
}

/// An entry being read.
pub(crate) struct Content<'r, 'w> {
    zip: ZipFile<'r, BufReader<Input>>,
    watch: &'r mut Watch<'w>,
    entry: &'r Entry,
    file: String,
    read: u64,
    hash: Option<Sha256>,
}

/// ZIPs of an archive, opened one after the other.
#[derive(Default)]
pub(crate) struct Open(Option<(usize, Zip)>);

impl Open {
    /// Of a ZIP that is open, for its first entries.
    pub(crate) const fn with(zip: Zip) -> Self {
        Self(Some((0, zip)))
    }

    /// The bytes of `entry`.
    pub(crate) fn read<'r, 'w>(
        &'r mut self,
        archive: &Archive,
        entry: &'r Entry,
        watch: &'r mut Watch<'w>,
        hashing: Hashing,
    ) -> Result<Content<'r, 'w>, Error> {
        if self.0.as_ref().is_none_or(|(part, _)| *part != entry.part) {
            self.0 = Some((entry.part, archive.zip(entry.part)?));
        }
        self.again(entry, watch, hashing, archive.file(entry.part))
    }

    /// The bytes of `entry`, whose ZIP `file` is open.
    pub(crate) fn again<'r, 'w>(
        &'r mut self,
        entry: &'r Entry,
        watch: &'r mut Watch<'w>,
        hashing: Hashing,
        file: String,
    ) -> Result<Content<'r, 'w>, Error> {
        let Some((_, zip)) = &mut self.0 else { return Err(Error::Changed { file }) };
        let opened = zip.by_index(entry.index).map_err(io::Error::from);
        let zip = opened.map_err(|error| fault(error, file.clone(), entry))?;
        let hash = (hashing == Hashing::Yes).then(Sha256::new);
        Ok(Content { zip, watch, entry, file, read: 0, hash })
    }
}

impl Content<'_, '_> {
    /// Reads what is left, and holds it against the directory and the manifest.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let mut buffer = vec![0; BUFFER];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Err(self.fault(error)),
            }
        }
        let (file, entry) = (self.file, self.entry.path.clone());
        let declared = self.entry.expected.as_ref().map_or(self.entry.size, |expected| expected.size);
        if self.read != self.entry.size || self.read != declared {
            return Err(Error::Size { file, entry, declared });
        }
        let hashed = self.hash.map(|hash| <[u8; 32]>::from(hash.finalize())).zip(self.entry.expected.as_ref());
        if hashed.is_some_and(|(hash, expected)| expected.sha256.0 != Some(hash)) {
            return Err(Error::Hash { file, entry });
        }
        Ok(())
    }

    pub(crate) fn fault(&self, error: io::Error) -> Error {
        fault(error, self.file.clone(), self.entry)
    }
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.zip.read(buffer)?;
        self.read = self.read.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if self.read > self.entry.size {
            return Err(Cut::Longer.into());
        }
        if let (Some(hash), Some(bytes)) = (&mut self.hash, buffer.get(..read)) {
            hash.update(bytes);
        }
        self.watch.add(read)?;
        Ok(read)
    }
}

pub(crate) fn fault(error: io::Error, file: String, entry: &Entry) -> Error {
    let cut = error.get_ref().and_then(|inner| inner.downcast_ref::<Cut>()).copied();
    match cut {
        Some(Cut::Cancelled) => Error::Cancelled,
        Some(Cut::Longer) => Error::Size { file, entry: entry.path.clone(), declared: entry.size },
        None if error.raw_os_error().is_some() => Error::Unreadable { file, source: error },
        None => Error::Damaged { file, entry: entry.path.clone(), reason: error.to_string() },
    }
}
