//! Schedules: distributions that happen by themselves, when a clock says so, to whom and of how much a rule says.
//!
//! Each time that is due happens once: its record is written in the transaction of the distribution itself.
//! What was missed while the program did not run happens once when it is back, however often it was due.

mod api;
mod form;
mod keep;
mod keeper;
mod pages;
mod plan;
mod run;
mod runs;
mod schedule;
mod terms;
mod when;

use crate::web::{Slice, path_id};

pub use form::named;
pub use keep::{ChangeSchedule, CreateSchedule, PauseSchedule, RemoveSchedule, ResumeSchedule};
pub use keeper::{keep, run_due};
pub use plan::{Bounds, LeftOut, Plan, Share, Why, able_to_receive};
pub use runs::{Outcome, Run, runs};
pub use schedule::{Schedule, by_id, list, schedule_not_found};
pub use terms::{HowMuch, LISTED_MAX, NAME_CHARS_MAX, Terms, Whom};
pub use when::When;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes() }
}

path_id!(
    /// A schedule, as people know it.
    ScheduleId, schedule_not_found
);
