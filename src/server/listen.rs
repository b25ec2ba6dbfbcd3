//! The accept loop. Our own, because a slow sender must not hold a connection for ever: headers
//! have to arrive within seconds, and there is a cap on open connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Open connections at most.
const CONNECTIONS_MAX: usize = 2_000;
/// How long the headers of a request may take, and a connection may be idle.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// How long requests under way may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// A bound listener.
pub struct Listening {
    listener: TcpListener,
}

impl Listening {
    /// Binds; what is wrong with the address is said in one sentence.
    pub async fn bind(address: SocketAddr) -> Result<Self, String> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| format!("{address} cannot be listened on ({error}). Choose another with --bind."))?;
        Ok(Self { listener })
    }

    /// Where it listens; the port, if it was left to the system.
    pub fn address(&self) -> Result<SocketAddr, String> {
        self.listener.local_addr().map_err(|error| error.to_string())
    }

    /// Serves until `stop` ends; then answers what is under way and returns.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        tokio::pin!(stop);
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                () = &mut stop => break,
            };
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some to be given back.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let _without_delay = stream.set_nodelay(true);
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS_WITHIN)
                .max_headers(100)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
            let watched = graceful.watch(connection);
            tokio::spawn(async move {
                let _place = place;
                if let Err(error) = watched.await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
        drop(self.listener);
        if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
    }
}
