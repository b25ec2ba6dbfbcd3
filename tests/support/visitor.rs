//! A browser without scripts or pictures: cookies by host, redirects one by one, forms filled by name.
//! By it a test can stop where a real browser would go on.
#![allow(dead_code, reason = "each suite uses what it needs of it")]

use std::collections::{BTreeMap, HashMap};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Url};

use super::support::client;

/// A page, or what came instead of one.
#[derive(Debug, Clone)]
pub struct Seen {
    pub url: Url,
    pub status: u16,
    pub location: Option<Url>,
    pub cookies: Vec<String>,
    pub text: String,
}

impl Seen {
    /// Says so if the page is another one than that.
    #[track_caller]
    pub fn shows(&self, status: u16, words: &str) {
        assert!(self.status == status && self.text.contains(words), "{words:?} is not in {self:#?}");
    }

    /// The form's address.
    fn action(&self) -> Url {
        self.url.join(&between(&self.text, "action=\"", "\"")).unwrap()
    }
}

pub fn between(text: &str, start: &str, end: &str) -> String {
    let after = text.split_once(start).unwrap_or_else(|| panic!("{start} is not in {text}")).1;
    after.split(end).next().unwrap().replace("&amp;", "&").replace("&#38;", "&")
}

#[derive(Clone)]
pub struct Visitor {
    client: Client,
    /// By host and name; browsers keep the ports of a host together.
    pub cookies: HashMap<String, BTreeMap<String, String>>,
}

impl Visitor {
    pub fn new() -> Self {
        let client = client().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, cookies: HashMap::new() }
    }

    /// One request, no redirects.
    pub async fn ask(&mut self, method: Method, url: &Url, form: Option<&[(&str, &str)]>) -> Seen {
        let host = url.host_str().unwrap().to_owned();
        let kept = self.cookies.entry(host).or_default();
        let header: Vec<String> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, url.clone()).header("accept", "text/html");
        if !header.is_empty() {
            request = request.header(COOKIE, header.join("; "));
        }
        if let Some(form) = form {
            request = request.header("sec-fetch-site", "same-origin").form(form);
        }
        let answer = request.send().await.unwrap();
        let mut cookies = Vec::new();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().to_owned();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
            cookies.push(cookie);
        }
        let location = answer.headers().get(LOCATION).map(|to| url.join(to.to_str().unwrap()).unwrap());
        let status = answer.status().as_u16();
        Seen { url: url.clone(), status, location, cookies, text: answer.text().await.unwrap() }
    }

    /// Follows redirects until there is a page, or one leads to an address with this in it.
    pub async fn follow(&mut self, mut seen: Seen, stop: &str) -> Seen {
        for _ in 0..20 {
            match &seen.location {
                Some(to) if stop.is_empty() || !to.as_str().contains(stop) => {
                    let to = to.clone();
                    seen = self.ask(Method::GET, &to, None).await;
                }
                _ => return seen,
            }
        }
        panic!("these redirects have no end: {seen:#?}");
    }

    pub async fn open(&mut self, url: &str) -> Seen {
        let seen = self.ask(Method::GET, &url.parse().unwrap(), None).await;
        self.follow(seen, "").await
    }

    pub async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Seen {
        self.ask(Method::POST, &url.parse().unwrap(), Some(form)).await
    }

    /// Signs in on the provider's pages and agrees; stops before it comes back.
    pub async fn pass_provider(&mut self, mut seen: Seen, name: &str, back: &str) -> Seen {
        for _ in 0..4 {
            seen = self.follow(seen, back).await;
            if seen.location.is_some() {
                return seen;
            }
            let action = seen.action();
            let form: &[(&str, &str)] = if seen.text.contains("name=\"login\"") {
                &[("prompt", "login"), ("login", name), ("password", "any")]
            } else {
                &[("prompt", "consent")]
            };
            seen = self.ask(Method::POST, &action, Some(form)).await;
        }
        panic!("the provider does not send back: {seen:#?}");
    }

    /// Begins a sign-in; gives the provider's address.
    pub async fn begin(&mut self, base: &str, next: &str) -> Url {
        let next = reqwest::Url::parse_with_params(base, [("next", next)]).unwrap();
        let page = self.open(&format!("{base}/login?{}", next.query().unwrap())).await;
        page.shows(200, "Sign in with Our club");
        let href = between(&page.text, "href=\"/login/start", "\"");
        let seen = self.ask(Method::GET, &format!("{base}/login/start{href}").parse().unwrap(), None).await;
        assert_eq!(seen.status, 303, "{seen:#?}");
        seen.location.unwrap()
    }

    /// Signs in at the provider that this address belongs to; gives the address it sends back to.
    pub async fn come_back(&mut self, provider: &Url, name: &str) -> Url {
        let seen = self.ask(Method::GET, provider, None).await;
        self.pass_provider(seen, name, "/login/callback").await.location.unwrap()
    }

    /// The whole way.
    pub async fn sign_in(&mut self, base: &str, name: &str) -> Seen {
        let provider = self.begin(base, "").await;
        let back = self.come_back(&provider, name).await;
        let seen = self.ask(Method::GET, &back, None).await;
        assert_eq!(seen.status, 303, "{seen:#?}");
        self.follow(seen, "").await
    }

    /// The session's cookie.
    pub fn session(&self) -> Option<&String> {
        self.cookies.get("127.0.0.1")?.get("session")
    }
}

/// The address with one parameter changed, or taken away.
pub fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let pairs: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != name).map(|(key, value)| (key.into(), value.into())).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(value.map(|value| (name, value)));
    changed
}
