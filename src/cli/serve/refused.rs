//! What was refused, told to the audit log: the first within seconds, so that a sudden end loses little of it, and
//! what follows in one line an hour, and at the end. Of sign-ins, where there are unusually many, sooner: alerts are
//! made of these lines.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::error::Result;
use crate::ledger::{AuditAction, Authority, Command, Ledger};
use crate::web::{App, Tally, Whom};

const EVERY: Duration = Duration::from_hours(1);
/// Where there are many: so seldom still that nobody fills the disk by knocking.
const SOONER: Duration = Duration::from_mins(10);
/// How often is looked whether there are.
const LOOK: Duration = Duration::from_secs(5);
const REASON: &str = "Refused since the last such line, or the start";

struct NoteRefused(Vec<(Whom, Tally)>);

impl Command for NoteRefused {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        for (whom, tally) in &self.0 {
            let by_the_program = Authority::of_the_program(REASON);
            let (action, authority, target) = match whom {
                Whom::SignIns => (AuditAction::SignInRefused, by_the_program?, "sign-in".to_owned()),
                Whom::Others => (AuditAction::AccessRefused, by_the_program?, tally.route.clone()),
                Whom::Program(id) => {
                    let authority = Authority { request_id: Some(tally.request_id.clone()), ..by_the_program? };
                    (AuditAction::AccessRefused, authority, id.hyphenated().to_string())
                }
                Whom::Member(id) => {
                    let authority = Authority::of_member(*id, REASON, &tally.request_id)?;
                    (AuditAction::AccessRefused, authority, tally.route.clone())
                }
            };
            let details = match whom {
                Whom::SignIns => json!({ "refused": tally.refused }),
                _ => json!({ "refused": tally.refused, "first_at": tally.first_at, "last_at": tally.last_at }),
            };
            ledger.audit(&authority.line(action, &target, details))?;
        }
        Ok(())
    }
}

/// What was told of somebody within the hour.
struct Told {
    at: Instant,
    /// How many, where it was not because they were many.
    count: u64,
    /// When it was told because they were many.
    sooner: Option<Instant>,
}

/// Tells them for as long as the program serves.
pub(super) async fn note_regularly(app: App) {
    let many = u64::try_from(app.config.alerts.refused_sign_ins).unwrap_or(u64::MAX);
    let mut told = HashMap::<Whom, Told>::new();
    loop {
        tokio::time::sleep(LOOK).await;
        told.retain(|_, told| told.at.elapsed() < EVERY);
        let are_many = |whom: Whom, tally: &Tally| {
            let before = told.get(&whom);
            whom == Whom::SignIns
                && tally.count() + before.map_or(0, |told| told.count) >= many
                && before.and_then(|told| told.sooner).is_none_or(|last| last.elapsed() >= SOONER)
        };
        let due = app.refused.take(|whom, tally| !told.contains_key(&whom) || are_many(whom, tally));
        let now = Instant::now();
        let noted: Vec<_> = due.iter().map(|(whom, tally)| (*whom, tally.count(), are_many(*whom, tally))).collect();
        if tell(&app, due).await {
            for (whom, count, were_many) in noted {
                let count = if were_many { 0 } else { count };
                let sooner = if were_many { Some(now) } else { None };
                told.insert(whom, Told { at: now, count, sooner });
            }
        }
    }
}

/// Tells those that nobody was told of yet.
pub(super) async fn note(app: &App) {
    tell(app, app.refused.take(|_, _| true)).await;
}

/// Whether it is written.
async fn tell(app: &App, refused: Vec<(Whom, Tally)>) -> bool {
    if refused.is_empty() {
        return true;
    }
    if let Err(error) = app.books.execute(NoteRefused(refused.clone())).await {
        tracing::warn!(%error, "the audit log could not be told of what was refused; it is tried again");
        app.refused.put_back(refused);
        return false;
    }
    true
}
