//! The page that explains one's balance.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::explain::{Explained, explain};
use crate::error::Result;
use crate::ledger::{DAY_MS, Transaction, Wallet};
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, form_status, page_with};

/// What is explained where nothing is said.
const USUAL_MS: i64 = 30 * DAY_MS;

/// The routes of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/history/balance", get(show))
}

#[derive(Template)]
#[template(path = "wallets/balance.html")]
struct BalancePage {
    shell: Shell,
    problem: Option<String>,
    from: String,
    to: String,
    explained: Explained,
}

impl BalancePage {
    /// A sum, which may be more than there are tokens.
    fn sum(&self, tokens: &i128) -> String {
        self.shell.sum(*tokens)
    }
}

/// The time, as it is typed and stays in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TimeForm {
    from: Option<String>,
    to: String,
}

async fn show(State(app): State<App>, session: Session, Parameters(form): Parameters<TimeForm>) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::History);
    let from = form.from.unwrap_or_else(|| shell.date(&(app.books.now() - USUAL_MS)));
    let (mut problem, key) = (None, session.member.wallet_key);
    let mut typed = |text: &str, read: &dyn Fn(&str) -> Option<i64>| {
        let text = text.trim();
        let time = read(text);
        if !text.is_empty() && time.is_none() {
            problem = Some(shell.say("rule-day").into());
        }
        time
    };
    let from_time = typed(&from, &|day| shell.start_of(day));
    let to_time = typed(&form.to, &|day| shell.end_of(day));
    let explained = app
        .books
        .read(move |conn| explain(conn, &Wallet::by_key(conn, key)?, from_time, to_time, Transaction::meaning))
        .await?;
    Ok(page_with(form_status(problem.is_some()), &BalancePage { shell, problem, from, to: form.to, explained }))
}
