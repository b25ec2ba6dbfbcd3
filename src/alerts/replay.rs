//! What the rules would have found in the whole history. Writes nothing.

use rusqlite::Connection;

use super::alert::{Alert, nameable};
use super::finding::{Cooling, Finding};
use super::happening::{acts, movements};
use super::watch::Watch;
use crate::config::Alerts;
use crate::error::Result;
use crate::notices::Cursors;

/// What would have been raised.
#[derive(Debug)]
pub struct Replayed {
    /// In the order of their time.
    pub alerts: Vec<Alert>,
    /// So many transactions were looked at.
    pub transactions: i64,
}

/// Runs the rules over everything, as if each alert had been seen by somebody at once and nothing were muted.
pub fn replay(conn: &Connection, settings: Alerts) -> Result<Replayed> {
    let heads = Cursors::heads(conn)?;
    let (mut watch, mut cooling, mut found) = (Watch::new(settings), Cooling::default(), Vec::<Finding>::new());
    movements(conn, 0, heads.transactions, |movement| {
        found.extend(watch.movement(&movement).into_iter().filter(|one| cooling.is_new(one)));
    })?;
    acts(conn, 0, heads.audit, |act| found.extend(watch.act(act).filter(|one| cooling.is_new(one))))?;
    found.sort_by_key(|one| one.at);
    let alerts = found.iter().map(|one| nameable(conn, one)).collect::<Result<_>>()?;
    Ok(Replayed { alerts, transactions: heads.transactions })
}
