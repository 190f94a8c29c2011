//! Secrets under a passphrase: argon2id (RFC 9106) makes a key of it, XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha) seals with that key.
//!
//! A sealed secret is text, kept in the keyring in the place of the secret:
//! `argon2id:<KiB>:<passes>:<salt>:<nonce>:<sealed>`, the last three in base64. Its parameters travel with it, so that
//! stronger ones can be chosen later without locking anyone out.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::Secret;

/// What a sealed secret begins with. No secret of ours does: they are hexadecimal or base64.
const SCHEME: &str = "argon2id";
/// Memory of one derivation. With [`PASSES`] one of the settings of OWASP's Password Storage Cheat Sheet.
const MEMORY_KIB: u32 = 46 * 1024;
const PASSES: u32 = 1;
/// What is read from outside is bounded: a damaged entry must not ask for all memory there is.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;
const SALT: usize = 16;
const NONCE: usize = 24;

/// Why a sealed secret could not be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// It is another passphrase, or the sealed secret was altered: the two cannot be told apart.
    #[error("opening a sealed secret: the passphrase does not fit")]
    WrongPassphrase,
    /// The text is not a sealed secret.
    #[error("opening a sealed secret: it is not one")]
    Malformed,
    /// The system gave no random numbers, or no memory for the derivation.
    #[error("sealing a secret: the system gave no random numbers or no memory")]
    System,
}

/// The key made of a passphrase. Kept while the passphrase need not be asked again; wiped when dropped.
#[derive(Clone)]
pub struct SealingKey {
    key: Zeroizing<[u8; 32]>,
    salt: [u8; SALT],
    memory_kib: u32,
    passes: u32,
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

impl SealingKey {
    /// Derives a key from a passphrase, under a new random salt. Takes about a tenth of a second, and blocks.
    ///
    /// # Errors
    /// [`SealError::System`].
    pub fn new(passphrase: &Secret) -> Result<Self, SealError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|_| SealError::System)?;
        Self::derive(passphrase, salt, MEMORY_KIB, PASSES)
    }

    fn derive(passphrase: &Secret, salt: [u8; SALT], memory_kib: u32, passes: u32) -> Result<Self, SealError> {
        let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(|_| SealError::Malformed)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &salt, key.as_mut_slice())
            .map_err(|_| SealError::System)?;
        Ok(Self { key, salt, memory_kib, passes })
    }

    /// Seals a secret for the place called `name`: it can be opened under that name alone.
    ///
    /// # Errors
    /// [`SealError::System`].
    pub fn seal(&self, name: &str, secret: &Secret) -> Result<Secret, SealError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealError::System)?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: name.as_bytes() };
        let sealed = self.cipher()?.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::System)?;
        let (memory, passes) = (self.memory_kib, self.passes);
        let (salt, nonce, sealed) = (BASE64.encode(self.salt), BASE64.encode(nonce), BASE64.encode(sealed));
        Ok(Secret::from(format!("{SCHEME}:{memory}:{passes}:{salt}:{nonce}:{sealed}")))
    }

    fn cipher(&self) -> Result<XChaCha20Poly1305, SealError> {
        XChaCha20Poly1305::new_from_slice(self.key.as_slice()).map_err(|_| SealError::System)
    }
}

/// Whether a stored secret is under a passphrase.
pub fn is_sealed(stored: &Secret) -> bool {
    stored.expose().starts_with(SCHEME)
}

/// Opens what [`SealingKey::seal`] made for `name`; with the secret comes the key, for sealing its successor.
/// Takes as long for a wrong passphrase as for the right one, and blocks.
///
/// # Errors
/// [`SealError::WrongPassphrase`], and [`SealError::Malformed`] when `stored` was never sealed.
pub fn unseal(name: &str, stored: &Secret, passphrase: &Secret) -> Result<(Secret, SealingKey), SealError> {
    let mut parts = stored.expose().split(':');
    if parts.next() != Some(SCHEME) {
        return Err(SealError::Malformed);
    }
    let memory_kib: u32 = number(parts.next(), MOST_MEMORY_KIB)?;
    let passes: u32 = number(parts.next(), MOST_PASSES)?;
    let salt = bytes(parts.next())?.try_into().map_err(|_| SealError::Malformed)?;
    let nonce: [u8; NONCE] = bytes(parts.next())?.try_into().map_err(|_| SealError::Malformed)?;
    let sealed = bytes(parts.next())?;
    if parts.next().is_some() {
        return Err(SealError::Malformed);
    }
    let key = SealingKey::derive(passphrase, salt, memory_kib, passes)?;
    let payload = Payload { msg: &sealed, aad: name.as_bytes() };
    let opened = key.cipher()?.decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::WrongPassphrase)?;
    let text = String::from_utf8(opened).map_err(|_| SealError::Malformed)?;
    Ok((Secret::from(text), key))
}

fn number(part: Option<&str>, most: u32) -> Result<u32, SealError> {
    part.and_then(|part| part.parse().ok()).filter(|number| *number <= most).ok_or(SealError::Malformed)
}

fn bytes(part: Option<&str>) -> Result<Vec<u8>, SealError> {
    part.and_then(|part| BASE64.decode(part).ok()).ok_or(SealError::Malformed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{SealError, SealingKey, is_sealed, unseal};
    use crate::{LIMIT, Secret};

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[test]
    fn what_was_sealed_opens_with_its_passphrase_and_its_name_alone() {
        let plain = secret(&"a1".repeat(32));
        let key = SealingKey::new(&secret("une phrase à moi")).unwrap();
        let sealed = key.seal("database-key/1", &plain).unwrap();
        assert!(is_sealed(&sealed) && !is_sealed(&plain));
        assert!(sealed.expose().len() < LIMIT, "{}", sealed.expose().len());
        assert!(!sealed.expose().contains("a1a1a1"));
        let (opened, again) = unseal("database-key/1", &sealed, &secret("une phrase à moi")).unwrap();
        assert_eq!(opened, plain);
        let wrong = unseal("database-key/1", &sealed, &secret("une phrase a moi"));
        assert_eq!(wrong.unwrap_err(), SealError::WrongPassphrase);
        let elsewhere = unseal("database-key/2", &sealed, &secret("une phrase à moi"));
        assert_eq!(elsewhere.unwrap_err(), SealError::WrongPassphrase);
        // Sealed twice, it looks different each time.
        let other = again.seal("database-key/1", &plain).unwrap();
        assert_ne!(other, sealed);
        assert_eq!(unseal("database-key/1", &other, &secret("une phrase à moi")).unwrap().0, plain);
    }

    #[test]
    fn an_altered_or_foreign_entry_is_refused_and_asks_for_no_more_than_its_share_of_memory() {
        let sealed = SealingKey::new(&secret("passphrase")).unwrap().seal("n", &secret("x")).unwrap();
        let text = sealed.expose().to_owned();
        let cut = &text[..text.len() - 2];
        for bad in ["", "argon2id", "argon2id:1:2:3", cut, "argon2id:4294967295:1:AAAA:AAAA:AAAA"] {
            let opened = unseal("n", &secret(bad), &secret("passphrase"));
            assert!(opened.is_err(), "{bad}");
        }
        let hungry = text.replacen(":47104:", ":4194304:", 1);
        assert_eq!(unseal("n", &secret(&hungry), &secret("passphrase")).unwrap_err(), SealError::Malformed);
    }

    #[test]
    fn debug_prints_nothing_of_a_key() {
        let key = SealingKey::new(&secret("passphrase")).unwrap();
        assert_eq!(format!("{key:?}"), "SealingKey(…)");
    }
}
