//! Who signs members in: the providers, read and checked. What cannot work, or would open the door
//! wider than it looks, is refused here, before anything is served.

use std::fs;
use std::path::PathBuf;

use jsonwebtoken::Algorithm;
use url::{Host, Url};

use super::reader::Reader;
use super::settings::{PROVIDERS, place};
use super::{HIDDEN, Provider, Secret};

/// What a provider may sign with. `HS256` needs a secret that both sides know, and stands alone.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::HS256];
/// The shortest secret that may sign, in bytes: as long as what HS256 makes of it (RFC 7518, 3.2).
const SECRET_MIN: usize = 32;

impl Reader {
    pub(super) fn providers(&mut self) -> Vec<Provider> {
        let last = self.values.set.keys().filter_map(|key| place(key)).max();
        let mut providers: Vec<Provider> = Vec::new();
        // A place left out in between has no issuer, and that is what will be said.
        for place in 0..last.map_or(0, |last| last.min(99) + 1) {
            let provider = self.provider(&format!("{PROVIDERS}.{place}"));
            if providers.iter().any(|other| other.issuer == provider.issuer) {
                self.wrong(
                    &format!("{PROVIDERS}.{place}.issuer"),
                    "is configured twice; each issuer may be there once",
                );
            }
            providers.push(provider);
        }
        providers
    }

    fn provider(&mut self, at: &str) -> Provider {
        let key = |name: &str| format!("{at}.{name}");
        let issuer = self.needed(&key("issuer"));
        let client_id = self.text(&key("client_id"));
        let provider = Provider {
            audience: self.audience(&key("audience"), client_id.as_ref()),
            name: self.text(&key("name")).unwrap_or_else(|| host(&issuer)),
            scopes: self.list(&key("scopes")),
            issuer,
            jwks_file: self.text(&key("jwks_file")).map(PathBuf::from),
            jwks_url: self.text(&key("jwks_url")),
            client_id,
            client_secret: self.secret(&key("client_secret")),
            username_claim: self.needed(&key("username_claim")),
            accept_azp: self.switch(&key("accept_azp")),
            algorithms: self.algorithms(&key("algorithms")),
            allow_http: self.switch(&key("allow_http")),
            roles_claim: self.text(&key("roles_claim")),
            operator_roles: self.list(&key("operator_roles")),
            auditor_roles: self.list(&key("auditor_roles")),
        };
        // The first are our own; the second could not be told apart in "issuer|subject".
        if provider.issuer.starts_with("urn:communitytoken:") || provider.issuer.contains('|') {
            self.wrong(&key("issuer"), "cannot be a provider's issuer");
        }
        if provider.accept_azp && provider.client_id.is_none() {
            self.wrong(&key("accept_azp"), "needs client_id, by which our own tokens are known");
        }
        self.check_sign_in(at, &provider);
        let gives_roles = !provider.operator_roles.is_empty() || !provider.auditor_roles.is_empty();
        if gives_roles != provider.roles_claim.is_some() {
            self.wrong(
                &key("roles_claim"),
                "and what it must name (operator_roles, auditor_roles) are set together or not at all",
            );
        }
        if provider.signs_with_secret() {
            self.check_secret(at, &provider);
        } else {
            self.check_keys(at, &provider);
        }
        provider
    }

    /// For whom its tokens must be. Where nothing is said: for our client, as every ID token is.
    fn audience(&mut self, key: &str, client_id: Option<&String>) -> String {
        self.text(key).or_else(|| client_id.cloned()).unwrap_or_else(|| {
            self.wrong(key, "must not be empty where there is no client_id");
            String::new()
        })
    }

    /// How members sign in there, on the pages.
    fn check_sign_in(&mut self, at: &str, provider: &Provider) {
        if !provider.scopes.iter().any(|scope| scope == "openid") {
            self.wrong(
                &format!("{at}.scopes"),
                "must have \"openid\" among them: without it a provider does not say who signs in",
            );
        }
        if provider.client_id.is_none() {
            return;
        }
        match web_address(&provider.issuer) {
            None => self.wrong(
                &format!("{at}.client_id"),
                "is set, but issuer is no http or https address at which anyone could sign in",
            ),
            Some(url) => self.check_http(&format!("{at}.issuer"), &url, provider),
        }
    }

    /// Where the keys of a provider come from.
    fn check_keys(&mut self, at: &str, provider: &Provider) {
        let (of_keys, of_issuer) = (format!("{at}.jwks_url"), format!("{at}.issuer"));
        match (&provider.jwks_file, &provider.jwks_url) {
            (Some(_), Some(_)) => {
                self.wrong(&of_keys, "is set beside jwks_file; the keys come from one of them");
            }
            (Some(_), None) => {}
            (None, Some(url)) => match web_address(url) {
                None => self.wrong(&of_keys, "must be an http or https address"),
                Some(url) => self.check_http(&of_keys, &url, provider),
            },
            // That it is missing was said already.
            (None, None) if provider.issuer.is_empty() => {}
            (None, None) => match web_address(&provider.issuer) {
                None => self.wrong(
                    &of_issuer,
                    "is no http or https address at which keys can be found; set jwks_file or jwks_url",
                ),
                // With a client it is looked at for signing in.
                Some(_) if provider.client_id.is_some() => {}
                Some(url) => self.check_http(&of_issuer, &url, provider),
            },
        }
    }

    fn check_http(&mut self, key: &str, url: &Url, provider: &Provider) {
        if !may_fetch(url, provider.allow_http) {
            self.wrong(
                key,
                "is an http: address on another machine, where whoever stands between could hand us keys of their own; use https:, or say allow_http = true for a network that nobody else is on",
            );
        }
    }

    /// A secret that signs must be there and hard to guess, and no other key may be in play.
    fn check_secret(&mut self, at: &str, provider: &Provider) {
        let key = format!("{at}.algorithms");
        if provider.algorithms.len() > 1 {
            self.wrong(
                &key,
                "must name HS256 alone: with other algorithms beside it, a public key could pass as a secret",
            );
        }
        if provider.jwks_file.is_some() || provider.jwks_url.is_some() {
            self.wrong(&key, "names HS256, for which the client secret is the key; take jwks_file and jwks_url away");
        }
        if provider.client_secret.as_ref().is_none_or(|secret| secret.reveal().len() < SECRET_MIN) {
            self.wrong(&key, format!("names HS256, which needs a client_secret of at least {SECRET_MIN} characters"));
        }
    }

    fn algorithms(&mut self, key: &str) -> Vec<Algorithm> {
        let mut algorithms = Vec::new();
        for name in self.list(key) {
            if let Some(algorithm) = name.parse().ok().filter(|algorithm| ALGORITHMS.contains(algorithm)) {
                algorithms.push(algorithm);
            } else {
                self.wrong(key, format!("has {name:?}; accepted are RS256, PS256, ES256, ES384, EdDSA and HS256"));
            }
        }
        algorithms
    }

    /// A secret, given directly or in the file that `{key}_file` names.
    pub(super) fn secret(&mut self, key: &str) -> Option<Secret> {
        let secret = self.secret_or_file(key);
        self.secrets.extend(secret.iter().map(|secret| (key.to_owned(), secret.clone())));
        secret
    }

    fn secret_or_file(&mut self, key: &str) -> Option<Secret> {
        let direct = self.raw(key);
        self.note(key, if direct.is_some() { HIDDEN } else { "" });
        let file_key = format!("{key}_file");
        let Some(path) = self.text(&file_key) else {
            return direct.map(Secret::new);
        };
        if direct.is_some() {
            self.wrong(&file_key, format!("is set beside {key}; use one of them"));
        }
        match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => Some(Secret::new(text.trim())),
            Ok(_) => {
                self.wrong(&file_key, format!("names {path}, which is empty"));
                None
            }
            Err(error) => {
                self.wrong(&file_key, format!("names {path}, which cannot be read: {error}"));
                None
            }
        }
    }
}

/// Whether keys may come from this address: by HTTPS, or within this machine, or where the community
/// says that its network is its own. Over plain HTTP, whoever stands between can put in their keys.
pub fn may_fetch(url: &Url, allow_http: bool) -> bool {
    url.scheme() == "https" || url.scheme() == "http" && (allow_http || is_this_machine(url))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What a provider is called where nobody has named it.
fn host(issuer: &str) -> String {
    let url = web_address(issuer);
    url.as_ref().and_then(Url::host_str).unwrap_or(issuer).to_owned()
}

pub(super) fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}
