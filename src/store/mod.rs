//! SQLite itself: looking at a file before touching it, opening it with the promises the ledger
//! needs, the one writer and the many readers. Knows no word of the community's.

mod failure;
mod file;
mod pages;
mod readers;
mod writer;

pub use failure::{StoreFailure, WriteFailure};
pub use file::{FileState, create, inspect, inspect_reading, open_reading, open_untouched, open_writing, warn_if_open};
pub use pages::PageCheck;
pub use readers::Readers;
pub use writer::{Journal, Receipt, Writer, WriterHealth};
