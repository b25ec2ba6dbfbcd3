//! Giving an entry a category, on its page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

use super::pages::receipt_page;
use crate::categories::Categorise;
use crate::error::{Code, Result};
use crate::ledger::{Category, TransactionId};
use crate::web::{App, FormBody, Pages, PathId, Session, page_with};

/// The routes of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/transactions/{id}/category", post(give))
}

/// What was typed. An empty category takes it away, and so does the button that says so.
#[derive(Debug, Deserialize)]
struct CategoryForm {
    csrf: String,
    category: String,
    #[serde(default)]
    take: String,
}

async fn give(
    State(app): State<App>,
    session: Session,
    PathId(transaction_id): PathId<TransactionId>,
    FormBody(form): FormBody<CategoryForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    let typed = if form.take.is_empty() { form.category.trim() } else { "" };
    let category = if typed.is_empty() { Ok(None) } else { Category::new(typed).map(Some) };
    let given = match category {
        Ok(category) => {
            app.books.execute(Categorise { user: session.member.key, transaction_id, category }).await.map(drop)
        }
        Err(error) => Err(error),
    };
    match given {
        Ok(()) => Ok(Redirect::to(&format!("/transactions/{transaction_id}")).into_response()),
        Err(error) if error.is_refusal() && error.code != Code::TransactionNotFound => {
            let mut page = receipt_page(&app, &session, transaction_id, None, None).await?;
            page.typed_category = Some((form.category, page.shell.problem(&error)));
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error),
    }
}
