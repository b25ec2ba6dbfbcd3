//! A community with HTTPS of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::authority::Authority;
use super::support::{self, Server};

pub const NAME: &str = "tokens.example.org";

/// Its settings: an identity provider, and whatever else a test wants, where plain HTTP is led astray nowhere.
pub fn settings(authority: &Authority, https: &str, more: &str) -> String {
    let place = format!("bind = \"127.0.0.1:{0}\"\npublic_url = \"https://{NAME}:{0}\"", authority.community);
    let https = if https.is_empty() { "redirect_bind = \"\"\n" } else { https };
    format!("{}{https}{}", authority.settings(), Server::settings(more).replace("bind = \"127.0.0.1:0\"", &place))
}

/// A community that is about to start, with clients who know the authority.
pub async fn prepare(authority: &Authority, https: &str, more: &str) -> Server {
    let mut server = Server::prepare(&settings(authority, https, more));
    server.client = client(authority).await;
    server
}

/// One that serves and has its certificate.
pub async fn serve(authority: &Authority) -> Server {
    let mut server = prepare(authority, "", "").await;
    server.serve(&[]).await;
    server
}

pub async fn client(authority: &Authority) -> reqwest::Client {
    builder(authority).await.build().unwrap()
}

/// A client that trusts the authority and nobody else, and for whom the name leads here.
pub async fn builder(authority: &Authority) -> reqwest::ClientBuilder {
    let root = reqwest::Certificate::from_pem(authority.root().await.as_bytes()).unwrap();
    support::client()
        .tls_certs_only([root])
        .resolve(NAME, authority.address())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
}

/// A connection over TLS, as far as the handshake.
pub async fn connect(authority: &Authority, root: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(authority.address()).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(NAME).unwrap(), stream).await
}

/// The certificate that is shown to who connects.
pub async fn shown(authority: &Authority, root: &str) -> Vec<u8> {
    let stream = connect(authority, root).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// Waits until something is so.
pub async fn until(within: u64, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < Duration::from_secs(within), "{what} not within {within} seconds");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
