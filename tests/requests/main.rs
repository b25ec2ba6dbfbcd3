//! Asking to be paid and being paid: requests and their races, links and codes, favourites, payments asked
//! back, and the balance explained. In process with a clock that is turned, and by the real binary with
//! its pages in a real browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where it fails, and uses what it needs of what is shared"
)]

mod api;
mod balance;
mod borders;
#[path = "../support/chromium.rs"]
mod chromium;
mod in_browser;
#[path = "../kernel/support.rs"]
mod kernel;
mod pages;
#[path = "../support/pictures.rs"]
mod pictures;
mod races;
mod squares;
#[path = "../support/mod.rs"]
mod support;
