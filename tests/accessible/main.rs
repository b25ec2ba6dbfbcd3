//! The pages as people meet them: read out aloud, in the dark, by keyboard, on a narrow phone, with large
//! letters, on a slow line. Every page the program itself names is looked at, by everybody who may come.
//!
//! axe-core judges by WCAG 2.2, levels A and AA. `COMMUNITYTOKEN_PICTURES=folder` keeps a picture of each page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod axe;
#[path = "../support/chromium.rs"]
mod chromium;
#[path = "../passkeys/device.rs"]
#[allow(dead_code, reason = "it can lie, too")]
mod device;
mod keyboard;
mod lighthouse;
mod offline;
#[path = "../support/pictures.rs"]
mod pictures;
mod screen;
#[path = "../support/mod.rs"]
mod support;
mod village;
#[path = "../passkeys/visitor.rs"]
#[allow(dead_code, reason = "here they only come in")]
mod visitor;
mod walk;
mod ways_in;
mod weight;
