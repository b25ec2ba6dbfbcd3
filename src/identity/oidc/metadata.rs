//! What a provider says of itself by OpenID Connect Discovery, as far as signing in needs it.

use oauth2::{AuthUrl, TokenUrl};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::super::fetch::{self, Fetcher};

/// Where a provider does what.
#[derive(Debug)]
pub(super) struct Metadata {
    /// Where members sign in.
    pub(super) authorization: AuthUrl,
    /// Where codes are exchanged.
    pub(super) token: TokenUrl,
    /// Where more is said about who signed in, if anywhere.
    pub(super) userinfo: Option<Url>,
    /// Where members sign out, if the provider offers it.
    pub(super) end_session: Option<Url>,
    /// It takes a client's secret in the body alone.
    pub(super) secret_in_body: bool,
    /// It names itself in each answer (RFC 9207), so that one without its name comes from elsewhere.
    pub(super) names_itself: bool,
}

#[derive(Deserialize)]
struct Document {
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Asks the issuer.
    pub(super) async fn fetch(fetcher: &Fetcher, issuer: &str) -> Result<Self, String> {
        let document = fetch::discovery_document(fetcher, issuer).await?;
        let document: Document = serde_json::from_value(Value::Object(document))
            .map_err(|error| format!("the discovery document of {issuer} cannot be used for signing in: {error}"))?;
        let address = |text: &str| fetch::address(issuer, text);
        let methods = document.token_endpoint_auth_methods_supported.unwrap_or_default();
        let takes = |method: &str| methods.iter().any(|own| own == method);
        Ok(Self {
            authorization: AuthUrl::from_url(address(&document.authorization_endpoint)?),
            token: TokenUrl::from_url(address(&document.token_endpoint)?),
            userinfo: document.userinfo_endpoint.as_deref().map(address).transpose()?,
            end_session: document.end_session_endpoint.as_deref().map(address).transpose()?,
            // What is not said means "basic" (OpenID Connect Discovery, section 3).
            secret_in_body: takes("client_secret_post") && !takes("client_secret_basic"),
            names_itself: document.authorization_response_iss_parameter_supported,
        })
    }
}
