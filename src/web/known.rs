//! What is found out about a request on its way, for whatever becomes of it: it may be refused where nobody knows
//! that any more, and people are told of it all the same as who they are, and with what they wrote.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use axum::http::Extensions;

use super::session::Session;
use crate::identity::Member;
use crate::ledger::UserId;

/// What people write into forms, field by field: not what they choose, and nothing that lets anybody in.
const WRITTEN: [&str; 13] = [
    "amount",
    "note",
    "list",
    "reason",
    "name",
    "username",
    "category",
    "url",
    "address",
    "cron",
    "time_zone",
    "tokens",
    "most",
];

/// Bytes of what is written into a field that are kept at most: nobody writes more by hand.
const WRITTEN_BYTES_MAX: usize = 1024 * 1024;

/// What is known of a request so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<Found>);

#[derive(Debug, Default)]
struct Found {
    session: OnceLock<Session>,
    member: OnceLock<UserId>,
    written: OnceLock<Vec<String>>,
}

impl Known {
    /// What the frame keeps of this request.
    pub(super) fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    pub(super) fn note_session(&self, session: &Session) {
        self.0.session.get_or_init(|| session.clone());
    }

    /// Notes whose token came with it.
    pub(super) fn note_member(&self, member: &Member) {
        self.0.member.get_or_init(|| member.id);
    }

    pub(super) fn note_written<'a>(&self, fields: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) {
        let written = fields.filter(|(name, text)| {
            WRITTEN.contains(&name.as_ref()) && !text.trim().is_empty() && text.len() <= WRITTEN_BYTES_MAX
        });
        self.0.written.get_or_init(|| written.map(|(_, text)| text.into_owned()).collect());
    }

    /// Whose it is, if that was asked and somebody found.
    pub(super) fn session(&self) -> Option<&Session> {
        self.0.session.get()
    }

    /// Which member's it is, by their session or by their token.
    pub(super) fn member(&self) -> Option<UserId> {
        self.session().map(|session| session.member.id).or_else(|| self.0.member.get().copied())
    }

    /// What somebody wrote into its form.
    pub(super) fn written(&self) -> &[String] {
        self.0.written.get().map_or(&[], Vec::as_slice)
    }
}
