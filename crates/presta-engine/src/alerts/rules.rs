//! The person's rules: kept, silenced, dropped, tried out.

use presta_model::ProjectId;
use presta_store::alert::{self, Criteria, Mode, Origin, Rule, Which};
use presta_store::outbox::Failure;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::{Active, Error};

/// Most characters of a rule's name, as of the platform's kept searches.
const NAME_MAX: usize = 80;
/// Most characters of a rule's search.
const QUERY_MAX: usize = 200;
/// Most rules.
const RULES_MAX: usize = 500;
/// Days that a trial looks back.
const TRIAL_DAYS: u32 = 7;
/// Projects that a trial names.
const TRIAL_NAMED: usize = 5;
const DAY_MS: i64 = 86_400_000;

/// A rule as the person fills it in.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(rename = "AlertRuleForm")]
pub struct RuleForm {
    /// The rule to change; `None` for a new one.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub criteria: Criteria,
    /// How the person is told.
    pub mode: Mode,
    /// Whether it is looked at.
    pub enabled: bool,
}

/// What a rule would have found in the last seven days.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "AlertPreview")]
pub struct Preview {
    /// How many projects.
    pub total: u32,
    /// By day, the oldest first; the last is the 24 hours before now.
    pub days: Vec<u32>,
    /// Projects a day.
    pub per_day: f64,
    /// The newest of them, five at most.
    pub projects: Vec<Previewed>,
}

/// A project that a rule would have found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AlertPreviewed")]
pub struct Previewed {
    /// Which.
    pub project_id: ProjectId,
    /// Its title; may hold hostile text.
    pub title: String,
    /// When it was posted, in ms since 1970.
    pub posted_at: i64,
}

impl Active {
    /// Keeps a rule.
    ///
    /// # Errors
    /// `alert-rule-name` and `alert-rule-query` with `max`, `too-many-alert-rules` with `max`, `alert-rule-of-platform`
    /// for a search kept on the platform, `not-found`. Nothing changes then.
    pub async fn save_alert_rule(&self, form: RuleForm) -> Result<Rule, Error> {
        let name = form.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(limit("alert-rule-name", NAME_MAX));
        }
        if form.criteria.query.chars().count() > QUERY_MAX {
            return Err(limit("alert-rule-query", QUERY_MAX));
        }
        let now = self.clock.now_ms();
        self.write_durably(move |tx| {
            let (id, created_at) = match form.id {
                Some(id) => {
                    let known = known(tx, &id)?;
                    if known.origin != Origin::Local {
                        return Err(Error::refused("alert-rule-of-platform"));
                    }
                    (id, known.created_at)
                }
                None => (format!("local:{}", Uuid::new_v4()), now),
            };
            let rule = Rule {
                id,
                origin: Origin::Local,
                name,
                criteria: form.criteria,
                mode: form.mode,
                enabled: form.enabled,
                created_at,
            };
            alert::save(tx, &rule)?;
            if alert::rules(tx)?.len() > RULES_MAX {
                return Err(limit("too-many-alert-rules", RULES_MAX));
            }
            Ok(rule)
        })
        .await
    }

    /// Silences a rule on this computer, or lets it speak again.
    ///
    /// # Errors
    /// `not-found`; when the cache cannot be written.
    pub async fn enable_alert_rule(&self, id: String, enabled: bool) -> Result<Rule, Error> {
        let rule = self
            .write_durably(move |tx| {
                let rule = Rule { enabled, ..known(tx, &id)? };
                alert::save(tx, &rule)?;
                Ok(rule)
            })
            .await?;
        self.alerts.changed.notify_one();
        Ok(rule)
    }

    /// Drops a rule, with what it found.
    ///
    /// # Errors
    /// `not-found`, `alert-rule-of-platform`; when the cache cannot be written.
    pub async fn remove_alert_rule(&self, id: String) -> Result<(), Error> {
        self.write_durably(move |tx| {
            if known(tx, &id)?.origin != Origin::Local {
                return Err(Error::refused("alert-rule-of-platform"));
            }
            alert::remove(tx, &id)?;
            Ok(())
        })
        .await
    }

    /// Notes that the person saw alerts.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub async fn mark_alerts_seen(&self, which: Which) -> Result<(), Error> {
        self.write_durably(move |tx| Ok(alert::mark_seen(tx, &which)?)).await
    }

    /// Tries a rule on the projects of the last seven days that are here.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub async fn try_alert_rule(&self, criteria: Criteria) -> Result<Preview, Error> {
        let now = self.clock.now_ms();
        let caught = self
            .read(move |connection| Ok(alert::caught(connection, &criteria, now - i64::from(TRIAL_DAYS) * DAY_MS)?))
            .await?;
        let mut days = vec![0; usize::try_from(TRIAL_DAYS).unwrap_or_default()];
        for it in &caught {
            let ago = usize::try_from(now.saturating_sub(it.posted_at) / DAY_MS).unwrap_or(0);
            if let Some(day) = days.iter_mut().rev().nth(ago) {
                *day += 1;
            }
        }
        let total: u32 = days.iter().sum();
        Ok(Preview {
            total,
            per_day: f64::from(total) / f64::from(TRIAL_DAYS),
            days,
            projects: caught
                .into_iter()
                .take(TRIAL_NAMED)
                .map(|it| Previewed { project_id: it.project_id, title: it.title, posted_at: it.posted_at })
                .collect(),
        })
    }
}

fn known(connection: &presta_store::Connection, id: &str) -> Result<Rule, Error> {
    alert::rule(connection, id)?.ok_or_else(|| Error::refused("not-found"))
}

fn limit(code: &str, max: usize) -> Error {
    Error::Refused(Failure::new(code).with("max", i64::try_from(max).unwrap_or(i64::MAX)))
}
