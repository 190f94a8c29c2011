//! The words of an enumeration of the contract.

/// An enumeration of the contract, written in kebab case there; a word this version does not know is `Unknown`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $word,)*
            /// A word this version does not know.
            #[serde(other)]
            Unknown,
        }
    };
}

pub(crate) use words;
