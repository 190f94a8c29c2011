//! The sign-in: the access token in memory, and its renewal by the refresh token (RFC 6749 §6, RFC 9700 §4.14).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::oauth::{Grant, Metadata, TokenAnswer};
use crate::transport::Transport;
use crate::{Error, Refresh, RefreshTokens, SignInError};

/// An access token is renewed this long before it ends.
const MARGIN: Duration = Duration::from_secs(20);

/// How long the platform is given to revoke a sign-in.
const REVOCATION: Duration = Duration::from_secs(8);

/// An access token, ready to be sent.
#[derive(Clone)]
pub(crate) struct Access {
    /// `Bearer …`, marked sensitive.
    pub(crate) header: HeaderValue,
    ends: Instant,
    /// Which token it is, counted from the start of the program.
    number: u64,
    /// Which sign-in it belongs to. A request never goes on with another person's token.
    sign_in: u64,
}

impl Access {
    fn is_fresh(&self) -> bool {
        Instant::now() < self.ends
    }
}

/// The sign-in of one client.
pub(crate) struct Session {
    pub(crate) transport: Arc<Transport>,
    pub(crate) client_id: String,
    tokens: Arc<dyn RefreshTokens>,
    access: RwLock<Option<Access>>,
    metadata: RwLock<Option<Arc<Metadata>>>,
    /// Renewals tried; read without the lock to tell whose outcome one waited for.
    renewals: AtomicU64,
    state: Mutex<State>,
}

/// What is changed by one at a time: renewals, sign-ins and sign-outs.
#[derive(Default)]
struct State {
    /// Tokens got so far.
    tokens: u64,
    /// Sign-ins and sign-outs so far.
    sign_ins: u64,
    /// A rotated pair whose refresh token could not be saved. The token before it must not be used any more.
    unsaved: Option<(Refresh, Access)>,
    /// How the last renewal failed.
    failure: Option<Error>,
    /// The program ends: nothing is renewed any more.
    closed: bool,
}

impl Session {
    pub(crate) fn new(transport: Arc<Transport>, client_id: String, tokens: Arc<dyn RefreshTokens>) -> Self {
        Self {
            transport,
            client_id,
            tokens,
            access: RwLock::new(None),
            metadata: RwLock::new(None),
            renewals: AtomicU64::new(0),
            state: Mutex::default(),
        }
    }

    /// An access token that is not about to end.
    pub(crate) async fn access(self: &Arc<Self>) -> Result<Access, Error> {
        match self.current() {
            Some(access) if access.is_fresh() => Ok(access),
            stale => self.replace(stale).await,
        }
    }

    /// An access token in the place of `refused`, of the same sign-in.
    pub(crate) async fn renew(self: &Arc<Self>, refused: &Access) -> Result<Access, Error> {
        let access = self.replace(Some(refused.clone())).await?;
        if access.sign_in == refused.sign_in { Ok(access) } else { Err(Error::SignedOut) }
    }

    /// Runs on its own, so that a rotation is carried through when nobody waits for it any more.
    async fn replace(self: &Arc<Self>, stale: Option<Access>) -> Result<Access, Error> {
        let seen = self.renewals.load(Ordering::Acquire);
        let session = Arc::clone(self);
        tokio::spawn(async move { session.replace_in_turn(stale, seen).await }).await.unwrap_or(Err(Error::Interrupted))
    }

    async fn replace_in_turn(&self, stale: Option<Access>, seen: u64) -> Result<Access, Error> {
        let mut state = self.state.lock().await;
        let stale_number = stale.map(|access| access.number);
        if let Some(access) = self.current()
            && Some(access.number) != stale_number
            && access.is_fresh()
        {
            return Ok(access);
        }
        if self.renewals.load(Ordering::Acquire) != seen
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let result = self.refresh(&mut state).await;
        state.failure = result.as_ref().err().cloned();
        self.renewals.fetch_add(1, Ordering::AcqRel);
        result
    }

    async fn refresh(&self, state: &mut State) -> Result<Access, Error> {
        if state.closed {
            return Err(Error::Interrupted);
        }
        if let Some((refresh, access)) = &state.unsaved {
            self.tokens.save(refresh).await.map_err(Error::TokenStore)?;
            let access = access.clone();
            state.unsaved = None;
            if access.is_fresh() {
                self.set_current(Some(access.clone()));
                return Ok(access);
            }
        }
        let stored = self.tokens.load().await.map_err(Error::TokenStore)?;
        let Some(stored) = stored else {
            self.set_current(None);
            return Err(Error::SignedOut);
        };
        let grant = Grant::Refresh { token: &stored };
        match self.token(&grant).await {
            Ok(answer) => self.keep(state, answer).await,
            Err(Error::SignIn(SignInError::Refused { code })) if code == "invalid_grant" => {
                self.set_current(None);
                if let Err(error) = self.tokens.clear().await {
                    tracing::warn!(error, "a refused refresh token could not be cleared");
                }
                Err(Error::SignedOut)
            }
            Err(error) => Err(error),
        }
    }

    /// Waits for the renewal that is under way; none begins any more.
    pub(crate) async fn close(&self) {
        self.state.lock().await.closed = true;
    }

    /// Begins a sign-in with the tokens of a code.
    pub(crate) async fn sign_in(&self, grant: &Grant<'_>) -> Result<(), Error> {
        let answer = self.token(grant).await?;
        if answer.refresh_token.is_none() {
            return Err(SignInError::Unsupported("refresh tokens").into());
        }
        let mut state = self.state.lock().await;
        state.sign_ins += 1;
        state.unsaved = None;
        state.failure = None;
        self.set_current(None);
        let result = self.keep(&mut state, answer).await.map(|_| ());
        if result.is_err() {
            // Nothing of a sign-in that failed is taken up later.
            state.unsaved = None;
        }
        result
    }

    /// Ends the sign-in here, then on the platform as far as it can be reached.
    pub(crate) async fn sign_out(self: &Arc<Self>) -> Result<(), Error> {
        let session = Arc::clone(self);
        tokio::spawn(async move { session.sign_out_in_turn().await }).await.unwrap_or(Err(Error::Interrupted))
    }

    async fn sign_out_in_turn(&self) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        state.sign_ins += 1;
        state.failure = None;
        self.set_current(None);
        let stored = match state.unsaved.take() {
            Some((refresh, _)) => Some(refresh),
            None => self.tokens.load().await.ok().flatten(),
        };
        let cleared = self.tokens.clear().await.map_err(Error::TokenStore);
        if let Some(token) = stored {
            let revocation = tokio::time::timeout(REVOCATION, self.revoke(&token)).await;
            if !matches!(revocation, Ok(Ok(()))) {
                tracing::info!("the platform could not be told of the sign-out");
            }
        }
        cleared
    }

    /// Saves the rotated refresh token, and only then gives the access token out.
    async fn keep(&self, state: &mut State, answer: TokenAnswer) -> Result<Access, Error> {
        state.tokens += 1;
        let access = Access {
            header: answer.header()?,
            ends: Instant::now() + answer.lifetime().saturating_sub(MARGIN),
            number: state.tokens,
            sign_in: state.sign_ins,
        };
        if let Some(refresh) = answer.refresh_token {
            let refresh = Refresh::from(refresh);
            if let Err(error) = self.tokens.save(&refresh).await {
                self.set_current(None);
                state.unsaved = Some((refresh, access));
                return Err(Error::TokenStore(error));
            }
        }
        self.set_current(Some(access.clone()));
        Ok(access)
    }

    /// The platform's metadata, fetched once.
    pub(crate) async fn metadata(&self) -> Result<Arc<Metadata>, Error> {
        let known = self.metadata.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(metadata) = known {
            return Ok(metadata);
        }
        let metadata = Arc::new(Metadata::discover(&self.transport).await?);
        *self.metadata.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&metadata));
        Ok(metadata)
    }

    fn current(&self) -> Option<Access> {
        self.access.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_current(&self, access: Option<Access>) {
        *self.access.write().unwrap_or_else(PoisonError::into_inner) = access;
    }
}
