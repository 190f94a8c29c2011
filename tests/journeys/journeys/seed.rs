//! Where random tests begin, and how much they do.

/// A number from the environment.
pub fn number(variable: &str, otherwise: u32) -> u32 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
        Err(_) => otherwise,
    }
}

/// 32 bytes from `PRESTA_SEED`; the same without it, so that a test run can be repeated.
pub fn seed() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&number("PRESTA_SEED", 1).to_le_bytes());
    bytes
}
