//! For tests: the platform, the keyring session, the virtual display, the window and the browser as real processes.
//!
//! Every part is started by the test that needs it, on a free port or a free display, and ended when dropped.

mod account;
mod admin;
mod binaries;
mod bridge;
mod browser;
mod display;
mod driver;
mod group;
pub mod keyring;
mod oauth;
mod platform;
mod proxy;
mod strace;
mod traces;
mod wait;
mod window;

pub use account::Account;
pub use admin::Admin;
pub use binaries::{app, platform as platform_binary};
pub use bridge::{Bridge, Starting};
pub use browser::{Browser, Decision, Page};
pub use display::{Display, Size};
pub use platform::{Limits, Login, Options, Platform, Seed};
pub use proxy::{Mode, Proxy};
pub use strace::Strace;
pub use traces::traces;
pub use wait::{PATIENCE, until};
pub use window::{App, Language, Window};
