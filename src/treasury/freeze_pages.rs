//! Freezing and unfreezing a member's wallet, on pages.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};

use super::consents::{Rules, Weighed, Weighing, place};
use super::{SetFrozen, Unfreeze};
use crate::error::Result;
use crate::identity::{Member, member};
use crate::ledger::{Authority, UserId, WalletId};
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
    let say = |key: &'static str| String::from(operating.session.language.say(key).with("name", &member.username));
    let back = format!("/admin/members/{}", member.id);
    let action = format!("{back}/{}", word(frozen));
    if frozen {
        ActPage {
            sentences: vec![say("treasury-freeze-means"), say("treasury-freeze-stays")],
            read_by: say("treasury-freeze-read-by"),
            button: say("treasury-freeze-do"),
            is_dangerous: true,
            ..ActPage::new(app, operating, Section::Members, say("treasury-freeze"), action, back)
        }
    } else {
        ActPage {
            sentences: vec![say("treasury-unfreeze-means")],
            button: say("treasury-unfreeze-do"),
            ..ActPage::new(app, operating, Section::Members, say("treasury-unfreeze"), action, back)
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
    match operating.act(&form.reason, |authority| execute(&app, member.wallet_id, frozen, authority)).await {
        Ok(waits) => {
            let place = waits.unwrap_or_else(|| format!("/admin/members/{id}?done={}", word(frozen)));
            Ok(Redirect::to(&place).into_response())
        }
        Err(error) if error.is_refusal() => Ok(page(&app, &operating, &member, frozen).refused(form.reason, &error)),
        Err(error) => Err(error),
    }
}

/// Where to read that it waits for another operator, if it does.
async fn execute(app: &App, wallet_id: WalletId, frozen: bool, authority: Authority) -> Result<Option<String>> {
    if frozen {
        app.books.execute(SetFrozen { wallet_id, frozen, authority }).await?;
        return Ok(None);
    }
    let command = Unfreeze { wallet_id, frozen_by: None, authority };
    Ok(match app.books.execute(Weighed { rules: Rules::of(&app.config), command }).await? {
        Weighing::Done(_) => None,
        Weighing::Waits(waits) => Some(place(&waits.output)),
    })
}
