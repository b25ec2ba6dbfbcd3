//! HTTPS without a proxy: a certificate by ACME (RFC 8555), kept beside the ledger, renewed in its time.
//!
//! `order` asks the authority for a certificate, `keep` does it whenever one is needed, `folder` keeps what
//! comes of it, and `shown` is what those who connect are shown: the certificate, or to the authority the
//! proof that the name is ours (TLS-ALPN-01, RFC 8737), at the same port. Knows neither HTTP nor the ledger.

mod certificate;
mod folder;
mod keep;
mod order;
mod shown;

pub use certificate::Certificate;
pub use folder::Folder;
pub use keep::Keeper;
pub use shown::CHALLENGE_PROTOCOL;
