//! What goes on around the sync: whether the window is seen, whether the person paused it, whether the computer slept,
//! whether the network changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use if_watch::IfEvent;
use tokio::sync::{Notify, watch};

use crate::Active;

/// So much more than was waited for has passed when the computer slept.
const SLEPT: Duration = Duration::from_secs(30);
/// Addresses that come within so long are one change.
const SETTLING: Duration = Duration::from_millis(500);
/// What arrives after a longer absence was missed.
const ABSENCE_MS: i64 = 5 * 60 * 1000;
/// No absence.
const PRESENT: i64 = i64::MAX;

/// What goes on around the sync.
#[derive(Debug)]
pub(crate) struct Surroundings {
    visible: watch::Sender<bool>,
    paused: watch::Sender<bool>,
    woke: Notify,
    /// When the platform was last heard before it was not any more, in ms; [`PRESENT`] while it is.
    absent_since: AtomicI64,
}

impl Surroundings {
    /// As found at the start: `as_of` is when the cache was last up to date.
    pub(crate) fn new(as_of: Option<i64>, paused: bool) -> Self {
        Self {
            visible: watch::Sender::new(true),
            paused: watch::Sender::new(paused),
            woke: Notify::new(),
            absent_since: AtomicI64::new(as_of.unwrap_or(PRESENT)),
        }
    }

    /// Whether someone may be looking.
    pub(crate) fn is_visible(&self) -> bool {
        *self.visible.borrow()
    }

    pub(crate) fn set_visible(&self, visible: bool) {
        self.visible.send_if_modified(|was| std::mem::replace(was, visible) != visible);
    }

    /// Returns when the window is shown after it was hidden.
    pub(crate) async fn shown(&self) {
        let mut visible = self.visible.subscribe();
        let hidden = visible.wait_for(|visible| !visible).await.is_ok();
        // The sender lives as long as `self`.
        if !hidden || visible.wait_for(|visible| *visible).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn is_paused(&self) -> bool {
        *self.paused.borrow()
    }

    pub(crate) fn set_paused(&self, paused: bool) {
        self.paused.send_if_modified(|was| std::mem::replace(was, paused) != paused);
    }

    /// Returns once the sync is paused, or goes on.
    pub(crate) async fn paused_is(&self, paused: bool) {
        if self.paused.subscribe().wait_for(|is| *is == paused).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when the computer woke up.
    pub(crate) async fn woke(&self) {
        self.woke.notified().await;
    }

    /// Notes that the platform is not heard since `since`, unless it was not before.
    pub(crate) fn note_absent(&self, since: i64) {
        self.absent_since.fetch_min(since, Ordering::Relaxed);
    }

    /// Notes that everything is here again.
    pub(crate) fn note_present(&self) {
        self.absent_since.store(PRESENT, Ordering::Relaxed);
    }

    /// Whether what arrives at `now` was missed at its time.
    pub(crate) fn was_absent(&self, now: i64) -> bool {
        let since = self.absent_since.load(Ordering::Relaxed);
        since != PRESENT && now.saturating_sub(since) > ABSENCE_MS
    }
}

/// Notices that the computer slept: more time passed than was waited for.
pub(crate) async fn watch_clock(active: Arc<Active>) {
    let every = active.api.timeouts().wake_check;
    let limit = i64::try_from((every + SLEPT).as_millis()).unwrap_or(i64::MAX);
    loop {
        let before = active.clock.now_ms();
        tokio::time::sleep(every).await;
        let passed = active.clock.now_ms().saturating_sub(before);
        if passed > limit {
            tracing::info!(passed_ms = passed, "the computer slept");
            active.surroundings.note_absent(before);
            active.surroundings.woke.notify_one();
        }
    }
}

/// Notices new addresses of this computer: another network may reach what this one did not, and connections of the one
/// before are dead. Without such news, time-outs tell the same later.
pub(crate) async fn watch_network(active: Arc<Active>) {
    let outcome = async {
        let mut addresses = Addresses::open().await?;
        loop {
            addresses.changed().await?;
            tracing::info!("the network changed");
            active.sync_now();
        }
    };
    let ended: std::io::Result<()> = outcome.await;
    if let Err(error) = ended {
        tracing::info!(%error, "changes of the network are not told here");
    }
}

/// The addresses of this computer.
struct Addresses(if_watch::tokio::IfWatcher);

impl Addresses {
    /// Begins to watch; the addresses there are already are not news.
    async fn open() -> std::io::Result<Self> {
        let mut it = Self(if_watch::tokio::IfWatcher::new()?);
        it.settle().await?;
        Ok(it)
    }

    /// Returns when there is a new address by which something outside may be reached.
    async fn changed(&mut self) -> std::io::Result<()> {
        loop {
            if let IfEvent::Up(address) = self.next().await?
                && !is_local(&address)
            {
                return self.settle().await;
            }
        }
    }

    /// Takes what comes in one go.
    async fn settle(&mut self) -> std::io::Result<()> {
        while let Ok(event) = tokio::time::timeout(SETTLING, self.next()).await {
            event?;
        }
        Ok(())
    }

    async fn next(&mut self) -> std::io::Result<IfEvent> {
        self.0.next().await.unwrap_or_else(|| Err(std::io::ErrorKind::UnexpectedEof.into()))
    }
}

/// Whether nothing outside can be reached by the address.
fn is_local(address: &if_watch::IpNet) -> bool {
    match address.addr() {
        std::net::IpAddr::V4(address) => address.is_loopback() || address.is_link_local(),
        std::net::IpAddr::V6(address) => address.is_loopback() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_begins_once_and_counts_when_it_is_long() {
        let it = Surroundings::new(None, false);
        assert!(!it.was_absent(i64::MAX - 1), "nobody was here before the first sync");
        it.note_absent(1_000_000);
        it.note_absent(2_000_000);
        assert!(!it.was_absent(1_000_000 + ABSENCE_MS));
        assert!(it.was_absent(1_000_001 + ABSENCE_MS));
        it.note_present();
        assert!(!it.was_absent(i64::MAX - 1));
        assert!(Surroundings::new(Some(0), false).was_absent(ABSENCE_MS + 1), "the time before the start");
    }

    #[tokio::test]
    async fn shown_means_after_hidden() {
        let it = Arc::new(Surroundings::new(None, false));
        let other = Arc::clone(&it);
        let shown = tokio::spawn(async move { other.shown().await });
        tokio::task::yield_now().await;
        it.set_visible(true);
        tokio::task::yield_now().await;
        assert!(!shown.is_finished());
        it.set_visible(false);
        tokio::task::yield_now().await;
        it.set_visible(true);
        shown.await.unwrap();
    }

    /// In a network of its own, so that this computer's is left alone.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_new_address_is_noticed_and_those_of_this_computer_alone_are_not() {
        const INSIDE: &str = "PRESTA_TEST_OWN_NETWORK";
        if std::env::var_os(INSIDE).is_some() {
            return tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(noticed());
        }
        let name = "surroundings::tests::a_new_address_is_noticed_and_those_of_this_computer_alone_are_not";
        let inside = std::process::Command::new("unshare")
            .args(["--map-root-user", "--net"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&inside.stdout);
        assert!(
            inside.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&inside.stderr)
        );
    }

    #[cfg(target_os = "linux")]
    async fn noticed() {
        let ip = |arguments: &str| {
            let status = std::process::Command::new("ip").args(arguments.split(' ')).status().unwrap();
            assert!(status.success(), "ip {arguments}");
        };
        let mut addresses = Addresses::open().await.unwrap();
        ip("addr add 127.0.0.7/8 dev lo");
        let local = tokio::time::timeout(SETTLING * 2, addresses.changed()).await;
        assert!(local.is_err(), "nothing outside is reached by it");
        ip("addr add 192.0.2.7/24 dev lo");
        tokio::time::timeout(Duration::from_secs(20), addresses.changed()).await.unwrap().unwrap();
    }
}
