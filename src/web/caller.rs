//! Who calls the API, and with what authority.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::frame::RequestId;
use super::{App, Client};
use crate::error::{Code, Error, Result};
use crate::identity::{Member, Payer, Role};
use crate::ledger::{Authority, IdempotencyKey, Operator, Reason};

/// The token that came with the request. Coming without one counts against the address.
fn bearer_token<'a>(parts: &'a Parts, app: &App) -> Result<&'a str> {
    parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| app.count_stranger(Client::of(parts)).err().unwrap_or_else(Error::unauthorized))
}

/// The member whose bearer token came with the request.
#[derive(Debug, Clone)]
pub struct Bearer(pub Member);

impl FromRequestParts<App> for Bearer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        app.member(bearer_token(parts, app)?, Client::of(parts)).await.map(Self)
    }
}

/// Whose tokens the call moves, by the bearer token that came with it.
#[derive(Debug, Clone, Copy)]
pub struct Paying(pub Payer);

impl FromRequestParts<App> for Paying {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        app.payer(bearer_token(parts, app)?, Client::of(parts)).await.map(Self)
    }
}

/// A caller with the role of operator.
#[derive(Debug, Clone)]
pub struct OperatorCaller(pub Member);

impl FromRequestParts<App> for OperatorCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Bearer(member) = Bearer::from_request_parts(parts, app).await?;
        if member.has(Role::Operator) { Ok(Self(member)) } else { Err(Error::forbidden()) }
    }
}

/// The `Idempotency-Key` that every call that moves tokens must carry.
#[derive(Debug, Clone)]
pub struct Key(pub IdempotencyKey);

impl FromRequestParts<App> for Key {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Error::new(
                Code::IdempotencyKeyRequired,
                "Send one Idempotency-Key header, such as a fresh UUID, so that a repeated request is executed once.",
            ));
        };
        let text = value.to_str().map_err(|_| Error::field("Idempotency-Key", "must be visible ASCII characters"))?;
        IdempotencyKey::new(text).map(Self)
    }
}

/// The authority with which an operator acts by the API or on a page.
pub fn authority(member: &Member, reason: Reason, request: &RequestId) -> Result<Authority> {
    Ok(Authority {
        operator: Operator::new(&format!("{} ({})", member.username.chars().take(200).collect::<String>(), member.id))?,
        reason,
        request_id: Some(request.0.clone()),
    })
}
