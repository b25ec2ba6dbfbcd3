//! The page on which members see where they are signed in, and sign out there.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use uuid::Uuid;

use crate::error::Result;
use crate::identity::session::{EndSessions, Method, SessionInfo, Which, of_member};
use crate::web::{App, FormBody, Nav, Session, Shell, page};

/// One session, as its member reads it.
struct Row {
    id: Uuid,
    device: String,
    method: &'static str,
    since: String,
    seen: String,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "sign_in/sessions.html")]
struct SessionsPage {
    shell: Shell,
    sessions: Vec<Row>,
}

pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response> {
    let (user, now, limits) = (session.member.key, app.books.now(), app.config.sessions);
    let found = app.books.read(move |conn| of_member(conn, user, now, &limits)).await?;
    let shell = app.shell(Some(&session), Nav::Profile);
    let row = |info: SessionInfo| Row {
        id: info.id,
        device: device(&info.device, &shell),
        method: method(info.method),
        since: shell.moment(&info.signed_in_at),
        seen: shell.moment(&info.seen_at),
        is_this: info.id == session.info.id,
    };
    Ok(page(&SessionsPage { sessions: found.into_iter().map(row).collect(), shell }))
}

#[derive(Debug, Deserialize)]
pub(super) struct EndForm {
    csrf: String,
    /// A session's id, `others` or `all`.
    end: String,
}

pub(super) async fn end(
    State(app): State<App>,
    session: Session,
    jar: CookieJar,
    FormBody(form): FormBody<EndForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    let which = match (form.end.as_str(), form.end.parse()) {
        ("all", _) => Which::All,
        (_, Ok(id)) => Which::One(id),
        _ => Which::Others(session.info.id),
    };
    let leaves = match which {
        Which::All => true,
        Which::One(id) => id == session.info.id,
        Which::Others(_) => false,
    };
    app.books.execute(EndSessions { user: session.member.key, which }).await?;
    if leaves {
        return Ok((app.signed_out(jar), Redirect::to("/")).into_response());
    }
    Ok(Redirect::to("/profile/sessions").into_response())
}

/// How somebody signed in and when: a text of ours.
fn method(method: Method) -> &'static str {
    match method {
        Method::Provider => "sign-in-by-provider",
        Method::Passkey => "sign-in-by-passkey",
        Method::Link => "sign-in-by-link",
        Method::RecoveryCode => "sign-in-by-code",
        Method::Developer => "sign-in-by-developer",
    }
}

/// What a browser says it is, in the words its user has for it. Names that others pretend to be come
/// last: nearly all call themselves Safari, and Safari alone does so rightly.
pub(crate) fn device(said: &str, shell: &Shell) -> String {
    match known(said) {
        (Some(browser), Some(system)) => {
            shell.say("sign-in-device").with("browser", browser).with("system", system).into()
        }
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => shell.say("sign-in-device-unknown").into(),
    }
}

/// Browser and system, by their names.
fn known(said: &str) -> (Option<&'static str>, Option<&'static str>) {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let named =
        |names: &[(&str, &'static str)]| names.iter().find(|(sign, _)| said.contains(sign)).map(|(_, name)| *name);
    (named(&BROWSERS), named(&SYSTEMS))
}

#[cfg(test)]
mod tests {
    use super::known;

    /// Browsers are called what their users call them.
    #[test]
    fn browsers_by_name() {
        for (said, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                (Some("Firefox"), Some("Linux")),
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                (Some("Chrome"), Some("Android")),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
                (Some("Safari"), Some("iPhone")),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                (Some("Edge"), Some("Windows")),
            ),
            ("", (None, None)),
            ("<script>", (None, None)),
        ] {
            assert_eq!(known(said), name);
        }
    }
}
