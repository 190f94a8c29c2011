//! The raw SQLCipher key.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Error;

/// 32 random bytes, used by SQLCipher as they are (no derivation), kept as hexadecimal text in the keyring.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key {
    hex: String,
}

impl Key {
    /// Wraps 32 bytes from a cryptographic random source.
    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let mut hex = String::with_capacity(64);
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                hex.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        bytes.zeroize();
        Self { hex }
    }

    /// Reads a key as [`Key::expose`] gives it.
    ///
    /// # Errors
    /// [`Error::WrongKey`] unless the text is 64 hexadecimal digits.
    pub fn from_hex(hex: &str) -> Result<Self, Error> {
        if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self { hex: hex.to_owned() })
        } else {
            Err(Error::WrongKey)
        }
    }

    /// The key as 64 hexadecimal digits, for the keyring.
    pub fn expose(&self) -> &str {
        &self.hex
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}
