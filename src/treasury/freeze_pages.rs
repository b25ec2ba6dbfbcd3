//! Freezing and unfreezing a member's wallet, on pages.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};

use super::SetFrozen;
use crate::error::Result;
use crate::identity::{Member, member};
use crate::ledger::UserId;
use crate::web::{ActPage, App, FormBody, Operating, Pages, PathId, ReasonForm, Section};

/// The pages of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin/members/{id}/freeze", act(true)).route("/admin/members/{id}/unfreeze", act(false))
}

fn act(frozen: bool) -> MethodRouter<App> {
    get(move |state: State<App>, operating: Operating, id: PathId<UserId>| ask(state, operating, id, frozen)).post(
        move |state: State<App>, operating: Operating, id: PathId<UserId>, form: FormBody<ReasonForm>| {
            perform(state, operating, id, form, frozen)
        },
    )
}

const fn word(frozen: bool) -> &'static str {
    if frozen { "freeze" } else { "unfreeze" }
}

fn page(app: &App, operating: &Operating, member: &Member, frozen: bool) -> ActPage {
    let name = &member.username;
    let back = format!("/admin/members/{}", member.id);
    let action = format!("{back}/{}", word(frozen));
    if frozen {
        let title = format!("Freeze the wallet of {name}");
        ActPage {
            sentences: vec![
                format!("From this moment on {name} can neither send nor receive."),
                "What is in the wallet stays there, and they see it. You can unfreeze it at any time.".to_owned(),
            ],
            read_by: "The member reads it on their wallet's page, and it stays in the audit log.",
            button: "Freeze it",
            is_dangerous: true,
            ..ActPage::new(app, operating, Section::Members, title, action, back)
        }
    } else {
        let title = format!("Unfreeze the wallet of {name}");
        ActPage {
            sentences: vec![format!("{name} can send and receive again, at once.")],
            button: "Unfreeze it",
            ..ActPage::new(app, operating, Section::Members, title, action, back)
        }
    }
}

async fn ask(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<UserId>,
    frozen: bool,
) -> Result<Response> {
    let member = app.books.look_up(|conn| member::by_id(conn, id)).await?;
    Ok(page(&app, &operating, &member, frozen).show())
}

async fn perform(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<UserId>,
    FormBody(form): FormBody<ReasonForm>,
    frozen: bool,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let member = app.books.look_up(|conn| member::by_id(conn, id)).await?;
    let outcome = match operating.authority(&form.reason) {
        Ok(authority) => app.books.execute(SetFrozen { wallet_id: member.wallet_id, frozen, authority }).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/admin/members/{id}?done={}", word(frozen))).into_response()),
        Err(error) if error.is_refusal() => Ok(page(&app, &operating, &member, frozen).refused(form.reason, &error)),
        Err(error) => Err(error),
    }
}
