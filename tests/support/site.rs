//! A web site on loopback, as a provider has one: it counts who comes, says what it is told to, and can
//! be away or dumb.
#![allow(dead_code, reason = "each suite uses what it needs of it")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How the site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It answers.
    Well,
    /// It hangs up on everyone.
    Away,
    /// It lets everyone in and never says a word.
    Dumb,
}

#[derive(Clone)]
pub struct Site {
    address: SocketAddr,
    pages: Arc<Mutex<HashMap<String, String>>>,
    mood: Arc<Mutex<Mood>>,
    /// Who came, and who is still there.
    visits: Arc<AtomicUsize>,
    waiting: Arc<AtomicUsize>,
}

impl Site {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            pages: Arc::default(),
            mood: Arc::new(Mutex::new(Mood::Well)),
            visits: Arc::default(),
            waiting: Arc::default(),
        };
        let own = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.visits.fetch_add(1, Ordering::SeqCst);
                let own = own.clone();
                tokio::spawn(async move {
                    own.waiting.fetch_add(1, Ordering::SeqCst);
                    own.receive(stream).await;
                    own.waiting.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        site
    }

    async fn receive(&self, mut stream: TcpStream) {
        let mut request = [0; 4096];
        let length = stream.read(&mut request).await.unwrap_or(0);
        match self.mood() {
            Mood::Away => {}
            Mood::Dumb => {
                // Until they hang up.
                while stream.read(&mut request).await.is_ok_and(|more| more > 0) {}
            }
            Mood::Well => {
                let path = String::from_utf8_lossy(&request[..length]).split(' ').nth(1).unwrap_or("").to_owned();
                let page = self.pages.lock().unwrap().get(&path).cloned();
                let (status, body) = page.map_or(("404 Not Found", String::new()), |page| ("200 OK", page));
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                let _hung_up = stream.write_all(answer.as_bytes()).await;
            }
        }
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn says(&self, path: &str, page: &Value) {
        self.pages.lock().unwrap().insert(path.to_owned(), page.to_string());
    }

    /// Speaks as the provider of this issuer, with its keys at `/keys`.
    pub fn speaks_for(&self, issuer: &str, keys: &Value) {
        let page = json!({ "issuer": issuer, "jwks_uri": self.url("/keys") });
        self.says("/.well-known/openid-configuration", &page);
        self.says("/keys", keys);
    }

    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    /// How many are waiting for a word.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }
}
