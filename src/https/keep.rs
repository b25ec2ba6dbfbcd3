//! Keeps a certificate for as long as the program serves: the one in the folder, until it is time for the
//! next. What goes wrong is said in the log and tried again; members are served with what there is.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rustls_acme::acme::Account;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::order::{NotGiven, order};
use super::shown::Shown;
use super::{Certificate, Folder};
use crate::config::Https;

/// How often the clock is looked at: it may be set, and the machine may sleep.
const LOOK: Duration = Duration::from_hours(1);
/// How long an authority may take over one order.
const ORDER_TIME_MAX: Duration = Duration::from_mins(5);
/// How long it is waited before the first repetition where the authority was not reached; each time twice
/// as long, to the most.
const UNREACHED: Duration = Duration::from_secs(5);
/// How long where it refused: Let's Encrypt counts five refusals an hour for a name, and then says no to all.
const REFUSED: Duration = Duration::from_mins(4);
/// The longest that is waited.
const WAIT_MAX: Duration = Duration::from_mins(16);

/// Whoever sees to the certificate.
pub struct Keeper {
    settings: Https,
    folder: Folder,
    shown: Arc<Shown>,
    client: Arc<ClientConfig>,
}

impl Keeper {
    /// Gets ready: the folder can be used, and it is known how authorities are recognised.
    pub fn new(settings: &Https) -> Result<Self, String> {
        let folder = Folder::of(settings);
        folder.make()?;
        let client = Arc::new(recognising(settings)?);
        Ok(Self { settings: settings.clone(), folder, shown: Arc::default(), client })
    }

    /// How connections are secured, from now on and with each certificate that comes.
    pub fn secured(&self) -> Result<Arc<ServerConfig>, String> {
        Arc::clone(&self.shown).secured().map(Arc::new).map_err(|error| error.to_string())
    }

    /// Shows the certificate that is kept, if it is for these names.
    fn kept(&self) -> Option<Certificate> {
        let kept = self.folder.certificate().unwrap_or_else(|problem| {
            tracing::warn!("{problem} Another is ordered.");
            None
        });
        let kept = kept.filter(|kept| kept.is_for(&self.settings.domains))?;
        self.shown.show(Arc::clone(&kept.shown));
        Some(kept)
    }

    /// Keeps it.
    pub async fn keep(self) {
        let mut certificate = self.kept();
        if let Some(kept) = &certificate {
            tracing::info!(domain = self.settings.domain(), ends = %day(kept.ends), "the certificate that is kept is in use");
        }
        let mut failures = 0;
        loop {
            let left = certificate.as_ref().and_then(|kept| kept.due().duration_since(SystemTime::now()).ok());
            if let Some(left) = left.filter(|left| !left.is_zero()) {
                sleep(left.min(LOOK)).await;
                continue;
            }
            let wait = match self.order().await {
                Ok(given) => {
                    failures = 0;
                    let is_due = given.due() <= SystemTime::now();
                    certificate = Some(given);
                    if !is_due {
                        continue;
                    }
                    tracing::warn!("the new certificate is as good as over: this machine's clock is wrong");
                    LOOK
                }
                Err(failure) => {
                    let wait = wait(failures, failure.is_refusal);
                    failures += 1;
                    self.tell(&failure, certificate.as_ref(), wait);
                    wait
                }
            };
            sleep(wait).await;
        }
    }

    /// Orders one, shows it and keeps it.
    async fn order(&self) -> Result<Certificate, NotGiven> {
        let account = self.account().map_err(NotGiven::for_now)?;
        let ordering = order(&self.settings, &self.client, &account, &self.shown);
        let ordered = timeout(ORDER_TIME_MAX, ordering).await;
        self.shown.prove(None);
        let pem = ordered.unwrap_or_else(|_| Err(NotGiven::for_now("it did not come to an end in time")))?;
        let given = Certificate::read(pem.as_bytes()).map_err(NotGiven::for_now)?;
        self.shown.show(Arc::clone(&given.shown));
        tracing::info!(domain = self.settings.domain(), ends = %day(given.ends), "a new certificate is in use");
        if let Err(problem) = self.folder.keep_certificate(&pem) {
            tracing::error!("The new certificate could not be kept, and the next start orders another. {problem}");
        }
        Ok(given)
    }

    /// The key by which the authority knows us; a new one, where there is none.
    fn account(&self) -> Result<Vec<u8>, String> {
        if let Some(key) = self.folder.account()? {
            return Ok(key);
        }
        let key = Account::generate_key_pair();
        self.folder.keep_account(&key)?;
        Ok(key)
    }

    fn tell(&self, failure: &NotGiven, certificate: Option<&Certificate>, wait: Duration) {
        let (authority, seconds) = (self.settings.directory.as_str(), wait.as_secs());
        let ends = certificate.map(|certificate| day(certificate.ends));
        let ends = ends.as_deref().unwrap_or("there is none: nobody can come by HTTPS");
        let cause = failure.why.as_str();
        if failure.is_refusal {
            tracing::warn!(
                authority,
                cause,
                certificate_ends = ends,
                again_in_seconds = seconds,
                "the authority gives no certificate: see that the name leads to this machine and that port 443 is open to everyone"
            );
        } else {
            tracing::warn!(
                authority,
                cause,
                certificate_ends = ends,
                again_in_seconds = seconds,
                "no certificate could be had: the authority was not reached, or did not answer as it should"
            );
        }
        if certificate.is_some_and(|certificate| certificate.is_running_out(SystemTime::now())) {
            tracing::error!(
                certificate_ends = ends,
                "the certificate is about to run out: after that, no browser comes in"
            );
        }
    }
}

/// How long is waited after so many failures.
fn wait(failures: u32, is_refusal: bool) -> Duration {
    let first = if is_refusal { REFUSED } else { UNREACHED };
    first.saturating_mul(2_u32.saturating_pow(failures)).min(WAIT_MAX)
}

/// Knows authorities by the root of the settings, or else by those of the system.
fn recognising(settings: &Https) -> Result<ClientConfig, String> {
    let versions = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let Some(file) = &settings.root else {
        let known = versions.with_platform_verifier().map_err(|error| {
            format!("This system has no list of certificate authorities ({error}): install ca-certificates, or name a root with https.root_file.")
        })?;
        return Ok(known.with_no_client_auth());
    };
    let read = || -> Result<RootCertStore, String> {
        let pem = fs::read(file).map_err(|error| error.to_string())?;
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(&pem) {
            roots.add(root.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
        }
        if roots.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(roots) }
    };
    let roots = read().map_err(|error| {
        format!("https.root_file is {}, which is no root certificate in PEM ({error}).", file.display())
    })?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// As it is said in the log.
fn day(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(|_| "never".to_owned(), |time| time.strftime("%F %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fewer refusals in any hour than the five for which Let's Encrypt shuts a name out.
    #[test]
    fn refusals_are_not_provoked() {
        let mut at = Duration::ZERO;
        let times: Vec<Duration> = (0..20)
            .map(|failures| {
                let now = at;
                at += wait(failures, true);
                now
            })
            .collect();
        for first in 0..15 {
            assert!(times[first + 5] >= times[first] + Duration::from_hours(1), "{times:?}");
        }
        assert!(wait(0, false) < wait(0, true) && wait(40, false) == WAIT_MAX);
    }
}
