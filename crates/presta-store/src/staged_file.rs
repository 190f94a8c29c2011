//! The bytes of a file that is still to be sent, encrypted on the disk.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, 2015) over ChaCha20-Poly1305 (RFC 8439): segments of 64 KiB, each with its
//! number and whether it is the last one in its nonce, so that none can be left out, moved or cut off. A key seals one file,
//! once; any part can be read without the ones before it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of the file in a segment.
const SEGMENT: usize = 64 * 1024;
/// What a segment is longer by on the disk.
const TAG: usize = 16;

/// 32 random bytes.
pub type FileKey = Zeroizing<[u8; 32]>;

/// Why a file could not be staged or read again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StagedFileError {
    /// The file that is attached could not be read.
    #[error("reading the file: {0}")]
    Source(io::Error),
    /// The copy could not be written or read.
    #[error("the staged copy: {0}")]
    Copy(io::Error),
    /// There are more bytes than are taken.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The most bytes.
        limit: u64,
    },
    /// The copy is not what was written.
    #[error("the staged copy is damaged")]
    Damaged,
}

/// What a file was found to be while it was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
}

/// Copies `from` to the new file `to`, encrypted, in one pass; on the disk when this returns. What is left of a copy that
/// failed is the caller's to remove.
///
/// # Errors
/// [`StagedFileError`]; at most `limit` bytes are taken.
pub fn seal(key: &FileKey, from: &mut impl Read, to: &Path, limit: u64) -> Result<Sealed, StagedFileError> {
    let cipher = cipher(key)?;
    let mut out = File::create_new(to).map_err(StagedFileError::Copy)?;
    let (mut size, mut digest) = (0u64, Sha256::new());
    let mut segment = next(from)?;
    for number in 0u32.. {
        size += segment.len() as u64;
        if size > limit {
            return Err(StagedFileError::TooLarge { limit });
        }
        digest.update(&*segment);
        let after = next(from)?;
        let sealed = cipher.encrypt(&nonce(number, after.is_empty()), segment.as_slice());
        out.write_all(&sealed.map_err(|_| StagedFileError::Damaged)?).map_err(StagedFileError::Copy)?;
        if after.is_empty() {
            break;
        }
        segment = after;
    }
    out.sync_all().map_err(StagedFileError::Copy)?;
    let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Sealed { size, sha256 })
}

/// At most `length` bytes from `offset` on, of a file of `size` bytes.
///
/// # Errors
/// [`StagedFileError::Damaged`] when the copy is not what [`seal`] wrote.
pub fn read(key: &FileKey, path: &Path, size: u64, offset: u64, length: usize) -> Result<Vec<u8>, StagedFileError> {
    if offset >= size {
        return Ok(Vec::new());
    }
    let cipher = cipher(key)?;
    let segment_size = SEGMENT as u64;
    let last = size.saturating_sub(1) / segment_size;
    let mut number = offset / segment_size;
    let mut skip = usize::try_from(offset % segment_size).unwrap_or_default();
    let mut file = File::open(path).map_err(StagedFileError::Copy)?;
    file.seek(SeekFrom::Start(number * (segment_size + TAG as u64))).map_err(StagedFileError::Copy)?;
    let mut out = Vec::with_capacity(length.min(4 * 1024 * 1024));
    while out.len() < length && number <= last {
        let bytes = usize::try_from((size - number * segment_size).min(segment_size)).unwrap_or(SEGMENT);
        let mut sealed = vec![0; bytes + TAG];
        file.read_exact(&mut sealed).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => StagedFileError::Damaged,
            _ => StagedFileError::Copy(error),
        })?;
        let index = u32::try_from(number).map_err(|_| StagedFileError::Damaged)?;
        let opened = cipher.decrypt(&nonce(index, number == last), sealed.as_slice());
        let opened = Zeroizing::new(opened.map_err(|_| StagedFileError::Damaged)?);
        out.extend(opened.iter().skip(skip).take(length - out.len()));
        skip = 0;
        number += 1;
    }
    Ok(out)
}

fn cipher(key: &FileKey) -> Result<ChaCha20Poly1305, StagedFileError> {
    ChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| StagedFileError::Damaged)
}

fn nonce(number: u32, last: bool) -> Nonce {
    let [a, b, c, d] = number.to_be_bytes();
    Nonce::from([0, 0, 0, 0, 0, 0, 0, a, b, c, d, u8::from(last)])
}

/// The next segment: full, unless it is the last one; empty at the end.
fn next(from: &mut impl Read) -> Result<Zeroizing<Vec<u8>>, StagedFileError> {
    let mut segment = Zeroizing::new(Vec::with_capacity(SEGMENT));
    from.take(SEGMENT as u64).read_to_end(&mut segment).map_err(StagedFileError::Source)?;
    Ok(segment)
}
