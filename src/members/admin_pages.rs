//! The operators' pages of members: finding one, and everything about one. Auditors read them.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::admin::{UserRecord, record};
use super::directory;
use super::erase::is_erased;
use crate::audit::{AuditView, lines};
use crate::error::Result;
use crate::identity::session;
use crate::identity::{LOCAL_ISSUER, Role, member};
use crate::ledger::{AuditFilter, Page, PageRequest, UserId, Wallet, WalletId};
use crate::passkeys;
use crate::sign_in::device;
use crate::web::{App, Nav, Overseeing, Pages, Parameters, PathId, Section, Shell, form_status, page, page_with};

/// Members on a page.
const MEMBERS: usize = 30;
/// Audit lines on a member's page.
const LINES: usize = 10;

/// The pages of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin/members", get(list)).route("/admin/members/{id}", get(show))
}

/// Whom to show. It stays in the address.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct SearchForm {
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    left: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    cursor: String,
}

/// A member in the list.
struct Listed {
    user: UserRecord,
    wallet: Wallet,
}

#[derive(Template)]
#[template(path = "members/list.html")]
struct ListPage {
    shell: Shell,
    form: SearchForm,
    problem: Option<String>,
    members: Vec<Listed>,
    more: Option<String>,
}

/// A member by their id or their wallet's, or members by a part of their name.
fn found(app: &App, conn: &Connection, form: &SearchForm) -> Result<Page<Listed>> {
    let q = form.q.trim();
    let cursor = Some(form.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let ids = match directory::by_any_id(conn, q)? {
        Some(id) => Page { items: vec![id], next_cursor: None },
        None => directory::people(conn, q, !form.left.is_empty(), &PageRequest { limit: MEMBERS, cursor })?,
    };
    let items = ids.items.into_iter().map(|id| {
        let member = member::by_id(conn, id)?;
        Ok(Listed { wallet: Wallet::by_key(conn, member.wallet_key)?, user: record(app, conn, member)? })
    });
    Ok(Page { items: items.collect::<Result<_>>()?, next_cursor: ids.next_cursor })
}

async fn list(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(form): Parameters<SearchForm>,
) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::Admin(Section::Members));
    let (reader, asked) = (app.clone(), form.clone());
    let (found, problem) = match app.books.read(move |conn| found(&reader, conn, &asked)).await {
        Ok(found) => (found, None),
        Err(error) if error.is_refusal() => {
            (Page { items: Vec::new(), next_cursor: None }, Some(shell.of_others(&error)))
        }
        Err(error) => return Err(error),
    };
    let more = found.next_cursor.map(|cursor| {
        let address = SearchForm { cursor, ..form.clone() };
        format!("/admin/members?{}", serde_urlencoded::to_string(address).unwrap_or_default())
    });
    let status = form_status(problem.is_some());
    Ok(page_with(status, &ListPage { shell, form, problem, members: found.items, more }))
}

#[derive(Template)]
#[template(path = "members/member.html")]
struct MemberPage {
    shell: Shell,
    is_operator: bool,
    said: Option<&'static str>,
    user: UserRecord,
    is_erased: bool,
    wallet: Wallet,
    /// Since when they are signed in, and where.
    sessions: Vec<(i64, String)>,
    passkeys: usize,
    codes_left: i64,
    uses_passkeys: bool,
    log: Page<AuditView>,
}

/// The text of what was just done, said once.
fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "freeze" => "members-done-frozen",
        "unfreeze" => "members-done-unfrozen",
        "delete" => "members-done-deleted",
        "restore" => "members-done-restored",
        "roles" => "members-done-roles",
        "sign-out" => "members-done-signed-out",
        _ => return None,
    })
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    PathId(id): PathId<UserId>,
    Parameters(query): Parameters<BTreeMap<String, String>>,
) -> Result<Response> {
    let (reader, shell) = (app.clone(), app.shell(Some(&session), Nav::Admin(Section::Members)));
    let is_operator = session.member.has(Role::Operator);
    let said = query.get("done").and_then(|word| done(word));
    let read = move |conn: &Connection| {
        let member = member::by_id(conn, id)?;
        let key = member.key;
        let wallet = Wallet::by_key(conn, member.wallet_key)?;
        Ok(MemberPage {
            is_operator,
            said,
            is_erased: is_erased(conn, &member)?,
            log: about(conn, id, wallet.id)?,
            wallet,
            sessions: session::of_member(conn, key, reader.books.now(), &reader.config.sessions)?
                .into_iter()
                .map(|session| (session.signed_in_at, device(&session.device, &shell)))
                .collect(),
            passkeys: passkeys::of_member(conn, key)?.len(),
            codes_left: passkeys::codes_left(conn, key)?,
            uses_passkeys: reader.passkeys.is_some(),
            user: record(&reader, conn, member)?,
            shell,
        })
    };
    Ok(page(&app.books.read(read).await?))
}

/// The latest lines about a member and about their wallet, newest first.
fn about(conn: &Connection, id: UserId, wallet: WalletId) -> Result<Page<AuditView>> {
    let mut items = Vec::new();
    for target in [id.to_string(), wallet.to_string()] {
        let filter = AuditFilter { target: Some(target), ..AuditFilter::default() };
        items.extend(lines(conn, &filter, &PageRequest { limit: LINES, cursor: None })?.items);
    }
    items.sort_by_key(|line| -line.entry.sequence);
    items.truncate(LINES);
    Ok(Page { items, next_cursor: None })
}
