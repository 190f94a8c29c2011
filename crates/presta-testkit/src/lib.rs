//! For tests: the platform, the keyring session, the virtual display and the browser as real processes.
