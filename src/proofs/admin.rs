//! The JSON routes by which an operator has the whole ledger verified, and reads any receipt.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use axum::{Extension, Json};

use super::job::{Job, Jobs};
use super::receipt::{ReceiptView, receipt};
use crate::error::{Code, Error, Result};
use crate::ledger::TransactionId;
use crate::web::{App, Calls, OperatorCaller, OverseerCaller, PathId, calls, path_id};

/// The routes of this slice for those who look after the community.
pub(super) fn routes() -> Calls {
    calls!(begin, progress, any_receipt).with(Jobs::default())
}

path_id!(
    /// A job, as its caller knows it.
    JobId, no_job
);

fn no_job() -> Error {
    Error::new(Code::NotFound, "There is no such job, or a later one has taken its place.")
}

/// Verify the ledger
///
/// Every invariant, hash, balance and rollup computed anew, beside the requests. One job runs at a
/// time: while one does, this gives that one.
#[utoipa::path(post, path = "/v1/admin/verify", tag = "Operators", responses((status = 202, body = Job, headers(("Location" = String)))))]
async fn begin(
    State(app): State<App>,
    _operator: OperatorCaller,
    Extension(jobs): Extension<Jobs>,
) -> Result<impl IntoResponse> {
    let job = jobs.begin(&app)?;
    Ok((StatusCode::ACCEPTED, [(LOCATION, format!("/v1/admin/verify/{}", job.id))], Json(job)))
}

/// How far the verification is
///
/// And what it found, once it is done. Only the latest job is kept, until the program ends.
#[utoipa::path(get, path = "/v1/admin/verify/{job}", tag = "Operators", params(("job" = Uuid, Path)), responses((status = 200, body = Job)))]
async fn progress(
    _caller: OverseerCaller,
    Extension(jobs): Extension<Jobs>,
    PathId(JobId(id)): PathId<JobId>,
) -> Result<Json<Job>> {
    jobs.get(id).map(Json).ok_or_else(no_job)
}

/// The signed receipt of any transaction
///
/// What its two parties get at `/v1/transactions/{id}/receipt`.
#[utoipa::path(get, path = "/v1/admin/transactions/{id}/receipt", tag = "Operators", params(("id" = TransactionId, Path)), responses((status = 200, body = ReceiptView)))]
async fn any_receipt(
    State(app): State<App>,
    _caller: OverseerCaller,
    PathId(id): PathId<TransactionId>,
) -> Result<Json<ReceiptView>> {
    receipt(&app, None, id).await.map(Json)
}
