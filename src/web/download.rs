//! Answers that are made while they are sent: a file of any length in bounded memory. Each piece is
//! read by itself, so that a slow reader holds no connection to the database.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::HeaderName;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::sync::mpsc;

use crate::error::{Error, Result};

/// Pieces that wait for a reader.
const WAITING: usize = 2;

/// Where the pieces go.
#[derive(Debug)]
pub struct Pieces(mpsc::Sender<Result<Bytes>>);

impl Pieces {
    /// Sends a piece once there is room. Refused when the reader has gone.
    pub async fn send(&self, piece: impl Into<Bytes>) -> Result<()> {
        self.0.send(Ok(piece.into())).await.map_err(|_| Error::internal("the reader of a download has gone"))
    }
}

struct Arriving(mpsc::Receiver<Result<Bytes>>);

impl hyper::body::Body for Arriving {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// A file under this name that is made already.
pub fn whole(name: &str, media_type: &'static str, content: Vec<u8>) -> Response {
    (named(name, media_type), content).into_response()
}

/// A file under this name. Where it cannot be made to its end, it breaks off, so that nobody takes a
/// part for the whole.
pub fn download<F>(name: &str, media_type: &'static str, make: impl FnOnce(Pieces) -> F) -> Response
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WAITING);
    let making = make(Pieces(sender.clone()));
    tokio::spawn(async move {
        if let Err(error) = making.await {
            tracing::warn!(%error, cause = error.cause(), "a download broke off");
            let _reader_gone = sender.send(Err(error)).await;
        }
    });
    (named(name, media_type), Body::new(Arriving(receiver))).into_response()
}

fn named(name: &str, media_type: &str) -> [(HeaderName, String); 2] {
    [(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))]
}
