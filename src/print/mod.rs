//! Paper: a document of headings, paragraphs, tables and drawings, as a PDF that can be printed, searched,
//! copied from and read aloud (every part says what it is).
//!
//! Its fonts are in the program and are read when a page is made, so that a program at rest holds none of it.

mod file;
mod fonts;
mod lines;
mod paper;

pub use paper::{Align, Area, Bar, Column, Drawing, Paper, Shade};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::error::{Error, Result};

/// Papers are made one at a time: a long one takes a second of a processor and some memory, and whoever asks
/// for a hundred waits for a hundred while others pay.
static ONE: Semaphore = Semaphore::const_new(1);

/// Makes a paper in its turn, beside the threads that answer everyone.
pub async fn in_turn(make: impl FnOnce() -> Result<Vec<u8>> + Send + 'static) -> Result<Vec<u8>> {
    let _turn = ONE.acquire().await.map_err(Error::internal)?;
    spawn_blocking(make).await.map_err(Error::internal)?
}
