//! What HTTP is spoken over: a port, for everybody; or a socket of this machine, which a proxy comes by.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// Where a program that serves can be reached.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    /// An address and a port.
    Port(SocketAddr),
    /// A file of this machine.
    File(PathBuf),
}

/// An open connection.
#[derive(Debug)]
pub(crate) enum Socket {
    /// By a port.
    Port(TcpStream),
    /// By a file.
    File(UnixStream),
}

impl Socket {
    /// Connects as a client.
    pub(crate) async fn connect(address: &Address) -> io::Result<Self> {
        Ok(match address {
            Address::Port(address) => Self::of_port(TcpStream::connect(address).await?),
            Address::File(path) => Self::File(UnixStream::connect(path).await?),
        })
    }

    /// A connection whose words go out at once, however few they are.
    pub(super) fn of_port(stream: TcpStream) -> Self {
        let _without_delay = stream.set_nodelay(true);
        Self::Port(stream)
    }

    /// Waits until the other side speaks or is gone. Gives the first byte, which stays to be read, where the
    /// connection can tell it.
    pub(super) async fn first_byte(&self) -> Option<u8> {
        match self {
            Self::Port(stream) => {
                let mut first = [0];
                let read = stream.peek(&mut first).await.ok()?;
                (read > 0).then_some(first[0])
            }
            Self::File(stream) => {
                let _or_broken = stream.readable().await;
                None
            }
        }
    }

    /// Lets the system forget what was said and not taken, once this is dropped. By a file it does so by itself.
    pub(super) fn forget(&self) {
        if let Self::Port(stream) = self {
            let _closed_anyway = stream.set_zero_linger();
        }
    }
}

/// The same call on whichever it is.
macro_rules! on {
    ($socket:expr, $call:ident ( $($argument:expr),* )) => {
        match $socket.get_mut() {
            Socket::Port(stream) => Pin::new(stream).$call($($argument),*),
            Socket::File(stream) => Pin::new(stream).$call($($argument),*),
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        on!(self, poll_read(cx, buf))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        on!(self, poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on!(self, poll_write_vectored(cx, bufs))
    }

    /// Both do.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on!(self, poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on!(self, poll_shutdown(cx))
    }
}
