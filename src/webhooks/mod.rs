//! Webhooks: programs of the community that are told what happens, by a signed message to an address that an
//! operator has put in (Standard Webhooks, <https://www.standardwebhooks.com>).
//!
//! Nothing is written when somebody pays. What is to be told is read from the ledger's own rows afterwards,
//! and each webhook has its place in them; so it is told everything once and, where the program or a
//! connection broke off, a little of it twice, by the same `webhook-id`.

mod aloud;
mod api;
mod create;
mod deliver;
mod event;
mod letters;
mod pages;
mod pending;
mod progress;
mod renew;
mod sign;
mod webhook;

use crate::web::{Slice, path_id};

pub use aloud::tell_aloud;
pub use create::CreateWebhook;
pub use deliver::deliver;
pub use event::EventKind;
pub use letters::{Letter, SendAgain, TestWebhook, letters};
pub use renew::{RemoveWebhook, ResumeWebhook, RotateWebhook, StopWebhook};
pub use sign::SigningSecret;
pub use webhook::{Stopped, Webhook, by_id, list, webhook_not_found};

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes() }
}

path_id!(
    /// A webhook, as people know it.
    WebhookId, webhook_not_found
);
