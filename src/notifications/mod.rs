//! What members are told: the page of what is new, what they want to hear and where, and the sending of it.

mod address_pages;
mod api;
mod browser_pages;
mod deliver;
mod follow;
mod list;
mod pages;
mod push;
mod unkept;
mod unsubscribe;
mod words;

use serde_json::Value;

use crate::identity::{Member, Role};
use crate::language::Language;
use crate::notices::NoticeKind;
use crate::web::Slice;

pub use deliver::deliver;
pub use follow::follow;
pub use push::push;
pub use unkept::tell_unkept;
pub use words::{test_letter, try_out};

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice {
        calls: api::routes(),
        pages: pages::routes()
            .merge(address_pages::routes())
            .merge(browser_pages::routes())
            .merge(unsubscribe::routes()),
    }
}

/// Whether a member can be told of this, by what they are for the community.
fn reaches(kind: NoticeKind, member: &Member) -> bool {
    match kind {
        NoticeKind::MonthlyReport => member.oversees(),
        _ => !kind.is_for_overseers() || member.has(Role::Operator),
    }
}

/// What a rule is called by which something unusual was found.
fn rule(language: Language, details: &Value) -> String {
    details["rule"]
        .as_str()
        .map_or_else(String::new, |rule| language.say(format!("alerts-rule-{}", rule.replace('_', "-"))).into())
}
