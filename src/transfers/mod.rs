//! Members paying: sending tokens, and giving them back.

mod reverse;
mod send;

pub use reverse::{Return, Reverse, give_back};
pub use send::Send;
