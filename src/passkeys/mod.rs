//! Members without a provider sign in with passkeys: what their phone or computer keeps for them and
//! opens by a finger, a face or a PIN. No passwords anywhere. Who has lost their passkeys comes in
//! with a recovery code, or by a link from an operator.

mod add;
mod code_pages;
mod codes;
mod off;
mod pages;
mod remove;
mod sign_in;
mod stored;

use crate::error::{Code, Error, Result};
use crate::identity::passkey::Passkeys;
use crate::ledger::{Acting, Authority};
use crate::web::{App, RequestId, Session, Slice};

pub(crate) use add::called;
pub use add::{AddPasskey, insert};
pub(crate) use code_pages::codes_page;
pub use codes::{Codes, NewCodes, UseCode, codes_left, replace_codes};
pub use off::EndPasskeySessions;
pub use remove::RemovePasskey;
pub(crate) use sign_in::{challenge, challenge_answer};
pub use stored::{StoredPasskey, find, of_member};

/// What this slice hands the server.
pub fn slice() -> Slice {
    let pages = pages::routes().merge(sign_in::routes()).merge(code_pages::routes());
    Slice { pages, ..Slice::default() }
}

/// The passkeys of this community, where it uses them.
pub(crate) fn in_use(app: &App) -> Result<&Passkeys> {
    app.passkeys.as_ref().ok_or_else(|| {
        Error::new(Code::NotFound, "This community does not use passkeys.").in_words("refusal-no-passkeys")
    })
}

/// A member changes their own ways in on a page: in a session that must still be open when it is done.
pub(crate) fn authority_in(session: &Session, reason: &str, request: &RequestId) -> Result<Authority> {
    let acting = Acting { user: session.member.key, by_grant: false, session: Some(session.info.id) };
    Ok(Authority { acting: Some(acting), ..Authority::of_member(session.member.id, reason, &request.0)? })
}
