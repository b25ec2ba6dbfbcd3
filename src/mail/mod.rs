//! The mail server, as the program speaks to it: one connection, one letter after the other, and after each
//! attempt it is known whether the letter went out, did not, or may have.
//!
//! Nothing here knows members. Neither addresses nor what a mail server says about them is logged: its
//! answers repeat addresses, so only their numbers are.

mod letter;
mod server;

pub use letter::{Letter, Links, is_address};
pub use server::{Connection, MailServer, Outcome, Trouble};
