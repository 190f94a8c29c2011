//! Exit codes.

use presta_commands::Failure;

/// How a command ended, when it was not done.
#[derive(Debug)]
pub enum Stop {
    /// Why it was not done.
    Failed(Failure),
    /// It was said already; only the code is left.
    Said(u8),
    /// Nobody reads the output any more.
    BrokenPipe,
    /// The output could not be written.
    Output(std::io::Error),
}

pub const FAILED: u8 = 1;
pub const NOT_SIGNED_IN: u8 = 3;
pub const UNREACHABLE: u8 = 4;
pub const REFUSED: u8 = 5;
pub const ATTENTION: u8 = 6;
pub const KEYRING: u8 = 7;
pub const IN_USE: u8 = 8;
pub const LOCKED: u8 = 9;

/// The exit code of a failure.
pub fn code(failure: &Failure) -> u8 {
    match failure.code.as_str() {
        "signed-out" | "signed-out-yet" | "unauthenticated" | "step-up-required" | "key-lost"
        | "insufficient-scope" => NOT_SIGNED_IN,
        "offline" | "timeout" | "tls" | "redirected" | "not-json" | "rate-limited" | "unavailable" => UNREACHABLE,
        "keyring-absent" | "keyring-locked" | "keyring-gone" | "token-store" | "wrong-key" => KEYRING,
        "locked" | "wrong-passphrase" | "unlock-too-soon" => LOCKED,
        "needs-confirmation" | "edited-elsewhere" | "unsent-work" => ATTENTION,
        "profile-in-use" => IN_USE,
        "bid-has-problems" | "sign-in-denied" | "sign-in-refused" => REFUSED,
        // Only what the platform answered has a title.
        _ if failure.params.contains_key("title") => REFUSED,
        _ => FAILED,
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<presta_engine::Error> for Stop {
    fn from(error: presta_engine::Error) -> Self {
        Self::Failed(error.failure())
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::BrokenPipe } else { Self::Output(error) }
    }
}
