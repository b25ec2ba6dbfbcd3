//! The sandbox: what would become of the community if it gave out fifty a week, or took a fee? Its own
//! history is lived on a thousand times over with that one thing changed, and what came of it is told as
//! it was: from the lowest outcomes to the highest.
//!
//! [`learn`] makes a [`Model`] out of the ledger, a [`Question`] says what is changed, [`simulate`] lives
//! each future by dice that depend on the seed and the number of the run alone, and [`Outcomes`] says what
//! came of them. Nothing of it touches the ledger.

mod answer;
mod course;
mod dice;
mod fan;
mod learn;
mod model;
mod plan;
mod question;
mod simulate;
mod turns;

pub(super) use answer::assumptions;
pub use answer::{Outcomes, Simulation, prepare};
pub use dice::{Alias, Dice, Poisson};
pub use fan::FanPoint;
pub use learn::{Learnt, learn};
pub use model::{Model, Party, Payment};
pub(super) use question::Asked;
pub use question::{MONTHS_MAX, Question, RUNS_MAX, Rhythm, Whom, word};
pub use simulate::{Lived, Manner, Standing, simulate};
pub(super) use turns::{Turns, runs_max};
