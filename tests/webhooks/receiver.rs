//! The receiver of the tests, and what arrived there.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// One attempt, as it arrived.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// When, in seconds.
    pub at: f64,
    pub id: String,
    pub signatures: usize,
    pub body: Value,
    /// By which of the secrets that the receiver has the reference library verifies it.
    pub verified: Vec<bool>,
    pub raw: Value,
}

impl Attempt {
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }
}

pub struct Receiver {
    folder: TempDir,
    pub port: u16,
    child: Option<Child>,
    secrets: BTreeMap<String, Vec<String>>,
}

impl Receiver {
    pub fn open() -> Self {
        let mut receiver = Self { folder: TempDir::new().unwrap(), port: 0, child: None, secrets: BTreeMap::new() };
        receiver.start();
        receiver
    }

    /// Opens again where it was before.
    pub fn start(&mut self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(root.join("target/test-tools/bin/python"))
            .arg(root.join("tests/webhooks/receiver.py"))
            .arg(self.folder.path())
            .arg(self.port.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tests/run installs standardwebhooks");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.port = line.trim().parse().expect("the receiver did not start: tests/run installs standardwebhooks");
        self.child = Some(child);
    }

    pub fn close(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Lets it verify what comes at this path with one more secret.
    pub fn knows(&mut self, path: &str, secret: &str) {
        self.secrets.entry(path.to_owned()).or_default().push(secret.to_owned());
        let file = self.folder.path().join("secrets.json");
        std::fs::write(file, serde_json::to_vec(&self.secrets).unwrap()).unwrap();
    }

    /// Everything that arrived at a path, in its order.
    pub fn attempts(&self, path: &str) -> Vec<Attempt> {
        let text = std::fs::read_to_string(self.folder.path().join("attempts.jsonl")).unwrap_or_default();
        // The last line may be half written.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines
            .filter(|line| line["path"] == path)
            .map(|raw| Attempt {
                at: raw["at"].as_f64().unwrap(),
                id: raw["headers"]["webhook-id"].as_str().unwrap_or_default().to_owned(),
                signatures: raw["headers"]["webhook-signature"].as_str().unwrap_or_default().split(' ').count(),
                body: serde_json::from_str(raw["body"].as_str().unwrap()).unwrap_or_default(),
                verified: serde_json::from_value(raw["verified"].clone()).unwrap(),
                raw,
            })
            .collect()
    }

    /// Waits until so many have arrived at a path.
    #[track_caller]
    pub fn wait(&self, path: &str, count: usize) -> Vec<Attempt> {
        let began = Instant::now();
        loop {
            let attempts = self.attempts(path);
            if attempts.len() >= count {
                return attempts;
            }
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "of {count} messages to {path}, {} arrived: {attempts:#?}",
                attempts.len()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.close();
    }
}
