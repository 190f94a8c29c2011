//! Proof key for code exchange (RFC 7636), and random values for `state`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::SignInError;

/// A code verifier: 43 characters made of 32 random bytes (RFC 7636 §4.1).
pub(crate) struct Verifier(Zeroizing<String>);

impl Verifier {
    pub(crate) fn random() -> Result<Self, SignInError> {
        let bytes = random_bytes()?;
        Ok(Self::from_bytes(&bytes))
    }

    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The `S256` code challenge (RFC 7636 §4.2).
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes()))
    }
}

/// An unguessable value for `state`, of 256 bits.
pub(crate) fn random_state() -> Result<String, SignInError> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes()?.as_slice()))
}

fn random_bytes() -> Result<Zeroizing<[u8; 32]>, SignInError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| SignInError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = Verifier::from_bytes(&[
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240, 91, 88, 5, 88, 83, 132, 141, 121,
        ]);
        assert_eq!(verifier.as_str(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn two_random_values_differ() {
        assert_ne!(random_state().unwrap(), random_state().unwrap());
        assert_eq!(Verifier::random().unwrap().as_str().len(), 43);
    }
}
