//! SQLite itself: looking at a file before touching it, opening it with the promises the ledger
//! needs, the one writer and the many readers. Knows no word of the community's.

mod failure;
mod file;
mod readers;
mod seats;
mod writer;

pub use failure::{ReadFailure, StoreFailure, WriteFailure};
pub use file::{FileState, inspect, inspect_reading, open_reading, open_writing};
pub use readers::Readers;
pub use seats::Seats;
pub use writer::{Journal, Receipt, Writer, WriterHealth};
