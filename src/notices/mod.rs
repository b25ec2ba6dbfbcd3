//! What members are told, by which way, and what they want to hear: the rows, and the commands on them.
//! Whatever has something to tell says [`tell`] inside its own command; the pages, and the sending of what
//! waits, are the slice `notifications`.

mod address;
mod browsers;
mod choices;
mod exits;
mod follow;
mod kind;
mod letters;
mod list;
mod reports;
mod tell;
mod unkept;

pub use address::{AddressState, Confirm, PutAddress, RemoveAddress, address_state};
pub use browsers::{AddBrowser, Browser, ForgetBrowser, KeepPushKey, RemoveBrowser, has_browser, push_key};
pub use choices::{Choice, Choose, choices, wants};
pub use exits::{LeaveList, kind_of_exit};
pub use follow::{Cursors, Follow, Look, look};
pub use kind::{Channel, NoticeKind};
pub use letters::{BeginLetter, CONFIRM_ADDRESS, Enclosure, Settle, Settled, Waiting, is_due};
pub use list::{MarkRead, Notice, notices, read_mark, unread};
pub use reports::{ReportReader, TellReport, last_report};
pub use tell::tell;
pub use unkept::unkept;
