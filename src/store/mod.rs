//! SQLite itself: looking at a file before touching it, opening it with the promises the ledger
//! needs, the one writer and the many readers, copies of it and putting them in its place. Knows no
//! word of the community's.

mod backup;
mod checkpoints;
mod draft;
mod failure;
mod figures;
mod file;
mod holders;
mod many;
mod pages;
mod readers;
mod reserve;
mod seats;
mod sole_use;
mod writer;

pub use backup::{Finished, check_pages, copy, fetch, finish, is_unchanged, open_beside, sum_path, without_log};
pub use checkpoints::Checkpoints;
pub use draft::{Draft, folder, place_first};
pub use failure::{ReadFailure, StoreFailure, WriteFailure};
pub use figures::WriterFigures;
pub use file::{
    FileState, beside, create, in_passing, inspect, inspect_reading, is_open_to_all, may_write, open_reading,
    open_untouched, open_writing, room, warn_if_open,
};
pub use holders::{other_server, warn_of_another_server};
pub use many::{Insertion, ROWS_AT_ONCE};
pub use pages::PageCheck;
pub use readers::Readers;
pub use reserve::with_reserve;
pub use seats::Seats;
pub use sole_use::{NotAlone, open_alone, replace};
pub use writer::{Batches, Journal, Receipt, Writer, WriterHealth};
