//! Someone with a browser that keeps cookies, without the browser.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, Response};
use serde_json::Value;

use super::device::Device;
use super::support::Server;

pub struct Visitor {
    pub base: String,
    client: reqwest::Client,
    pub cookies: BTreeMap<String, String>,
}

/// An answer with its text.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Page {
    /// The value of a hidden field.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let (_, rest) = self
            .text
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap_or_else(|| panic!("no {name} in {}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }

    /// The recovery codes on it.
    pub fn codes(&self) -> Vec<String> {
        let items = self.text.split("<li class=\"code\">").skip(1);
        items.map(|item| item.split('<').next().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub fn is(&self, status: u16, words: &str) {
        assert_eq!(self.status, status, "{} {}", self.location, self.text);
        assert!(self.text.contains(words), "{words} is not in {}", self.text);
    }

    #[track_caller]
    pub fn leads_to(&self, location: &str) {
        assert_eq!((self.status, self.location.as_str()), (303, location), "{}", self.text);
    }
}

/// A community with passkeys and without a provider.
pub async fn community() -> Server {
    let mut server = prepared("");
    server.serve(&[]).await;
    server
}

/// The same, not yet serving.
pub fn prepared(more: &str) -> Server {
    Server::prepare(&format!(
        "[server]\nbind = \"127.0.0.1:0\"\n[identity]\npasskeys = true\n[limits]\nrequests_per_minute = 0\n{more}"
    ))
}

/// Where the pages lie by the name to which passkeys belong.
pub fn named(server: &Server) -> String {
    server.base.replace("127.0.0.1", "localhost")
}

/// The part of a link behind the address of the community.
pub fn path(link: &Value) -> String {
    let url = link["url"].as_str().unwrap();
    let (_, path) = url.split_once("/join/").unwrap();
    format!("/join/{path}")
}

/// A new invitation's path.
pub fn invitation(server: &Server, more: &[&str]) -> String {
    path(&server.cli(&[&["member", "invite", "--reason", "For the test"], more].concat()).ok())
}

pub fn claim_link(server: &Server) -> String {
    path(&server.cli(&["member", "claim-link"]).ok())
}

pub fn sign_in_link(server: &Server, name: &str) -> String {
    path(&server.cli(&["member", "sign-in-link", name, "--reason", "Lost phone"]).ok())
}

impl Visitor {
    pub fn new(server: &Server) -> Self {
        Self { base: named(server), client: server.client.clone(), cookies: BTreeMap::new() }
    }

    pub fn device(&self) -> Device {
        Device::new(&self.base)
    }

    pub async fn send(&mut self, method: Method, path: &str, fields: Option<&[(&str, &str)]>) -> Page {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).header("accept", "text/html");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(COOKIE, cookies.join("; "));
        if let Some(fields) = fields {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .body(serde_urlencoded::to_string(fields).unwrap());
        }
        self.keep(request.send().await.unwrap()).await
    }

    async fn keep(&mut self, answer: Response) -> Page {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            for attribute in ["HttpOnly", "SameSite=", "Path=/"] {
                // What the wallet held is read by a script of ours, where no server can be asked.
                let is_read = attribute == "HttpOnly" && cookie.starts_with("last-seen=");
                assert!(is_read || cookie.contains(attribute), "{cookie}");
            }
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Page {
            status: answer.status().as_u16(),
            location: answer.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned(),
            headers: answer.headers().clone(),
            text: answer.text().await.unwrap(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(Method::POST, path, Some(fields)).await
    }

    /// What a page's script asks for.
    pub async fn ask(&mut self, path: &str, fields: &[(&str, &str)]) -> Value {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    /// Comes in by a link under this name; gives the page with the recovery codes.
    pub async fn join(&mut self, link: &str, name: &str, device: &mut Device) -> Page {
        let options = self.ask(&format!("{link}/challenge"), &[("username", name)]).await;
        assert_eq!(options["publicKey"]["user"]["name"], name);
        let credential = device.make(&options);
        self.post(link, &[("username", name), ("credential", &credential)]).await
    }

    pub async fn sign_in(&mut self, device: &mut Device) -> Page {
        let options = self.ask("/login/passkey/challenge", &[]).await;
        let credential = device.show(&options);
        self.post("/login/passkey", &[("credential", &credential), ("next", "/history")]).await
    }

    pub async fn csrf(&mut self) -> String {
        self.get("/profile").await.field("csrf")
    }

    /// Adds a passkey while signed in.
    pub async fn add(&mut self, device: &mut Device) -> Page {
        let csrf = self.csrf().await;
        let options = self.ask("/profile/passkeys/challenge", &[("csrf", &csrf)]).await;
        let credential = device.make(&options);
        self.post("/profile/passkeys", &[("csrf", &csrf), ("name", "Another"), ("credential", &credential)]).await
    }

    /// Who is signed in here, by the page of the profile.
    pub async fn name(&mut self) -> Option<String> {
        let page = self.get("/profile").await;
        (page.status == 200).then(|| page.field_after("id=\"username\" name=\"username\" value=\""))
    }
}

impl Page {
    pub fn field_after(&self, start: &str) -> String {
        self.text.split_once(start).unwrap().1.split('"').next().unwrap().to_owned()
    }
}

/// Someone who came in by an invitation, and their device.
pub async fn joined(server: &Server, name: &str) -> (Visitor, Device, Vec<String>) {
    let mut visitor = Visitor::new(server);
    let mut device = visitor.device();
    let link = invitation(server, &[]);
    let page = visitor.join(&link, name, &mut device).await;
    page.is(200, "Your recovery codes");
    let codes = page.codes();
    assert_eq!(codes.len(), 8);
    (visitor, device, codes)
}

/// No passkey-only community has a token for the API, so its figures come from the command line.
#[track_caller]
pub fn assert_sound(server: &Server) {
    let report = server.cli(&["verify"]).ok();
    assert_eq!(report["is_sound"], true, "{report}");
}
