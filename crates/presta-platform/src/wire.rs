//! Connections: accepted, counted, and cut when there is a reason for it.
//!
//! A cut is a real TCP reset: the socket lingers for no time and is closed with what it still had to send. A peer that
//! takes nothing for too long is cut as well, so that nothing is kept for those who do not read.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use futures_util::task::AtomicWaker;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep},
};

use crate::counters::Counters;

/// What can be closed by a reset.
pub trait Reset {
    /// From now on, closing means a reset.
    fn reset_on_close(&self);
}

impl Reset for TcpStream {
    fn reset_on_close(&self) {
        if let Err(error) = self.set_zero_linger() {
            tracing::debug!(%error, "a connection cannot be reset");
        }
    }
}

/// Cuts one connection from elsewhere. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Cut {
    inner: Arc<CutInner>,
}

#[derive(Debug, Default)]
struct CutInner {
    done: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl Cut {
    /// Resets the connection.
    pub fn now(&self) {
        self.inner.done.store(true, Ordering::Release);
        self.inner.reader.wake();
        self.inner.writer.wake();
    }

    fn is_done(&self) -> bool {
        self.inner.done.load(Ordering::Acquire)
    }
}

/// Who is at the other end of a request's connection, and how to get rid of them.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Their address, of the connection itself.
    pub ip: IpAddr,
    /// Ends the connection.
    pub cut: Cut,
}

/// Listens, and wraps what it accepts.
#[derive(Debug)]
pub struct Wires {
    listener: TcpListener,
    counters: Arc<Counters>,
    stall: Duration,
}

impl Wires {
    /// Connections whose peer takes nothing for `stall` are cut.
    #[must_use]
    pub const fn new(listener: TcpListener, counters: Arc<Counters>, stall: Duration) -> Self {
        Self { listener, counters, stall }
    }
}

impl axum::serve::Listener for Wires {
    type Io = Wire<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        let _ = stream.set_nodelay(true);
        self.counters.connected();
        (Wire::new(stream, self.stall, Arc::clone(&self.counters)), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Wires>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Wires>) -> Self {
        Self { ip: stream.remote_addr().ip(), cut: stream.io().cut.clone() }
    }
}

/// One connection.
#[derive(Debug)]
pub struct Wire<S: Reset> {
    stream: S,
    cut: Cut,
    stall: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    counters: Arc<Counters>,
}

impl<S: Reset> Wire<S> {
    /// Wraps `stream`.
    #[must_use]
    pub const fn stalled_after(stream: S, cut: Cut, stall: Duration, counters: Arc<Counters>) -> Self {
        Self { stream, cut, stall, waiting: None, counters }
    }

    fn new(stream: S, stall: Duration, counters: Arc<Counters>) -> Self {
        Self::stalled_after(stream, Cut::default(), stall, counters)
    }

    fn end(&self) -> io::Error {
        self.stream.reset_on_close();
        io::ErrorKind::ConnectionReset.into()
    }

    /// Gives up on a peer that has taken nothing for too long.
    fn progress<T>(&mut self, context: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.waiting = None;
            return poll;
        }
        let stall = self.stall;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + stall)));
        if waiting.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.counters.dropped();
        tracing::debug!(stall_ms = u64::try_from(stall.as_millis()).unwrap_or(u64::MAX), "a reader was too slow");
        self.cut.now();
        Poll::Ready(Err(self.end()))
    }
}

impl<S: Reset> Drop for Wire<S> {
    fn drop(&mut self) {
        if self.cut.is_done() {
            self.stream.reset_on_close();
        }
        self.counters.disconnected();
    }
}

impl<S: AsyncRead + Reset + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.cut.inner.reader.register(cx.waker());
        if self.cut.is_done() {
            return Poll::Ready(Err(self.end()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Reset + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.cut.inner.writer.register(cx.waker());
        if self.cut.is_done() {
            return Poll::Ready(Err(self.end()));
        }
        let poll = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.progress(cx, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.cut.inner.writer.register(cx.waker());
        if self.cut.is_done() {
            return Poll::Ready(Err(self.end()));
        }
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.progress(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cut.is_done() {
            return Poll::Ready(Err(self.end()));
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cut.is_done() {
            return Poll::Ready(Err(self.end()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Lets this process have as many open connections as the system allows it to.
pub fn raise_open_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let now = getrlimit(Resource::Nofile);
        let wanted = Rlimit { current: now.maximum, maximum: now.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, wanted) {
            tracing::warn!(%error, "the number of open files stays as it is");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

    use super::*;

    struct Pipe(DuplexStream, Arc<AtomicBool>);

    impl Reset for Pipe {
        fn reset_on_close(&self) {
            self.1.store(true, Ordering::Relaxed);
        }
    }

    impl AsyncRead for Pipe {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, buf)
        }
    }

    impl AsyncWrite for Pipe {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(cx, buf)
        }
        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(cx)
        }
        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(cx)
        }
    }

    fn wire(stall_ms: u64) -> (Wire<Pipe>, DuplexStream, Cut, Arc<AtomicBool>) {
        let (near, far) = tokio::io::duplex(16);
        let (cut, reset) = (Cut::default(), Arc::new(AtomicBool::new(false)));
        let counters = Arc::new(Counters::default());
        let pipe = Pipe(near, Arc::clone(&reset));
        (Wire::stalled_after(pipe, cut.clone(), Duration::from_millis(stall_ms), counters), far, cut, reset)
    }

    #[tokio::test]
    async fn a_peer_that_takes_nothing_is_cut_and_counted() {
        let (mut wire, _far, _, reset) = wire(20);
        let error = wire.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert!(reset.load(Ordering::Relaxed));
        assert_eq!(wire.counters.slow_readers_dropped(), 1);
    }

    #[tokio::test]
    async fn a_slow_peer_that_reads_on_is_kept() {
        let (mut wire, mut far, _, reset) = wire(60_000);
        let reading = tokio::spawn(async move {
            let mut all = vec![0; 4096];
            far.read_exact(&mut all).await.unwrap();
        });
        wire.write_all(&[7; 4096]).await.unwrap();
        reading.await.unwrap();
        assert!(!reset.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_cut_wakes_a_waiting_reader() {
        let (mut wire, _far, cut, reset) = wire(60_000);
        let reading = tokio::spawn(async move { wire.read_u8().await.unwrap_err().kind() });
        tokio::task::yield_now().await;
        cut.now();
        assert_eq!(reading.await.unwrap(), io::ErrorKind::ConnectionReset);
        assert!(reset.load(Ordering::Relaxed));
    }
}
