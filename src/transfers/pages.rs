//! The pages of paying: choose, confirm, and then the receipt.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rusqlite::Connection;
use serde::Deserialize;

use super::Send;
use crate::error::{Code, Error, FieldError, Result};
use crate::language::Language;
use crate::ledger::{
    Amount, DAY_MS, Direction, Filter, IdempotencyKey, Note, Once, Owner, PageRequest, Party, Wallet, WalletId,
    history, party,
};
use crate::members::directory;
use crate::web::{App, FormBody, Nav, Pages, Parameters, PathId, Session, Shell, form_status, page, page_with};

/// People shown to choose from; more are found by name.
const SHOWN_MAX: usize = 12;
/// Payments looked through for the people one has to do with.
const LOOKED_THROUGH: usize = 50;
/// How long ago the same payment is worth a word.
const JUST_NOW_MS: i64 = DAY_MS / 24 / 6;

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new().route("/send", get(choose).post(send)).route("/pay/{wallet_id}", get(pay))
}

/// Someone to pay.
struct Person {
    wallet_id: String,
    name: String,
    initial: String,
    /// Why they are offered: a text of ours.
    hint: &'static str,
}

impl Person {
    fn new(wallet_id: WalletId, name: String, hint: &'static str) -> Self {
        let initial = name.chars().take(1).collect::<String>().to_uppercase();
        Self { wallet_id: wallet_id.to_string(), name, initial, hint }
    }
}

#[derive(Template)]
#[template(path = "transfers/send.html")]
struct SendPage {
    shell: Shell,
    problems: Vec<FieldError>,
    q: String,
    people: Vec<Person>,
    to: String,
    amount: String,
    note: String,
    balance: i64,
}

#[derive(Template)]
#[template(path = "transfers/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    to: WalletId,
    name: String,
    amount: i64,
    note: String,
    balance: i64,
    balance_after: i64,
    just_sent: bool,
    key: String,
}

/// What is typed on the way; every step gets all of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SendForm {
    csrf: String,
    step: String,
    key: String,
    q: String,
    to: String,
    amount: String,
    note: String,
}

async fn choose(State(app): State<App>, session: Session, Parameters(form): Parameters<SendForm>) -> Result<Response> {
    show(&app, &session, form, Vec::new()).await
}

async fn pay(
    State(app): State<App>,
    session: Session,
    PathId(wallet_id): PathId<WalletId>,
    Parameters(form): Parameters<SendForm>,
) -> Result<Response> {
    app.books.read(move |conn| party(conn, wallet_id)).await?;
    show(&app, &session, SendForm { to: wallet_id.to_string(), ..form }, Vec::new()).await
}

async fn show(app: &App, session: &Session, form: SendForm, problems: Vec<FieldError>) -> Result<Response> {
    let (key, open, q) = (session.member.wallet_key, app.config.community.directory, form.q.clone());
    let chosen: Option<WalletId> = form.to.parse().ok();
    let (wallet, people) = app
        .books
        .read(move |conn| {
            let wallet = Wallet::by_key(conn, key)?;
            let people = people(conn, &wallet, chosen, &q, open)?;
            Ok((wallet, people))
        })
        .await?;
    let status = form_status(!problems.is_empty());
    let page = SendPage {
        shell: app.shell(Some(session), Nav::Send),
        problems,
        q: form.q,
        people,
        to: form.to,
        amount: form.amount,
        note: form.note,
        balance: wallet.balance,
    };
    Ok(page_with(status, &page))
}

/// Whom to offer: the one chosen already, then those found by name, or else those one paid lately
/// and the directory.
fn people(conn: &Connection, wallet: &Wallet, chosen: Option<WalletId>, q: &str, open: bool) -> Result<Vec<Person>> {
    let mut people: Vec<Person> = Vec::new();
    let mut add = |id: WalletId, name: String, hint| {
        if id != wallet.id && people.len() < SHOWN_MAX && people.iter().all(|person| person.wallet_id != id.to_string())
        {
            people.push(Person::new(id, name, hint));
        }
    };
    if let Some(id) = chosen
        && let Ok(party) = party(conn, id)
    {
        let hint = if party.owner == Owner::System { "transfers-hint-pool" } else { "transfers-hint-chosen" };
        add(id, party.name, hint);
    }
    if q.trim().is_empty() {
        let lately = PageRequest { limit: LOOKED_THROUGH, cursor: None };
        let parties =
            history(conn, wallet, &Filter::default(), &lately)?.items.into_iter().map(|entry| match entry.direction {
                Some(Direction::Out) => entry.to,
                _ => entry.from,
            });
        for party in parties.filter(|party: &Party| party.owner == Owner::User).take(LOOKED_THROUGH) {
            add(party.wallet_id, party.name, "transfers-hint-lately");
        }
    }
    if open {
        // One more than fits, as one of them may be oneself.
        let some = PageRequest { limit: SHOWN_MAX + 1, cursor: None };
        for entry in directory(conn, q, &some)?.items {
            add(entry.wallet_id, entry.username, "transfers-hint-member");
        }
    }
    Ok(people)
}

/// A payment as it was typed, checked.
struct Checked {
    to: WalletId,
    amount: Amount,
    note: Option<Note>,
}

fn check(form: &SendForm, language: Language) -> Result<Checked> {
    let mut problems = Vec::new();
    let mut problem =
        |field: &str, message: &str| problems.push(FieldError { field: field.into(), message: message.into() });
    let to: Option<WalletId> = form.to.parse().ok();
    if to.is_none() {
        problem("to", "must be a wallet");
    }
    let amount: Option<Amount> = language.digits(&form.amount).parse().ok();
    if amount.is_none() {
        problem("amount", Amount::RULE);
    }
    let text = form.note.trim();
    let note = if text.is_empty() {
        None
    } else {
        Note::new(text).map_err(|error| problem("note", &error.errors[0].message)).ok()
    };
    match (to, amount) {
        (Some(to), Some(amount)) if problems.is_empty() => Ok(Checked { to, amount, note }),
        _ => Err(Error::fields(problems)),
    }
}

async fn send(State(app): State<App>, session: Session, FormBody(form): FormBody<SendForm>) -> Result<Response> {
    session.check(&form.csrf)?;
    let outcome = match form.step.as_str() {
        "pay" => execute(&app, &session, &form).await,
        "change" => return show(&app, &session, form, Vec::new()).await,
        _ => confirm(&app, &session, &form).await,
    };
    match outcome {
        Err(error) if error.is_refusal() => {
            let shell = app.shell(Some(&session), Nav::Send);
            let problems = if error.errors.is_empty() {
                let field = if matches!(error.code, Code::InsufficientBalance | Code::AmountOverflow) {
                    "amount"
                } else {
                    "to"
                };
                vec![FieldError { field: field.into(), message: shell.sentence(&error) }]
            } else {
                error.errors.iter().map(|wrong| FieldError { message: shell.rule(wrong), ..wrong.clone() }).collect()
            };
            show(&app, &session, form, problems).await
        }
        other => other,
    }
}

async fn confirm(app: &App, session: &Session, form: &SendForm) -> Result<Response> {
    let Checked { to, amount, note } = check(form, session.language)?;
    let (key, now) = (session.member.wallet_key, app.books.now());
    let (wallet, party, just_sent) = app
        .books
        .read(move |conn| {
            let wallet = Wallet::by_key(conn, key)?;
            let party = party(conn, to)?;
            let same = Filter {
                direction: Some(Direction::Out),
                counterparty: Some(to),
                from_time: Some(now - JUST_NOW_MS),
                min_amount: Some(amount.get()),
                max_amount: Some(amount.get()),
                ..Filter::default()
            };
            let found = history(conn, &wallet, &same, &PageRequest { limit: 1, cursor: None })?;
            Ok((wallet, party, !found.items.is_empty()))
        })
        .await?;
    if to == wallet.id {
        return Err(Error::new(Code::SelfTransfer, "This is your own wallet. Choose someone else to pay."));
    }
    if wallet.balance < amount.get() {
        return Err(Error::new(Code::InsufficientBalance, "The wallet does not hold that many tokens.")
            .with("balance", wallet.balance)
            .with("required", amount.get()));
    }
    let shell = app.shell(Some(session), Nav::Send);
    Ok(page(&ConfirmPage {
        to,
        name: shell.name(&party).to_owned(),
        shell,
        amount: amount.get(),
        note: note.map(|note| note.to_string()).unwrap_or_default(),
        balance: wallet.balance,
        balance_after: wallet.balance - amount.get(),
        just_sent,
        key: IdempotencyKey::fresh().as_str().to_owned(),
    }))
}

/// A double tap, a reload and the back button all bring the same key, and pay once.
async fn execute(app: &App, session: &Session, form: &SendForm) -> Result<Response> {
    let Checked { to, amount, note } = check(form, session.language)?;
    let key = IdempotencyKey::new(&form.key)?;
    let command = Send { from: session.member.wallet_key, to, amount, note };
    let made = app.books.execute(Once { caller: session.member.key, key, command }).await?.output;
    Ok(Redirect::to(&format!("/transactions/{}?paid=1", made.id)).into_response())
}
