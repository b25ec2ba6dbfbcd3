//! Everybody's transactions, for operators and auditors.

use axum::Json;
use axum::extract::State;

use super::api::HistoryQuery;
use crate::error::{Error, Result};
use crate::ledger::{self, Page, PageRequest, Transaction, TransactionId, WalletId};
use crate::web::{App, Calls, OverseerCaller, Parameters, PathId, calls};

/// The routes of this slice for those who look after the community.
pub(super) fn routes() -> Calls {
    calls!(all_transactions, any_transaction)
}

/// All transactions
///
/// Newest first. A filtered page may hold fewer entries than `limit` though there are more: go on
/// with `next_cursor` until it is null.
#[utoipa::path(get, path = "/v1/admin/transactions", tag = "Operators",
    params(("wallet_id" = Option<WalletId>, Query, description = "The history of this wallet, as its owner sees it; `direction` and `counterparty` need it."), HistoryQuery), responses((status = 200, body = Page<Transaction>)))]
async fn all_transactions(
    State(app): State<App>,
    _caller: OverseerCaller,
    Parameters(query): Parameters<HistoryQuery>,
) -> Result<Json<Page<Transaction>>> {
    let wallet_id: Option<WalletId> = match &query.wallet_id {
        Some(id) => Some(id.parse()?),
        None => None,
    };
    if query.category.is_some() {
        return Err(Error::field("category", "is what members keep to themselves"));
    }
    let filter = query.filter()?;
    let needs_wallet = [("direction", query.direction.is_some()), ("counterparty", query.counterparty.is_some())];
    if let (None, Some((field, _))) = (wallet_id, needs_wallet.iter().find(|(_, given)| *given)) {
        return Err(Error::field(*field, "means something only as seen from a wallet; give wallet_id too"));
    }
    let page = PageRequest::new(query.limit, query.cursor)?;
    let read = move |conn: &_| match wallet_id {
        Some(id) => ledger::history(conn, &ledger::Wallet::by_id(conn, id)?, &filter, &page),
        None => ledger::whole_history(conn, &filter, &page),
    };
    app.books.read(read).await.map(Json)
}

/// One of all transactions
#[utoipa::path(get, path = "/v1/admin/transactions/{id}", tag = "Operators", params(("id" = TransactionId, Path)), responses((status = 200, body = Transaction)))]
async fn any_transaction(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(id): PathId<TransactionId>,
) -> Result<Json<Transaction>> {
    app.books.read(move |conn| ledger::by_id(conn, id, None)).await.map(Json)
}
