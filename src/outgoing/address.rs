//! Which addresses may be reached.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, LazyLock};

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::error::{Error, Result};

/// The longest address.
const URL_MAX: usize = 2_000;

/// Networks that are nobody's on the internet (RFC 6890 and its list), and those by which an address of the
/// old kind is written as one of the new: whatever leads there is not public.
static NOT_PUBLIC: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ]
    .into_iter()
    .filter_map(|network| network.parse().ok())
    .collect()
});

fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// Whether an address may be reached. In the open, so that others could read along, only a network of
/// one's own.
fn may_reach(address: IpAddr, allowed: &[IpNet], is_encrypted: bool) -> bool {
    let plain = match address {
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4),
        IpAddr::V4(_) => address,
    };
    is_in(allowed, plain) || is_encrypted && !is_in(&NOT_PUBLIC, plain)
}

const REFUSED: &str =
    "it leads to an address that is not public, or in the open to one that is; see outgoing.allowed_networks";

/// Looks at what a name leads to, each time a connection is made.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) allowed: Arc<[IpNet]>,
    pub(super) is_encrypted: bool,
}

impl Resolve for Judge {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, is_encrypted) = (self.allowed.clone(), self.is_encrypted);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One that may not be reached spoils them all: nobody lists such an address beside a public one
            // with anything good in mind.
            if !found.iter().all(|one| may_reach(one.ip(), &allowed, is_encrypted)) {
                return Err(REFUSED.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The same for an address in numbers.
pub(super) fn judge_literal(url: &Url, allowed: &[IpNet], is_encrypted: bool) -> std::result::Result<(), String> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    if may_reach(address, allowed, is_encrypted) { Ok(()) } else { Err(REFUSED.to_owned()) }
}

/// Reads an address that somebody puts in.
///
/// Refused: `invalid_request`.
pub fn check(text: &str, allowed: &[IpNet]) -> Result<Url> {
    let wrong = |why: &str| Error::field("url", why);
    let url = Url::parse(text).map_err(|_| wrong("must be an address, as in https://example.org/hook"))?;
    if text.len() > URL_MAX || url.as_str().len() > URL_MAX {
        return Err(wrong("must have 2000 characters at most"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(wrong("must have neither a name and password nor a # in it"));
    }
    let is_encrypted = match url.scheme() {
        "https" => true,
        "http" if !allowed.is_empty() => false,
        _ => return Err(wrong("must begin with https://")),
    };
    judge_literal(&url, allowed, is_encrypted)
        .map_err(|_| wrong("must lead to a public address, or to a network that outgoing.allowed_networks names"))?;
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(url: &str, allowed: &[&str]) -> bool {
        let allowed: Vec<IpNet> = allowed.iter().map(|network| network.parse().unwrap()).collect();
        check(url, &allowed).is_ok()
    }

    /// However an address is written, it is known for what it is.
    #[test]
    fn private_addresses_are_refused_however_they_are_written() {
        for inside in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fe80::1]",
            "[fd00::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "１２７.0.0.1",
        ] {
            assert!(!may(&format!("https://{inside}/hook"), &[]), "{inside}");
            assert!(!may(&format!("http://{inside}/hook"), &[]), "{inside} in the open");
        }
        for outside in ["1.1.1.1", "172.32.0.1", "[2606:4700::1111]", "example.org", "localhost"] {
            // What a name leads to is seen at the connection.
            assert!(may(&format!("https://{outside}/hook"), &[]), "{outside}");
            assert!(!may(&format!("http://{outside}/hook"), &[]), "{outside} in the open");
        }
        assert!(NOT_PUBLIC.len() == 29, "each is read");
    }

    #[test]
    fn a_network_may_be_allowed() {
        assert!(may("http://127.0.0.1:9/hook", &["127.0.0.1/32"]));
        assert!(may("http://[::ffff:127.0.0.1]/hook", &["127.0.0.1/32"]));
        assert!(!may("http://127.0.0.2/hook", &["127.0.0.1/32"]));
        assert!(!may("http://1.1.1.1/hook", &["127.0.0.1/32"]), "in the open to everywhere");
        assert!(!may("ftp://127.0.0.1/hook", &["127.0.0.1/32"]));
        assert!(!may("https://ann:secret@example.org/hook", &[]));
        assert!(!may("https://example.org/hook#part", &[]));
        assert!(!may("/hook", &[]));
    }
}
