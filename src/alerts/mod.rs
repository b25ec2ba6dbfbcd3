//! Alerts: what is unlike anything that is usual here, found by rules that can say why. They accuse nobody: an
//! operator looks, and says that it was seen.
//!
//! A rule is a small memory that is told of every transaction, or of every act in the audit log, in their order,
//! and forgets what is older than half a year. So the same rules run while the program serves, over a whole
//! history ([`replay`]) and in the tests, and what they find follows from the rows alone. Nothing of it runs when
//! somebody pays: rows are read afterwards.

mod acknowledge;
mod alert;
mod aloud;
mod amounts;
mod api;
mod circles;
mod finding;
mod follow;
mod frequency;
mod happening;
mod hours;
mod issuance;
mod mute;
mod new_accounts;
mod pages;
mod raise;
mod replay;
mod sentence;
mod sign_ins;
mod usual;
mod watch;

use crate::error::{Code, Error};
use crate::web::{Slice, path_id};

pub use acknowledge::AcknowledgeAlert;
pub use alert::{Alert, AlertFilter, Involved, State, by_id, failing_invariant, list, open_by_rule};
pub use aloud::{tell_aloud, until_it_does_not_add_up};
pub use finding::{Cooling, Finding, Numbers, Rule, Subject};
pub use follow::{Seen, catch_up, watch};
pub use happening::{Act, Movement};
pub use mute::{Mute, MuteAlerts, UnmuteAlerts, mutes};
pub use replay::{Replayed, replay};
pub use watch::Watch;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes() }
}

fn alert_not_found() -> Error {
    Error::new(Code::AlertNotFound, "There is no alert with this id.")
}

fn mute_not_found() -> Error {
    Error::new(Code::MuteNotFound, "Nothing is muted under this id.")
}

path_id!(
    /// An alert, as people know it.
    AlertId, alert_not_found
);

path_id!(
    /// What is muted, as people know it.
    MuteId, mute_not_found
);
