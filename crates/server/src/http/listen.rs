//! One port, two names, told apart by SNI (trust.md §2). The accept loop is ours because every timer and bound is.

use super::connection::Connection;
use super::router;
use crate::limits::{
    BACKLOG, CONNECTIONS_MAX, DRAIN_S_MAX, HANDSHAKE_S_MAX, HANDSHAKES_BURST, HANDSHAKES_MAX,
    HANDSHAKES_PER_S, HEADER_BYTES_MAX, HEADERS_S_MAX, IDLE_S_MAX, RESETS_MAX, STREAMS_MAX,
};
use crate::{App, identity};
use axum::Router;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use fieldkeep_domain::admission::Check;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::server::Acceptor;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

/// A bound port.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
}

impl Listener {
    /// Binds.
    pub async fn bind(address: SocketAddr) -> std::io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(Self { tcp: socket.listen(BACKLOG)? })
    }
    /// The next connection.
    pub async fn accept(&self) -> std::io::Result<(TcpStream, SocketAddr)> {
        self.tcp.accept().await
    }
    /// Where it is bound.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

struct Shared {
    app: Arc<App>,
    people: Router,
    devices: Router,
    stop: CancellationToken,
    handshakes: Semaphore,
    arrivals: super::Buckets<IpAddr>,
}

/// Serves until `stop`, then lets open requests finish.
pub async fn serve(app: Arc<App>, listener: Listener, stop: CancellationToken) {
    let shared = Arc::new(Shared {
        people: router::people(app.clone()),
        devices: router::devices(app.clone()),
        app,
        stop: stop.clone(),
        handshakes: Semaphore::new(HANDSHAKES_MAX),
        arrivals: super::Buckets::new("handshakes", HANDSHAKES_PER_S, HANDSHAKES_BURST),
    });
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (tcp, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, mostly: accepting again at once would spin.
                tracing::error!(%error, "http.accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else { continue };
        if shared.arrivals.take(peer.ip()).is_err() {
            continue;
        }
        let shared = shared.clone();
        tasks.spawn(async move {
            shared.connection(tcp, peer).await;
            drop(place);
        });
    }
    drop(listener);
    tasks.close();
    let _ = tokio::time::timeout(Duration::from_secs(DRAIN_S_MAX), tasks.wait()).await;
}

/// Which of the two names a connection asked for.
enum Side {
    People,
    Devices,
}

impl Shared {
    async fn connection(self: Arc<Self>, tcp: TcpStream, peer: SocketAddr) {
        let handshake = tokio::time::timeout(Duration::from_secs(HANDSHAKE_S_MAX), self.handshake(tcp));
        let (side, tls) = match handshake.await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => return tracing::debug!(%peer, %error, "http.handshake refused"),
            Err(_) => return tracing::debug!(%peer, "http.handshake too slow"),
        };
        match side {
            Side::People => {
                let router = self.people.clone().layer(axum::Extension(super::RemoteAddress(peer.ip())));
                let h2 = is_h2(&tls);
                drive(tls, h2, router, CancellationToken::new(), &self.stop).await;
            }
            Side::Devices => self.device(tls, peer).await,
        }
    }

    async fn handshake(&self, tcp: TcpStream) -> std::io::Result<(Side, TlsStream<TcpStream>)> {
        tcp.set_nodelay(true)?;
        let config = self.app.tls.load_full();
        let start = LazyConfigAcceptor::new(Acceptor::default(), tcp).await?;
        let server = &self.app.config.server;
        let (side, config) = match start.client_hello().server_name() {
            Some(name) if name == server.people_name => (Side::People, config.people.clone()),
            Some(name) if name == server.devices_name => (Side::Devices, config.devices.clone()),
            // No name or another one: nothing here answers to it.
            _ => return Err(std::io::Error::other("no SNI of ours")),
        };
        let _turn = self.handshakes.acquire().await.map_err(std::io::Error::other)?;
        Ok((side, start.into_stream(config).await?))
    }

    /// After **every** handshake, resumed or not: a revoked or expired certificate ends here.
    async fn device(&self, tls: TlsStream<TcpStream>, peer: SocketAddr) {
        let chain = tls.get_ref().1.peer_certificates().unwrap_or_default();
        let connection = match Connection::new(peer, chain) {
            Ok(connection) => Arc::new(connection),
            Err(fault) => return tracing::error!(%peer, inside = ?fault.inside, "http.identity"),
        };
        let _entered = self.app.connections.enter(&connection);
        if let Err(fault) = identity::check(&self.app, &connection).await
            && fault.check == Some(Check::Credential)
        {
            self.app.metrics.refused(fault.check);
            return tracing::warn!(%peer, device = %connection.name.device(), "http.closed: {}", fault.text);
        }
        let close = connection.close.clone();
        let router = self.devices.clone().layer(axum::Extension(connection));
        let h2 = is_h2(&tls);
        drive(tls, h2, router, close, &self.stop).await;
    }
}

fn is_h2(tls: &TlsStream<TcpStream>) -> bool {
    tls.get_ref().1.alpn_protocol() == Some(b"h2")
}

/// Answers one connection until it ends, is closed, is of no use any more, or everything stops.
pub(super) async fn drive<I>(
    io: I,
    h2: bool,
    router: Router,
    close: CancellationToken,
    stop: &CancellationToken,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new());
    let counted = activity.clone();
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut router = router.clone();
        let busy = counted.enter();
        async move {
            let response = router.call(request).await;
            // An answer may last longer than a connection may be idle.
            response.map(|response| response.map(|body| Lasting { body, _busy: busy }))
        }
    });
    let builder = builder(h2);
    let serving = builder.serve_connection(TokioIo::new(io), service);
    tokio::pin!(serving);
    let mut watch = tokio::time::interval(Duration::from_secs(2));
    let mut ending: Option<Instant> = None;
    loop {
        tokio::select! {
            done = serving.as_mut() => {
                if let Err(error) = done {
                    tracing::debug!(%error, "http.connection ended");
                }
                return;
            }
            // Revoked: nothing more is answered on it.
            () = close.cancelled() => return,
            () = stop.cancelled(), if ending.is_none() => {
                serving.as_mut().graceful_shutdown();
                ending = Some(Instant::now() + Duration::from_secs(DRAIN_S_MAX));
            }
            _ = watch.tick() => {
                if ending.is_some_and(|end| Instant::now() > end) {
                    return;
                }
                if ending.is_none() && activity.idle_too_long() {
                    serving.as_mut().graceful_shutdown();
                    ending = Some(Instant::now() + Duration::from_secs(5));
                }
            }
        }
    }
}

fn builder(h2: bool) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEADERS_S_MAX))
        .max_headers(64)
        .max_buf_size(2 * HEADER_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_BYTES_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(RESETS_MAX)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    // ALPN has said which; guessing would wait for bytes without a timer.
    if h2 { builder.http2_only() } else { builder.http1_only() }
}

/// When a connection was last of use.
struct Activity {
    start: Instant,
    open: AtomicUsize,
    requests: AtomicUsize,
    last_ms: AtomicU64,
}

struct Busy(Arc<Activity>);

/// A body while which its connection is of use.
struct Lasting {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Lasting {
    type Data = Bytes;
    type Error = axum::Error;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Activity {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            open: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            last_ms: AtomicU64::new(0),
        }
    }
    fn enter(self: &Arc<Self>) -> Busy {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }
    fn idle_too_long(&self) -> bool {
        if self.open.load(Ordering::Relaxed) > 0 {
            return false;
        }
        // Whoever has not asked anything yet gets no more time than its headers would.
        let asked = self.requests.load(Ordering::Relaxed) > 0;
        let most_s = if asked { IDLE_S_MAX } else { 2 * HEADERS_S_MAX };
        let idle_ms =
            (self.start.elapsed().as_millis() as u64).saturating_sub(self.last_ms.load(Ordering::Relaxed));
        idle_ms > most_s * 1_000
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let now = self.0.start.elapsed().as_millis() as u64;
        self.0.last_ms.store(now, Ordering::Relaxed);
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_of_use_while_an_answer_lasts() {
        let activity = Arc::new(Activity::new());
        let body = Lasting { body: Body::from("x"), _busy: activity.enter() };
        assert_eq!(body.size_hint().exact(), Some(1));
        assert_eq!(activity.open.load(Ordering::Relaxed), 1);
        drop(body);
        assert_eq!(activity.open.load(Ordering::Relaxed), 0);
    }
}
