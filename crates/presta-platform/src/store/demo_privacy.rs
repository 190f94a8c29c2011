//! What Camille finds of privacy on her first day: apps, linked accounts, contacts, choices, and a request answered.

use rusqlite::{Connection, params};
use serde_json::json;

use super::{
    demo::CAMILLE,
    instant,
    privacy_requests::{self, Type},
    request_words,
};
use crate::problem::Problem;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Name, publisher, scopes, days since it was allowed, hours since it was used.
const APPS: [(&str, &str, &str, i64, i64); 2] = [
    ("Facturo", "Facturo SAS", "profile:read bids:read", 210, 20),
    ("Agenda Pro", "Atelier Nord SARL", "profile:read messages:read", 95, 26 * 24),
];

/// Provider, name there, what was read there, days since it was linked.
const ACCOUNTS: [(&str, &str, &[&str], i64); 2] = [
    ("google", "Camille Laurent", &["display_name", "email", "contacts"], 400),
    ("linkedin", "Camille Laurent, développeuse Rust", &["display_name", "picture", "profile"], 320),
];

const CONTACTS: [(&str, &str); 12] = [
    ("Julien Mercier", "julien.mercier@exemple.fr"),
    ("Sophie Renard", "sophie.renard@exemple.fr"),
    ("Karim Haddad", "karim.haddad@exemple.fr"),
    ("Élodie Faure", "elodie.faure@exemple.fr"),
    ("Thomas Girard", "thomas.girard@exemple.fr"),
    ("Léa Fontaine", "lea.fontaine@exemple.fr"),
    ("Nicolas Perrin", "nicolas.perrin@exemple.fr"),
    ("Amina Diallo", "amina.diallo@exemple.fr"),
    ("Hugo Lefèvre", "hugo.lefevre@exemple.fr"),
    ("Manon Chevalier", "manon.chevalier@exemple.fr"),
    ("Pierre Le Gall", "pierre.legall@exemple.fr"),
    ("Inès Robert", "ines.robert@exemple.fr"),
];

/// Topic, channel, on or off, version of the text, source, days ago.
type Choice = (&'static str, &'static str, bool, Option<&'static str>, &'static str, i64);
const HISTORY: [Choice; 5] = [
    ("newsletter", "email", true, Some("2025-1"), "app", 390),
    ("tips", "email", true, Some("2025-1"), "app", 390),
    ("tips", "email", false, None, "link", 120),
    ("newsletter", "email", true, Some("2026-1"), "app", 60),
    ("messages", "sms", true, None, "app", 45),
];

const STATEMENT: &str =
    "Bonjour, le nom de ma commune est mal orthographié sur mes factures : il s’agit de « Nantes ».";

/// Fills in, as of `now` (ms).
///
/// # Errors
/// On a database error.
pub fn seed(sql: &Connection, now: i64) -> Result<(), Problem> {
    for (name, publisher, scope, days, hours) in APPS {
        app(sql, (name, publisher, scope), now - days * DAY_MS, now - hours * HOUR_MS, now)?;
    }
    for (provider, name, collected, days) in ACCOUNTS {
        sql.execute(
            "INSERT INTO linked_accounts (user_n, provider, display_name, email, collected, linked_at, last_synced_at)
             VALUES (?1, ?2, ?3, 'camille.laurent@exemple.fr', ?4, ?5, ?6)",
            params![CAMILLE, provider, name, json!(collected).to_string(), now - days * DAY_MS, now - 7 * DAY_MS],
        )?;
    }
    for (i, (name, email)) in (0_i64..).zip(CONTACTS) {
        let source = if i < 9 { "google" } else { "manual" };
        let invited = (i % 4 == 0).then_some(now - 200 * DAY_MS);
        sql.execute(
            "INSERT INTO contacts (user_n, name, email, source, created_at, invited_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![CAMILLE, name, email, source, now - (400 - i) * DAY_MS, invited],
        )?;
    }
    for (topic, channel, enabled, version, source, days) in HISTORY {
        let at = now - days * DAY_MS;
        sql.execute(
            "INSERT INTO choice_history (user_n, at, topic, channel, enabled, text_version, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![CAMILLE, at, topic, channel, enabled, version, source],
        )?;
        sql.execute(
            "INSERT OR REPLACE INTO communications (user_n, topic, channel, enabled, consented_at, text_version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![CAMILLE, topic, channel, enabled, version.map(|_| at), version],
        )?;
    }
    sql.execute("INSERT INTO choices (user_n, rev) VALUES (?1, 6)", [CAMILLE])?;
    request(sql, now)
}

/// An app and the family of its tokens; nobody knows them, since only made-up hashes are kept.
fn app(
    sql: &Connection,
    (name, publisher, scope): (&str, &str, &str),
    granted_at: i64,
    used_at: i64,
    now: i64,
) -> Result<(), Problem> {
    let family = format!("demo-app-{name}");
    sql.execute(
        "INSERT INTO apps (user_n, name, publisher, scope, family, granted_at, last_used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![CAMILLE, name, publisher, scope, family, granted_at, used_at - used_at.rem_euclid(HOUR_MS)],
    )?;
    sql.execute(
        "INSERT INTO families (id, user_n, signed_at) VALUES (?1, ?2, ?3)",
        params![family, CAMILLE, granted_at],
    )?;
    sql.execute(
        "INSERT INTO tokens (hash, kind, family, user_n, scope, expires_at) VALUES (?1, 'refresh', ?1, ?2, ?3, ?4)",
        params![family, CAMILLE, scope, now + 3_650 * DAY_MS],
    )?;
    Ok(())
}

fn request(sql: &Connection, now: i64) -> Result<(), Problem> {
    let at = now - 75 * DAY_MS;
    let event = |kind: &str, at: i64, text: &str| json!({"at": instant(at), "kind": kind, "text": text});
    let events = [
        event("received", at, request_words::event("received", true)),
        event("acknowledged", at + 3 * DAY_MS, request_words::event("acknowledged", true)),
        event("answered", at + 16 * DAY_MS, "Nous avons corrigé le nom de votre commune sur vos factures."),
    ];
    let n = privacy_requests::insert(sql, CAMILLE, (Type::Rectification, STATEMENT), at, &events)?;
    sql.execute("UPDATE privacy_requests SET status = 'answered', rev = 3 WHERE n = ?1", [n])?;
    Ok(())
}
