//! The JSON route of the audit log.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::{Error, Result};
use crate::ledger::{AuditEntry, AuditFilter, Page, PageRequest, audit_history};
use crate::web::{App, Calls, OverseerCaller, Parameters, calls};

/// The routes of this slice.
pub(super) fn routes() -> Calls {
    calls!(audit_log)
}

/// Which lines to show. Everything given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Part of the operator's name; of a member's name, too, where the line holds their id.
    operator: Option<String>,
    /// What was done, such as `wallet.freeze`.
    action: Option<String>,
    /// To what: the id of a wallet or user, the name of an account; or the whole name of a member, for what was
    /// done to them or their wallet.
    target: Option<String>,
    /// The request it came by, exactly.
    request_id: Option<String>,
    /// Part of the reason, or of the further facts as JSON.
    q: Option<String>,
    /// From this time on, Unix milliseconds.
    #[param(minimum = 0)]
    from_time: Option<i64>,
    /// Up to and including this time, Unix milliseconds.
    #[param(minimum = 0)]
    to_time: Option<i64>,
    /// Entries on a page, 1 to 200; 50 when nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The audit log
///
/// Every administrative act with operator, reason and time, newest first. Names are compared without regard to case, and so is `q`. A filtered page may hold
/// fewer lines than `limit` though there are more: go on with `next_cursor` until it is null.
#[utoipa::path(get, path = "/v1/admin/audit-log", tag = "Operators", params(AuditQuery), responses((status = 200, body = Page<AuditEntry>)))]
async fn audit_log(
    State(app): State<App>,
    _caller: OverseerCaller,
    Parameters(query): Parameters<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>> {
    let times = [("from_time", query.from_time), ("to_time", query.to_time)];
    if let Some((field, _)) = times.iter().find(|(_, time)| time.is_some_and(|time| time < 0)) {
        return Err(Error::field(*field, "must not be negative"));
    }
    let page = PageRequest::new(query.limit, query.cursor)?;
    let filter = AuditFilter {
        operator: query.operator,
        action: query.action,
        target: query.target,
        request_id: query.request_id,
        text: query.q,
        from_time: query.from_time,
        to_time: query.to_time,
    };
    app.books.read(move |conn| audit_history(conn, &filter, &page)).await.map(Json)
}
