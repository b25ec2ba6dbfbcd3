//! What is new: what a member was told, with the payments they received, newest first. Payments are read
//! out of the history, so that none is written twice.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::error::Result;
use crate::ledger::{Direction, Filter, Kind, PageRequest, Transaction, UserKey, Wallet, WalletKey, history};
use crate::notices::{Channel, NoticeKind, notices, read_mark, wants};

/// Pages of a history that are read for one page of this list: who pays a thousand times between two
/// payments to them finds the older one by going on.
const PAGES: usize = 3;

/// One thing a member was told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Told {
    /// What it is about.
    pub(super) kind: NoticeKind,
    /// What there is to know about it, by kind: `amount`, `from` and `transaction_id` of a payment,
    /// `reason` of a freeze, `role` and `granted`, `what` became of a way in.
    #[schema(value_type = Object)]
    pub(super) details: Value,
    /// When, Unix milliseconds.
    pub(super) created_at: i64,
    /// Whether it was there when they last said that they have read everything.
    pub(super) read: bool,
}

/// A page of what was told up to some time. What happened in the very millisecond of the last entry is on
/// it as well, so that `before` can go on without leaving anything out.
pub(super) fn told(conn: &Connection, user: UserKey, wallet: WalletKey, up_to: i64, limit: usize) -> Result<Vec<Told>> {
    let mark = read_mark(conn, user)?;
    let entry = |kind, details, created_at| Told { kind, details, created_at, read: created_at <= mark };
    // One more than fits shows what shares its moment with the last.
    let mut all: Vec<Told> = notices(conn, user, up_to, limit + 1)?
        .into_iter()
        .map(|notice| entry(notice.kind, notice.details, notice.created_at))
        .collect();
    for payment in received(conn, user, wallet, up_to, limit + 1)? {
        let is_given = payment.kind == Kind::Distribution;
        let kind = if is_given { NoticeKind::DistributionReceived } else { NoticeKind::PaymentReceived };
        let mut details = json!({ "amount": payment.amount, "transaction_id": payment.id });
        if !is_given {
            details["from"] = payment.from.name.into();
        }
        all.push(entry(kind, details, payment.created_at));
    }
    all.sort_by_key(|told| std::cmp::Reverse(told.created_at));
    if let Some(last) = all.get(limit.saturating_sub(1)).map(|told| told.created_at) {
        let shown = all.iter().take_while(|told| told.created_at >= last).count();
        all.truncate(shown);
    }
    Ok(all)
}

/// The payments to a member that they want to see here.
fn received(conn: &Connection, user: UserKey, wallet: WalletKey, up_to: i64, limit: usize) -> Result<Vec<Transaction>> {
    let payments = wants(conn, user, NoticeKind::PaymentReceived, Channel::Page)?;
    let distributions = wants(conn, user, NoticeKind::DistributionReceived, Channel::Page)?;
    let kind = match (payments, distributions) {
        (false, false) => return Ok(Vec::new()),
        (true, false) => Some(Kind::Transfer),
        (false, true) => Some(Kind::Distribution),
        (true, true) => None,
    };
    let wallet = Wallet::by_key(conn, wallet)?;
    let filter = Filter { direction: Some(Direction::In), kind, to_time: Some(up_to), ..Filter::default() };
    let (mut found, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES {
        let page = history(conn, &wallet, &filter, &PageRequest { limit: limit - found.len(), cursor })?;
        found.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() || found.len() >= limit {
            break;
        }
    }
    Ok(found)
}
