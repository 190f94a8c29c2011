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

/// Draws that can be repeated (xorshift64*, Vigna 2016).
#[derive(Debug)]
pub struct Draw(u64);

impl Draw {
    /// Begins with `PRESTA_SEED`.
    pub fn begin() -> Self {
        Self::with(u64::from(number("PRESTA_SEED", 1)))
    }

    /// Begins with `seed`.
    pub fn with(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from 0 up to and without `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }
}
