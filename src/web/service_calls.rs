//! Every call of a service client leaves a trace: what it moved by the rows beside the transactions, and
//! everything else, refusals too, by a count that is written before the answer is given.

use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::App;
use super::created::REPLAYED;
use crate::error::{Code, Error};
use crate::identity::Member;
use crate::identity::client::{CallOutcome, CountCall, Credential, ServiceClient, not_allowed};
use crate::ledger::{ClientKey, UserKey};

/// What became known of a call while it was answered.
#[derive(Debug)]
struct Call {
    client: ClientKey,
    id: Uuid,
    user: Option<UserKey>,
    path: String,
}

/// What a request with a client's credential carries along until it is answered.
#[derive(Debug, Clone)]
pub(super) struct ServiceCalls {
    method: Method,
    call: Arc<OnceLock<Call>>,
}

impl ServiceCalls {
    /// Watches a request that shows what looks like a client's credential. Members' requests pay nothing.
    pub(super) fn watch(request: &mut Request) -> Option<Self> {
        let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
        if !Credential::is_meant(value.split_once(' ')?.1.trim()) {
            return None;
        }
        let watched = Self { method: request.method().clone(), call: Arc::default() };
        request.extensions_mut().insert(watched.clone());
        Some(watched)
    }

    /// Notes which client it is, and the member it calls for.
    pub(super) fn note(parts: &Parts, client: &ServiceClient, member: Option<&Member>) {
        let Some(watched) = parts.extensions.get::<Self>() else { return };
        let path = parts.extensions.get::<MatchedPath>().map_or_else(|| parts.uri.path(), MatchedPath::as_str);
        let call =
            Call { client: client.key, id: client.id, user: member.map(|member| member.key), path: path.to_owned() };
        // A route asks once who calls.
        let _noted_before = watched.call.set(call);
    }

    /// Which client called, once that is known.
    pub(super) fn client(&self) -> Option<Uuid> {
        self.call.get().map(|call| call.id)
    }

    /// Counts the call, if it was a client's; gives the answer that may leave.
    pub(super) async fn count(&self, app: &App, answer: Response) -> Response {
        let Some(Call { client, user, path, .. }) = self.call.get() else { return answer };
        if answer.status() == StatusCode::CREATED && !answer.headers().contains_key(REPLAYED) {
            // A payment, which has a row of its own.
            return answer;
        }
        let refusal = answer.extensions().get::<Error>().map(|error| error.code);
        let outcome = match refusal {
            Some(code) => CallOutcome::Refused(code),
            None if answer.status().is_success() => CallOutcome::Answered,
            None => CallOutcome::Refused(Code::InvalidRequest),
        };
        let (method, path) = (self.method.to_string(), path.clone());
        let counted = app.books.execute(CountCall { client: *client, user: *user, method, path, outcome }).await;
        match counted {
            Ok(counted) if counted == outcome => answer,
            // The member has just taken the permission back.
            Ok(_) => not_allowed().into_response(),
            // A refusal shows nothing of anybody, so it leaves though it could not be counted.
            Err(_) if refusal.is_some() => answer,
            Err(error) => error.into_response(),
        }
    }
}
