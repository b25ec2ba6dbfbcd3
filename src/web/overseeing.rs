//! Who opens a page of those who look after the community.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::{App, RequestId, Session};
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
        if session.member.oversees() { Ok(Self(session)) } else { Err(Error::forbidden().into_response()) }
    }
}

/// An operator, on a page on which something is done.
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
            return Err(Error::forbidden().into_response());
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
}
