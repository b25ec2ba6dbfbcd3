//! Letters that are kept nowhere: for what there is to tell when nothing can be written any more.

use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::browsers::{self, Browser};
use super::{Channel, NoticeKind, Waiting, address_state, wants};
use crate::error::Result;
use crate::language::Language;
use crate::ledger::UserKey;

/// The letters by which a member wants to be told of this: one by mail, one to each of their browsers. Whoever sends
/// them has to remember which are out.
pub fn unkept(
    conn: &Connection,
    (user, username, language): (UserKey, &str, Option<Language>),
    kind: NoticeKind,
    details: &Value,
    now: i64,
) -> Result<Vec<Waiting>> {
    let letter = |address: String, browser: Option<Browser>| Waiting {
        key: 0,
        id: Uuid::new_v4(),
        address,
        browser,
        username: username.to_owned(),
        language,
        kind: kind.as_str().to_owned(),
        details: details.clone(),
        enclosure: None,
    };
    let mut letters = Vec::new();
    if wants(conn, user, kind, Channel::Mail)? {
        letters.extend(address_state(conn, user, now)?.confirmed.map(|address| letter(address, None)));
    }
    if wants(conn, user, kind, Channel::Push)? {
        for key in browsers::of_member(conn, user)? {
            letters.extend(Browser::by_key(conn, key)?.map(|browser| letter(String::new(), Some(browser))));
        }
    }
    Ok(letters)
}
