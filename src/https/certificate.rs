//! A certificate with its key, and what it says of itself.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio_rustls::rustls::crypto::aws_lc_rs::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::time::ASN1Time;

/// A certificate, with those that vouch for it and its key.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// As it is shown.
    pub(super) shown: Arc<CertifiedKey>,
    names: Vec<String>,
    /// From when on it counts.
    begins: SystemTime,
    /// When it ends.
    pub ends: SystemTime,
}

impl Certificate {
    /// Reads a key and the certificates after it; what is wrong with them is said in half a sentence.
    pub(super) fn read(pem: &[u8]) -> Result<Self, String> {
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|error| error.to_string())?;
        let key = any_supported_type(&key).map_err(|error| error.to_string())?;
        let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let chain = chain.map_err(|error| error.to_string())?;
        let (names, begins, ends) = said(chain.first().ok_or("there is no certificate in it")?)?;
        let shown = CertifiedKey::new(chain, key);
        shown.keys_match().map_err(|error| error.to_string())?;
        Ok(Self { shown: Arc::new(shown), names, begins, ends })
    }

    /// Whether it is for all these names.
    pub fn is_for(&self, domains: &[String]) -> bool {
        domains.iter().all(|domain| self.names.iter().any(|name| name.eq_ignore_ascii_case(domain)))
    }

    /// When it is time to have the next: with a third of its life left, so that much can go wrong first.
    pub fn due(&self) -> SystemTime {
        self.ends - self.life() / 3
    }

    /// With how little time left somebody should see to it: the next has been refused for weeks by then.
    pub fn is_running_out(&self, now: SystemTime) -> bool {
        now >= self.ends - self.life() / 6
    }

    fn life(&self) -> Duration {
        self.ends.duration_since(self.begins).unwrap_or_default()
    }

    /// The certificates that vouch for it, the nearest first.
    pub fn issuers(&self) -> impl Iterator<Item = &[u8]> {
        self.shown.cert.iter().skip(1).map(AsRef::as_ref)
    }
}

/// For which names it is, from when on and until when.
fn said(own: &[u8]) -> Result<(Vec<String>, SystemTime, SystemTime), String> {
    let (_, parsed) = parse_x509_certificate(own).map_err(|error| error.to_string())?;
    let names = parsed.subject_alternative_name().map_err(|error| error.to_string())?;
    let names = names.iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    let validity = parsed.validity();
    Ok((names.collect(), time(validity.not_before), time(validity.not_after)))
}

fn time(time: ASN1Time) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(time.timestamp()).unwrap_or(0))
}
