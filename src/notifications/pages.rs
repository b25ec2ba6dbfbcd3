//! The page of what is new, and the page on which members choose what they want to hear.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;

use super::address_pages::Notes;
use super::list::{Told, told};
use super::push::public_key;
use super::reaches;
use crate::error::Result;
use crate::notices::{
    AddressState, Channel, Choice, Choose, MarkRead, NoticeKind, address_state, choices, has_browser,
};
use crate::web::assets::push_script_url;
use crate::web::{
    App, FormBody, Nav, Pages, Parameters, Session, Shell, form_status, page, page_with, page_with_script,
};

/// Entries on a page.
const ENTRIES: usize = 30;

/// The routes of these pages.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/notifications", get(show_list).post(mark_read))
        .route("/profile/notifications", get(show_choices).post(save))
}

#[derive(Template)]
#[template(path = "notifications/list.html")]
struct ListPage {
    shell: Shell,
    entries: Vec<Told>,
    /// The newest of them: up to here they can say that they have read.
    newest: Option<i64>,
    /// Where the older ones are.
    older: Option<i64>,
}

impl Told {
    fn text(&self, name: &str) -> &str {
        self.details[name].as_str().unwrap_or_default()
    }

    fn amount(&self) -> i64 {
        self.details["amount"].as_i64().unwrap_or(0)
    }

    fn rule(&self, shell: &Shell) -> String {
        super::rule(shell.language, &self.details)
    }

    fn granted(&self) -> bool {
        self.details["granted"] == Value::Bool(true)
    }

    fn removed(&self) -> bool {
        self.details["removed"] == Value::Bool(true)
    }
}

#[derive(Debug, Deserialize)]
struct ListQuery {
    before: Option<i64>,
}

async fn show_list(
    State(app): State<App>,
    session: Session,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Response> {
    let (user, wallet) = (session.member.key, session.member.wallet_key);
    let up_to = query.before.map_or(i64::MAX, |before| before.saturating_sub(1));
    let entries = app.books.read(move |conn| told(conn, user, wallet, up_to, ENTRIES)).await?;
    let older = entries.last().map(|last| last.created_at).filter(|_| entries.len() >= ENTRIES);
    let newest = entries.first().map(|first| first.created_at).filter(|_| session.unread > 0);
    Ok(page(&ListPage { shell: app.shell(Some(&session), Nav::None), entries, newest, older }))
}

#[derive(Debug, Deserialize)]
struct ReadForm {
    csrf: String,
    up_to: i64,
}

async fn mark_read(State(app): State<App>, session: Session, FormBody(form): FormBody<ReadForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    app.books.execute(MarkRead { user: session.member.key, up_to: form.up_to }).await?;
    Ok(Redirect::to("/notifications").into_response())
}

/// One kind, as it is chosen.
struct Row {
    kind: NoticeKind,
    page: bool,
    mail: bool,
    push: bool,
}

#[derive(Template)]
#[template(path = "notifications/choices.html")]
struct ChoicesPage {
    shell: Shell,
    saved: bool,
    rows: Vec<Row>,
    /// Whether this community sends mail.
    mail: bool,
    /// Where this community tells members in their browsers: its key, for the script.
    push: Option<String>,
    /// Whether it tells them in this one.
    in_browser: bool,
    script: &'static str,
    address: AddressState,
    notes: Notes,
}

/// The kinds there are for a member to choose.
fn offered(session: &Session) -> impl Iterator<Item = &'static NoticeKind> {
    NoticeKind::ALL.iter().filter(|kind| reaches(**kind, &session.member))
}

/// The page of choices, with what there is to say about the address.
pub(super) async fn choices_page(app: &App, session: &Session, saved: bool, notes: Notes) -> Result<Response> {
    let (user, now) = (session.member.key, app.books.now());
    let id = session.info.id;
    let read = |conn: &_| Ok((choices(conn, user)?, address_state(conn, user, now)?, has_browser(conn, id)?));
    let (all, address, in_browser) = app.books.look_up(read).await?;
    let push = public_key(app).await?;
    let is_on = |kind, channel| all.iter().any(|one| (one.kind, one.channel, one.on) == (kind, channel, true));
    let row = |&kind: &NoticeKind| Row {
        kind,
        page: is_on(kind, Channel::Page),
        mail: is_on(kind, Channel::Mail),
        push: is_on(kind, Channel::Push),
    };
    let status = form_status(notes.is_problem());
    let page = ChoicesPage {
        shell: app.shell(Some(session), Nav::Profile),
        saved,
        rows: offered(session).map(row).collect(),
        mail: app.config.mail.is_some(),
        push,
        in_browser,
        script: push_script_url(),
        address,
        notes,
    };
    Ok(if page.push.is_some() { page_with_script(status, &page) } else { page_with(status, &page) })
}

async fn show_choices(
    State(app): State<App>,
    session: Session,
    Parameters(query): Parameters<BTreeMap<String, String>>,
) -> Result<Response> {
    choices_page(&app, &session, query.contains_key("saved"), Notes::default()).await
}

/// A box that is not ticked sends nothing, so what is not there is off.
async fn save(
    State(app): State<App>,
    session: Session,
    FormBody(form): FormBody<BTreeMap<String, String>>,
) -> Result<Response> {
    session.check(form.get("csrf").map_or("", String::as_str))?;
    let mut choices = Vec::new();
    for &kind in offered(&session) {
        for &channel in Channel::ALL {
            // What is not offered had no boxes.
            let is_offered = match channel {
                Channel::Page => true,
                Channel::Mail => app.config.mail.is_some(),
                Channel::Push => app.config.push.is_some(),
            };
            if is_offered {
                let name = format!("{}.{}", channel.as_str(), kind.as_str());
                choices.push(Choice { kind, channel, on: form.contains_key(&name) });
            }
        }
    }
    app.books.execute(Choose { user: session.member.key, choices }).await?;
    Ok(Redirect::to("/profile/notifications?saved=1").into_response())
}
