//! Refused sign-ins, told to the audit log once an hour and at the end: a line for all of them. Where there are
//! unusually many, sooner: alerts are made of these lines.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::error::Result;
use crate::ledger::{Authority, Command, Ledger};
use crate::web::{App, Refused};

const EVERY: Duration = Duration::from_hours(1);
/// Where there are many: so seldom still that nobody fills the disk by knocking.
const SOONER: Duration = Duration::from_mins(10);
/// How often is looked whether there are.
const LOOK: Duration = Duration::from_secs(5);

struct NoteRefused(Refused);

impl Command for NoteRefused {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let authority = Authority::of_the_program("Refused since the last such line, or the start")?;
        ledger.audit(&authority.line("sign_in.refused", "sign-in", json!({ "refused": self.0 })))?;
        Ok(())
    }
}

/// Tells them for as long as the program serves.
pub(super) async fn note_regularly(app: App) {
    let many = u64::try_from(app.config.alerts.refused_sign_ins).unwrap_or(u64::MAX);
    // What comes first may be many.
    let (mut noted, mut sooner) = (Instant::now(), None::<Instant>);
    loop {
        tokio::time::sleep(LOOK).await;
        let are_many = app.refused.waiting() >= many && sooner.is_none_or(|last| last.elapsed() >= SOONER);
        if are_many || noted.elapsed() >= EVERY {
            note(&app).await;
            noted = Instant::now();
            sooner = are_many.then_some(noted).or(sooner);
        }
    }
}

/// Tells those since the last time, if there are any.
pub(super) async fn note(app: &App) {
    let refused = app.refused.take();
    if refused.is_empty() {
        return;
    }
    if let Err(error) = app.books.execute(NoteRefused(refused.clone())).await {
        tracing::warn!(%error, "the audit log could not be told of refused sign-ins; it is tried again");
        app.refused.put_back(refused);
    }
}
