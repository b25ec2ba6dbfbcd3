//! Members without a provider, from outside: the real binary, links, passkeys and recovery codes. By a
//! device written for the test, which can also lie, and by Chromium with its virtual authenticator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it must be"
)]

mod api;
mod attacks;
mod beside;
mod by_hand;
#[path = "../support/chromium.rs"]
mod chromium;
mod codes;
mod device;
mod in_browser;
#[path = "../support/issuer.rs"]
mod issuer;
mod links;
mod raspberry;
mod serving;
#[path = "../support/mod.rs"]
mod support;
mod visitor;
mod ways;
mod who;
