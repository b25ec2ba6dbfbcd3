//! The page of one's own profile.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::ChangeProfile;
use crate::error::Result;
use crate::language::Language;
use crate::web::{App, FormBody, Nav, Pages, Parameters, Session, Shell, page, page_with};

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new().route("/profile", get(profile).post(save))
}

#[derive(Template)]
#[template(path = "members/profile.html")]
struct ProfilePage {
    shell: Shell,
    saved: bool,
    problem: Option<String>,
    username: String,
    /// The tag of the language they chose; empty: as their browser asks.
    language: String,
    pay_path: String,
    pay_url: String,
    wallet_id: String,
    since: String,
    roles: String,
    /// Whether members sign in with passkeys here.
    passkeys: bool,
}

fn profile_page(app: &App, session: &Session) -> ProfilePage {
    let member = &session.member;
    let shell = app.shell(Some(session), Nav::Profile);
    let pay_path = format!("/pay/{}", member.wallet_id);
    ProfilePage {
        saved: false,
        problem: None,
        username: member.username.clone(),
        language: member.language.map_or("", Language::tag).to_owned(),
        pay_url: format!("{}{pay_path}", app.public_url()),
        pay_path,
        wallet_id: member.wallet_id.to_string(),
        since: shell.day(&member.created_at),
        roles: member.roles.iter().map(|role| shell.role(role.as_str())).collect::<Vec<_>>().join(", "),
        passkeys: app.passkeys.is_some(),
        shell,
    }
}

async fn profile(
    State(app): State<App>,
    session: Session,
    Parameters(query): Parameters<BTreeMap<String, String>>,
) -> Response {
    page(&ProfilePage { saved: query.contains_key("saved"), ..profile_page(&app, &session) })
}

#[derive(Debug, Deserialize)]
struct ProfileForm {
    csrf: String,
    username: String,
    /// A tag, or nothing for what the browser asks for. A form without it leaves it as it is.
    language: Option<String>,
}

async fn save(State(app): State<App>, session: Session, FormBody(form): FormBody<ProfileForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    let username = form.username.trim().to_owned();
    let command = ChangeProfile {
        user_id: session.member.id,
        username: Some(username.clone()),
        language: form.language.as_ref().map(|tag| tag.parse().ok()),
    };
    match app.books.execute(command).await {
        Ok(_) => Ok(Redirect::to("/profile?saved=1").into_response()),
        Err(error) if error.is_refusal() => {
            let page = profile_page(&app, &session);
            let problem = Some(page.shell.problem(&error));
            let page = ProfilePage { problem, username, language: form.language.unwrap_or_default(), ..page };
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error),
    }
}
