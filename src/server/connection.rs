//! One connection: HTTP/1, from the first byte to the last; in the open, or over TLS.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use super::line::Order;
use super::lines::Held;
use super::secured;
use super::socket::Socket;
use super::stream::{Answer, Question, Stream, Wire};
use crate::error::{Code, Error};
use crate::web::{DRESS, Peer, RequestId, problem_body};

/// Bytes of the head of a request at most, its first line included: room for long tokens and cookies.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Bytes that are held of one connection at most, each way.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// How long a client may go on sending what nobody will read, so that it comes to read our answer.
const PARTING: Duration = Duration::from_secs(1);
/// And how much.
const PARTING_BYTES_MAX: usize = 1024 * 1024;

/// Serves a connection to its end. As long as its client is silent it costs next to nothing: buffers
/// are for those who speak.
pub(super) async fn serve(socket: Socket, client: IpAddr, router: Router, held: Held, tls: Option<TlsAcceptor>) {
    let first = tokio::select! {
        first = socket.first_byte() => first,
        _whatever_it_says = held.line.order() => return,
    };
    let stream = Stream::new(socket, held.line.clone());
    match tls {
        None => talk(stream, client, router, held).await,
        Some(tls) => talk_secured(tls, first, stream, client, router, held).await,
    }
}

/// Apart from its caller, which would otherwise have the room for all this from the start.
fn talk(stream: Stream, client: IpAddr, router: Router, held: Held) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(converse(stream, client, router, held))
}

/// The same over TLS, whose handshake is waited for as the head of a request is.
fn talk_secured(
    tls: TlsAcceptor,
    first: Option<u8>,
    stream: Stream,
    client: IpAddr,
    router: Router,
    held: Held,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if !first.is_some_and(secured::is_meant) {
            return part(stream, Some(&secured::in_the_open()), PARTING).await;
        }
        if let Some(stream) = secured::shake_hands(&tls, stream, &held.line).await {
            converse(stream, client, router, held).await;
        }
    })
}

async fn converse(stream: impl Wire, client: IpAddr, router: Router, held: Held) {
    let line = &held.line;
    let app = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        line.works();
        request.extensions_mut().insert(Peer(client));
        let answer = app.call(request.map(|body| Question::new(body, line.clone())));
        async {
            let mut answer = answer.await?;
            if held.is_closing() || line.is_spoilt() {
                // Its client must know, or it would send its next request into the void.
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer.map(|body| Answer::new(body, line.clone())))
        }
    });
    // Hyper's own timer is not used: it would be set up anew for each request, and it tells nobody
    // why it closes. A head has 100 fields at most, which is hyper's own limit.
    let mut connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_header_size(HEAD_BYTES_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut refusal = None;
    loop {
        let order = tokio::select! {
            biased;
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                break;
            }
            order = line.order() => order,
        };
        match order {
            Order::Leave => Pin::new(&mut connection).graceful_shutdown(),
            // It came after all.
            Order::TooLate if line.is_working() => {}
            Order::TooLate => {
                let error = Error::new(Code::RequestTimeout, "The request did not arrive in time.");
                refusal = Some(error);
                break;
            }
            Order::Cut => {
                // Without this the system keeps the answer that nobody takes for minutes.
                connection.into_parts().io.into_inner().socket().forget();
                return;
            }
        }
    }
    let stream = connection.into_parts().io.into_inner();
    // Someone else is coming in for this one: no time for more than a word.
    let patience = if line.is_leaving() { Duration::ZERO } else { PARTING };
    tokio::select! {
        () = part(stream, refusal.as_ref(), patience) => {}
        _hurried = line.order() => {}
    }
}

/// Tells a client for whom there is no line.
pub(super) async fn turn_away(stream: Socket, tls: Option<TlsAcceptor>, refusal: &Error) {
    let Some(tls) = tls else { return part(stream, Some(refusal), PARTING).await };
    if let Ok(Ok(stream)) = tokio::time::timeout(PARTING, tls.accept(stream)).await {
        part(stream, Some(refusal), PARTING).await;
    }
}

/// The last words on a connection. Whoever closes while the other side still sends makes the system
/// throw away what was said last; so we stop speaking, and listen for a moment more.
async fn part(mut stream: impl AsyncRead + AsyncWrite + Unpin, refusal: Option<&Error>, patience: Duration) {
    let goodbye = async {
        if let Some(error) = refusal {
            stream.write_all(&outside_the_frame(error)).await?;
        }
        stream.shutdown().await?;
        let mut unread = [0; 512];
        let mut left = PARTING_BYTES_MAX;
        while left > 0 {
            match stream.read(&mut unread).await? {
                0 => break,
                read => left = left.saturating_sub(read),
            }
        }
        std::io::Result::Ok(())
    };
    // How it went matters to nobody any more.
    let _gone = tokio::time::timeout(patience, goodbye).await;
}

/// A refusal to a client whose request never reached the routes, in full.
fn outside_the_frame(error: &Error) -> Vec<u8> {
    let status = error.code.status();
    let reason = axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let id = RequestId(Uuid::now_v7().to_string());
    let body = problem_body(error, &id).to_string();
    let dress = DRESS.map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap_or_default())).concat();
    let retry = error.members.get("retry_after_seconds").map(|seconds| format!("retry-after: {seconds}\r\n"));
    format!(
        "HTTP/1.1 {status} {}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n{}{dress}x-request-id: {}\r\ncache-control: private, no-store\r\nconnection: close\r\n\r\n{body}",
        reason.unwrap_or_default(),
        body.len(),
        retry.unwrap_or_default(),
        id.0,
    )
    .into_bytes()
}
