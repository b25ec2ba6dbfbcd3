//! Refused sign-ins, told to the audit log once an hour and at the end: a line for all of them.

use std::time::Duration;

use serde_json::json;

use crate::error::Result;
use crate::ledger::{AuditLine, Command, Ledger};
use crate::web::{App, Refused};

const EVERY: Duration = Duration::from_hours(1);
/// Who writes the line: nobody asked for it.
const PROGRAM: &str = "communitytoken";

struct NoteRefused(Refused);

impl Command for NoteRefused {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        ledger.audit(&AuditLine {
            operator: PROGRAM,
            action: "sign_in.refused",
            target: "sign-in",
            reason: "Refused since the last such line, or the start",
            details: json!({ "refused": self.0 }),
            request_id: None,
            transactions: None,
            acting: None,
        })?;
        Ok(())
    }
}

/// Tells them for as long as the program serves.
pub(super) async fn note_regularly(app: App) {
    loop {
        tokio::time::sleep(EVERY).await;
        note(&app).await;
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
