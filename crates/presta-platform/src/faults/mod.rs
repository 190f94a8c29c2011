//! Faults on demand: what networks, proxies and servers do to a client, done for real to the requests that match.
//!
//! Nothing here runs unless the server was started with `--faults` or `--admin`, and then a request costs one load of an
//! atomic while no rule is set.

mod archive;
mod body;
mod events;
pub mod layer;
pub mod rules;

use std::sync::{
    Arc, Mutex, PoisonError, RwLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use axum::http::Method;

use crate::{problem::Problem, routes};
use rules::{Path, Rule, Rules};

/// The rules that are set, and how often each was met.
#[derive(Debug, Default)]
pub struct Faults {
    armed: AtomicBool,
    rules: RwLock<Arc<[Arc<Armed>]>>,
}

/// One rule at work.
#[derive(Debug)]
pub struct Armed {
    /// As it was set.
    pub rule: Rule,
    path: Path,
    matched: AtomicU64,
    done: AtomicU64,
    dice: AtomicU64,
    served: Mutex<std::collections::HashSet<String>>,
}

impl Armed {
    fn new(rule: Rule, templates: &[&'static str]) -> Self {
        let path = Path::of(rule.matches.path.as_deref(), templates);
        let dice = AtomicU64::new(rule.seed);
        Self { rule, path, matched: AtomicU64::new(0), done: AtomicU64::new(0), dice, served: Mutex::default() }
    }

    fn matches(&self, method: &Method, path: &str, user: Option<&User>) -> bool {
        let wanted = &self.rule.matches;
        wanted.method.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(method.as_str()))
            && self.path.matches(path)
            && wanted.user.as_ref().is_none_or(|name| user.is_some_and(|user| user.is(name)))
    }

    /// Whether this request is one of those the fault is done to.
    fn fires(&self) -> bool {
        let before = self.matched.fetch_add(1, Ordering::Relaxed);
        if before < self.rule.skip || !self.draw() {
            return false;
        }
        let times = self.rule.times.unwrap_or(u64::MAX);
        let more = |done: u64| (done < times).then_some(done.saturating_add(1));
        self.done.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// A draw of splitmix64: the same seed gives the same faults.
    fn draw(&self) -> bool {
        let Some(probability) = self.rule.probability else { return true };
        let state = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let high = u32::try_from(z >> 32).unwrap_or(u32::MAX);
        f64::from(high) / (f64::from(u32::MAX) + 1.0) < probability
    }

    /// Notes that something of `path` was sent; whether that was so before.
    fn was_served(&self, path: &str) -> bool {
        self.served.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    fn note_served(&self, path: &str) {
        self.served.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }
}

/// Who asks, for rules about one user.
#[derive(Debug)]
pub struct User {
    /// Sign-in name, for those who have one.
    pub login: Option<String>,
    /// Public id.
    pub id: String,
}

impl User {
    fn is(&self, name: &str) -> bool {
        self.id == name || self.login.as_deref() == Some(name)
    }
}

impl Faults {
    fn all(&self) -> Arc<[Arc<Armed>]> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces all rules; their counts start again.
    ///
    /// # Errors
    /// `validation` for numbers out of their bounds.
    pub fn set(&self, rules: Rules) -> Result<(), Problem> {
        rules.check()?;
        let mut templates: Vec<&'static str> = routes::all().into_iter().map(|route| route.path).collect();
        templates.dedup();
        let armed: Arc<[Arc<Armed>]> =
            rules.rules.into_iter().map(|rule| Arc::new(Armed::new(rule, &templates))).collect();
        let any = !armed.is_empty();
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = armed;
        self.armed.store(any, Ordering::Release);
        Ok(())
    }

    /// Forgets all rules.
    pub fn clear(&self) {
        self.armed.store(false, Ordering::Release);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    /// Whether there is a rule at all.
    pub fn armed(&self) -> bool {
        self.armed.load(Ordering::Acquire)
    }

    /// Whether a rule asks who the user is.
    fn about_users(&self) -> bool {
        self.all().iter().any(|armed| armed.rule.matches.user.is_some())
    }

    /// The first rule that fires for a request.
    fn pick(&self, method: &Method, path: &str, user: Option<&User>) -> Option<Arc<Armed>> {
        self.all().iter().find(|armed| armed.matches(method, path, user) && armed.fires()).map(Arc::clone)
    }

    /// The rules with their counts, as `/admin/faults` shows them.
    ///
    /// # Errors
    /// When a rule cannot be written.
    pub fn json(&self) -> Result<serde_json::Value, Problem> {
        let mut rules = Vec::new();
        for armed in self.all().iter() {
            let mut rule = serde_json::to_value(&armed.rule)
                .map_err(|error| Problem::Internal(format!("writing a rule: {error}")))?;
            if let Some(object) = rule.as_object_mut() {
                object.insert("matched".to_owned(), armed.matched.load(Ordering::Relaxed).into());
                object.insert("done".to_owned(), armed.done.load(Ordering::Relaxed).into());
            }
            rules.push(rule);
        }
        Ok(serde_json::json!({"rules": rules}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Faults {
        let faults = Faults::default();
        faults.set(serde_json::from_str(text).unwrap()).unwrap();
        faults
    }

    fn fired(faults: &Faults, path: &str) -> bool {
        faults.pick(&Method::GET, path, None).is_some()
    }

    #[test]
    fn a_rule_skips_and_ends() {
        let faults = faults(r#"{"rules": [{"match": {}, "fault": "reset_before", "skip": 2, "times": 1}]}"#);
        let seen: Vec<bool> = (0..5).map(|_| fired(&faults, "/v1/me")).collect();
        assert_eq!(seen, [false, false, true, false, false]);
        let shown = faults.json().unwrap();
        assert_eq!((&shown["rules"][0]["matched"], &shown["rules"][0]["done"]), (&5.into(), &1.into()));
    }

    #[test]
    fn a_template_is_that_operation_and_anything_else_a_prefix() {
        let exact = faults(r#"{"rules": [{"match": {"path": "/v1/bids/{id}"}, "fault": "reset_before"}]}"#);
        assert!(fired(&exact, "/v1/bids/bid_1"));
        assert!(!fired(&exact, "/v1/bids/bid_1:retract") && !fired(&exact, "/v1/bids"));
        let action = faults(r#"{"rules": [{"match": {"path": "/v1/bids/{id}:retract"}, "fault": "reset_before"}]}"#);
        assert!(fired(&action, "/v1/bids/bid_1:retract") && !fired(&action, "/v1/bids/bid_1"));
        let list = faults(r#"{"rules": [{"match": {"path": "/v1/bids"}, "fault": "reset_before"}]}"#);
        assert!(fired(&list, "/v1/bids") && !fired(&list, "/v1/bids/bid_1"));
        let prefix = faults(r#"{"rules": [{"match": {"path": "/v1/bi"}, "fault": "reset_before"}]}"#);
        assert!(fired(&prefix, "/v1/bids/bid_1") && !fired(&prefix, "/v1/me"));
    }

    #[test]
    fn method_and_user_must_fit() {
        let faults =
            faults(r#"{"rules": [{"match": {"method": "POST", "user": "camille.demo"}, "fault": "reset_before"}]}"#);
        let camille = User { login: Some("camille.demo".to_owned()), id: "usr_1".to_owned() };
        let nadia = User { login: Some("nadia.demo".to_owned()), id: "usr_2".to_owned() };
        assert!(faults.pick(&Method::POST, "/x", Some(&camille)).is_some());
        assert!(faults.pick(&Method::POST, "/x", Some(&nadia)).is_none());
        assert!(faults.pick(&Method::POST, "/x", None).is_none());
        assert!(faults.pick(&Method::GET, "/x", Some(&camille)).is_none());
    }

    #[test]
    fn the_same_seed_gives_the_same_draws_near_the_probability() {
        let text = r#"{"rules": [{"match": {}, "fault": "reset_before", "probability": 0.25, "seed": 7}]}"#;
        let (one, two) = (faults(text), faults(text));
        let draws: Vec<bool> = (0..1_000).map(|_| fired(&one, "/")).collect();
        assert!(draws.iter().all(|&draw| fired(&two, "/") == draw));
        let count = draws.iter().filter(|&&draw| draw).count();
        assert!((200..300).contains(&count), "{count}");
    }

    #[test]
    fn cleared_faults_are_off() {
        let faults = faults(r#"{"rules": [{"match": {}, "fault": "reset_before"}]}"#);
        assert!(faults.armed());
        faults.clear();
        assert!(!faults.armed() && !fired(&faults, "/"));
    }
}
