//! What tests of the whole program share: a server in a temporary folder, a provider, members.
#![allow(dead_code, unused_imports, reason = "each suite uses what it needs of it")]

pub mod clock;
pub mod provider;
pub mod server;
pub mod setting;

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

pub use provider::Provider;
pub use server::Server;

/// How long anybody waits for somebody else before the test fails.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What every client of a test begins with: one that hears nothing for so long fails, where it stands in the
/// test, and does not wait for ever.
pub fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE)
}

/// A fresh Idempotency-Key.
pub fn key() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Asserts a refusal with this status and code, in the form the contract asks for.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!((self.status, body["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status);
        for member in ["type", "title", "detail", "request_id"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member} is missing: {body}");
        }
        body
    }

    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }
}

/// Someone who calls the API with a token.
#[derive(Clone)]
pub struct Member {
    pub base: String,
    pub token: String,
    pub client: reqwest::Client,
    pub user_id: String,
    pub wallet_id: String,
}

impl Member {
    pub async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        self.attempt(method, path, headers, body).await.unwrap()
    }

    /// The same where no answer may come.
    pub async fn attempt(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        Ok(Answer { status, headers, text: response.text().await? })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, body, &key()).await
    }

    pub async fn post_with(&self, path: &str, body: &Value, key: &str) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.call(Method::POST, path, &headers, Some(body.to_string())).await
    }

    pub async fn pay(&self, to: &Self, amount: i64) -> Answer {
        self.post("/v1/transfers", &json!({ "to_wallet_id": to.wallet_id, "amount": amount })).await
    }

    pub async fn balance(&self) -> i64 {
        self.get("/v1/wallet").await.ok(200)["balance"].as_i64().unwrap()
    }

    pub async fn history(&self, query: &str) -> Vec<Value> {
        self.get(&format!("/v1/transactions{query}")).await.ok(200)["items"].as_array().unwrap().clone()
    }
}
