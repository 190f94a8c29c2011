//! Random secrets and what is stored of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// 256 random bits, URL-safe.
///
/// # Errors
/// When the system gives no randomness.
pub fn token() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// `bytes` random bytes in hexadecimal, at most 32.
///
/// # Errors
/// When the system gives no randomness.
pub fn random_hex(bytes: usize) -> Result<String, Problem> {
    let mut all = [0_u8; 32];
    fill(&mut all)?;
    Ok(all.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect())
}

fn fill(bytes: &mut [u8]) -> Result<(), Problem> {
    getrandom::fill(bytes).map_err(|error| Problem::Internal(format!("randomness: {error}")))
}

/// SHA-256 in unpadded base64url: also the S256 challenge of a verifier (RFC 7636 §4.2).
#[must_use]
pub fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// Compares in a time that depends on the lengths only.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    #[test]
    fn digest_is_the_s256_challenge_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(super::digest(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
