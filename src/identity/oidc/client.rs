//! This community as one provider's client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, ExtraTokenFields,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse,
};
use reqwest::header::AUTHORIZATION;
use reqwest::{Method, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::super::fetch::{self, Fetcher};
use super::super::session::Vouched;
use super::super::strict_json;
use super::super::token::{Claims, Verifier};
use super::attempt::{Attempt, TIME_MAX};
use super::metadata::Metadata;
use crate::config;
use crate::error::{Code, Error, Result};

/// For how long a provider's description of itself is used before it is asked again.
const METADATA_AGE: Duration = Duration::from_hours(1);
/// At least this long between two questions, however many want to sign in while it does not answer.
const METADATA_RETRY: Duration = Duration::from_secs(5);
/// Where providers send browsers back to.
const CALLBACK: &str = "/login/callback";

/// One provider at which members can sign in.
pub struct Client {
    issuer: String,
    name: String,
    id: String,
    secret: Option<config::Secret>,
    scopes: Vec<Scope>,
    username_claim: String,
    home: String,
    redirect: RedirectUrl,
    fetcher: Arc<Fetcher>,
    /// Held while the provider is asked, so that it is asked by one at a time.
    metadata: tokio::sync::Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<Arc<Metadata>>,
    /// When it was read.
    read: Option<Instant>,
    /// When reading it failed last, and why.
    failed: Option<(Instant, String)>,
}

/// A sign-in that has begun: what the browser must keep, and where to send it.
pub struct Begun {
    /// What it must keep.
    pub attempt: Attempt,
    /// Where to send it.
    pub url: Url,
}

/// What a provider sends a browser back with.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Answer {
    /// To which attempt it belongs.
    #[serde(default)]
    pub state: String,
    /// What is exchanged for the ID token.
    code: Option<String>,
    /// What went wrong, as a word.
    error: Option<String>,
    /// And as the provider says it, for the log alone.
    error_description: Option<String>,
    /// Which provider it is (RFC 9207).
    iss: Option<String>,
}

/// What the token endpoint says beyond OAuth.
#[derive(Debug, Serialize, Deserialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdTokenField {}

type Tokens = StandardTokenResponse<IdTokenField, BasicTokenType>;
type OAuth = oauth2::Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Why no answer came from a provider, in words for the log.
#[derive(Debug)]
struct NoAnswer(String);

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoAnswer {}

impl Client {
    /// A client of this provider, where the configuration gives it a client id.
    pub(super) fn new(settings: &config::Provider, home: &str) -> Option<Result<Self>> {
        let id = settings.client_id.clone()?;
        let made = RedirectUrl::new(format!("{home}{CALLBACK}")).map_err(Error::internal).and_then(|redirect| {
            Ok(Self {
                issuer: settings.issuer.clone(),
                name: settings.name.clone(),
                id,
                secret: settings.client_secret.clone(),
                scopes: settings.scopes.iter().cloned().map(Scope::new).collect(),
                username_claim: settings.username_claim.clone(),
                home: home.to_owned(),
                redirect,
                fetcher: Arc::new(Fetcher::new(settings.allow_http).map_err(Error::internal)?),
                metadata: tokio::sync::Mutex::default(),
            })
        });
        Some(made)
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What members call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Begins a sign-in, after which the browser goes to `next`. Where it is done `again`, the provider is to
    /// ask who they are although it remembers them.
    pub async fn begin(&self, next: String, again: bool, now: i64) -> Result<Begun> {
        let metadata = self.metadata().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random_len(32).into_secret();
        let oauth = self.oauth(&metadata);
        let mut request = oauth
            .authorize_url(|| CsrfToken::new_random_len(32))
            .add_scopes(self.scopes.iter().cloned())
            .add_extra_param("nonce", &nonce)
            .set_pkce_challenge(challenge);
        if again {
            request = request.add_extra_param("prompt", "login");
        }
        let (url, state) = request.url();
        let attempt = Attempt {
            issuer: self.issuer.clone(),
            state: state.into_secret(),
            nonce,
            verifier: verifier.into_secret(),
            next,
            until: now.saturating_add(TIME_MAX),
        };
        Ok(Begun { attempt, url })
    }

    /// Whose identity an answer to this attempt shows, and what that rests on.
    pub async fn identity(&self, verifier: &Verifier, attempt: &Attempt, answer: Answer) -> Result<(Claims, Vouched)> {
        let metadata = self.metadata().await?;
        if answer.iss.as_ref().map_or(metadata.names_itself, |issuer| *issuer != self.issuer) {
            return Err(self.distrust(format!("the answer is from {:?}, asked was {}", answer.iss, self.issuer)));
        }
        if let Some(error) = answer.error {
            return Err(self.refused(&error, answer.error_description.as_deref()));
        }
        let code = answer.code.ok_or_else(|| self.distrust("the answer has neither code nor error"))?;
        let tokens = self.exchange(&metadata, code, attempt).await?;
        let id_token = tokens.extra_fields().id_token.as_deref();
        let id_token = id_token.ok_or_else(|| self.distrust("it sent no ID token; are the scopes right?"))?;
        let said = verifier.verify_id_token(id_token, &self.issuer, &self.id).await.map_err(|error| {
            self.distrust(format!("its ID token is not accepted: {}", error.cause().unwrap_or_default()))
        })?;
        let nonce = said.nonce.as_deref().unwrap_or_default();
        if verify_slices_are_equal(nonce.as_bytes(), attempt.nonce.as_bytes()).is_err() {
            return Err(self.distrust("its ID token was not made for this sign-in (nonce)"));
        }
        let access_token = tokens.access_token().secret();
        if !said.belongs_to(access_token) {
            return Err(self.distrust("its ID token was not made with this access token (at_hash)"));
        }
        let vouched = Vouched { key_id: said.key_id, until: said.claims.expires_at_ms };
        let mut claims = said.claims;
        if claims.username.is_none() {
            claims.username = self.username(&metadata, access_token, &claims.subject).await;
        }
        Ok((claims, vouched))
    }

    /// Where to send a browser to sign out at the provider too, if it offers that.
    pub async fn end_session(&self) -> Option<Url> {
        let mut url = self.metadata().await.ok()?.end_session.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.id)
            .append_pair("post_logout_redirect_uri", &format!("{}/", self.home));
        Some(url)
    }

    fn oauth(&self, metadata: &Metadata) -> OAuth {
        let oauth = oauth2::Client::new(ClientId::new(self.id.clone()))
            .set_auth_uri(metadata.authorization.clone())
            .set_token_uri(metadata.token.clone())
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if metadata.secret_in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        match &self.secret {
            Some(secret) => oauth.set_client_secret(ClientSecret::new(secret.reveal().to_owned())),
            None => oauth,
        }
    }

    async fn exchange(&self, metadata: &Metadata, code: String, attempt: &Attempt) -> Result<Tokens> {
        let oauth = self.oauth(metadata);
        let exchange = oauth
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
        let send = |request| send(Arc::clone(&self.fetcher), request);
        exchange.request_async(&send).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) if *said.error() == BasicErrorResponseType::InvalidGrant => {
                Error::new(
                    Code::InvalidRequest,
                    format!("{} says that this sign-in was used before or took too long. Begin again.", self.name),
                )
                .in_words_naming("refusal-provider-late", &self.name)
                .because(said)
            }
            RequestTokenError::ServerResponse(said) => Error::new(
                Code::ProviderUnavailable,
                format!("{} does not accept this community as its client. Only an operator can mend that: the log says why.", self.name),
            )
            .in_words_naming("refusal-provider-credentials", &self.name)
            .because(said),
            RequestTokenError::Request(why) => self.unavailable(why),
            // Never with the answer itself, which may hold tokens.
            error => self.distrust(fetch::chain(&error)),
        })
    }

    /// What the provider calls a member, from where it tells more than in its ID token. It is a proposal
    /// and nothing more, so that signing in does not fail for want of it.
    async fn username(&self, metadata: &Metadata, access_token: &str, subject: &str) -> Option<String> {
        let url = metadata.userinfo.clone()?;
        let mut request = Request::new(Method::GET, url);
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {access_token}").try_into().ok()?);
        let answer = self.fetcher.send(request).await.ok()?;
        let profile = strict_json::object(&fetch::body(answer).await.ok()?).ok()?;
        // Another subject's profile is no profile of this member (OpenID Connect Core, section 5.3.2).
        if profile.get("sub").and_then(Value::as_str) != Some(subject) {
            return None;
        }
        Claims::name_in(&self.username_claim, |claim| profile.get(claim))
    }

    async fn metadata(&self) -> Result<Arc<Metadata>> {
        let mut known = self.metadata.lock().await;
        if let Some(metadata) = &known.metadata
            && known.read.is_some_and(|read| read.elapsed() < METADATA_AGE)
        {
            return Ok(Arc::clone(metadata));
        }
        if known.failed.as_ref().is_none_or(|(failed, _)| failed.elapsed() >= METADATA_RETRY) {
            match Metadata::fetch(&self.fetcher, &self.issuer).await {
                Ok(metadata) => {
                    let metadata = Arc::new(metadata);
                    *known = Known { metadata: Some(metadata), read: Some(Instant::now()), failed: None };
                }
                Err(why) => known.failed = Some((Instant::now(), why)),
            }
        }
        // What it said before serves until it says something else.
        known.metadata.clone().ok_or_else(|| self.unavailable(known.failed.as_ref().map_or("", |(_, why)| why)))
    }

    fn unavailable(&self, why: impl std::fmt::Display) -> Error {
        let sentence =
            format!("{} cannot be reached at present, so nobody can sign in there. Try again in a minute.", self.name);
        Error::new(Code::ProviderUnavailable, sentence)
            .in_words_naming("refusal-provider-unreachable", &self.name)
            .because(why)
    }

    fn distrust(&self, why: impl std::fmt::Display) -> Error {
        let sentence = format!(
            "What came back from {} cannot be trusted, so you are not signed in. Begin again; if it stays, tell an operator.",
            self.name
        );
        Error::new(Code::Forbidden, sentence).in_words_naming("refusal-provider-distrusted", &self.name).because(why)
    }

    /// The sentence for a provider's refusal (RFC 6749, section 4.1.2.1; OpenID Connect Core, section 3.1.2.6).
    fn refused(&self, error: &str, description: Option<&str>) -> Error {
        let name = &self.name;
        let (code, key, sentence) = match error {
            "access_denied" => (
                Code::Forbidden,
                "refusal-provider-cancelled",
                format!("You are not signed in: signing in was cancelled, or {name} does not allow it for you."),
            ),
            "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
                let sentence = format!("{name} wants you to sign in or to agree there first. Begin again.");
                (Code::Forbidden, "refusal-provider-first", sentence)
            }
            "temporarily_unavailable" | "server_error" => {
                let sentence = format!("{name} has trouble at present. Try again in a minute.");
                (Code::ProviderUnavailable, "refusal-provider-troubled", sentence)
            }
            _ => (
                Code::ProviderUnavailable,
                "refusal-provider-disagrees",
                format!(
                    "{name} does not accept how this community asks. Only an operator can mend that: the log says why."
                ),
            ),
        };
        Error::new(code, sentence)
            .in_words_naming(key, name)
            .because(format!("{error:?}: {:?}", description.unwrap_or_default()))
    }
}

/// Sends a request of the OAuth library.
async fn send(fetcher: Arc<Fetcher>, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
    let request = Request::try_from(request).map_err(|error| NoAnswer(fetch::chain(&error)))?;
    let response = fetcher.send(request).await.map_err(NoAnswer)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = HttpResponse::new(fetch::body(response).await.map_err(NoAnswer)?);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}
