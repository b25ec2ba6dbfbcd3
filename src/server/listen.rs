//! The accept loop. Our own, because nobody may hold the program up: a client is waited for only so
//! long, there is a cap on open connections, and beyond it the one that was idle for longest gives
//! way. Where all are at work, the new one is told so at once (503) and asked to come again.

use std::future::pending;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use prometheus::IntCounterVec;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::connection;
use super::descriptors;
use super::lines::{Lines, Refusal};
use super::local::Local;
use super::socket::Socket;
use crate::config::Limits;
use crate::error::{Code, Error};
use crate::web::count_refusal;

/// Connections that the system holds ready for us at most.
const BACKLOG: u32 = 4096;
/// How often we look whether a client has kept us waiting for too long.
const LOOK: Duration = Duration::from_millis(250);
/// How long requests under way may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(8);
/// How often we look whether they have.
const LOOK_AT_END: Duration = Duration::from_millis(10);
/// How many may be told at the same time that there is no line for them.
const REFUSALS: usize = 64;

/// A bound listener.
pub struct Listening {
    listener: TcpListener,
    local: Option<Local>,
    limits: Limits,
    tls: Option<TlsAcceptor>,
    counted: Option<IntCounterVec>,
}

impl Listening {
    /// Binds; what is wrong with the address is said in one sentence.
    pub async fn bind(address: SocketAddr, limits: &Limits) -> Result<Self, String> {
        let bound = async {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            // A restart must not wait until the system has forgotten the last connections.
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)
        };
        let listener = bound.await.map_err(|error| {
            let way = match error.kind() {
                ErrorKind::PermissionDenied => "Ports below 1024 are given by the system: add AmbientCapabilities=CAP_NET_BIND_SERVICE to the unit, as docs/https.md has it, or run `setcap cap_net_bind_service=+ep` on the program.",
                ErrorKind::AddrInUse => "Another program is there: end it, or choose another address with --bind.",
                _ if address.is_ipv6() => "Choose another with --bind; where there is no IPv6, 0.0.0.0 in the place of [::].",
                _ => "Choose another with --bind.",
            };
            format!("{address} cannot be listened on ({error}). {way}")
        })?;
        let connections = descriptors::room_for(limits.connections);
        Ok(Self { listener, local: None, limits: Limits { connections, ..limits.clone() }, tls: None, counted: None })
    }

    /// Listens at this file of the machine as well. HTTP is spoken there in the open, and whoever comes by it
    /// counts as this machine: 127.0.0.1.
    pub fn and_at(self, path: &Path) -> Result<Self, String> {
        Ok(Self { local: Some(Local::bind(path)?), ..self })
    }

    /// From now on it speaks TLS alone at its port.
    #[must_use]
    pub fn secured(self, tls: Arc<ServerConfig>) -> Self {
        Self { tls: Some(tls.into()), ..self }
    }

    /// From now on, connections that are refused are counted here, by code.
    #[must_use]
    pub fn counting(self, refusals: IntCounterVec) -> Self {
        Self { counted: Some(refusals), ..self }
    }

    /// Where it listens; the port, if it was left to the system.
    pub fn address(&self) -> Result<SocketAddr, String> {
        self.listener.local_addr().map_err(|error| error.to_string())
    }

    /// The next connection, and from where.
    async fn accept(&self) -> io::Result<(Socket, IpAddr)> {
        let by_file = async {
            match &self.local {
                Some(local) => local.accept().await,
                None => pending().await,
            }
        };
        tokio::select! {
            accepted = self.listener.accept() => accepted.map(|(stream, client)| (Socket::of_port(stream), client.ip())),
            accepted = by_file => accepted.map(|stream| (Socket::File(stream), Ipv4Addr::LOCALHOST.into())),
        }
    }

    /// How many connections there is room for.
    pub fn room(&self) -> usize {
        self.limits.connections
    }

    /// Serves until `stop` ends; then answers what is under way and returns.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let lines = Arc::new(Lines::new(&self.limits));
        let refusals = Arc::new(Semaphore::new(REFUSALS));
        let (tls, counted) = (self.tls.clone(), self.counted.clone());
        let mut door = Door { lines: Arc::clone(&lines), router, tls, refusals, refused: 0, counted };
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut resting = false;
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                _ = look.tick() => {
                    lines.look_over();
                    door.report();
                    resting = false;
                }
                accepted = self.accept(), if !resting => match accepted {
                    Ok((socket, client)) => door.admit(socket, client),
                    Err(error) => {
                        // Out of file descriptors, most likely. Trying on at once would only burn
                        // the processor: the next look is early enough.
                        tracing::warn!(%error, "a connection could not be accepted");
                        resting = true;
                    }
                },
            }
        }
        drop((self.listener, self.local));
        lines.close();
        let drained = async {
            let mut look = interval(LOOK_AT_END);
            while !lines.is_empty() {
                look.tick().await;
                lines.wind_up();
            }
        };
        if timeout(GRACE, drained).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
    }
}

/// Lets connections in, or tells them why not.
struct Door {
    lines: Arc<Lines>,
    router: Router,
    tls: Option<TlsAcceptor>,
    refusals: Arc<Semaphore>,
    refused: u64,
    counted: Option<IntCounterVec>,
}

impl Door {
    fn admit(&mut self, socket: Socket, client: IpAddr) {
        let tls = match socket {
            Socket::Port(_) => self.tls.clone(),
            Socket::File(_) => None,
        };
        match self.lines.open(client) {
            Ok(held) => drop(tokio::spawn(connection::serve(socket, client, self.router.clone(), held, tls))),
            Err(refusal) => self.refuse(socket, tls, refusal),
        }
    }

    fn refuse(&mut self, socket: Socket, tls: Option<TlsAcceptor>, refusal: Refusal) {
        self.refused += 1;
        let error = match refusal {
            Refusal::Full => Error::new(
                Code::Overloaded,
                "More people are connected than the program serves at once. Nothing was changed; try again in a moment.",
            ),
            Refusal::AddressFull => Error::new(
                Code::TooManyRequests,
                "Your address has more connections open than this community allows. Close some, or wait a little.",
            ),
        };
        if let Some(refusals) = &self.counted {
            count_refusal(refusals, error.code);
        }
        // When not even that many words can be said, closing says enough.
        let Ok(place) = Arc::clone(&self.refusals).try_acquire_owned() else { return };
        tokio::spawn(async move {
            connection::turn_away(socket, tls, &error.with("retry_after_seconds", 1)).await;
            drop(place);
        });
    }

    /// One line in the log for all who were refused since the last, however many they are.
    fn report(&mut self) {
        let refused = std::mem::take(&mut self.refused);
        if refused > 0 {
            tracing::warn!(refused, "connections were refused: all lines are at work");
        }
    }
}
