//! Copies of the whole ledger: how one is taken and proven, in which folder those lie that are taken by
//! themselves, and which of them stay.

mod folder;
mod keep;
mod take;
mod watch;

pub use folder::{Kept, Listed, all, from_the_future, listed, newest, prune, scheduled_name};
pub use keep::{Plan, keep};
pub use take::{NotTaken, Stage, Taken, take};
pub use watch::{Running, Watch};
