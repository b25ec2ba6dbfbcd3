//! The page of the statistics.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::error::Result;
use crate::ledger::proof::{Newest, newest};
use crate::ledger::{self, Supply};
use crate::web::{App, Nav, Pages, Session, Shell, grouped, page};

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new().route("/statistics", get(statistics))
}

#[derive(Template)]
#[template(path = "statistics/statistics.html")]
struct StatisticsPage {
    shell: Shell,
    supply: Supply,
    checkpoint: Option<Newest>,
    head: String,
    in_members_hands: i128,
    in_pool: i128,
    bar: i128,
    total_users: String,
    active_users: String,
}

async fn statistics(State(app): State<App>, session: Session) -> Result<Response> {
    let now = app.books.now();
    let (supply, checkpoint) = app.books.read(move |conn| Ok((ledger::supply(conn, now)?, newest(conn)?))).await?;
    let total = i128::from(supply.total_issuance).max(1);
    let share = |part: i64, of: i128| (i128::from(part) * of + total / 2) / total;
    Ok(page(&StatisticsPage {
        shell: app.shell(Some(&session), Nav::Statistics),
        in_members_hands: share(supply.circulating_supply, 100),
        in_pool: share(supply.system_pool, 100),
        bar: share(supply.circulating_supply, 1000),
        total_users: grouped(supply.total_users),
        active_users: grouped(supply.active_users),
        // Enough to compare by eye; the file has all of it.
        head: checkpoint.as_ref().map_or_else(String::new, |checkpoint| ledger::hex(&checkpoint.hash[..8])),
        checkpoint,
        supply,
    }))
}
