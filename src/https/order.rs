//! Orders a certificate: an account, an order, for each name the proof that it is ours, the certificate.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls_acme::acme::{Account, AcmeError, Auth, AuthStatus, Directory, Identifier, Order, OrderStatus};
use tokio::time::sleep;
use tokio_rustls::rustls::ClientConfig;

use super::shown::Shown;
use crate::config::Https;

/// How often is asked whether the authority has come further.
const LOOK: Duration = Duration::from_secs(1);

/// Why there is no certificate.
#[derive(Debug)]
pub(super) struct NotGiven {
    /// Whether the authority said no, and not only nothing: it counts that, and shuts out who asks on and on.
    pub(super) is_refusal: bool,
    pub(super) why: String,
}

impl NotGiven {
    /// Nothing that anybody has decided.
    pub(super) fn for_now(why: impl Into<String>) -> Self {
        Self { is_refusal: false, why: why.into() }
    }

    fn refused(why: impl Into<String>) -> Self {
        Self { is_refusal: true, why: why.into() }
    }
}

impl From<AcmeError> for NotGiven {
    fn from(error: AcmeError) -> Self {
        let why = error.to_string();
        // The library tells statuses apart by its words alone. A number that was used up in the meantime
        // (badNonce) is no refusal.
        Self { is_refusal: why.contains("http status: 4") && !why.contains(":badNonce"), why }
    }
}

impl From<rcgen::Error> for NotGiven {
    fn from(error: rcgen::Error) -> Self {
        Self::for_now(error.to_string())
    }
}

/// A certificate for the names of the settings, as PEM after its key.
pub(super) async fn order(
    settings: &Https,
    client: &Arc<ClientConfig>,
    account_key: &[u8],
    shown: &Shown,
) -> Result<String, NotGiven> {
    let directory = Directory::discover(client, &settings.directory).await?;
    let account = Account::create_with_keypair(client, directory, &settings.contact, account_key).await?;
    let (url, mut order) = account.new_order(client, settings.domains.clone()).await?;
    for authorization in &order.authorizations {
        prove(authorization, &account, client, shown).await?;
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut request = CertificateParams::new(settings.domains.clone())?;
    request.distinguished_name = DistinguishedName::new();
    let request = request.serialize_request(&key)?;
    loop {
        order = match order.status {
            OrderStatus::Ready => account.finalize(client, order.finalize, request.der()).await?,
            OrderStatus::Valid { certificate } => {
                let chain = account.certificate(client, certificate).await?;
                return Ok(format!("{}\n{chain}", key.serialize_pem()));
            }
            OrderStatus::Pending | OrderStatus::Processing => {
                sleep(LOOK).await;
                account.order(client, &url).await?
            }
            OrderStatus::Invalid => return Err(NotGiven::refused(said(&order))),
        };
    }
}

/// Proves that a name is ours: the authority connects to it, and is shown what only we can know.
async fn prove(url: &str, account: &Account, client: &Arc<ClientConfig>, shown: &Shown) -> Result<(), NotGiven> {
    let auth = account.auth(client, url).await?;
    let Identifier::Dns(name) = auth.identifier.clone();
    if let AuthStatus::Pending = auth.status {
        let (challenge, proof) = account.tls_alpn_01(&auth.challenges, name.clone())?;
        shown.prove(Some((name.clone(), Arc::new(proof))));
        account.challenge(client, &challenge.url).await?;
    }
    let mut auth = auth;
    loop {
        match auth.status {
            AuthStatus::Valid => return Ok(()),
            AuthStatus::Pending => sleep(LOOK).await,
            _ => return Err(NotGiven::refused(format!("it could not see that {name} is here: {}", found(&auth)))),
        }
        auth = account.auth(client, url).await?;
    }
}

/// What the authority found when it looked.
fn found(auth: &Auth) -> &str {
    let mut errors = auth.challenges.iter().filter_map(|challenge| challenge.error.as_ref()?.detail.as_deref());
    errors.next_back().unwrap_or("it does not say why")
}

fn said(order: &Order) -> String {
    let detail = order.error.as_ref().and_then(|error| error.detail.clone());
    detail.unwrap_or_else(|| "it does not say why".to_owned())
}
