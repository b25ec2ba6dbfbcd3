//! What was in one's wallet lately, day by day, as a drawing.

use rusqlite::Connection;

use crate::error::Result;
use crate::ledger::{Wallet, held_before};
use crate::statistics::{Bucket, Calendar, Period, briefly, named, says};
use crate::web::Shell;
use crate::web::chart::{Chart, Point, curve, drawn};

/// The balance at the end of each of the last days, as the community's clocks show them.
pub(super) struct Course {
    calendar: Calendar,
    period: Period,
    held: Vec<i64>,
}

impl Course {
    /// Thirty days, or as many as there has been a wallet.
    pub(super) fn read(conn: &Connection, wallet: &Wallet, calendar: Calendar, now: i64) -> Result<Self> {
        let mut period = calendar.period(Bucket::Day, None, None, now)?;
        let begun = period.bounds.partition_point(|start| *start <= wallet.created_at);
        period.bounds.drain(..begun.saturating_sub(1));
        let held = held_before(conn, wallet, &period.bounds[1..])?;
        Ok(Self { calendar, period, held })
    }

    /// The curve. None on the first day, and where there was nothing on any.
    pub(super) fn chart(&self, shell: &Shell) -> Option<Chart> {
        if self.held.len() < 2 {
            return None;
        }
        let named = |start| named(shell, &self.calendar, Bucket::Day, start);
        let points = self.held.iter().zip(self.period.buckets());
        let points = points.map(|(held, (start, _))| Point {
            value: drawn(*held),
            says: says(shell, &named(start), &shell.tokens(held)),
        });
        let below: Vec<String> =
            self.period.buckets().map(|(start, _)| briefly(shell, &self.calendar, Bucket::Day, start)).collect();
        curve(shell.language, self.summary(shell), points.collect(), &below)
    }

    /// The same in a sentence.
    fn summary(&self, shell: &Shell) -> String {
        let (least, most) = (self.held.iter().min(), self.held.iter().max());
        let bound = |held: Option<&i64>| shell.tokens(held.unwrap_or(&0));
        shell
            .say("wallets-course-summary")
            .with("days", self.held.len())
            .with("least", bound(least))
            .with("most", bound(most))
            .into()
    }
}
