//! HTTPS by itself: for which names, by whose certificate, and where that is kept.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::providers::web_address;
use super::reader::Reader;
use super::sections::Server;
use crate::store::folder;

const DOMAIN: &str = "https.domain";
const FURTHER: &str = "https.further_domains";
/// Where HTTPS is, when nobody says otherwise: at every address of the machine, and its usual port.
const BIND: &str = "[::]:443";

/// HTTPS by the program itself, with certificates that an authority gives by ACME.
#[derive(Debug, Clone)]
pub struct Https {
    /// The names that the certificate is for; members type the first.
    pub domains: Vec<String>,
    /// Where the authority can write to, as `mailto:`.
    pub contact: Option<String>,
    /// The address at which the authority says what it offers.
    pub directory: Url,
    /// A file with the root certificate by which that address is known; none: those of the system.
    pub root: Option<PathBuf>,
    /// Where the account's key and certificates are kept.
    pub folder: PathBuf,
    /// Where plain HTTP is led to HTTPS; none: nowhere.
    pub redirect: Option<SocketAddr>,
}

impl Https {
    /// The name that members type.
    pub fn domain(&self) -> &str {
        self.domains.first().map_or("", String::as_str)
    }
}

impl Reader {
    /// The section on HTTPS; `None` where no name is given. Where nobody says where to listen and by which
    /// address members come, both follow from the name.
    pub(super) fn https(&mut self, server: &mut Server, database: &Path) -> Option<Https> {
        let domain = self.text(DOMAIN).and_then(|name| self.domain(DOMAIN, &name));
        let further: Vec<String> = self.list(FURTHER).iter().filter_map(|name| self.domain(FURTHER, name)).collect();
        let contact = self.text("https.contact");
        if contact.as_ref().is_some_and(|contact| !contact.starts_with("mailto:")) {
            self.wrong("https.contact", "must begin with mailto:, as in mailto:operators@example.org");
        }
        let directory = self.needed("https.directory");
        let directory = web_address(&directory).filter(|url| url.scheme() == "https").or_else(|| {
            self.wrong(
                "https.directory",
                "must be an https address, as in https://acme-v02.api.letsencrypt.org/directory",
            );
            None
        });
        let root = self.text("https.root_file").map(PathBuf::from);
        let kept = self.text("https.folder").map(PathBuf::from);
        let redirect = self.text("https.redirect_bind").and_then(|text| {
            let bind = text.parse::<SocketAddr>();
            if bind.is_err() {
                self.wrong("https.redirect_bind", "must be an address and a port, as in [::]:80, or empty");
            }
            bind.ok()
        });
        let Some(domain) = domain else {
            if !further.is_empty() {
                self.wrong(FURTHER, "has names, and https.domain, the one that members type, is not set");
            }
            return None;
        };
        let mut domains = vec![domain];
        for name in further {
            if !domains.contains(&name) {
                domains.push(name);
            }
        }
        let kept = kept.unwrap_or_else(|| folder(database).join("https"));
        self.follows("https.folder", &kept.to_string_lossy());
        self.listen_for(server, &domains);
        if redirect == Some(server.bind) {
            self.wrong("https.redirect_bind", "is where HTTPS is already; it takes another port");
        }
        Some(Https { domains, contact, directory: directory?, root, folder: kept, redirect })
    }

    fn listen_for(&mut self, server: &mut Server, domains: &[String]) {
        if !self.is_set("server.bind") {
            self.follows("server.bind", BIND);
            // It is an address.
            BIND.parse().into_iter().for_each(|bind| server.bind = bind);
        }
        match &server.public_url {
            None => {
                let url = format!("https://{}", domains[0]);
                self.follows("server.public_url", &url);
                server.public_url = Some(url);
            }
            Some(url) if !is_for(url, &domains[0]) => {
                let name = &domains[0];
                self.wrong(
                    "server.public_url",
                    format!(
                        "is not https://{name}, and https.domain is {name}: both are the address that members type"
                    ),
                );
            }
            Some(_) => {}
        }
    }

    /// A name that a certificate can be for, in the letters in which it travels.
    fn domain(&mut self, key: &str, text: &str) -> Option<String> {
        let name = match Host::parse(text) {
            Ok(Host::Domain(name)) if is_name(&name) => Some(name),
            _ => None,
        };
        if name.is_none() {
            self.wrong(
                key,
                format!("has {text:?}; it takes a whole name, as in tokens.example.org: no address, no port and no *"),
            );
        }
        name
    }
}

fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_for(url: &str, name: &str) -> bool {
    web_address(url).is_some_and(|url| url.scheme() == "https" && url.domain() == Some(name))
}
