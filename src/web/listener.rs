//! Who goes on listening after their request: by what they were let in, so that it can be judged again
//! before anything more is said to them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::caller::{Bearer, bearer_token};
use super::session::{to_login, wanted};
use super::{App, Client};
use crate::error::{Error, Result};
use crate::identity::{Member, Secret, member};
use crate::language::Language;
use crate::ledger::UserKey;

/// What somebody was let in by.
#[derive(Clone)]
pub enum Pass {
    /// A token.
    Token(String),
    /// The secret of a session.
    Session(Secret),
}

/// A member who listens, by token. No service client: their programs hear nothing by themselves.
pub struct BearerListener(pub Member, pub Pass);

impl FromRequestParts<App> for BearerListener {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Bearer(member) = Bearer::from_request_parts(parts, app).await?;
        Ok(Self(member, Pass::Token(bearer_token(parts, app)?.to_owned())))
    }
}

/// A member who listens, on a page. Listening is no use of a session: a browser that somebody left open
/// is signed out in its time.
pub struct PageListener(pub Member, pub Pass, pub Language);

impl PageListener {
    async fn open(parts: &Parts, app: &App) -> Result<Option<Self>> {
        if let Some(secret) = app.secret(&parts.headers)
            && let Some(session) = app.open_session(&secret).await?
        {
            app.count(session.member.key)?;
            let language = app.language(Some(&session.member), &parts.headers);
            return Ok(Some(Self(session.member, Pass::Session(secret), language)));
        }
        app.count_stranger(Client::of(parts))?;
        Ok(None)
    }
}

impl FromRequestParts<App> for PageListener {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Self::open(parts, app).await {
            Ok(Some(listener)) => Ok(listener),
            // The browser finds no stream there, and asks no more.
            Ok(None) => Err(to_login(app, &wanted(parts))),
            Err(error) => Err(error.into_response()),
        }
    }
}

impl App {
    /// Whether a pass would let this member in now. Costs look-ups by key, counts against no limit and
    /// leaves no trace.
    pub async fn would_admit(&self, pass: &Pass, user: UserKey) -> Result<bool> {
        let member = match pass {
            Pass::Token(token) => {
                let claims = self.verifier.verify(token).await?;
                self.books.look_up(|conn| member::by_identity(conn, &claims.issuer, &claims.subject)).await?
            }
            Pass::Session(secret) => self.open_session(secret).await?.map(|session| session.member),
        };
        Ok(member.is_some_and(|member| member.key == user && member.deleted_at.is_none()))
    }
}
