//! What the benchmarks share: texts, timings, and the table they print.

#[cfg(feature = "sync")]
pub mod market;
#[cfg(feature = "peers")]
pub mod peer;

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Map, Value};

/// Texts of a French market from a small generator (SplitMix64), the same in every run.
#[derive(Debug)]
pub struct Words(u64);

const STEMS: &[&str] = &[
    "développement",
    "site",
    "boutique",
    "application",
    "mobile",
    "serveur",
    "données",
    "migration",
    "refonte",
    "réseau",
    "paiement",
    "gestion",
    "client",
    "facture",
    "stock",
    "livraison",
    "commande",
    "tableau",
    "rapport",
    "sécurité",
    "maintenance",
    "hébergement",
    "design",
    "charte",
    "logo",
    "rédaction",
    "traduction",
    "référencement",
    "campagne",
    "analyse",
    "postgresql",
    "rust",
    "python",
    "react",
    "angular",
    "symfony",
    "wordpress",
    "prestashop",
    "android",
    "swift",
    "docker",
    "kubernetes",
    "linux",
    "api",
    "test",
    "intégration",
    "déploiement",
    "formation",
    "audit",
    "conseil",
];

const ENDINGS: &[&str] = &["s", "e", "es", "r", "er", "eur", "eurs", "euse", "ante", "ement", "able", "isation"];
const SYLLABLES: &[&str] = &[
    "ba", "be", "bri", "cha", "co", "cre", "da", "di", "dro", "fa", "fi", "fra", "ga", "glo", "gri", "ja", "la", "li",
    "lou", "ma", "me", "mon", "na", "no", "pa", "pla", "ra", "ri", "sa", "tro", "va", "vi",
];

impl Words {
    /// A generator that always gives the same texts for the same `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// So many words: a third in frequent forms, a third with one of twelve endings, a third rare ones from a
    /// vocabulary of 50,000.
    pub fn text(&mut self, words: usize) -> String {
        let mut text = String::with_capacity(words * 10);
        for _ in 0..words {
            let drawn = self.next();
            let pick = |from: &'static [&str], by: u64| {
                let many = u64::try_from(from.len()).unwrap_or(1);
                usize::try_from(by % many).ok().and_then(|index| from.get(index)).copied().unwrap_or_default()
            };
            match drawn % 3 {
                0 => text.push_str(pick(STEMS, drawn >> 8)),
                1 => {
                    text.push_str(pick(STEMS, drawn >> 8));
                    text.push_str(pick(ENDINGS, drawn >> 32));
                }
                _ => {
                    // Zipf-like: small numbers are drawn more often.
                    let number = (drawn >> 8) % 50_000;
                    let mut rare = number * number / 50_000;
                    text.push_str(pick(SYLLABLES, drawn >> 40));
                    while rare > 0 {
                        text.push_str(pick(SYLLABLES, rare));
                        rare /= 32;
                    }
                }
            }
            text.push(' ');
        }
        text
    }
}

/// Runs `work` `times` over; returns the median and the 99th percentile.
///
/// # Errors
/// Those of `work`.
pub fn percentiles<T>(times: usize, mut work: impl FnMut(usize) -> anyhow::Result<T>) -> anyhow::Result<(f64, f64)> {
    let mut taken = Vec::with_capacity(times);
    for turn in 0..times {
        let started = Instant::now();
        work(turn)?;
        taken.push(started.elapsed());
    }
    taken.sort();
    let at = |share: usize| taken.get((taken.len() * share / 100).min(taken.len().saturating_sub(1))).copied();
    Ok((milliseconds(at(50).unwrap_or_default()), milliseconds(at(99).unwrap_or_default())))
}

/// A duration in ms, to three decimals.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// Figures by name, in the order in which they came.
#[derive(Debug, Default)]
pub struct Figures(Map<String, Value>);

impl Figures {
    /// Notes a figure and prints its line.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn note(&mut self, name: &str, value: f64) -> anyhow::Result<()> {
        let value = (value * 1000.0).round() / 1000.0;
        writeln!(std::io::stderr(), "  {name:<64} {value:>12}").context("writing a figure")?;
        self.0.insert(name.to_owned(), Value::from(value));
        Ok(())
    }

    /// Writes all of them as JSON.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn print(self) -> anyhow::Result<()> {
        writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&Value::Object(self.0))?).context("writing")
    }
}
