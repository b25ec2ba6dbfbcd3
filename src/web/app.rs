//! The program's state, shared by all routes, and what a slice hands the server.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::HOST;

use super::feed::Feed;
use super::figures::Figures;
use super::look::Look;
use super::rates::Rates;
use super::refused::Refusals;
use super::{Calls, Client, Pages};
use crate::backups;
use crate::config::{Config, IdentityName};
use crate::error::{Error, Result};
use crate::identity::client::{self, Credential, ServiceClient, TouchClient};
use crate::identity::passkey::Passkeys;
use crate::identity::session::{self, Method, OpenedSession, TouchSession};
use crate::identity::{
    Claims, DeveloperIdentity, Known, LOCAL_ISSUER, Member, Payer, Register, Role, Secret, Verifier, member, oidc,
};
use crate::ledger::{Books, ClientKey, UserKey};

/// Recovery codes that one address may try in a minute. A code cannot be guessed at any rate; this
/// keeps those who try from costing anything.
const GUESSES_PER_MINUTE: u32 = 5;
/// Letters with a code that one member may have sent in an hour: an address they name may be somebody else's.
const LETTERS_PER_HOUR: u32 = 5;
/// Of how many connections one may be somebody's who only listens.
const LISTENERS_SHARE: usize = 4;

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
    /// The developer identity, where there is neither a provider nor passkeys.
    pub developer: Option<DeveloperIdentity>,
    /// The providers at which members sign in on the pages.
    pub sign_in: oidc::Clients,
    /// Passkeys, where they are in use.
    pub passkeys: Option<Passkeys>,
    /// What the pages look like.
    pub look: Look,
    /// Who waits for news of which wallet.
    pub feed: Feed,
    /// Who wanted to come in, or to do what is for operators, and could not.
    pub refused: Refusals,
    /// How the backups go that are taken by themselves.
    pub backups: backups::Watch,
    /// What is counted of requests.
    pub figures: Figures,
    payers: Known,
    callers: Rates<UserKey>,
    clients: Rates<ClientKey>,
    strangers: Rates<IpAddr>,
    guesses: Rates<IpAddr>,
    letters_asked_for: Rates<UserKey>,
}

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(books: Books, config: Config, verifier: Verifier, developer: Option<DeveloperIdentity>) -> Result<Self> {
        let address = config.server.address();
        let sign_in = oidc::Clients::from_config(&config.identity, &address)?;
        let passkeys = config.identity.passkeys.then(|| Passkeys::at(&address, &config.community.name)).transpose()?;
        let callers = Rates::per_minute(config.limits.requests_per_minute);
        let clients = Rates::per_minute(config.limits.requests_per_minute_of_client);
        let strangers = Rates::per_minute(config.limits.requests_per_minute_per_address);
        let guesses = Rates::per_minute(GUESSES_PER_MINUTE);
        let letters_asked_for = Rates::per_hour(LETTERS_PER_HOUR);
        let payers = Known::default();
        let look = Look::of(&config.community)?;
        let feed = Feed::new((config.limits.connections / LISTENERS_SHARE).max(1));
        Ok(Self(Arc::new(Shared {
            books,
            config,
            verifier,
            developer,
            sign_in,
            passkeys,
            look,
            feed,
            refused: Refusals::default(),
            backups: backups::Watch::default(),
            figures: Figures::new()?,
            payers,
            callers,
            clients,
            strangers,
            guesses,
            letters_asked_for,
        })))
    }

    /// The address members know the program by.
    pub fn public_url(&self) -> String {
        self.config.server.address()
    }

    /// Where a page lies at the address to which passkeys belong, if they are in use and the page was
    /// opened at another one.
    pub fn passkeys_elsewhere(&self, headers: &HeaderMap, path: &str) -> Option<String> {
        let passkeys = self.passkeys.as_ref()?;
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        (!passkeys.belong_to(host)).then(|| format!("{}{path}", passkeys.address(host)))
    }

    /// The member a token belongs to, registered now if nobody has seen the identity before.
    pub async fn member(&self, token: &str, client: Client) -> Result<Member> {
        let claims = self.claims(token, client).await?;
        let mut member = self.known(&claims).await?;
        if member.deleted_at.is_some() {
            return Err(Error::left());
        }
        for role in &claims.roles {
            member.add(*role);
        }
        self.add_configured_roles(&mut member, &claims.issuer, &claims.subject);
        self.count(member.key)?;
        Ok(member)
    }

    /// What a token says. One that is not remembered costs the check of a signature, so it counts
    /// against its address first: a flood of bad ones stops there, and members go on.
    async fn claims(&self, token: &str, client: Client) -> Result<Claims> {
        self.verifier.verify_if(token, || self.count_stranger(client)).await
    }

    /// The open session whose cookie holds this secret, for a request: it is counted, and its use written
    /// down now and then.
    pub async fn session(&self, secret: &Secret) -> Result<Option<OpenedSession>> {
        let Some(session) = self.open_session(secret).await? else { return Ok(None) };
        self.count(session.member.key)?;
        let now = self.books.now();
        if session.is_to_be_touched(now) {
            // Nobody waits for it, and a ledger that takes no writes is no reason to show no page.
            drop(self.books.submit(TouchSession { id: session.info.id, now }));
        }
        Ok(Some(session))
    }

    /// The open session whose cookie holds this secret. Who was vouched for by a provider, or by the
    /// developer identity, is signed out when the configuration no longer trusts it, and has the roles
    /// that it still lets claims give; who came by a passkey or a recovery code is signed out when the
    /// community uses them no longer.
    pub(super) async fn open_session(&self, secret: &Secret) -> Result<Option<OpenedSession>> {
        let now = self.books.now();
        let found = self.books.look_up(|conn| {
            let Some(session) = session::by_secret(conn, secret, now, &self.config.sessions)? else { return Ok(None) };
            // The configuration knows members as their providers name them, whichever way they came in.
            let identities = match session.identity.0.as_str() {
                LOCAL_ISSUER => member::identities(conn, session.member.key)?,
                _ => vec![session.identity.clone()],
            };
            Ok(Some((session, identities)))
        });
        let Some((mut session, identities)) = found.await? else { return Ok(None) };
        if self.passkeys.is_none() && matches!(session.info.method, Method::Passkey | Method::RecoveryCode) {
            return Ok(None);
        }
        match (self.verifier.provider(&session.identity.0), session.info.method) {
            (None, Method::Provider | Method::Developer) => return Ok(None),
            (None, _) => session.lapsed.clear(),
            (Some(provider), _) => {
                provider.keys.stay_fresh();
                for role in session.claimed.iter().filter(|role| provider.lets_claims_give(**role)) {
                    session.member.add(*role);
                }
                session.lapsed.retain(|role| provider.lets_claims_give(*role));
            }
        }
        for (issuer, subject) in &identities {
            self.add_configured_roles(&mut session.member, issuer, subject);
        }
        Ok(Some(session))
    }

    /// The roles that the configuration gives to an identity.
    pub fn configured_roles(&self, issuer: &str, subject: &str) -> Vec<Role> {
        let named = |list: &[IdentityName]| list.iter().any(|name| name.issuer == issuer && name.subject == subject);
        let identity = &self.config.identity;
        [(Role::Operator, &identity.operators), (Role::Auditor, &identity.auditors)]
            .into_iter()
            .filter_map(|(role, list)| named(list).then_some(role))
            .collect()
    }

    /// Adds the roles that the configuration gives to an identity.
    pub fn add_configured_roles(&self, member: &mut Member, issuer: &str, subject: &str) {
        for role in self.configured_roles(issuer, subject) {
            member.add(role);
        }
    }

    /// Whose tokens a call with this token moves. Whether they may pay, the command says: a member
    /// who has left is refused there.
    pub async fn payer(&self, token: &str, client: Client) -> Result<Payer> {
        let claims = self.claims(token, client).await?;
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

    /// The service client that shows this credential. Showing one that is none counts against the
    /// address, as coming without a token does.
    pub async fn client(&self, token: &str, address: Client) -> Result<ServiceClient> {
        let found = match token.parse::<Credential>() {
            Ok(credential) => self.books.look_up(|conn| client::by_credential(conn, &credential)).await?,
            Err(()) => None,
        };
        let Some(client) = found else {
            self.count_stranger(address)?;
            return Err(Error::unauthorized());
        };
        self.clients.count(
            &client.key,
            "This service client has sent more requests than this community allows it in a minute. Wait a little.",
        )?;
        if client.is_to_be_touched(self.books.now()) {
            // As with sessions: nobody waits for it.
            drop(self.books.submit(TouchClient { key: client.key }));
        }
        Ok(client)
    }

    /// The member a service client names, and whether they let it act for them.
    pub async fn asked_for(&self, client: &ServiceClient, identity: &IdentityName) -> Result<Option<(Member, bool)>> {
        let IdentityName { issuer, subject } = identity;
        self.books.look_up(|conn| client::asked_for(conn, client.key, issuer, subject)).await
    }

    /// Forgets what is remembered of a member who was erased.
    pub fn forget(&self, user: UserKey) {
        self.payers.forget(user);
    }

    /// Counts a request against the caller's limit.
    pub(super) fn count(&self, caller: UserKey) -> Result<()> {
        self.callers
            .count(&caller, "You have sent more requests than this community allows in a minute. Wait a little.")
    }

    /// Counts a request of someone who is not known against the limit of their address.
    pub fn count_stranger(&self, client: Client) -> Result<()> {
        self.strangers.count(
            &client.0,
            "More requests came from your address than this community allows in a minute to those who are not signed in. Wait a little.",
        )
    }

    /// Counts a letter with a code that a member asks for.
    pub fn count_letter(&self, user: UserKey) -> Result<()> {
        self.letters_asked_for
            .count(&user, "You have asked for more codes than can be sent in an hour. Wait a little, and look into the folder for unwanted mail.")
            .map_err(|error| error.in_words("refusal-too-many-codes"))
    }

    /// Counts a recovery code that is tried from an address.
    pub fn count_guess(&self, client: Client) -> Result<()> {
        self.guesses
            .count(&client.0, "Too many recovery codes were tried from your address. Wait a minute and try again.")
            .map_err(|error| error.in_words("refusal-too-many-guesses"))
    }
}

/// What a slice hands the server: its JSON routes, documented, and its pages.
#[derive(Default)]
pub struct Slice {
    /// Routes that answer in JSON.
    pub calls: Calls,
    /// Routes that answer with pages.
    pub pages: Pages,
}
