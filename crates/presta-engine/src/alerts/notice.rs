//! Decides what the person is told, and when. The words are the host's.

use std::collections::HashSet;

use presta_model::ProjectId;
use presta_store::alert::{Found, Mode, Waiting, Why};
use serde::Serialize;
use ts_rs::TS;

use crate::alerts::Preferences;

/// Projects a notice names; of more it gives the number.
const NAMED: usize = 3;
/// What was found longer ago is told as missed, in ms: 5 min.
const STALE_MS: i64 = 5 * 60 * 1000;

/// What to tell the person: one notification each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AlertNotice")]
pub struct Notice {
    /// How it came.
    pub kind: NoticeKind,
    /// How many projects.
    pub count: u32,
    /// The newest of them, three at most, newest first.
    pub projects: Vec<Noticed>,
    /// The names of the rules that fired.
    pub rules: Vec<String>,
    /// When the first of the projects was posted, in ms since 1970.
    pub since: i64,
    /// How late the latest of them was found, in ms.
    pub latest_ms: i64,
}

/// How a notice came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[ts(rename = "AlertNoticeKind")]
pub enum NoticeKind {
    /// Just now.
    Instant,
    /// While the person was away, the computer slept, or the hours were quiet.
    Missed,
    /// The digest of the day.
    Daily,
}

/// A project in a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "AlertNoticed")]
pub struct Noticed {
    /// Which.
    pub project_id: ProjectId,
    /// Its title; may hold hostile text.
    pub title: String,
    /// The rule that fired; the first of several.
    pub rule: String,
    /// Ms from its posting until it was found here.
    pub late_ms: i64,
    /// What made it match.
    pub why: Vec<Why>,
}

/// What is told now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// The notices.
    pub(super) notices: Vec<Notice>,
    /// The alerts of which nothing more is to be told, by rule and project.
    pub(super) settled: Vec<(String, ProjectId)>,
    /// When to decide again, in ms.
    pub(super) again_at: Option<i64>,
}

/// Decides at `now` (ms) over what waits, oldest project first.
pub(super) fn decide(now: i64, preferences: &Preferences, waiting: Vec<Waiting>) -> Decision {
    let mut decision = Decision { notices: Vec::new(), settled: Vec::new(), again_at: None };
    if waiting.is_empty() {
        return decision;
    }
    if !preferences.notify {
        decision.settled = waiting.into_iter().map(|it| (it.found.rule_id, it.found.project_id)).collect();
        return decision;
    }
    if let Some(end) = preferences.quiet_until(now) {
        decision.again_at = Some(end);
        return decision;
    }
    let (mut instant, mut missed, mut daily) = (Vec::new(), Vec::new(), Vec::new());
    for Waiting { found, mode } in waiting {
        match mode {
            Mode::Daily => match preferences.daily_after(found.matched_at).filter(|due| *due > now) {
                Some(due) => {
                    let sooner = decision.again_at.is_none_or(|at| due < at);
                    decision.again_at = if sooner { Some(due) } else { decision.again_at };
                }
                None => daily.push(found),
            },
            _ if is_late(now, preferences, &found) => missed.push(found),
            _ => instant.push(found),
        }
    }
    let mut named: HashSet<ProjectId> = HashSet::new();
    for (kind, found) in [(NoticeKind::Instant, instant), (NoticeKind::Missed, missed), (NoticeKind::Daily, daily)] {
        decision.settled.extend(found.iter().map(|it| (it.rule_id.clone(), it.project_id.clone())));
        // A project that two rules found is told once.
        let news: Vec<Found> = found.into_iter().filter(|it| !named.contains(&it.project_id)).collect();
        named.extend(news.iter().map(|it| it.project_id.clone()));
        decision.notices.extend(notice(kind, &news));
    }
    decision
}

/// Whether an alert comes after its time: the platform, this computer or the person was not there.
fn is_late(now: i64, preferences: &Preferences, found: &Found) -> bool {
    found.missed || now - found.matched_at > STALE_MS || preferences.quiet_until(found.matched_at).is_some()
}

fn notice(kind: NoticeKind, found: &[Found]) -> Option<Notice> {
    let mut seen: HashSet<&ProjectId> = HashSet::new();
    let projects: Vec<&Found> = found.iter().filter(|it| seen.insert(&it.project_id)).collect();
    let mut rules: Vec<String> = found.iter().map(|it| it.rule_name.clone()).collect();
    rules.sort();
    rules.dedup();
    Some(Notice {
        kind,
        count: u32::try_from(projects.len()).unwrap_or(u32::MAX),
        since: found.iter().map(|it| it.posted_at).min()?,
        latest_ms: found.iter().map(|it| it.late_ms).max()?,
        projects: projects.into_iter().rev().take(NAMED).map(noticed).collect(),
        rules,
    })
}

fn noticed(found: &Found) -> Noticed {
    Noticed {
        project_id: found.project_id.clone(),
        title: found.title.clone(),
        rule: found.rule_name.clone(),
        late_ms: found.late_ms,
        why: found.why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::Quiet;

    const NOON: i64 = 1_790_000_000_000 - 1_790_000_000_000 % 86_400_000 + 12 * HOUR;
    const HOUR: i64 = 3_600_000;

    fn utc() -> Preferences {
        Preferences { time_zone: Some("UTC".into()), ..Preferences::default() }
    }

    fn found(rule: &str, project: &str, mode: Mode, matched_at: i64, late_ms: i64) -> Waiting {
        let found = Found {
            rule_id: rule.into(),
            rule_name: format!("Règle {rule}"),
            project_id: ProjectId::new(project),
            title: project.into(),
            matched_at,
            posted_at: matched_at - late_ms,
            late_ms,
            missed: late_ms > HOUR,
            why: vec![Why::Anything],
            seen: false,
        };
        Waiting { found, mode }
    }

    fn instant(rule: &str, project: &str) -> Waiting {
        found(rule, project, Mode::Instant, NOON - 2000, 1500)
    }

    #[test]
    fn a_burst_is_one_notice_that_names_three_and_counts_all() {
        let waiting = (0..5).map(|n| instant("a", &format!("prj_{n}"))).chain([instant("b", "prj_4")]).collect();
        let decision = decide(NOON, &utc(), waiting);
        assert_eq!((decision.notices.len(), decision.settled.len(), decision.again_at), (1, 6, None));
        let notice = &decision.notices[0];
        assert_eq!((notice.kind, notice.count, notice.latest_ms), (NoticeKind::Instant, 5, 1500));
        assert_eq!(notice.projects.iter().map(|it| it.title.as_str()).collect::<Vec<_>>(), ["prj_4", "prj_3", "prj_2"]);
        assert_eq!(notice.rules, ["Règle a", "Règle b"]);
    }

    #[test]
    fn what_was_missed_comes_together_and_says_how_late() {
        let mut waiting: Vec<_> =
            (0..12).map(|n| found("a", &format!("prj_{n}"), Mode::Instant, NOON - 3000, (n + 2) * HOUR)).collect();
        waiting.push(instant("a", "prj_new"));
        let decision = decide(NOON, &utc(), waiting);
        let kinds: Vec<_> = decision.notices.iter().map(|it| (it.kind, it.count)).collect();
        assert_eq!(kinds, [(NoticeKind::Instant, 1), (NoticeKind::Missed, 12)]);
        assert_eq!(decision.notices[1].latest_ms, 13 * HOUR);
        assert_eq!(decision.notices[1].since, NOON - 3000 - 13 * HOUR);
        // Found in time, but never told: the program was not there to do so.
        let stale = decide(NOON, &utc(), vec![found("a", "prj_1", Mode::Instant, NOON - HOUR, 1000)]);
        assert_eq!(stale.notices[0].kind, NoticeKind::Missed);
    }

    #[test]
    fn quiet_hours_hold_everything_back_until_they_end() {
        let quiet = Preferences { quiet: Some(Quiet { from: 11 * 60, to: 13 * 60 }), ..utc() };
        let waiting = || vec![instant("a", "prj_1"), found("b", "prj_2", Mode::Daily, NOON - 24 * HOUR, 10)];
        let held = decide(NOON, &quiet, waiting());
        assert_eq!(held, Decision { notices: vec![], settled: vec![], again_at: Some(NOON + HOUR) });
        let told = decide(NOON + HOUR, &quiet, waiting());
        let kinds: Vec<_> = told.notices.iter().map(|it| (it.kind, it.count)).collect();
        assert_eq!(kinds, [(NoticeKind::Missed, 1), (NoticeKind::Daily, 1)]);
        assert_eq!((told.settled.len(), told.again_at), (2, None));
    }

    #[test]
    fn the_daily_digest_waits_for_its_hour_and_a_project_is_told_once() {
        let morning = NOON - 3 * HOUR;
        let waiting =
            |at: i64| vec![found("d", "prj_1", Mode::Daily, at, 10), found("d", "prj_2", Mode::Daily, at, 10)];
        let early = decide(morning - 1, &utc(), waiting(morning - 2 * HOUR));
        assert_eq!((early.notices.len(), early.again_at), (0, Some(morning)));
        let due = decide(morning, &utc(), waiting(morning - 2 * HOUR));
        assert_eq!((due.notices[0].kind, due.notices[0].count), (NoticeKind::Daily, 2));
        let next = decide(NOON, &utc(), waiting(NOON - 1));
        assert_eq!(next.again_at, Some(morning + 24 * HOUR));
        let both = vec![instant("a", "prj_1"), found("d", "prj_1", Mode::Daily, NOON - 24 * HOUR, 10)];
        let both = decide(NOON, &utc(), both);
        assert_eq!((both.notices.len(), both.settled.len()), (1, 2));
    }

    #[test]
    fn who_wants_no_notices_gets_none_later_either() {
        let decision = decide(NOON, &Preferences { notify: false, ..utc() }, vec![instant("a", "prj_1")]);
        assert_eq!((decision.notices.len(), decision.settled.len(), decision.again_at), (0, 1, None));
    }
}
