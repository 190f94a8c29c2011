//! The engine against the platform over real HTTP; see `journeys/`.
