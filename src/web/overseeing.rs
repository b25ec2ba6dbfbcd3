//! Who opens a page of those who look after the community.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::{App, Nav, RequestId, Session};
use crate::error::{Error, Result};
use crate::identity::Role;
use crate::ledger::{Authority, Reason};

/// An operator or an auditor, on a page that is there to be read.
#[derive(Debug, Clone)]
pub struct Overseeing(pub Session);

impl FromRequestParts<App> for Overseeing {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let session = <Session as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        if session.member.oversees() { Ok(Self(session)) } else { Err(not_let_in(parts, &session)) }
    }
}

/// Whether somebody may act on a page that they may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayAct {
    /// They are no operator.
    No,
    /// Once they have signed in again.
    Later,
    /// Now.
    Now,
}

impl MayAct {
    /// What this session's member may do.
    pub fn of(session: &Session, app: &App) -> Self {
        match (session.member.has(Role::Operator), session.is_fresh(app)) {
            (false, _) => Self::No,
            (true, false) => Self::Later,
            (true, true) => Self::Now,
        }
    }

    /// The same beside a form that was refused with this status, or not sent yet: what was typed in good time
    /// is not lost.
    pub fn beside_form(status: StatusCode, session: &Session, app: &App) -> Self {
        if status == StatusCode::OK { Self::of(session, app) } else { Self::Now }
    }
}

/// Where an operator signs in once more, and then comes back to a page.
fn sign_in_again(page: &str) -> String {
    let query = serde_urlencoded::to_string([("problem", "again"), ("next", page)]).unwrap_or_default();
    format!("/login?{query}")
}

/// The answer to somebody who is none of those who look after the community; or who was, by a provider's claim that
/// counts no longer, and is shown the way back in.
fn not_let_in(parts: &Parts, session: &Session) -> Response {
    let page = parts.uri.path_and_query().filter(|_| session.has_lapsed && parts.method.is_safe());
    match page {
        Some(page) => Redirect::to(&sign_in_again(page.as_str())).into_response(),
        None => Error::forbidden().into_response(),
    }
}

/// An operator who signed in lately, on a page on which something is done. Whoever signed in longer ago
/// does so once more and comes back.
#[derive(Debug, Clone)]
pub struct Operating {
    /// Who, in which session.
    pub session: Session,
    request_id: RequestId,
}

impl FromRequestParts<App> for Operating {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let session = <Session as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        if !session.member.has(Role::Operator) {
            return Err(not_let_in(parts, &session));
        }
        let asks = parts.method.is_safe();
        if !(if asks { session.is_fresh(app) } else { session.was_fresh(app) }) {
            let page = parts.uri.path_and_query().filter(|_| asks).map_or(parts.uri.path(), |uri| uri.as_str());
            return Err(Redirect::to(&sign_in_again(page)).into_response());
        }
        let request_id = RequestId::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        Ok(Self { session, request_id })
    }
}

impl Operating {
    /// The authority with which they act, for the reason they typed. It ends with their session.
    pub fn authority(&self, reason: &str) -> Result<Authority> {
        let mut authority = super::authority(&self.session.member, Reason::new(reason)?, &self.request_id)?;
        if let Some(acting) = &mut authority.acting {
            acting.session = Some(self.session.info.id);
        }
        Ok(authority)
    }

    /// Does what they typed the reason for. A reason that will not do is a refusal like any other.
    pub async fn act<T, Acted>(&self, reason: &str, act: impl FnOnce(Authority) -> Acted) -> Result<T>
    where
        Acted: Future<Output = Result<T>>,
    {
        act(self.authority(reason)?).await
    }

    /// A refusal as they are told it beside a form.
    pub fn told(&self, app: &App, error: &Error) -> String {
        app.shell(Some(&self.session), Nav::None).of_others(error)
    }
}
