//! The beginning of a connection over TLS: the handshake, for which a client is waited no longer than for
//! the head of a request.

use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::line::Line;
use super::stream::Stream;
use crate::error::{Code, Error};
use crate::https::CHALLENGE_PROTOCOL;

/// The byte with which each handshake begins.
const HANDSHAKE: u8 = 0x16;

/// Whether a connection that begins with this byte is meant to be TLS.
pub(super) const fn is_meant(first: u8) -> bool {
    first == HANDSHAKE
}

/// The refusal of one that is not.
pub(super) fn in_the_open() -> Error {
    Error::new(Code::InvalidRequest, "Nobody is served in the open here: begin the address with https://.")
}

/// Shakes hands. `None` where it comes to nothing, and where it was all that the authority for certificates
/// came for.
pub(super) async fn shake_hands(tls: &TlsAcceptor, stream: Stream, line: &Line) -> Option<TlsStream<Stream>> {
    let shaken = tokio::select! {
        biased;
        shaken = tls.accept(stream) => shaken,
        _whatever_it_says = line.order() => return None,
    };
    let mut stream = match shaken {
        Ok(stream) => stream,
        Err(error) => {
            tracing::debug!(%error, "a handshake failed");
            return None;
        }
    };
    if stream.get_ref().1.alpn_protocol() == Some(CHALLENGE_PROTOCOL) {
        let _seen = stream.shutdown().await;
        return None;
    }
    // From here on it may be silent for as long as others may between two requests.
    line.rests();
    Some(stream)
}
