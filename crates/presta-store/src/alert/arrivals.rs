//! Holds what arrives against the rules, inside the transaction that writes it.

use presta_model::{CannotBid, Millis, Project};

use crate::alert::{Matcher, Rulebook, Subject, Why};
use crate::error::{decode, encode};
use crate::{Error, Tx, project, retention};

/// How projects arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrival {
    /// By the change feed, as it happens.
    Live,
    /// By the change feed, after an absence.
    CatchingUp,
    /// By the first full sync: the market as it stands, of which nothing is news.
    FirstSync,
    /// By another full sync: news is what was posted since the rule was made.
    FullSync,
}

/// The rules, while a page is written.
#[derive(Debug)]
pub struct Arrivals {
    arrival: Arrival,
    now: i64,
    rules: Option<Rulebook<Watching>>,
    /// What is kept of the market: projects posted before this are not, in ms.
    limit: Option<Option<i64>>,
    raised: u32,
}

#[derive(Debug)]
struct Watching {
    id: String,
    since: i64,
}

impl Arrivals {
    /// For a page that is written at `now`, in ms. The rules are read with the first project.
    pub fn new(arrival: Arrival, now: i64) -> Self {
        Self { arrival, now, rules: None, limit: None, raised: 0 }
    }

    /// How many alerts were raised.
    pub fn raised(&self) -> u32 {
        self.raised
    }

    /// Looks at a project before it is written, and raises an alert for each rule that it matches and did not before.
    /// False for one that is not to be written: it is beyond the limits of what is kept, and so no news either.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn see(&mut self, tx: &mut Tx<'_>, project: &Project) -> Result<bool, Error> {
        let limit = match self.limit {
            Some(limit) => limit,
            None => *self.limit.insert(retention::limit(tx, self.now)?),
        };
        if !retention::keeps(tx, limit, project)? {
            return Ok(false);
        }
        self.tell(tx, project)?;
        Ok(true)
    }

    fn tell(&mut self, tx: &mut Tx<'_>, project: &Project) -> Result<(), Error> {
        if self.arrival == Arrival::FirstSync || project.viewer.reason == Some(CannotBid::OwnProject) {
            return Ok(());
        }
        let rules = match self.rules.take() {
            Some(rules) => rules,
            None => watching(tx)?,
        };
        let seen = self.hold_against(tx, &rules, project);
        self.rules = Some(rules);
        seen
    }

    fn hold_against(&mut self, tx: &mut Tx<'_>, rules: &Rulebook<Watching>, project: &Project) -> Result<(), Error> {
        if rules.is_empty() {
            return Ok(());
        }
        let subject = Subject::of(project);
        let mut before: Option<Option<Project>> = None;
        let now = self.now;
        for (rule, matcher) in rules.candidates(&subject).filter(|(_, matcher)| matcher.matches(&subject, now)) {
            let known = match &mut before {
                Some(known) => known,
                None => before.insert(project::get(tx, &project.id)?),
            };
            let news = match known {
                Some(known) if known.rev > project.rev => false,
                Some(known) => !matcher.matches(&Subject::of(known), now),
                None => self.arrival != Arrival::FullSync || Millis::from(project.posted_at).0 > rule.since,
            };
            if news && !(matcher.wants_no_bid() && has_bid(tx, project)?) {
                self.raise(tx, &rule.id, project, &matcher.why(&subject))?;
            }
        }
        Ok(())
    }

    fn raise(&mut self, tx: &mut Tx<'_>, rule: &str, project: &Project, why: &[Why]) -> Result<(), Error> {
        let posted_at = Millis::from(project.posted_at).0;
        let raised = tx
            .prepare_cached(
                "INSERT INTO alert (rule_id, project_id, matched_at, posted_at, late_ms, missed, why, seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) ON CONFLICT DO NOTHING",
            )?
            .execute((
                rule,
                project.id.as_str(),
                self.now,
                posted_at,
                (self.now - posted_at).max(0),
                self.arrival != Arrival::Live,
                encode("alert", &why)?,
            ))?;
        if raised > 0 {
            self.raised += 1;
            tx.touch("alerts");
        }
        Ok(())
    }
}

/// The rules that are looked at.
fn watching(tx: &Tx<'_>) -> Result<Rulebook<Watching>, Error> {
    let mut statement =
        tx.prepare_cached("SELECT id, since, criteria FROM alert_rule WHERE enabled AND mode <> 'off'")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    let rules: Result<Vec<_>, Error> = rows
        .map(|row| {
            let (id, since, criteria) = row?;
            Ok((Watching { id, since }, Matcher::new(decode("alert rule", &criteria)?)))
        })
        .collect();
    Ok(Rulebook::new(rules?))
}

/// Whether this account bid on it, or is about to.
fn has_bid(tx: &Tx<'_>, project: &Project) -> Result<bool, Error> {
    let here: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM bid b WHERE b.project_id = ?1 AND b.mine = 1
               AND b.data ->> 'status' <> 'retracted')
             OR EXISTS (SELECT 1 FROM outbox o WHERE o.project_id = ?1 AND o.kind = 'bid-place')",
        )?
        .query_row([project.id.as_str()], |row| row.get(0))?;
    Ok(here)
}
