//! What a line sees of its connection: bytes that arrive, bytes that the client does not take, the end
//! of a body and the end of an answer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::server::TlsStream;

use super::line::Line;
use super::socket::Socket;

/// Bytes of a body that nobody wants and that are skipped for the next request. Beyond them, it takes
/// another connection.
const UNREAD_BYTES_MAX: u64 = 8 * 1024;

/// A connection that tells its line what happens.
pub(super) struct Stream {
    inner: Socket,
    line: Arc<Line>,
}

impl Stream {
    pub(super) fn new(inner: Socket, line: Arc<Line>) -> Self {
        Self { inner, line }
    }

    fn written(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if outcome.is_pending() {
            self.line.stalls();
        } else {
            self.line.flows();
        }
        outcome
    }
}

/// What HTTP is spoken over.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + 'static {
    /// The connection below it.
    fn socket(&self) -> &Socket;
}

impl Wire for Stream {
    fn socket(&self) -> &Socket {
        &self.inner
    }
}

/// The line sees what is below: what TLS itself says is heard and waited for, too.
impl Wire for TlsStream<Stream> {
    fn socket(&self) -> &Socket {
        self.get_ref().0.socket()
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.line.heard();
        }
        outcome
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.written(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.written(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// The body of a request; the line waits for it only when the work does.
pub(super) struct Question {
    body: Incoming,
    ended: bool,
    line: Arc<Line>,
}

impl Question {
    pub(super) fn new(body: Incoming, line: Arc<Line>) -> Self {
        Self { ended: body.is_end_stream(), body, line }
    }
}

impl hyper::body::Body for Question {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match frame {
            Poll::Pending => self.line.receives(),
            Poll::Ready(None) => self.ended = true,
            Poll::Ready(Some(_)) => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let left = if self.ended { Some(0) } else { self.body.size_hint().upper() };
        self.line.received(left.is_none_or(|left| left > UNREAD_BYTES_MAX));
    }
}

/// The body of an answer; with its end, the line waits for its client again.
pub(super) struct Answer {
    body: Body,
    line: Arc<Line>,
}

impl Answer {
    pub(super) fn new(body: Body, line: Arc<Line>) -> Self {
        Self { body, line }
    }
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.line.rests();
    }
}
