//! What operators do to a member, on pages: each says first what will happen, and asks why.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use rusqlite::Connection;
use serde::Deserialize;

use super::erase::{erased, is_erased};
use super::{SetDeleted, SetRoles};
use crate::error::Result;
use crate::identity::{Member, Role, member};
use crate::ledger::{REASON_CHARS_MAX, UserId};
use crate::sign_in::Revoke;
use crate::web::{
    ActPage, App, FormBody, Nav, Operating, Pages, PathId, ReasonForm, Section, Shell, form_status, page_with,
};

/// The pages of this file.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/members/{id}/delete", act(Act::Delete))
        .route("/admin/members/{id}/restore", act(Act::Restore))
        .route("/admin/members/{id}/sign-out", act(Act::SignOut))
        .route("/admin/members/{id}/roles", get(ask_roles).post(set_roles))
}

/// What can be done for a reason alone.
#[derive(Debug, Clone, Copy)]
enum Act {
    Delete,
    Restore,
    SignOut,
}

fn act(act: Act) -> MethodRouter<App> {
    get(move |state: State<App>, operating: Operating, id: PathId<UserId>| ask(state, operating, id, act)).post(
        move |state: State<App>, operating: Operating, id: PathId<UserId>, form: FormBody<ReasonForm>| {
            perform(state, operating, id, form, act)
        },
    )
}

impl Act {
    /// The word in the address.
    const fn word(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::SignOut => "sign-out",
        }
    }

    fn page(self, app: &App, operating: &Operating, member: &Member) -> ActPage {
        let say = |key: &'static str| String::from(operating.session.language.say(key).with("name", &member.username));
        let (title, sentences, button) = match self {
            Self::Delete => (
                say("members-delete"),
                vec![say("members-delete-means"), say("members-delete-stays")],
                say("members-delete-do"),
            ),
            Self::Restore => (say("members-restore"), vec![say("members-restore-means")], say("members-restore-do")),
            Self::SignOut => (
                say("members-sign-out"),
                vec![say("members-sign-out-means"), say("members-sign-out-again")],
                say("members-sign-out-do"),
            ),
        };
        let back = format!("/admin/members/{}", member.id);
        let action = format!("{back}/{}", self.word());
        ActPage {
            sentences,
            button,
            is_dangerous: matches!(self, Self::Delete),
            ..ActPage::new(app, operating, Section::Members, title, action, back)
        }
    }

    async fn run(self, app: &App, operating: &Operating, user_id: UserId, reason: &str) -> Result<()> {
        let authority = operating.authority(reason)?;
        let configured = app.config.identity.operators.clone();
        match self {
            Self::Delete | Self::Restore => {
                let deleted = matches!(self, Self::Delete);
                app.books.execute(SetDeleted { user_id, deleted, configured, authority }).await?;
            }
            Self::SignOut => {
                app.books.execute(Revoke { user_id, session: None, authority }).await?;
            }
        }
        Ok(())
    }
}

async fn ask(State(app): State<App>, operating: Operating, PathId(id): PathId<UserId>, act: Act) -> Result<Response> {
    let member = app.books.look_up(|conn| member::by_id(conn, id)).await?;
    Ok(act.page(&app, &operating, &member).show())
}

async fn perform(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<UserId>,
    FormBody(form): FormBody<ReasonForm>,
    act: Act,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let member = app.books.look_up(|conn| member::by_id(conn, id)).await?;
    match act.run(&app, &operating, id, &form.reason).await {
        Ok(()) => Ok(Redirect::to(&format!("/admin/members/{id}?done={}", act.word())).into_response()),
        Err(error) if error.is_refusal() => Ok(act.page(&app, &operating, &member).refused(form.reason, &error)),
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "members/roles.html")]
struct RolesPage {
    shell: Shell,
    id: UserId,
    name: String,
    /// Each role that can be granted: whether it is to be, and whether the configuration gives it anyway.
    roles: Vec<(Role, bool, bool)>,
    reason: String,
    reason_max: usize,
    problem: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct RolesForm {
    csrf: String,
    #[serde(default)]
    operator: Option<String>,
    #[serde(default)]
    auditor: Option<String>,
    #[serde(default)]
    reason: String,
}

impl RolesForm {
    fn roles(&self) -> Vec<Role> {
        [(Role::Operator, &self.operator), (Role::Auditor, &self.auditor)]
            .into_iter()
            .filter_map(|(role, ticked)| ticked.as_ref().map(|_| role))
            .collect()
    }
}

/// Who they are, by what is granted here, and what the configuration gives them.
async fn with_lent(app: &App, id: UserId) -> Result<(Member, Vec<Role>)> {
    let reader = app.clone();
    let read = move |conn: &Connection| {
        let member = member::by_id(conn, id)?;
        if is_erased(conn, &member)? {
            return Err(erased());
        }
        let identities = member::identities(conn, member.key)?;
        let lent = identities.iter().flat_map(|(issuer, subject)| reader.configured_roles(issuer, subject)).collect();
        Ok((member, lent))
    };
    app.books.read(read).await
}

async fn roles_page(
    app: &App,
    operating: &Operating,
    id: UserId,
    typed: Option<RolesForm>,
    problem: Option<String>,
) -> Result<Response> {
    let (member, lent) = with_lent(app, id).await?;
    let ticked = typed.as_ref().map_or_else(|| member.roles.clone(), RolesForm::roles);
    let roles = Role::GRANTED.map(|role| (role, ticked.contains(&role), lent.contains(&role)));
    let status = form_status(problem.is_some());
    let page = RolesPage {
        shell: app.shell(Some(&operating.session), Nav::Admin(Section::Members)),
        id,
        name: member.username,
        roles: roles.into(),
        reason: typed.map(|form| form.reason).unwrap_or_default(),
        reason_max: REASON_CHARS_MAX,
        problem,
    };
    Ok(page_with(status, &page))
}

async fn ask_roles(State(app): State<App>, operating: Operating, PathId(id): PathId<UserId>) -> Result<Response> {
    roles_page(&app, &operating, id, None, None).await
}

async fn set_roles(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<UserId>,
    FormBody(form): FormBody<RolesForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let (roles, configured) = (form.roles(), app.config.identity.operators.clone());
    let set = |authority| app.books.execute(SetRoles { user_id: id, roles, configured, authority });
    match operating.act(&form.reason, set).await {
        Ok(_) => Ok(Redirect::to(&format!("/admin/members/{id}?done=roles")).into_response()),
        Err(error) if error.is_refusal() => {
            let problem = operating.told(&app, &error);
            roles_page(&app, &operating, id, Some(form), Some(problem)).await
        }
        Err(error) => Err(error),
    }
}
