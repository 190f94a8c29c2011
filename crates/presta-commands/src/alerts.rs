//! Alert rules, what they found, and when the person is told.

use presta_engine::store::alert::{self, Criteria, Found, Rule, Which};
use presta_engine::{AlertPreferences, Engine, Error, Preview, RuleForm};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;

/// Most rows of a window.
const WINDOW: u32 = 200;

/// A rule.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AlertRuleRequest {
    /// Which.
    pub rule_id: String,
}

/// Whether a rule is looked at on this computer.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AlertRuleEnableRequest {
    /// Which.
    pub rule_id: String,
    /// Whether it is.
    pub enabled: bool,
}

/// A rule to try out.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AlertPreviewRequest {
    /// What it asks for.
    pub criteria: Criteria,
}

/// A window of the alerts.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AlertsRequest {
    /// Of these.
    pub which: Which,
    /// Without those that were seen.
    pub unseen_only: bool,
    /// Rows to skip.
    pub offset: u32,
    /// Rows wanted; at most 200.
    pub limit: u32,
}

/// A window of the alerts.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AlertsResponse {
    /// Newest first.
    pub alerts: Vec<Found>,
    /// Without the window.
    pub total: u64,
    /// Projects with an alert that was not seen, of all rules.
    pub unseen: u32,
}

/// Which alerts the person saw.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AlertsSeenRequest {
    /// These.
    pub which: Which,
}

pub(crate) async fn rules(engine: &Engine, _: Nothing) -> Result<Vec<Rule>, Error> {
    engine.signed_in()?.read(|connection| Ok(alert::rules(connection)?)).await
}

pub(crate) async fn save(engine: &Engine, request: RuleForm) -> Result<Rule, Error> {
    engine.signed_in()?.save_alert_rule(request).await
}

pub(crate) async fn enable(engine: &Engine, request: AlertRuleEnableRequest) -> Result<Rule, Error> {
    engine.signed_in()?.enable_alert_rule(request.rule_id, request.enabled).await
}

pub(crate) async fn remove(engine: &Engine, request: AlertRuleRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.remove_alert_rule(request.rule_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn preview(engine: &Engine, request: AlertPreviewRequest) -> Result<Preview, Error> {
    engine.signed_in()?.try_alert_rule(request.criteria).await
}

pub(crate) async fn list(engine: &Engine, request: AlertsRequest) -> Result<AlertsResponse, Error> {
    engine
        .signed_in()?
        .read(move |connection| {
            let limit = request.limit.min(WINDOW);
            let list = alert::list(connection, &request.which, request.unseen_only, request.offset, limit)?;
            Ok(AlertsResponse { alerts: list.alerts, total: list.total, unseen: alert::unseen(connection)? })
        })
        .await
}

pub(crate) async fn seen(engine: &Engine, request: AlertsSeenRequest) -> Result<Nothing, Error> {
    engine.signed_in()?.mark_alerts_seen(request.which).await?;
    Ok(Nothing {})
}

pub(crate) async fn preferences(engine: &Engine, _: Nothing) -> Result<AlertPreferences, Error> {
    engine.signed_in()?.alert_preferences().await
}

pub(crate) async fn set_preferences(engine: &Engine, request: AlertPreferences) -> Result<AlertPreferences, Error> {
    engine.signed_in()?.set_alert_preferences(request).await
}
