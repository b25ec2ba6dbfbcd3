//! The operators' pages of webhooks: which there are and how each goes, a new one, and what is done with one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::webhook::{self, Stopped, Webhook};
use super::{
    CreateWebhook, EventKind, Letter, RemoveWebhook, ResumeWebhook, RotateWebhook, SendAgain, SigningSecret,
    StopWebhook, TestWebhook, WebhookId, letters,
};
use crate::error::{Error, Result};
use crate::ledger::{Authority, PageRequest, REASON_CHARS_MAX};
use crate::web::assets::link_script_url;
use crate::web::{
    ActForm, App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, PathId, Section, Session, Shell,
    form_status, page_with, page_with_script,
};

pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/webhooks", get(show).post(create))
        .route("/admin/webhooks/{id}", get(show_one).post(act))
        .route("/admin/webhooks/{id}/secret", post(rotate))
}

#[derive(Template)]
#[template(path = "webhooks/webhooks.html")]
struct WebhooksPage {
    shell: Shell,
    may: MayAct,
    place: &'static str,
    problem: Option<String>,
    webhooks: Vec<Webhook>,
    form: NewForm,
    reason_max: usize,
}

#[derive(Template)]
#[template(path = "webhooks/webhook.html")]
struct WebhookPage {
    shell: Shell,
    may: MayAct,
    place: String,
    said: Option<&'static str>,
    problem: Option<String>,
    webhook: Webhook,
    letters: Vec<Letter>,
    older: Option<String>,
    reason: String,
    reason_max: usize,
}

#[derive(Template)]
#[template(path = "webhooks/secret.html")]
struct SecretPage {
    shell: Shell,
    webhook: Webhook,
    secret: String,
    script: &'static str,
}

/// What the form of a new one sends: the boxes that are ticked, as pairs of their name and `on`.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Vec<(String, String)>")]
struct NewForm {
    csrf: String,
    url: String,
    kinds: Vec<String>,
    notes: bool,
    reason: String,
}

impl From<Vec<(String, String)>> for NewForm {
    fn from(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "csrf" => form.csrf = value,
                "url" => form.url = value,
                "kinds" => form.kinds.push(value),
                "notes" => form.notes = true,
                "reason" => form.reason = value,
                _ => {}
            }
        }
        form
    }
}

impl EventKind {
    /// What is said of it on the pages.
    fn meaning(self) -> &'static str {
        match self {
            Self::Transfer => "webhooks-kind-transfer",
            Self::Distribution => "webhooks-kind-distribution",
            Self::Issuance => "webhooks-kind-issuance",
            Self::MemberJoined => "webhooks-kind-joined",
            Self::MemberLeft => "webhooks-kind-left",
            Self::MemberRestored => "webhooks-kind-restored",
            Self::MemberErased => "webhooks-kind-erased",
            Self::RoleGranted => "webhooks-kind-role-granted",
            Self::RoleRevoked => "webhooks-kind-role-revoked",
            Self::WalletFrozen => "webhooks-kind-frozen",
            Self::WalletUnfrozen => "webhooks-kind-unfrozen",
            Self::Checkpoint => "webhooks-kind-checkpoint",
            Self::AlertRaised => "webhooks-kind-alert",
            Self::Test => "webhooks-kind-test",
        }
    }

    /// Whether it was ticked.
    fn is_among(self, kinds: &[String]) -> bool {
        kinds.iter().any(|one| one == self.as_str())
    }
}

async fn webhooks_page(app: &App, session: &Session, form: NewForm, problem: Option<String>) -> Result<Response> {
    let status = form_status(problem.is_some());
    let page = WebhooksPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Webhooks)),
        may: MayAct::beside_form(status, session, app),
        place: "/admin/webhooks",
        problem,
        webhooks: app.books.read(webhook::list).await?,
        form,
        reason_max: REASON_CHARS_MAX,
    };
    Ok(page_with(status, &page))
}

async fn show(State(app): State<App>, Overseeing(session): Overseeing) -> Result<Response> {
    let kinds = vec![EventKind::Transfer.as_str().to_owned()];
    webhooks_page(&app, &session, NewForm { kinds, ..NewForm::default() }, None).await
}

/// The secret is the answer itself and is shown this once.
async fn create(State(app): State<App>, operating: Operating, FormBody(form): FormBody<NewForm>) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let secret = SigningSecret::random()?;
    match make(&app, &operating, &form, secret.clone()).await {
        Ok(webhook) => Ok(secret_page(&app, &operating.session, webhook, &secret)),
        Err(error) if error.is_refusal() => {
            let problem = problem(&app, &operating.session, &error);
            webhooks_page(&app, &operating.session, form, Some(problem)).await
        }
        Err(error) => Err(error),
    }
}

/// What is wrong with the form, where it is the address or the choice, in words of this page.
fn problem(app: &App, session: &Session, error: &Error) -> String {
    let shell = app.shell(Some(session), Nav::None);
    match error.errors.first().map(|wrong| wrong.field.as_str()) {
        Some("url") => shell.say("webhooks-problem-url").to_string(),
        Some("kinds") => shell.say("webhooks-problem-kinds").to_string(),
        _ => shell.problem(error),
    }
}

async fn make(app: &App, operating: &Operating, form: &NewForm, secret: SigningSecret) -> Result<Webhook> {
    let authority = operating.authority(&form.reason)?;
    let kinds = form.kinds.iter().map(|kind| kind.parse()).collect::<Result<Vec<EventKind>>>()?;
    let allowed = app.config.outgoing.allowed.clone();
    let command = CreateWebhook { url: form.url.clone(), kinds, notes: form.notes, secret, allowed, authority };
    app.books.execute(command).await
}

fn secret_page(app: &App, session: &Session, webhook: Webhook, secret: &SigningSecret) -> Response {
    let shell = app.shell(Some(session), Nav::Admin(Section::Webhooks));
    let page = SecretPage { shell, webhook, secret: secret.reveal(), script: link_script_url() };
    page_with_script(StatusCode::OK, &page)
}

#[derive(Debug, Default, Deserialize)]
struct OneQuery {
    cursor: Option<String>,
    done: Option<String>,
}

async fn webhook_page(
    app: &App,
    session: &Session,
    id: WebhookId,
    query: OneQuery,
    (reason, problem): (String, Option<String>),
) -> Result<Response> {
    let page = PageRequest::new(None, query.cursor)?;
    let found = app.books.read(move |conn| {
        let webhook = webhook::by_id(conn, id.0)?;
        let letters = letters(conn, &webhook, &page)?;
        Ok((webhook, letters))
    });
    let (webhook, letters) = found.await?;
    let status = form_status(problem.is_some());
    let said = match query.done.as_deref() {
        Some("test") => Some("webhooks-said-test"),
        Some("send") => Some("webhooks-said-sent"),
        Some("stop") => Some("webhooks-said-stopped"),
        Some("resume") => Some("webhooks-said-resumed"),
        _ => None,
    };
    let page = WebhookPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Webhooks)),
        may: MayAct::beside_form(status, session, app),
        place: format!("/admin/webhooks/{}", webhook.id),
        said,
        problem,
        webhook,
        letters: letters.items,
        older: letters.next_cursor,
        reason,
        reason_max: REASON_CHARS_MAX,
    };
    Ok(page_with(status, &page))
}

async fn show_one(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    PathId(id): PathId<WebhookId>,
    Parameters(query): Parameters<OneQuery>,
) -> Result<Response> {
    webhook_page(&app, &session, id, query, Default::default()).await
}

async fn act(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<WebhookId>,
    FormBody(form): FormBody<ActForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let outcome = operating.act(&form.reason, |authority| carry_out(&app, id, &form.act, authority)).await;
    match outcome {
        Ok(()) if form.act == "remove" => Ok(Redirect::to("/admin/webhooks").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/admin/webhooks/{}?done={}", id.0, form.act)).into_response()),
        Err(error) if error.is_refusal() && error.code.status() != 404 => {
            let problem = problem(&app, &operating.session, &error);
            webhook_page(&app, &operating.session, id, OneQuery::default(), (form.reason, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(app: &App, WebhookId(id): WebhookId, act: &str, authority: Authority) -> Result<()> {
    let books = &app.books;
    match act {
        "test" => books.execute(TestWebhook { id, authority }).await.map(drop),
        "send" => books.execute(SendAgain { id, message: None, authority }).await.map(drop),
        "stop" => books.execute(StopWebhook { id, by: Stopped::Operator, authority }).await.map(drop),
        "resume" => books.execute(ResumeWebhook { id, authority }).await.map(drop),
        "remove" => books.execute(RemoveWebhook { id, authority }).await,
        _ => Err(Error::field("act", "is none of this page")),
    }
}

async fn rotate(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<WebhookId>,
    FormBody(form): FormBody<ActForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let secret = SigningSecret::random()?;
    let rotate = |authority| app.books.execute(RotateWebhook { id: id.0, secret: secret.clone(), authority });
    let outcome = operating.act(&form.reason, rotate).await;
    match outcome {
        Ok(webhook) => Ok(secret_page(&app, &operating.session, webhook, &secret)),
        Err(error) if error.is_refusal() && error.code.status() != 404 => {
            let problem = problem(&app, &operating.session, &error);
            webhook_page(&app, &operating.session, id, OneQuery::default(), (form.reason, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}
