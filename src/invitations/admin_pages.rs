//! The operators' page of invitations: who is invited, a new one, and taking one back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::link::{LinkId, by_id};
use super::make::DAYS_MAX;
use super::{Link, LinkKind, LinkState, MakeLink, Wanted, WithdrawLink, list};
use crate::error::Result;
use crate::identity::{Member, Secret, member};
use crate::ledger::{PageRequest, UserId};
use crate::passkeys::in_use;
use crate::web::assets::link_script_url;
use crate::web::{
    ActPage, App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, PathId, ReasonForm, Section,
    Session, Shell, Square, form_status, page_with, page_with_script,
};

pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/invitations", get(show).post(invite))
        .route("/admin/invitations/{id}/withdraw", get(ask_withdraw).post(withdraw))
        .route("/admin/members/{id}/sign-in-link", get(ask_link).post(make_link))
}

#[derive(Template)]
#[template(path = "invitations/invitations.html")]
struct InvitationsPage {
    shell: Shell,
    may: MayAct,
    place: &'static str,
    problem: Option<String>,
    links: Vec<Link>,
    /// Where the older ones begin.
    older: Option<String>,
    name: String,
    role: String,
    days: String,
    reason: String,
    days_max: u32,
}

#[derive(Template)]
#[template(path = "invitations/invited.html")]
struct InvitedPage {
    shell: Shell,
    kind: LinkKind,
    url: String,
    script: &'static str,
    name: Option<String>,
    until: String,
    side: usize,
    square: String,
}

async fn invitations(
    app: &App,
    session: &Session,
    cursor: Option<String>,
    form: InviteForm,
    problem: Option<String>,
) -> Result<Response> {
    let (now, asked) = (app.books.now(), PageRequest::new(None, cursor)?);
    let links = app.books.read(move |conn| list(conn, &[LinkKind::Invitation, LinkKind::SignIn], now, &asked)).await?;
    let status = form_status(problem.is_some());
    let page = InvitationsPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Invitations)),
        may: MayAct::beside_form(status, session, app),
        place: "/admin/invitations",
        problem,
        links: links.items,
        older: links.next_cursor,
        name: form.name,
        role: form.role,
        days: form.days,
        reason: form.reason,
        days_max: DAYS_MAX,
    };
    Ok(page_with(status, &page))
}

#[derive(Debug, Deserialize)]
struct Older {
    cursor: Option<String>,
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(query): Parameters<Older>,
) -> Result<Response> {
    in_use(&app)?;
    invitations(&app, &session, query.cursor, InviteForm { days: "7".into(), ..InviteForm::default() }, None).await
}

#[derive(Debug, Default, Deserialize)]
struct InviteForm {
    csrf: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    reason: String,
}

impl InviteForm {
    fn wanted(&self) -> Result<Wanted> {
        let name = self.name.trim();
        Ok(Wanted::Invitation {
            name: (!name.is_empty()).then(|| name.to_owned()),
            role: match self.role.as_str() {
                "" => None,
                word => Some(word.parse()?),
            },
            days: self.days.trim().parse().unwrap_or_default(),
        })
    }
}

/// The new link is the answer itself and is shown this once.
async fn invite(
    State(app): State<App>,
    operating: Operating,
    FormBody(form): FormBody<InviteForm>,
) -> Result<Response> {
    let session = &operating.session;
    session.check(&form.csrf)?;
    in_use(&app)?;
    match make(&app, &operating, &form).await {
        Ok((url, expires_at)) => {
            let name = Some(form.name.trim().to_owned()).filter(|name| !name.is_empty());
            made_page(&app, session, LinkKind::Invitation, name, url, expires_at)
        }
        Err(error) if error.is_refusal() => {
            let shell = app.shell(Some(session), Nav::Profile);
            // Here the name is somebody else's.
            let problem = match error.errors.first() {
                Some(wrong) if wrong.field == "username" => shell.say("rule-name").into(),
                _ => shell.problem(&error),
            };
            invitations(&app, session, None, form, Some(problem)).await
        }
        Err(error) => Err(error),
    }
}

/// Shows a link, this once.
fn made_page(
    app: &App,
    session: &Session,
    kind: LinkKind,
    name: Option<String>,
    url: String,
    expires_at: i64,
) -> Result<Response> {
    let shell = app.shell(Some(session), Nav::Admin(Section::Invitations));
    let square = Square::of(&url)?;
    let until = shell.moment(&expires_at);
    let (side, square) = (square.side, square.path());
    let page = InvitedPage { shell, kind, url, script: link_script_url(), name, until, side, square };
    Ok(page_with_script(StatusCode::OK, &page))
}

fn link_page(app: &App, operating: &Operating, member: &Member) -> ActPage {
    let say = |key: &'static str| String::from(operating.session.language.say(key).with("name", &member.username));
    let back = format!("/admin/members/{}", member.id);
    ActPage {
        sentences: vec![say("invitations-link-means"), say("invitations-link-whom")],
        button: say("invitations-link-make"),
        ..ActPage::new(
            app,
            operating,
            Section::Members,
            say("invitations-link-for"),
            format!("{back}/sign-in-link"),
            back,
        )
    }
}

async fn ask_link(State(app): State<App>, operating: Operating, PathId(id): PathId<UserId>) -> Result<Response> {
    in_use(&app)?;
    let member = app.books.look_up(|conn| member::by_id(conn, id)).await?;
    Ok(link_page(&app, &operating, &member).show())
}

async fn make_link(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<UserId>,
    FormBody(form): FormBody<ReasonForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    in_use(&app)?;
    let member = app.books.look_up(|conn| member::by_id(conn, id)).await?;
    let secret = Secret::random()?;
    let create =
        |authority| app.books.execute(MakeLink { wanted: Wanted::SignIn(id), secret: secret.clone(), authority });
    match operating.act(&form.reason, create).await {
        Ok(made) => {
            let url = super::url(&app.public_url(), &secret);
            made_page(&app, &operating.session, LinkKind::SignIn, Some(member.username), url, made.expires_at)
        }
        Err(error) if error.is_refusal() => Ok(link_page(&app, &operating, &member).refused(form.reason, &error)),
        Err(error) => Err(error),
    }
}

async fn make(app: &App, operating: &Operating, form: &InviteForm) -> Result<(String, i64)> {
    let authority = operating.authority(&form.reason)?;
    let secret = Secret::random()?;
    let command = MakeLink { wanted: form.wanted()?, secret: secret.clone(), authority };
    let made = app.books.execute(command).await?;
    Ok((super::url(&app.public_url(), &secret), made.expires_at))
}

fn withdraw_page(app: &App, operating: &Operating, link: &Link) -> ActPage {
    let language = operating.session.language;
    let (title, back) = (language.say("invitations-withdraw-this").into(), "/admin/invitations".to_owned());
    let action = format!("{back}/{}/withdraw", link.id);
    let page = ActPage::new(app, operating, Section::Invitations, title, action, back);
    let made_at = page.shell.moment(&link.created_at);
    let means = language.say("invitations-withdraw-means").with("maker", link.maker()).with("when", made_at);
    let why = language.say("invitations-withdraw-reason").with("reason", &link.reason);
    ActPage {
        sentences: vec![means.into(), why.into()],
        button: language.say("invitations-withdraw").into(),
        is_dangerous: true,
        ..page
    }
}

async fn ask_withdraw(
    State(app): State<App>,
    operating: Operating,
    PathId(LinkId(id)): PathId<LinkId>,
) -> Result<Response> {
    in_use(&app)?;
    let now = app.books.now();
    let link = app.books.look_up(move |conn| by_id(conn, id, now)).await?;
    Ok(withdraw_page(&app, &operating, &link).show())
}

async fn withdraw(
    State(app): State<App>,
    operating: Operating,
    PathId(LinkId(id)): PathId<LinkId>,
    FormBody(form): FormBody<ReasonForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    in_use(&app)?;
    let now = app.books.now();
    let link = app.books.look_up(move |conn| by_id(conn, id, now)).await?;
    match operating.act(&form.reason, |authority| app.books.execute(WithdrawLink { id, authority })).await {
        Ok(()) => Ok(Redirect::to("/admin/invitations").into_response()),
        Err(error) if error.is_refusal() => Ok(withdraw_page(&app, &operating, &link).refused(form.reason, &error)),
        Err(error) => Err(error),
    }
}
