//! How a request arrives: from which address, over which proxies, and by what name it calls us.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::header::{FORWARDED, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use super::App;
use crate::error::{Code, Error, Result};
use crate::identity::is_local_host;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection; the accept loop puts it into each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The address on whose account a request goes. The frame puts it into each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

impl Client {
    /// Who sent this request.
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get().copied().unwrap_or(NOWHERE)
    }
}

/// A request that came over no connection, as in a test inside the program.
const NOWHERE: Client = Client(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

/// Whom an address is counted for. One household or phone has all of an IPv6 network's last 64 bits
/// to itself, and an IPv4 address that came in IPv6's clothes is the same address.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Whose request this is. Proxies that the community trusts are believed about who called them, from
/// the nearest to the farthest; what anybody else says about it is not even read.
pub(super) fn client(app: &App, request: &Request) -> Client {
    let Some(Peer(peer)) = request.extensions().get() else { return NOWHERE };
    let trusted = &app.config.server.trusted_proxies;
    if trusted.is_empty() {
        warn_of_proxy(app, *peer, request.headers());
        return Client(household(*peer));
    }
    Client(household(farthest(peer.to_canonical(), request.headers(), trusted)))
}

/// Behind a proxy that is not named, all members have its address, and share what one address may do.
fn warn_of_proxy(app: &App, peer: IpAddr, headers: &HeaderMap) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    if app.developer.is_none() && headers.contains_key(X_FORWARDED_FOR) && !WARNED.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            proxy = %peer,
            "requests come through a proxy that server.trusted_proxies does not name: all members count as one address"
        );
    }
}

/// The first address, seen from here, that is no trusted proxy.
fn farthest(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut farthest = peer;
    for hop in hops(headers) {
        if !is_trusted(&farthest) {
            break;
        }
        // A proxy that does not say whom it speaks for speaks for itself.
        let Some(address) = hop else { break };
        farthest = address;
    }
    farthest
}

/// Who called whom, the nearest first: by `X-Forwarded-For`, or where there is none by `Forwarded`.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = |name: &HeaderName| -> Vec<String> {
        let values = headers.get_all(name).iter().rev();
        values
            .flat_map(|value| {
                String::from_utf8_lossy(value.as_bytes())
                    .rsplit(',')
                    .map(|part| part.trim().to_owned())
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    if headers.contains_key(X_FORWARDED_FOR) {
        return lines(&X_FORWARDED_FOR).iter().map(|hop| address(hop)).collect();
    }
    let named = |element: &String| {
        let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
        address(value.trim().trim_matches('"'))
    };
    lines(&FORWARDED).iter().map(named).collect()
}

/// `203.0.113.9`, `203.0.113.9:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.split_once(']').map(|(address, _)| address);
    let with_port = || text.rsplit_once(':').map(|(address, _)| address).filter(|address| !address.contains(':'));
    let address: IpAddr =
        text.parse().ok().or_else(|| bracketed()?.parse().ok()).or_else(|| with_port()?.parse().ok())?;
    Some(address.to_canonical())
}

/// Counts a call against its address. Members are counted by themselves, wherever they call from;
/// this is for everyone of whom it is not known yet.
pub(super) async fn counted(State(app): State<App>, request: Request, next: Next) -> Response {
    let client = request.extensions().get().copied().unwrap_or(NOWHERE);
    match app.count_stranger(client) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Refuses a request that is not addressed as HTTP asks for, or that takes us for somebody else.
pub(super) fn check_address(app: &App, request: &Request) -> Result<()> {
    let wrong = |detail: &str| Err(Error::new(Code::InvalidRequest, detail));
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(_), Some(_)) => return wrong("The request has two Host headers."),
        (Some(host), None) => host.to_str().unwrap_or_default(),
        (None, _) if request.version() >= Version::HTTP_11 => return wrong("The request has no Host header."),
        (None, _) => return Ok(()),
    };
    let asked = request.uri().authority().map_or(host, |authority| authority.as_str());
    if asked != host {
        return wrong("The request names two hosts.");
    }
    let Some(public) = &app.config.server.public_url else { return Ok(()) };
    let (_, ours) = public.split_once("://").unwrap_or_default();
    // Who asks by number or from this machine looks after the program; a name is what others can point at us.
    if is_api(request.uri().path()) || same_name(host, ours) || is_local_host(host) || is_number(host) {
        return Ok(());
    }
    Err(Error::new(Code::MisdirectedRequest, format!("This community is at {public}, and at no other name."))
        .in_words_naming("refusal-other-name", public))
}

/// Calls with a bearer token, and what watches over the program: they are bound to no name.
pub(super) fn is_api(path: &str) -> bool {
    path.starts_with("/v1/") || matches!(path, "/v1" | "/health" | "/openapi.json")
}

/// The same host, with or without its port: proxies differ in what they pass on.
fn same_name(host: &str, ours: &str) -> bool {
    name(host).eq_ignore_ascii_case(name(ours))
}

fn is_number(host: &str) -> bool {
    name(host).trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// A host without its port.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let trusted: Vec<IpNet> = ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap()).into();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        farthest(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    /// Only what a trusted proxy says counts, and of that the part which no stranger wrote.
    #[test]
    fn the_client_is_the_first_who_is_no_proxy_of_ours() {
        let xff = "x-forwarded-for";
        for (peer, headers, client) in [
            ("203.0.113.9", &[(xff, "198.51.100.1")][..], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &[(xff, "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[(xff, "1.1.1.1, 198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[(xff, "1.1.1.1"), (xff, "198.51.100.1, 10.2.3.4")], "198.51.100.1"),
            ("127.0.0.1", &[(xff, "10.0.0.1, 10.0.0.2")], "10.0.0.1"),
            ("127.0.0.1", &[(xff, "198.51.100.1, nonsense")], "127.0.0.1"),
            ("127.0.0.1", &[(xff, "198.51.100.1, unknown, 10.0.0.2")], "10.0.0.2"),
            ("127.0.0.1", &[(xff, "198.51.100.1:4711")], "198.51.100.1"),
            ("127.0.0.1", &[(xff, "[2001:db8::1]:4711")], "2001:db8::1"),
            ("fd00::5", &[(xff, "2001:db8::1")], "2001:db8::1"),
            ("127.0.0.1", &[(xff, "::ffff:198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[("forwarded", "for=1.1.1.1, for=\"[2001:db8::1]:80\";proto=https")], "2001:db8::1"),
            ("127.0.0.1", &[("forwarded", "proto=https;For=198.51.100.1;by=10.0.0.1")], "198.51.100.1"),
            ("127.0.0.1", &[("forwarded", "for=_hidden")], "127.0.0.1"),
            ("127.0.0.1", &[("forwarded", "for=1.1.1.1"), (xff, "198.51.100.1")], "198.51.100.1"),
        ] {
            assert_eq!(heard(peer, headers), client, "{peer} {headers:?}");
        }
    }

    /// An IPv6 network counts as one.
    #[test]
    fn a_household_has_one_account() {
        for (address, counted) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::1", "2001:db8:1:2::"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(household(address.parse().unwrap()).to_string(), counted);
        }
    }

    #[test]
    fn hosts_are_compared_by_name() {
        for host in ["tokens.example.org", "TOKENS.example.org:443", "tokens.example.org:8443"] {
            assert!(same_name(host, "tokens.example.org"), "{host}");
        }
        for host in [
            "",
            "example.org",
            "tokens.example.org.evil.org",
            "tokens.example.org@evil.org",
            "evil.org:tokens.example.org",
        ] {
            assert!(!same_name(host, "tokens.example.org"), "{host}");
        }
        for host in ["192.0.2.1", "192.0.2.1:8080", "[2001:db8::1]", "[2001:db8::1]:8080"] {
            assert!(is_number(host), "{host}");
        }
        for host in ["example.org", "1.example.org:80", "192.0.2.1.nip.io", ""] {
            assert!(!is_number(host), "{host}");
        }
    }
}
