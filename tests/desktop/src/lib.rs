//! The real window driven by WebDriver: tests and the tour.
