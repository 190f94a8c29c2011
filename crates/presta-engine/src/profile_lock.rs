//! One process at a time works on a profile: two of them would renew the same sign-in, and the platform ends a sign-in
//! whose used refresh token comes a second time (RFC 9700 §4.14.2).

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use presta_vault::Secret;

use crate::session::{Phase, SessionState, SignedOutReason};
use crate::{Engine, Error};

/// The file that is locked. It holds the version of whoever locked it last.
const FILE: &str = "lock";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A command that is just ending is waited for so long before the person is told.
const PATIENCE: Duration = Duration::from_secs(2);

/// What an engine knows of its hold on the profile.
#[derive(Debug)]
pub(crate) struct Profile {
    lock: Mutex<Option<File>>,
    beside: AtomicBool,
    local: AtomicBool,
    /// The lock is still to be taken: the disk did not let it.
    owed: AtomicBool,
}

impl Default for Profile {
    /// As for an engine whose host takes care of being the only one.
    fn default() -> Self {
        Self {
            lock: Mutex::new(None),
            beside: AtomicBool::new(false),
            local: AtomicBool::new(false),
            owed: AtomicBool::new(false),
        }
    }
}

impl Profile {
    /// Whether the sync and the outbox worker run.
    pub(crate) fn works_online(&self) -> bool {
        !self.local.load(Ordering::Acquire)
    }

    /// Whether nothing of the profile may be changed.
    pub(crate) fn is_beside(&self) -> bool {
        self.beside.load(Ordering::Acquire)
    }

    fn keep(&self, file: Option<File>) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = file;
    }
}

impl Engine {
    /// Takes the profile for this process and opens the account last signed in, without waiting for the network. While
    /// another process has the profile, [`Engine::session`] says so, and this waits until it is free.
    pub async fn start(&self) {
        match self.take(PATIENCE).await {
            Ok(true) => {}
            Ok(false) => {
                self.inner.profile.beside.store(true, Ordering::Release);
                self.settle_signed_out(SignedOutReason::ProfileInUse);
                if let Err(error) = self.take(Duration::MAX).await {
                    return self.could_not_lock(&error);
                }
                self.inner.profile.beside.store(false, Ordering::Release);
                self.set_phase(Phase::Starting);
            }
            Err(error) => return self.could_not_lock(&error),
        }
        self.resume().await;
    }

    /// Opens the account last signed in, once more; takes the profile first where the disk did not let it be taken.
    pub(crate) async fn start_again(&self) {
        if self.inner.profile.owed.load(Ordering::Acquire) {
            let taken = match self.take(PATIENCE).await {
                Ok(taken) => taken,
                Err(error) => return self.could_not_lock(&error),
            };
            self.inner.profile.beside.store(!taken, Ordering::Release);
            if !taken {
                return self.settle_signed_out(SignedOutReason::ProfileInUse);
            }
            self.inner.profile.owed.store(false, Ordering::Release);
        }
        self.resume().await;
    }

    fn could_not_lock(&self, error: &Error) {
        tracing::error!(%error, "the profile could not be locked");
        self.inner.profile.owed.store(true, Ordering::Release);
        self.inner.profile.beside.store(false, Ordering::Release);
        self.settle_signed_out(SignedOutReason::Storage);
    }

    /// As [`Engine::start`], for a host that does not stay: another process is not waited for.
    ///
    /// # Errors
    /// `profile-in-use` while another process has the profile.
    pub async fn start_alone(&self) -> Result<(), Error> {
        if !self.take(PATIENCE).await? {
            return Err(Error::refused("profile-in-use"));
        }
        self.resume().await;
        Ok(())
    }

    /// As [`Engine::start_alone`], without the background work: acts wait in the queue, nothing is synced or sent, and the
    /// refresh token is not touched unless a command asks for it.
    ///
    /// # Errors
    /// `profile-in-use` while another process has the profile.
    pub async fn start_local(&self) -> Result<(), Error> {
        self.inner.profile.local.store(true, Ordering::Release);
        self.start_alone().await
    }

    /// Opens the account last signed in for reading, also while another process of this version works on the profile,
    /// and keeps nobody else from starting. The host calls nothing that changes something.
    ///
    /// # Errors
    /// `profile-in-use` when a process of another version has the profile: its file may have another shape.
    pub async fn start_reading(&self) -> Result<(), Error> {
        self.inner.profile.local.store(true, Ordering::Release);
        if !self.take(Duration::ZERO).await? {
            if !held_by_this_version(&self.inner.config.profile) {
                return Err(Error::refused("profile-in-use"));
            }
            self.inner.profile.beside.store(true, Ordering::Release);
        }
        self.resume().await;
        // Opening may bring the schema up to date or set a lost cache aside; what follows only reads.
        self.inner.profile.beside.store(true, Ordering::Release);
        self.inner.profile.keep(None);
        Ok(())
    }

    /// Opens the locked account with its passphrase, for a host that began with [`Engine::start_reading`]: the profile was
    /// given back while the person typed, and is held again while the account is opened.
    ///
    /// # Errors
    /// `profile-in-use` when a process of another version has the profile by now; those of [`Engine::unlock`].
    pub async fn unlock_reading(&self, passphrase: Secret) -> Result<SessionState, Error> {
        let alone = self.take(Duration::ZERO).await?;
        if !alone && !held_by_this_version(&self.inner.config.profile) {
            return Err(Error::refused("profile-in-use"));
        }
        self.inner.profile.beside.store(!alone, Ordering::Release);
        let unlocked = self.unlock(passphrase).await;
        self.inner.profile.beside.store(true, Ordering::Release);
        self.inner.profile.keep(None);
        unlocked
    }

    /// Ends the background work, removes what was not to be kept, and gives the profile back: for hosts, before they exit.
    /// A renewal of the sign-in that is under way is carried through, so that the next start finds the newest refresh token.
    pub async fn leave(&self) {
        self.cancel_sign_in();
        let active = self.active();
        self.close().await;
        if let Some(active) = active {
            active.api.close().await;
        }
        self.inner.profile.keep(None);
    }

    /// Refuses what changes the profile while another process works on it.
    pub(crate) fn alone(&self) -> Result<(), Error> {
        if self.inner.profile.is_beside() { Err(Error::refused("profile-in-use")) } else { Ok(()) }
    }

    /// Locks the profile within `patience`; says whether it could.
    async fn take(&self, patience: Duration) -> Result<bool, Error> {
        let file = open(&self.inner.config.profile).map_err(|error| Error::Io("locking the profile", error))?;
        let locked = lock(file, patience).await.map_err(|error| Error::Io("locking the profile", error))?;
        let taken = locked.is_some();
        if let Some(mut file) = locked {
            if let Err(error) = sign(&mut file) {
                tracing::warn!(%error, "the profile's lock could not be signed");
            }
            self.inner.profile.keep(Some(file));
        }
        Ok(taken)
    }
}

fn open(profile: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(profile.join(FILE))
}

async fn lock(file: File, patience: Duration) -> io::Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => return Ok(Some(file)),
        Err(TryLockError::WouldBlock) if patience.is_zero() => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
            tracing::warn!("this file system has no locks: only one Prestataires may run on this profile");
            return Ok(Some(file));
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // A thread of its own: one of the runtime's would keep the program from ending.
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        // Nobody waits any more: the lock goes with the file.
        let _ = sender.send(locked);
    });
    match tokio::time::timeout(patience, receiver).await {
        Ok(Ok(locked)) => locked.map(Some),
        Ok(Err(_)) | Err(_) => Ok(None),
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(VERSION.as_bytes())
}

fn held_by_this_version(profile: &Path) -> bool {
    let mut text = String::new();
    let read = File::open(profile.join(FILE)).and_then(|file| file.take(64).read_to_string(&mut text));
    read.is_ok() && text == VERSION
}
