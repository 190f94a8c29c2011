//! Drives a platform process hard: many clients at once, and ends in the middle of writes. Used by the tests in small and
//! by `cargo xtask load` and `cargo xtask kill` in full.

pub mod grant;
pub mod kill;
pub mod load;
pub mod process;
pub mod wire;
