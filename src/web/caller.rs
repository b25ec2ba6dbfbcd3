//! Who calls the API, and with what authority.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::frame::RequestId;
use super::known::Known;
use super::service_calls::ServiceCalls;
use super::{App, Client};
use crate::config::IdentityName;
use crate::error::{Code, Error, Result};
use crate::identity::client::{Credential, Scope, ServiceClient, not_allowed};
use crate::identity::{Member, Payer, Role};
use crate::ledger::{Acting, Authority, IdempotencyKey, Operator, Reason};

/// The token of the one `Authorization` header. Coming without one counts against the address. Of two,
/// this program and a proxy before it might read different ones, so none counts. A token in the address
/// is never looked at: addresses end up in logs.
pub(super) fn bearer_token<'a>(parts: &'a Parts, app: &App) -> Result<&'a str> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let (header, None) = (headers.next(), headers.next()) else {
        return Err(stranger(parts, app));
    };
    header
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| stranger(parts, app))
}

/// The refusal of a request without a token.
fn stranger(parts: &Parts, app: &App) -> Error {
    app.count_stranger(Client::of(parts)).err().unwrap_or_else(Error::unauthorized)
}

/// The header by which a service client says for whom it calls: `issuer|subject`.
const ON_BEHALF_OF: &str = "on-behalf-of";

/// The identity a service client calls for.
fn on_behalf_of(parts: &Parts) -> Result<IdentityName> {
    let wrong = || {
        Error::field(
            "On-Behalf-Of",
            "must name the member once, as issuer|subject: the identity they are known by to the community",
        )
    };
    let mut values = parts.headers.get_all(ON_BEHALF_OF).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(wrong()) };
    // At the first bar: no issuer has one, and subjects of some providers do.
    // A subject is what its provider says, in whatever script.
    match str::from_utf8(value.as_bytes()).ok().and_then(|text| text.split_once('|')) {
        Some((issuer, subject)) if !issuer.is_empty() && !subject.is_empty() => {
            Ok(IdentityName { issuer: issuer.to_owned(), subject: subject.to_owned() })
        }
        _ => Err(wrong()),
    }
}

/// Refuses a client that was not given the scope.
fn check_scope(client: &ServiceClient, scope: Scope) -> Result<()> {
    if client.may(scope) {
        return Ok(());
    }
    Err(Error::new(Code::ScopeMissing, format!("This call needs the scope {}.", scope.as_str()))
        .with("scope", scope.as_str()))
}

/// The service client with this credential, which calls for itself.
async fn by_itself(token: &str, parts: &Parts, app: &App) -> Result<ServiceClient> {
    let client = app.client(token, Client::of(parts)).await?;
    ServiceCalls::note(parts, &client, None);
    Ok(client)
}

/// The client, and the member it may act for.
async fn acting(token: &str, parts: &Parts, app: &App, scope: Scope) -> Result<(ServiceClient, Member)> {
    let client = app.client(token, Client::of(parts)).await?;
    let identity = on_behalf_of(parts);
    let named = match &identity {
        Ok(identity) => app.asked_for(&client, identity).await?,
        Err(_) => None,
    };
    // Whose name it used is written down whether or not it may.
    ServiceCalls::note(parts, &client, named.as_ref().map(|(member, _)| member));
    check_scope(&client, scope)?;
    identity?;
    match named {
        Some((member, true)) => Ok((client, member)),
        _ => Err(not_allowed()),
    }
}

/// The member whose bearer token came with the request. No service client: what a member can do only
/// by themselves, no program does for them.
#[derive(Debug, Clone)]
pub struct Bearer(pub Member);

impl FromRequestParts<App> for Bearer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = bearer_token(parts, app)?;
        if Credential::is_meant(token) {
            by_itself(token, parts, app).await?;
            return Err(Error::new(Code::Forbidden, "No service client may call this, whatever its scopes."));
        }
        app.member(token, Client::of(parts)).await.map(Self)
    }
}

/// The member whose own things are read: by themselves, or by a service client for them.
#[derive(Debug, Clone)]
pub struct Reading(pub Member);

impl FromRequestParts<App> for Reading {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        ReadingOwn::from_request_parts(parts, app).await.map(|own| Self(own.member))
    }
}

/// The same, and who reads: what members keep to themselves is in no answer to a service client.
#[derive(Debug, Clone)]
pub struct ReadingOwn {
    /// Whose things.
    pub member: Member,
    /// Whether it is they who read.
    pub is_themselves: bool,
}

impl FromRequestParts<App> for ReadingOwn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = bearer_token(parts, app)?;
        if Credential::is_meant(token) {
            let (_, member) = acting(token, parts, app, Scope::WalletRead).await?;
            return Ok(Self { member, is_themselves: false });
        }
        Ok(Self { member: app.member(token, Client::of(parts)).await?, is_themselves: true })
    }
}

/// Whoever may read the statistics: any member, or a service client for itself.
#[derive(Debug, Clone, Copy)]
pub struct StatisticsReader {
    /// Whether they may see who is meant: operators and auditors may; other members and programs may not.
    pub oversees: bool,
}

impl FromRequestParts<App> for StatisticsReader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = bearer_token(parts, app)?;
        if Credential::is_meant(token) {
            check_scope(&by_itself(token, parts, app).await?, Scope::StatisticsRead)?;
            return Ok(Self { oversees: false });
        }
        let member = app.member(token, Client::of(parts)).await?;
        Ok(Self { oversees: member.oversees() })
    }
}

/// Whose tokens the call moves, by the bearer token that came with it.
#[derive(Clone)]
pub struct Paying {
    /// Whose.
    pub payer: Payer,
    token: String,
    address: Client,
}

impl Paying {
    /// Who it is by now, looked up anew: somebody else, if whoever was remembered has been erased since.
    pub async fn anew(&self, app: &App) -> Result<Payer> {
        app.forget(self.payer.key);
        app.payer(&self.token, self.address).await
    }
}

impl FromRequestParts<App> for Paying {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let (token, address) = (bearer_token(parts, app)?, Client::of(parts));
        let payer = if Credential::is_meant(token) {
            let (client, member) = acting(token, parts, app, Scope::TransfersWrite).await?;
            Payer { client: Some(client.key), ..Payer::from(&member) }
        } else {
            app.payer(token, address).await?
        };
        Ok(Self { payer, token: token.to_owned(), address })
    }
}

/// The member who calls what is for those who look after the community; a refusal is written down with their id.
async fn office_seeker(parts: &mut Parts, app: &App) -> Result<Member> {
    let Bearer(member) = Bearer::from_request_parts(parts, app).await?;
    Known::of(&parts.extensions).note_member(&member);
    Ok(member)
}

/// A caller with the role of operator.
#[derive(Debug, Clone)]
pub struct OperatorCaller(pub Member);

impl FromRequestParts<App> for OperatorCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let member = office_seeker(parts, app).await?;
        if member.has(Role::Operator) { Ok(Self(member)) } else { Err(Error::forbidden()) }
    }
}

/// A caller who may see everything: an operator or an auditor.
#[derive(Debug, Clone)]
pub struct OverseerCaller(pub Member);

impl FromRequestParts<App> for OverseerCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let member = office_seeker(parts, app).await?;
        if member.oversees() { Ok(Self(member)) } else { Err(Error::forbidden()) }
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
        acting: Some(Acting { user: member.key, by_grant: !member.lent.contains(&Role::Operator), session: None }),
        consent: None,
    })
}
