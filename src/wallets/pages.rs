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

use super::course::Course;
use crate::categories::{Sums, categorised_history, names, put_in, sums};
use crate::error::{Code, Error, Result};
use crate::identity::Member;
use crate::language::Phrase;
use crate::ledger::proof::newest;
use crate::ledger::{
    DAY_MS, Direction, Filter, IdempotencyKey, Kind, Note, Once, Owner, PageRequest, Party, Transaction, TransactionId,
    UserKey, Wallet, WalletId, by_id,
};
use crate::requests::{PaymentRequest, about_transaction, waiting};
use crate::statistics::{Bucket, Calendar};
use crate::transfers::{Reverse, is_favourite};
use crate::web::assets::{more_script_url, wallet_script_url};
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
/// Over which time categories are summed up where the filter names none.
const SUMMED_MS: i64 = 30 * DAY_MS;
/// Steps of a bar that shows a part of something.
const BAR: i128 = 1000;

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
    pub(crate) fn other(&self, wallet: &WalletId) -> &Party {
        if self.to.wallet_id == *wallet { &self.from } else { &self.to }
    }

    pub(crate) fn is_incoming(&self) -> bool {
        self.direction == Some(Direction::In)
    }

    /// What it was, in the words of the one who looks: a text of ours.
    pub(crate) fn meaning(&self, wallet: &WalletId) -> &'static str {
        let incoming = self.to.wallet_id == *wallet;
        match (self.kind, incoming) {
            _ if self.reverses.is_some() => "wallets-given-back",
            _ if self.fee_of.is_some() => "wallets-fee",
            (Kind::Issuance, _) => "wallets-issued",
            (Kind::Distribution, _) => "wallets-from-community",
            (Kind::Pool, _) => "wallets-to-community",
            (Kind::Transfer, true) => "wallets-received",
            (Kind::Transfer, false) => "wallets-sent",
        }
    }

    /// The same as it is said; a fee says what it was for.
    pub(crate) fn meant(&self, shell: &Shell, wallet: &WalletId) -> Phrase {
        match &self.fee_of {
            Some(paid) => shell.say("wallets-fee-for").with("name", shell.name(&paid.to)),
            None => shell.say(self.meaning(wallet)),
        }
    }

    /// What the wallet held after it and its fee.
    pub(crate) fn balance_at_last(&self) -> Option<i64> {
        let fee = self.fee.filter(|_| self.direction == Some(Direction::Out)).map_or(0, |fee| fee.amount);
        self.balance_after.map(|balance| balance - fee)
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
    course: Course,
}

impl Now {
    pub(super) fn read(conn: &Connection, app: &App, user: UserKey, wallet: &Wallet) -> Result<Self> {
        let now = app.books.now();
        let lately = PageRequest { limit: LATELY, cursor: None };
        let (waiting, waiting_count) = waiting(conn, wallet.key, now, WAITING)?;
        Ok(Self {
            waiting,
            waiting_count,
            balance: wallet.balance,
            frozen_reason: wallet.frozen_reason.clone(),
            wallet_id: wallet.id,
            entries: categorised_history(conn, user, wallet, &Filter::default(), None, &lately)?.items,
            course: Course::read(conn, wallet, Calendar::from(&app.config.community), now)?,
        })
    }
}

async fn home(State(app): State<App>, session: Option<Session>, visitor: Visitor, jar: CookieJar) -> Result<Response> {
    let Some(session) = session else {
        return Ok(page(&WelcomePage { shell: app.shell(None, Nav::None).for_visitor(&visitor) }));
    };
    let (user, key) = (session.member.key, session.member.wallet_key);
    let looked = app.clone();
    let now = app.books.read(move |conn| Now::read(conn, &looked, user, &Wallet::by_key(conn, key)?)).await?;
    let balance = now.balance;
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
    /// On one's own history alone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) category: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) cursor: String,
}

impl FilterForm {
    pub(super) fn is_set(&self) -> bool {
        let typed = [&self.q, &self.direction, &self.kind, &self.counterparty, &self.from, &self.to];
        typed.into_iter().chain([&self.min, &self.max, &self.category]).any(|text| !text.trim().is_empty())
    }

    /// The address of one category in the same time.
    fn of_category(&self, category: &str) -> String {
        let (from, to) = (self.from.clone(), self.to.clone());
        Self { category: category.to_owned(), from, to, ..Self::default() }.address()
    }

    fn address(&self) -> String {
        let given = serde_urlencoded::to_string(self).unwrap_or_default();
        let given: Vec<&str> = given.split('&').filter(|pair| !pair.ends_with('=')).collect();
        format!("/history?{}", given.join("&"))
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
    script: &'static str,
    form: FilterForm,
    problem: Option<String>,
    wallet_id: WalletId,
    days: Vec<Day>,
    older: Option<String>,
    /// The categories the member has used, and what came and went in each.
    categories: Vec<String>,
    sums: Sums,
    /// The month whose statement is offered, and the newest there can be: as forms have them.
    month: String,
    this_month: String,
}

impl HistoryPage {
    /// How much of the widest bar this is.
    fn share(&self, tokens: &i128) -> i128 {
        let most = self.sums.items.iter().map(|sum| sum.received.max(sum.spent)).max().unwrap_or(1).max(1);
        tokens.saturating_mul(BAR) / most
    }

    /// A sum, which may be more than there are tokens.
    fn sum(&self, tokens: &i128) -> String {
        self.shell.sum(*tokens)
    }
}

/// What the history page shows.
#[derive(Default)]
struct Shown {
    items: Vec<Transaction>,
    next: Option<String>,
    categories: Vec<String>,
    sums: Sums,
}

impl Shown {
    fn read(conn: &Connection, member: &Member, form: &FilterForm, filter: &Filter, now: i64) -> Result<Self> {
        let wallet = Wallet::by_key(conn, member.wallet_key)?;
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let page = PageRequest { limit: ENTRIES, cursor: given(&form.cursor) };
        let category = given(&form.category);
        let found = categorised_history(conn, member.key, &wallet, filter, category.as_deref(), &page)?;
        let categories = names(conn, member.key)?;
        // Older entries are the same history gone on with: what it comes to stands at its beginning.
        let sums = if categories.is_empty() || page.cursor.is_some() {
            Sums::default()
        } else {
            let is_timed = filter.from_time.is_some() || filter.to_time.is_some();
            let from_time = if is_timed { filter.from_time } else { Some(now - SUMMED_MS) };
            sums(conn, member.key, member.wallet_key, from_time, filter.to_time)?
        };
        Ok(Self { items: found.items, next: found.next_cursor, categories, sums })
    }
}

async fn show_history(
    State(app): State<App>,
    session: Session,
    Parameters(form): Parameters<FilterForm>,
) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::History);
    let wallet_id = session.member.wallet_id;
    let read = match form.filter(&shell) {
        Ok(filter) => {
            let (asked, now) = (form.clone(), app.books.now());
            app.books.read(move |conn| Shown::read(conn, &session.member, &asked, &filter, now)).await
        }
        Err(error) => Err(error),
    };
    let (shown, problem) = match read {
        Ok(shown) => (shown, None),
        Err(error) if error.is_refusal() => (Shown::default(), Some(shell.problem(&error))),
        Err(error) => return Err(error),
    };
    let mut days: Vec<Day> = Vec::new();
    for entry in shown.items {
        let name = shell.day(&entry.created_at);
        match days.last_mut() {
            Some(day) if day.name == name => day.entries.push(entry),
            _ => days.push(Day { name, entries: vec![entry] }),
        }
    }
    let older = shown.next.map(|cursor| FilterForm { cursor, ..form.clone() }.address());
    let status = form_status(problem.is_some());
    let (script, categories, sums) = (more_script_url(), shown.categories, shown.sums);
    let calendar = Calendar::from(&app.config.community);
    let now = app.books.now();
    let (month, this_month) = (calendar.month(calendar.start(Bucket::Month, now) - 1), calendar.month(now));
    let page =
        HistoryPage { shell, script, form, problem, wallet_id, days, older, categories, sums, month, this_month };
    Ok(page_with_script(status, &page))
}

#[derive(Template)]
#[template(path = "wallets/transaction.html")]
pub(super) struct TransactionPage {
    pub(super) shell: Shell,
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
    /// What was typed as its category, if that cannot be; and those to choose from.
    pub(super) typed_category: Option<(String, String)>,
    categories: Vec<String>,
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
pub(super) struct GiveBackForm {
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

pub(super) async fn receipt_page(
    app: &App,
    session: &Session,
    id: TransactionId,
    typed: Option<GiveBackForm>,
    problem: Option<String>,
) -> Result<TransactionPage> {
    let (key, wallet_id) = (session.member.wallet_key, session.member.wallet_id);
    let (user, now) = (session.member.key, app.books.now());
    let ((transaction, categories), newest, (accepted, asked_back), favourite) = app
        .books
        .read(move |conn| {
            let mut transaction = by_id(conn, id, Some(key))?;
            put_in(conn, user, std::slice::from_mut(&mut transaction))?;
            let other = transaction.other(&wallet_id);
            let favourite = match other.owner {
                Owner::User => Some(is_favourite(conn, user, other.wallet_id)?),
                Owner::System => None,
            };
            let requests = about_transaction(conn, transaction.sequence, key, now)?;
            Ok(((transaction, names(conn, user)?), newest(conn)?, requests, favourite))
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
        typed_category: None,
        categories,
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
    Ok(app.books.execute(Once::new(session.member.key, &key, command)).await?.output.id)
}
