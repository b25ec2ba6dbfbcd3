//! The JSON routes of one's own wallet and history.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::categories::{categorised_history, put_in};
use crate::error::{Error, Result};
use crate::ledger::{self, Category, Direction, Filter, Kind, Page, PageRequest, Transaction, TransactionId, WalletId};
use crate::web::{App, Calls, Parameters, PathId, Reading, ReadingOwn, calls};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(wallet, transactions, transaction)
}

/// A wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WalletView {
    /// Its id.
    pub id: WalletId,
    /// Whole tokens it can spend.
    pub balance: i64,
    /// Whether it is frozen: it then neither sends nor receives.
    pub is_frozen: bool,
    /// Why.
    pub frozen_reason: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When its balance or state changed last, Unix milliseconds.
    pub updated_at: i64,
}

impl From<ledger::Wallet> for WalletView {
    fn from(wallet: ledger::Wallet) -> Self {
        Self {
            id: wallet.id,
            balance: wallet.balance,
            is_frozen: wallet.frozen_reason.is_some(),
            frozen_reason: wallet.frozen_reason,
            created_at: wallet.created_at,
            updated_at: wallet.updated_at,
        }
    }
}

/// Your wallet
#[utoipa::path(get, path = "/v1/wallet", tag = "Wallet", security(("bearer" = []), ("service_client" = ["wallet:read"])), responses((status = 200, body = WalletView)))]
async fn wallet(State(app): State<App>, Reading(member): Reading) -> Result<Json<WalletView>> {
    let wallet = app.books.look_up(|conn| ledger::Wallet::by_key(conn, member.wallet_key)).await?;
    Ok(Json(wallet.into()))
}

/// Which transactions to show. Everything given must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryQuery {
    /// Whether tokens came in or went out.
    #[param(inline)]
    pub(super) direction: Option<Direction>,
    /// What it meant.
    #[param(inline)]
    kind: Option<Kind>,
    /// Which program made it, 1 to 99.
    #[serde(rename = "type")]
    #[param(minimum = 1, maximum = 99)]
    transaction_type: Option<i64>,
    /// The wallet on the other side.
    #[param(value_type = Option<String>, format = Uuid)]
    pub(super) counterparty: Option<String>,
    /// From this time on, Unix milliseconds.
    #[param(minimum = 0)]
    from_time: Option<i64>,
    /// Up to and including this time, Unix milliseconds.
    #[param(minimum = 0)]
    to_time: Option<i64>,
    /// At least so many tokens.
    #[param(minimum = 0)]
    min_amount: Option<i64>,
    /// At most so many tokens.
    #[param(minimum = 0)]
    max_amount: Option<i64>,
    /// Words in the note, whatever their case.
    q: Option<String>,
    /// What the member calls it: for themselves alone.
    #[param(ignore)]
    pub(super) category: Option<Category>,
    /// Whose history: for operators and auditors, who say so themselves.
    #[param(ignore)]
    pub(super) wallet_id: Option<String>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<i64>,
    /// The `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

impl HistoryQuery {
    pub(super) fn filter(&self) -> Result<Filter> {
        if self.transaction_type.is_some_and(|code| !(1..=99).contains(&code)) {
            return Err(Error::field("type", "must be a whole number from 1 to 99"));
        }
        let at_least_zero = [
            ("from_time", self.from_time),
            ("to_time", self.to_time),
            ("min_amount", self.min_amount),
            ("max_amount", self.max_amount),
        ];
        if let Some((field, _)) = at_least_zero.iter().find(|(_, value)| value.is_some_and(|value| value < 0)) {
            return Err(Error::field(*field, "must not be negative"));
        }
        let counterparty = match &self.counterparty {
            Some(id) => Some(id.parse().map_err(|_| Error::field("counterparty", "must be the id of a wallet"))?),
            None => None,
        };
        Ok(Filter {
            direction: self.direction,
            kind: self.kind,
            transaction_type: self.transaction_type,
            counterparty,
            from_time: self.from_time,
            to_time: self.to_time,
            min_amount: self.min_amount,
            max_amount: self.max_amount,
            note: self.q.clone().filter(|words| !words.trim().is_empty()),
        })
    }
}

/// Your history
///
/// Newest first, each entry with the balance before and after it. A filtered page may hold fewer
/// entries than `limit` though there are more: go on with `next_cursor` until it is null. Your categories
/// are in no answer to a service client.
#[utoipa::path(get, path = "/v1/transactions", tag = "Wallet", security(("bearer" = []), ("service_client" = ["wallet:read"])),
    params(("category" = Option<Category>, Query, description = "What you call it."), HistoryQuery), responses((status = 200, body = Page<Transaction>)))]
async fn transactions(
    State(app): State<App>,
    ReadingOwn { member, is_themselves }: ReadingOwn,
    Parameters(query): Parameters<HistoryQuery>,
) -> Result<Json<Page<Transaction>>> {
    if query.wallet_id.is_some() {
        return Err(Error::field("wallet_id", "is for operators and auditors; this is your own history"));
    }
    if query.category.is_some() && !is_themselves {
        return Err(Error::field("category", "is what a member keeps to themselves; no service client sees it"));
    }
    let filter = query.filter()?;
    let page = PageRequest::new(query.limit, query.cursor)?;
    let read = move |conn: &_| {
        let wallet = ledger::Wallet::by_key(conn, member.wallet_key)?;
        if !is_themselves {
            return ledger::history(conn, &wallet, &filter, &page);
        }
        let category = query.category.as_ref().map(Category::as_str);
        categorised_history(conn, member.key, &wallet, &filter, category, &page)
    };
    app.books.read(read).await.map(Json)
}

/// One of your transactions
#[utoipa::path(get, path = "/v1/transactions/{id}", tag = "Wallet", security(("bearer" = []), ("service_client" = ["wallet:read"])), params(("id" = TransactionId, Path)), responses((status = 200, body = Transaction)))]
async fn transaction(
    State(app): State<App>,
    ReadingOwn { member, is_themselves }: ReadingOwn,
    PathId(id): PathId<TransactionId>,
) -> Result<Json<Transaction>> {
    let read = move |conn: &_| {
        let mut transaction = ledger::by_id(conn, id, Some(member.wallet_key))?;
        if is_themselves {
            put_in(conn, member.key, std::slice::from_mut(&mut transaction))?;
        }
        Ok(transaction)
    };
    app.books.read(read).await.map(Json)
}
