//! The privacy policy, section by section, in our own words; the versions there were and what changed between them.

mod sections;

use serde_json::{Value, json};

pub use sections::Line;
use sections::{RECIPIENTS, SECTIONS};

/// A version of the policy.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// Its name.
    pub name: &'static str,
    /// RFC 3339, UTC.
    pub effective_at: &'static str,
    changes: &'static [Change],
}

/// What became different with a version.
#[derive(Debug, Clone, Copy)]
struct Change {
    section: &'static str,
    fr: &'static str,
    en: &'static str,
}

/// Every version, oldest first.
const VERSIONS: [Version; 2] = [
    Version { name: "2021-1", effective_at: "2021-01-04T00:00:00Z", changes: &[] },
    Version {
        name: "2026-1",
        effective_at: "2026-01-12T00:00:00Z",
        changes: &[
            Change {
                section: "rights",
                fr: "L’archive de vos données se demande et se télécharge dans l’application, sans passer par un courrier.",
                en: "The archive of your data is asked for and downloaded in the application, without writing a letter.",
            },
            Change {
                section: "purposes",
                fr: "Le profilage publicitaire fait l’objet d’un accord distinct, refusé par défaut.",
                en: "Profiling for marketing takes a consent of its own, which is not given by default.",
            },
            Change {
                section: "retention",
                fr: "Les durées de conservation de l’historique des accords et des archives sont indiquées.",
                en: "How long the history of consents and archives are kept is now written down.",
            },
        ],
    },
];

/// The version in force.
#[must_use]
pub const fn current() -> &'static Version {
    let [.., last] = &VERSIONS;
    last
}

/// Whether there was ever a version called `name`.
#[must_use]
pub fn is_known(name: &str) -> bool {
    VERSIONS.iter().any(|version| version.name == name)
}

/// Whom data goes to, as rows of an archive.
#[must_use]
pub fn recipients() -> Vec<Value> {
    RECIPIENTS.iter().map(|line| json!({"id": line.id, "text_fr": line.fr, "text_en": line.en})).collect()
}

/// What changed after the version called `since`, oldest first; nothing without one.
fn changes(since: Option<&str>) -> Vec<Value> {
    let after = VERSIONS.iter().skip_while(|version| Some(version.name) != since).skip(1);
    let write = |version: &'static Version| {
        version.changes.iter().map(|change| {
            json!({
                "version": version.name, "section": change.section, "text_fr": change.fr, "text_en": change.en,
            })
        })
    };
    after.flat_map(write).collect()
}

/// The contract's `Policy`, for someone who last acknowledged `acknowledged` (version and instant).
#[must_use]
pub fn json(since: Option<&str>, acknowledged: Option<(String, String)>) -> Value {
    let version = current();
    let sections: Vec<Value> = SECTIONS
        .iter()
        .map(|section| {
            let lines: Vec<Value> = section
                .lines
                .iter()
                .map(|line| json!({"id": line.id, "text_fr": line.fr, "text_en": line.en}))
                .collect();
            json!({"id": section.id, "title_fr": section.fr, "title_en": section.en, "lines": lines})
        })
        .collect();
    let versions: Vec<Value> =
        VERSIONS.iter().map(|version| json!({"version": version.name, "effective_at": version.effective_at})).collect();
    json!({
        "version": version.name, "effective_at": version.effective_at, "versions": versions,
        "sections": sections, "changes": changes(since),
        "contact": {
            "organisation": "MONAZINA", "role_fr": "Responsable de la confidentialité et délégué à la protection des données",
            "role_en": "Privacy officer and data protection officer", "email": "info@monazina.fr",
            "address": {"street": "1 allée du Parc de Mesemena", "postal_code": "44500",
                "city": "La Baule-Escoublac", "country": "FR"},
            "authority": {"name": "CNIL", "url": "https://www.cnil.fr"},
        },
        "acknowledged": acknowledged.map(|(version, at)| json!({"version": version, "at": at})),
    })
}

#[cfg(test)]
mod tests {
    use super::{changes, current, sections::SECTIONS};

    #[test]
    fn changes_are_those_after_a_version() {
        assert!(changes(None).is_empty());
        assert!(changes(Some(current().name)).is_empty());
        let since_the_first = changes(Some("2021-1"));
        assert_eq!(since_the_first.len(), 3);
        let known = |id: &str| SECTIONS.iter().any(|section| section.id == id);
        assert!(
            since_the_first.iter().all(|change| change.get("section").and_then(|id| id.as_str()).is_some_and(known))
        );
    }
}
