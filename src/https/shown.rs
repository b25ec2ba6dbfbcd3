//! What those who connect are shown.

use std::sync::{Arc, PoisonError, RwLock};

use rustls_acme::acme::ACME_TLS_ALPN_NAME;
use rustls_acme::is_tls_alpn_challenge;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, ServerConfig};

/// The protocol by which the authority looks whether a name is ours; nothing is said in it.
pub const CHALLENGE_PROTOCOL: &[u8] = ACME_TLS_ALPN_NAME;

/// The certificate in use, and while one is asked for, the proof that a name is ours.
#[derive(Debug, Default)]
pub(super) struct Shown {
    certificate: RwLock<Option<Arc<CertifiedKey>>>,
    proof: RwLock<Option<(String, Arc<CertifiedKey>)>>,
}

impl Shown {
    /// From now on, this one.
    pub(super) fn show(&self, certificate: Arc<CertifiedKey>) {
        *self.certificate.write().unwrap_or_else(PoisonError::into_inner) = Some(certificate);
    }

    /// The proof for a name, until it is taken away.
    pub(super) fn prove(&self, proof: Option<(String, Arc<CertifiedKey>)>) {
        *self.proof.write().unwrap_or_else(PoisonError::into_inner) = proof;
    }

    /// How connections are secured: by TLS 1.2 or 1.3, for HTTP/1.1 or the authority's look.
    pub(super) fn secured(self: Arc<Self>) -> Result<ServerConfig, Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self);
        config.alpn_protocols = vec![b"http/1.1".to_vec(), CHALLENGE_PROTOCOL.to_vec()];
        Ok(config)
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if is_tls_alpn_challenge(&hello) {
            let proof = self.proof.read().unwrap_or_else(PoisonError::into_inner);
            return proof
                .as_ref()
                .filter(|(name, _)| hello.server_name() == Some(name.as_str()))
                .map(|(_, key)| Arc::clone(key));
        }
        self.certificate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
