//! The pages of one's own wallet, history and receipts.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};
use crate::ledger::proof::newest;
use crate::ledger::{
    Direction, Filter, IdempotencyKey, Kind, Note, Once, Owner, PageRequest, Party, Transaction, TransactionId, Wallet,
    WalletId, by_id, history,
};
use crate::requests::{PaymentRequest, about_transaction, waiting};
use crate::transfers::{Reverse, is_favourite};
use crate::web::assets::wallet_script_url;
use crate::web::{
    App, FormBody, Nav, Pages, Parameters, PathId, Session, Shell, Visitor, form_status, page, page_with,
    page_with_script,
};

/// Entries on the first page.
const LATELY: usize = 8;
/// Payment requests on the first page.
const WAITING: usize = 5;
/// Entries on a page of the history.
const ENTRIES: usize = 30;

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/", get(home))
        .route("/history", get(show_history))
        .route("/transactions/{id}", get(receipt).post(give_back))
}

/// Words of a transaction for one of its two sides.
impl Transaction {
    /// The other side, seen from a wallet.
    fn other(&self, wallet: &WalletId) -> &Party {
        if self.to.wallet_id == *wallet { &self.from } else { &self.to }
    }

    fn is_incoming(&self) -> bool {
        self.direction == Some(Direction::In)
    }

    /// What it was, in the words of the one who looks: a text of ours.
    pub(super) fn meaning(&self, wallet: &WalletId) -> &'static str {
        let incoming = self.to.wallet_id == *wallet;
        match (self.kind, incoming) {
            _ if self.reverses.is_some() => "wallets-given-back",
            (Kind::Issuance, _) => "wallets-issued",
            (Kind::Distribution, _) => "wallets-from-community",
            (Kind::Pool, _) => "wallets-to-community",
            (Kind::Transfer, true) => "wallets-received",
            (Kind::Transfer, false) => "wallets-sent",
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in/welcome.html")]
struct WelcomePage {
    shell: Shell,
}

#[derive(Template)]
#[template(path = "wallets/wallet.html")]
struct WalletPage {
    shell: Shell,
    script: &'static str,
    now: Now,
}

/// The part of the page that changes with the wallet.
#[derive(Template)]
#[template(path = "wallets/now.html")]
pub(super) struct NowPart {
    pub(super) shell: Shell,
    pub(super) now: Now,
}

/// What is in a wallet now, and what came and went lately.
pub(super) struct Now {
    balance: i64,
    frozen_reason: Option<String>,
    wallet_id: WalletId,
    /// By which others wait for an answer, and how many of them there are in all.
    waiting: Vec<PaymentRequest>,
    waiting_count: i64,
    entries: Vec<Transaction>,
}

impl Now {
    pub(super) fn read(conn: &Connection, wallet: &Wallet, now: i64) -> Result<Self> {
        let lately = PageRequest { limit: LATELY, cursor: None };
        let (waiting, waiting_count) = waiting(conn, wallet.key, now, WAITING)?;
        Ok(Self {
            waiting,
            waiting_count,
            balance: wallet.balance,
            frozen_reason: wallet.frozen_reason.clone(),
            wallet_id: wallet.id,
            entries: history(conn, wallet, &Filter::default(), &lately)?.items,
        })
    }
}

async fn home(State(app): State<App>, session: Option<Session>, visitor: Visitor, jar: CookieJar) -> Result<Response> {
    let Some(session) = session else {
        return Ok(page(&WelcomePage { shell: app.shell(None, Nav::None).for_visitor(&visitor) }));
    };
    let key = session.member.wallet_key;
    let time = app.books.now();
    let (balance, now) = app
        .books
        .read(move |conn| {
            let wallet = Wallet::by_key(conn, key)?;
            Ok((wallet.balance, Now::read(conn, &wallet, time)?))
        })
        .await?;
    let shell = app.shell(Some(&session), Nav::Wallet);
    let page = page_with_script(StatusCode::OK, &WalletPage { shell, script: wallet_script_url(), now });
    Ok((jar.add(app.last_seen(balance)), page).into_response())
}

/// The filter as it is typed. It stays in the address, so that it can be kept and shared.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct FilterForm {
    pub(super) q: String,
    pub(super) direction: String,
    pub(super) kind: String,
    pub(super) counterparty: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) min: String,
    pub(super) max: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) cursor: String,
}

impl FilterForm {
    pub(super) fn is_set(&self) -> bool {
        [&self.q, &self.direction, &self.kind, &self.counterparty, &self.from, &self.to, &self.min, &self.max]
            .iter()
            .any(|text| !text.trim().is_empty())
    }

    pub(super) fn filter(&self, shell: &Shell) -> Result<Filter> {
        fn typed<T>(field: &str, text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            read(text).map(Some).ok_or_else(|| Error::field(field, "is none"))
        }
        let word = |text: &str| serde_json::Value::String(text.to_owned());
        let amount = |text: &str| shell.language.digits(text).parse().ok();
        let note = self.q.trim();
        Ok(Filter {
            direction: typed("direction", &self.direction, |text| serde_json::from_value(word(text)).ok())?,
            kind: typed("kind", &self.kind, |text| serde_json::from_value(word(text)).ok())?,
            transaction_type: None,
            counterparty: typed("counterparty", &self.counterparty, |text| text.parse().ok())?,
            from_time: typed("day", &self.from, |day| shell.start_of(day))?,
            to_time: typed("day", &self.to, |day| shell.end_of(day))?,
            min_amount: typed("amount", &self.min, amount)?,
            max_amount: typed("amount", &self.max, amount)?,
            note: (!note.is_empty()).then(|| note.to_owned()),
        })
    }
}

/// One day of the history.
struct Day {
    name: String,
    entries: Vec<Transaction>,
}

#[derive(Template)]
#[template(path = "wallets/history.html")]
struct HistoryPage {
    shell: Shell,
    form: FilterForm,
    problem: Option<String>,
    wallet_id: WalletId,
    days: Vec<Day>,
    older: Option<String>,
}

async fn show_history(
    State(app): State<App>,
    session: Session,
    Parameters(form): Parameters<FilterForm>,
) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::History);
    let (key, wallet_id) = (session.member.wallet_key, session.member.wallet_id);
    let cursor = Some(form.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let read = match form.filter(&shell) {
        Ok(filter) => {
            app.books
                .read(move |conn| {
                    let wallet = Wallet::by_key(conn, key)?;
                    history(conn, &wallet, &filter, &PageRequest { limit: ENTRIES, cursor })
                })
                .await
        }
        Err(error) => Err(error),
    };
    let (items, next, problem) = match read {
        Ok(found) => (found.items, found.next_cursor, None),
        Err(error) if error.is_refusal() => (Vec::new(), None, Some(shell.problem(&error))),
        Err(error) => return Err(error),
    };
    let mut days: Vec<Day> = Vec::new();
    for entry in items {
        let name = shell.day(&entry.created_at);
        match days.last_mut() {
            Some(day) if day.name == name => day.entries.push(entry),
            _ => days.push(Day { name, entries: vec![entry] }),
        }
    }
    let older = next.map(|cursor| {
        let address = FilterForm { cursor, ..form.clone() };
        format!("/history?{}", serde_urlencoded::to_string(address).unwrap_or_default())
    });
    let status = form_status(problem.is_some());
    Ok(page_with(status, &HistoryPage { shell, form, problem, wallet_id, days, older }))
}

#[derive(Template)]
#[template(path = "wallets/transaction.html")]
struct TransactionPage {
    shell: Shell,
    transaction: Transaction,
    covered: bool,
    wallet_id: WalletId,
    paid: bool,
    problem: Option<String>,
    given_back: i64,
    can_give_back: i64,
    give_back_amount: String,
    give_back_note: String,
    key: String,
    /// The request that this payment accepted, and the latest one that asks it back.
    accepted: Option<PaymentRequest>,
    asked_back: Option<PaymentRequest>,
    /// Whether the other side is a favourite; none where it is no member.
    favourite: Option<bool>,
}

impl TransactionPage {
    /// How much of one's own payment could be asked back.
    fn can_ask_back(&self) -> i64 {
        let is_own = self.transaction.kind == Kind::Transfer && !self.transaction.is_incoming();
        let is_asked = self.asked_back.as_ref().is_some_and(PaymentRequest::is_open);
        if is_own && self.transaction.reverses.is_none() && !is_asked {
            self.transaction.amount - self.given_back
        } else {
            0
        }
    }
}

/// What was typed into the form that gives a payment back.
#[derive(Debug, Default, Deserialize)]
struct GiveBackForm {
    csrf: String,
    key: String,
    amount: String,
    #[serde(default)]
    note: String,
}

async fn receipt(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<TransactionId>,
    Parameters(query): Parameters<BTreeMap<String, String>>,
) -> Result<Response> {
    let mut page = receipt_page(&app, &session, id, None, None).await?;
    page.paid = query.contains_key("paid");
    Ok(crate::web::page(&page))
}

async fn receipt_page(
    app: &App,
    session: &Session,
    id: TransactionId,
    typed: Option<GiveBackForm>,
    problem: Option<String>,
) -> Result<TransactionPage> {
    let (key, wallet_id) = (session.member.wallet_key, session.member.wallet_id);
    let (user, now) = (session.member.key, app.books.now());
    let (transaction, newest, (accepted, asked_back), favourite) = app
        .books
        .read(move |conn| {
            let transaction = by_id(conn, id, Some(key))?;
            let other = transaction.other(&wallet_id);
            let favourite = match other.owner {
                Owner::User => Some(is_favourite(conn, user, other.wallet_id)?),
                Owner::System => None,
            };
            let requests = about_transaction(conn, transaction.sequence, key, now)?;
            Ok((transaction, newest(conn)?, requests, favourite))
        })
        .await?;
    let given_back = transaction.reversed_amount.unwrap_or(0);
    let returnable = transaction.is_incoming() && transaction.kind != Kind::Issuance && transaction.reverses.is_none();
    let can_give_back = if returnable { transaction.amount - given_back } else { 0 };
    Ok(TransactionPage {
        shell: app.shell(Some(session), Nav::History),
        covered: newest.is_some_and(|checkpoint| checkpoint.sequence >= transaction.sequence),
        wallet_id,
        paid: false,
        problem,
        given_back,
        can_give_back,
        give_back_amount: typed.as_ref().map_or_else(|| can_give_back.to_string(), |form| form.amount.clone()),
        give_back_note: typed.map(|form| form.note).unwrap_or_default(),
        key: IdempotencyKey::fresh().as_str().to_owned(),
        transaction,
        accepted,
        asked_back,
        favourite,
    })
}

async fn give_back(
    State(app): State<App>,
    session: Session,
    PathId(id): PathId<TransactionId>,
    FormBody(form): FormBody<GiveBackForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    match post_give_back(&app, &session, id, &form).await {
        Ok(made) => Ok(Redirect::to(&format!("/transactions/{made}")).into_response()),
        Err(error) if error.is_refusal() && error.code != Code::TransactionNotFound => {
            let problem = app.shell(Some(&session), Nav::History).problem(&error);
            let page = receipt_page(&app, &session, id, Some(form), Some(problem)).await?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error),
    }
}

async fn post_give_back(app: &App, session: &Session, id: TransactionId, form: &GiveBackForm) -> Result<TransactionId> {
    let note = form.note.trim();
    let command = Reverse {
        caller: session.member.wallet_key,
        transaction_id: id,
        amount: Some(session.language.digits(&form.amount).parse()?),
        note: if note.is_empty() { None } else { Some(Note::new(note)?) },
    };
    let key = IdempotencyKey::new(&form.key)?;
    Ok(app.books.execute(Once { caller: session.member.key, key, command }).await?.output.id)
}
