//! Journeys of the engine against the platform over real HTTP.
