//! Signing in at an identity provider, and the sessions that come of it: the real binary, the certified
//! `oidc-provider`, and a real browser or raw HTTP. Each test says first what it proves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod answers;
#[path = "../support/chromium.rs"]
mod chromium;
mod community;
mod hostile;
mod in_browser;
#[path = "../support/issuer.rs"]
mod issuer;
mod keys;
mod roles;
mod sessions;
#[path = "../support/site.rs"]
mod site;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;
