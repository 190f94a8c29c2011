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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use zeroize::{Zeroize, ZeroizeOnDrop};

    use super::Key;

    /// Compiles for what wipes itself when dropped, and for nothing else.
    fn wiped_on_drop<T: ZeroizeOnDrop>() {}

    #[test]
    fn a_key_prints_nothing_and_is_wiped() {
        wiped_on_drop::<Key>();
        let mut key = Key::from_bytes([0xab; 32]);
        assert_eq!(key.expose(), "ab".repeat(32));
        assert_eq!(format!("{key:?}"), "Key(…)");
        assert_eq!(Key::from_hex(key.expose()).unwrap().expose(), key.expose());
        key.zeroize();
        assert_eq!(key.expose(), "");
    }
}
