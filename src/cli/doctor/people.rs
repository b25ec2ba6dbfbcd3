//! The people: can they come in, and by a way that nobody listens to.

use tokio::runtime::Runtime;

use super::Findings;
use super::ledger::Elsewhere;
use crate::config::Config;
use crate::identity::{KeySet, Provider};

/// How members sign in, and over what.
pub(super) fn ways_in(config: &Config, findings: &mut Findings) {
    let url = config.server.public_url.as_deref();
    if config.uses_developer_identity() {
        let said = "Anyone at this machine can be anyone, and nobody else comes in: that is for trying it out. For a community, set server.public_url to an https address (passkeys), or configure a provider.";
        return findings.warn("sign-in", said);
    }
    match url {
        Some(url) if url.starts_with("http://") && !config.server.can_have_passkeys() => {
            findings.bad("sign-in", format!("Members come to {url} in the open: whoever listens can pay in their name. Put a proxy with HTTPS in front, and say https in server.public_url."));
        }
        Some(_) if config.identity.passkeys => findings.ok("sign-in", "By passkeys, which fit the address."),
        Some(_) => findings.ok("sign-in", "With a provider, over HTTPS."),
        None if config.server.bind.ip().is_loopback() => {
            findings.warn("sign-in", "server.public_url is not set: links lead to this machine alone.");
        }
        None => findings.bad("sign-in", "Others can reach the program, and server.public_url is not set: put a proxy with HTTPS in front, and set it."),
    }
    let expects_a_proxy =
        config.server.socket.is_some() || (config.https.is_none() && config.server.bind.ip().is_loopback());
    if url.is_some_and(|url| url.starts_with("https://")) && expects_a_proxy && config.server.trusted_proxies.is_empty()
    {
        findings.warn("proxy", "server.trusted_proxies is empty: behind a proxy on this machine, all members share its limits. Set it to [\"127.0.0.1\"].");
    }
}

/// Whether each provider gives its keys. The first that says its time tells how far this machine's clock is from it.
pub(super) fn providers(config: &Config, runtime: &Runtime, findings: &mut Findings) -> Option<Elsewhere> {
    let mut elsewhere = None;
    for settings in &config.identity.providers {
        // Not those that are kept beside the ledger: whether it answers now is the question.
        let keys = KeySet::new(Provider::source(settings));
        let asked = keys.as_ref().map_err(Clone::clone).and_then(|keys| runtime.block_on(keys.refresh()));
        let issuer = &settings.issuer;
        let ahead = keys.ok().and_then(|keys| keys.clock_ahead());
        elsewhere = elsewhere.or(ahead.map(|ahead| Elsewhere { whose: issuer.clone(), ahead }));
        match asked {
            Ok(0) => findings.bad("provider", format!("{issuer} lists no key that could sign a token.")),
            Ok(keys) => findings.ok("provider", format!("{issuer} is reached, with {keys} keys.")),
            Err(error) => findings.bad(
                "provider",
                format!(
                    "{issuer} gives no keys: {}. Until it does, members with a new token cannot sign in.",
                    error.cause().unwrap_or(&error.detail)
                ),
            ),
        }
    }
    elsewhere
}
