//! Text without accents and case, as the search index sees it.

pub use presta_model::fold;
