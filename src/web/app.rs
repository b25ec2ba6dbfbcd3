//! The program's state, shared by all routes, and what a slice hands the server.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use utoipa_axum::router::OpenApiRouter;

use crate::config::{Config, IdentityName};
use crate::error::{Code, Error, Result};
use crate::identity::session::{self, OpenedSession, TouchSession};
use crate::identity::{Claims, DeveloperIdentity, Known, Member, Payer, Register, Role, Secret, Verifier, member};
use crate::ledger::{Books, UserKey};

/// What every route can reach. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The parts of [`App`].
pub struct Shared {
    /// The ledger.
    pub books: Books,
    /// The settings in force.
    pub config: Config,
    /// Checks tokens.
    pub verifier: Verifier,
    /// The developer identity, where no provider is configured.
    pub developer: Option<DeveloperIdentity>,
    payers: Known,
    limiter: Option<DefaultKeyedRateLimiter<UserKey>>,
}

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(books: Books, config: Config, verifier: Verifier, developer: Option<DeveloperIdentity>) -> Self {
        let limiter = NonZeroU32::new(config.limits.requests_per_minute)
            .map(|requests| RateLimiter::keyed(Quota::per_minute(requests)));
        Self(Arc::new(Shared { books, config, verifier, developer, payers: Known::default(), limiter }))
    }

    /// The address members know the program by.
    pub fn public_url(&self) -> String {
        let server = &self.config.server;
        server.public_url.clone().unwrap_or_else(|| format!("http://{}", server.bind))
    }

    /// The member a token belongs to, registered now if nobody has seen the identity before.
    pub async fn member(&self, token: &str) -> Result<Member> {
        let claims = self.verifier.verify(token).await?;
        let mut member = self.known(&claims).await?;
        if member.deleted_at.is_some() {
            return Err(Error::left());
        }
        self.add_configured_roles(&mut member, &claims.issuer, &claims.subject);
        self.count(member.key)?;
        Ok(member)
    }

    /// The open session whose cookie holds this secret.
    pub async fn session(&self, secret: &Secret) -> Result<Option<OpenedSession>> {
        let now = self.books.now();
        let Some(mut session) = self.books.look_up(|conn| session::by_secret(conn, secret, now)).await? else {
            return Ok(None);
        };
        let (issuer, subject) = &session.identity;
        self.add_configured_roles(&mut session.member, issuer, subject);
        self.count(session.member.key)?;
        if session.is_to_be_touched(now) {
            // Nobody waits for it, and a ledger that takes no writes is no reason to show no page.
            drop(self.books.submit(TouchSession { id: session.info.id, now }));
        }
        Ok(Some(session))
    }

    /// Adds the roles that the configuration gives to an identity.
    fn add_configured_roles(&self, member: &mut Member, issuer: &str, subject: &str) {
        let named = |list: &[IdentityName]| list.iter().any(|name| name.issuer == issuer && name.subject == subject);
        if named(&self.config.identity.operators) {
            member.add(Role::Operator);
        }
        if named(&self.config.identity.auditors) {
            member.add(Role::Auditor);
        }
    }

    /// Whose tokens a call with this token moves. Whether they may pay, the command says: a member
    /// who has left is refused there.
    pub async fn payer(&self, token: &str) -> Result<Payer> {
        let claims = self.verifier.verify(token).await?;
        let payer = if let Some(payer) = self.payers.get(&claims) {
            payer
        } else {
            let payer = Payer::from(&self.known(&claims).await?);
            self.payers.add(&claims, payer);
            payer
        };
        self.count(payer.key)?;
        Ok(payer)
    }

    /// The member with a verified identity, registered now if nobody has seen it before.
    pub async fn known(&self, claims: &Claims) -> Result<Member> {
        let seen = self.books.look_up(|conn| member::by_identity(conn, &claims.issuer, &claims.subject)).await?;
        match seen {
            Some(member) => Ok(member),
            None => {
                self.books
                    .execute(Register {
                        issuer: claims.issuer.clone(),
                        subject: claims.subject.clone(),
                        name: claims.username.clone(),
                    })
                    .await
            }
        }
    }

    /// Counts a request against the caller's limit.
    fn count(&self, caller: UserKey) -> Result<()> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        // Callers who have been quiet for a minute need no memory.
        if limiter.len() > 10_000 {
            limiter.retain_recent();
        }
        limiter.check_key(&caller).map_err(|_| {
            Error::new(
                Code::TooManyRequests,
                "You have sent more requests than this community allows in a minute. Wait a little.",
            )
            .with("retry_after_seconds", 1)
        })
    }
}

/// What a slice hands the server: its JSON routes, documented, and its pages.
#[derive(Default)]
pub struct Slice {
    /// Routes that answer in JSON, with their part of the API document.
    pub api: OpenApiRouter<App>,
    /// Routes that answer with pages.
    pub pages: Router<App>,
}
