//! The pages of payment requests: what waits, asking, and answering.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::api::execute;
use super::{
    Accept, Decline, ListedRequests, PaymentRequest, PaymentRequestId, RequestState, Wanted, Withdraw, by_id, list,
};
use crate::error::{Code, Error, FieldError, Result};
use crate::ledger::{Amount, Direction, IdempotencyKey, Once, PageRequest, Wallet, WalletId};
use crate::transfers::{FeeTerms, Person, Way, people, typed_amount, typed_note, way_on};
use crate::web::{
    App, FormBody, Nav, Pages, Parameters, PathId, Session, Shell, form_status, page, page_with, sign_in_and_go_on,
};

/// Requests on a page of the list.
const ENTRIES: usize = 30;

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/requests", get(show_list))
        .route("/requests/new", get(choose).post(ask))
        .route("/requests/{id}", get(show_one).post(answer))
}

/// Words of a request for people.
impl PaymentRequest {
    /// How it stands, in a word for the one who looks: a text of ours.
    pub(crate) fn standing(&self) -> &'static str {
        match (self.state, self.is_incoming()) {
            (RequestState::Open, true) => "requests-waits-for-you",
            (RequestState::Open, false) => "requests-waits",
            (RequestState::Accepted, _) => "requests-paid",
            (RequestState::Declined, true) => "requests-you-declined",
            (RequestState::Declined, false) => "requests-declined",
            (RequestState::Withdrawn, _) => "requests-withdrawn",
            (RequestState::Expired, _) => "requests-expired",
        }
    }

    /// What it is, in a word for the one who looks: a text of ours.
    pub(crate) fn asking(&self) -> &'static str {
        match (self.is_incoming(), self.asks_back.is_some()) {
            (true, false) => "requests-asks-you",
            (true, true) => "requests-asks-back",
            (false, false) => "requests-you-asked",
            (false, true) => "requests-you-asked-back",
        }
    }
}

#[derive(Template)]
#[template(path = "requests/list.html")]
struct ListPage {
    shell: Shell,
    direction: Option<Direction>,
    requests: Vec<PaymentRequest>,
    older: Option<String>,
}

/// Which requests, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct ListForm {
    #[serde(skip_serializing_if = "String::is_empty")]
    direction: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    cursor: String,
}

async fn show_list(
    State(app): State<App>,
    session: Session,
    Parameters(form): Parameters<ListForm>,
) -> Result<Response> {
    let direction = match form.direction.as_str() {
        "in" => Some(Direction::In),
        "out" => Some(Direction::Out),
        _ => None,
    };
    let (wallet, now) = (session.member.wallet_key, app.books.now());
    let page_of = PageRequest { limit: ENTRIES, cursor: Some(form.cursor.clone()).filter(|cursor| !cursor.is_empty()) };
    let listed = ListedRequests { direction, state: None };
    let found = app.books.read(move |conn| list(conn, wallet, listed, now, &page_of)).await?;
    let older = found.next_cursor.map(|cursor| {
        let address = ListForm { cursor, ..form };
        format!("/requests?{}", serde_urlencoded::to_string(address).unwrap_or_default())
    });
    let shell = app.shell(Some(&session), Nav::Wallet);
    Ok(page(&ListPage { shell, direction, requests: found.items, older }))
}

#[derive(Template)]
#[template(path = "requests/new.html")]
struct NewPage {
    shell: Shell,
    problems: Vec<FieldError>,
    q: String,
    people: Vec<Person>,
    from: Option<WalletId>,
    amount: String,
    note: String,
    key: String,
    days: u32,
}

/// What is typed to ask somebody.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct NewForm {
    csrf: String,
    key: String,
    q: String,
    from: String,
    amount: String,
    note: String,
    /// Whether it comes from a form that had expired.
    expired: String,
}

async fn choose(State(app): State<App>, session: Session, Parameters(form): Parameters<NewForm>) -> Result<Response> {
    let problems = if form.expired.is_empty() { Vec::new() } else { vec![session.form_kept()] };
    page_of_form(&app, &session, form, problems, StatusCode::OK).await
}

async fn page_of_form(
    app: &App,
    session: &Session,
    form: NewForm,
    problems: Vec<FieldError>,
    status: StatusCode,
) -> Result<Response> {
    let (user, key) = (session.member.key, session.member.wallet_key);
    let (open, q) = (app.config.community.directory, form.q.clone());
    let from: Option<WalletId> = form.from.parse().ok();
    let people = app.books.read(move |conn| people(conn, user, &Wallet::by_key(conn, key)?, from, &q, open)).await?;
    // Whoever changes something asks for something else.
    let key = IdempotencyKey::fresh().as_str().to_owned();
    let (shell, days) = (app.shell(Some(session), Nav::Wallet), app.config.limits.payment_request_days);
    let NewForm { q, amount, note, .. } = form;
    Ok(page_with(status, &NewPage { shell, problems, q, people, from, amount, note, key, days }))
}

async fn ask(State(app): State<App>, session: Option<Session>, FormBody(form): FormBody<NewForm>) -> Result<Response> {
    let Some(session) = session else {
        let typed = [("from", form.from.as_str()), ("amount", &form.amount), ("note", &form.note)];
        return Ok(sign_in_and_go_on(&app, "/requests/new", &typed));
    };
    if session.check(&form.csrf).is_err() {
        return page_of_form(&app, &session, form, vec![session.form_kept()], StatusCode::FORBIDDEN).await;
    }
    match post_ask(&app, &session, &form).await {
        Ok(id) => Ok(Redirect::to(&format!("/requests/{id}?asked=1")).into_response()),
        Err(error) if error.is_refusal() => {
            let problems = if error.errors.is_empty() {
                vec![FieldError {
                    field: "from".into(),
                    message: app.shell(Some(&session), Nav::Wallet).sentence(&error),
                }]
            } else {
                error.errors
            };
            page_of_form(&app, &session, form, problems, form_status(true)).await
        }
        Err(error) => Err(error),
    }
}

async fn post_ask(app: &App, session: &Session, form: &NewForm) -> Result<Uuid> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, message| problems.push(FieldError { field: field.into(), message });
    let payer: Option<WalletId> =
        form.from.parse().map_err(|_| problem("from", session.language.say("requests-choose-whom").into())).ok();
    let amount = typed_amount(&form.amount, session.language).map_err(|message| problem("amount", message)).ok();
    let note = typed_note(&form.note, session.language).map_err(|message| problem("note", message)).ok();
    let (Some(payer), Some(amount), Some(note)) = (payer, amount, note) else {
        return Err(Error::fields(problems));
    };
    let key = IdempotencyKey::new(&form.key)?;
    Ok(execute(app, &session.member, key, Wanted::Payment { payer, amount }, note).await?.output.id)
}

#[derive(Template)]
#[template(path = "requests/request.html")]
struct OnePage {
    shell: Shell,
    request: PaymentRequest,
    asked: bool,
    problem: Option<String>,
    way: Option<Way>,
    balance: i64,
    /// What is paid besides; 0: nothing.
    fee: i64,
    /// What it costs altogether, where a fee is taken.
    total: i64,
    /// What will be left after paying; none where it cannot be paid now.
    balance_after: Option<i64>,
    answer: String,
    key: String,
}

/// What is typed to answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AnswerForm {
    csrf: String,
    step: String,
    key: String,
    answer: String,
    /// The fee that was shown.
    fee: String,
}

async fn show_one(
    State(app): State<App>,
    session: Session,
    PathId(PaymentRequestId(id)): PathId<PaymentRequestId>,
    Parameters(query): Parameters<BTreeMap<String, String>>,
) -> Result<Response> {
    let shown = one(&app, &session, id).await?;
    Ok(page(&OnePage { asked: query.contains_key("asked"), ..shown }))
}

/// The page that names person, amount and what will be left: whoever accepts has confirmed.
async fn one(app: &App, session: &Session, id: Uuid) -> Result<OnePage> {
    let (key, now) = (session.member.wallet_key, app.books.now());
    let terms = FeeTerms::of(&app.config, None);
    let (request, own, fee, payable) = app
        .books
        .read(move |conn| {
            let (request, own) = (by_id(conn, id, key, now)?, Wallet::by_key(conn, key)?);
            let (asker, amount) = (Wallet::by_id(conn, request.asker.wallet_id)?, Amount::new(request.amount)?);
            // What is asked back is given back, and that costs nothing.
            let fee = if request.asks_back.is_none() { terms.fee(&own, &asker, amount) } else { None };
            let payable = own.check_payment(&asker, amount, fee);
            Ok((request, own, fee.map_or(0, Amount::get), payable))
        })
        .await?;
    let shell = app.shell(Some(session), Nav::Wallet);
    let is_to_answer = request.is_open() && request.is_incoming();
    let (problem, way) = match payable {
        Err(error) if is_to_answer => {
            let (sentence, way) = way_on(&error, &shell, own.id);
            (Some(sentence), way)
        }
        _ => (None, None),
    };
    let total = request.amount.saturating_add(fee);
    Ok(OnePage {
        shell,
        asked: false,
        balance: own.balance,
        fee,
        total,
        balance_after: own.balance.checked_sub(total).filter(|_| problem.is_none()),
        problem,
        way,
        answer: String::new(),
        key: IdempotencyKey::fresh().as_str().to_owned(),
        request,
    })
}

async fn answer(
    State(app): State<App>,
    session: Session,
    PathId(PaymentRequestId(id)): PathId<PaymentRequestId>,
    FormBody(form): FormBody<AnswerForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    match post_answer(&app, &session, id, &form).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        // The page itself says how it stands by now.
        Err(error) if error.code == Code::RequestEnded => {
            let shown = one(&app, &session, id).await?;
            Ok(page_with(StatusCode::CONFLICT, &OnePage { problem: Some(shown.shell.sentence(&error)), ..shown }))
        }
        Err(error) if error.is_refusal() && error.code != Code::RequestNotFound => {
            let shown = one(&app, &session, id).await?;
            let (sentence, way) = way_on(&error, &shown.shell, session.member.wallet_id);
            let shown = OnePage { problem: Some(sentence), way, answer: form.answer, ..shown };
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Err(error) => Err(error),
    }
}

async fn post_answer(app: &App, session: &Session, id: Uuid, form: &AnswerForm) -> Result<String> {
    let wallet = session.member.wallet_key;
    match form.step.as_str() {
        "accept" => {
            let key = IdempotencyKey::new(&form.key)?;
            // Nobody pays more than they were shown.
            let terms = FeeTerms::of(&app.config, Some(form.fee.parse().unwrap_or(0)));
            let command = Once::new(session.member.key, &key, Accept { payer: wallet, id, terms });
            let paid = app.books.execute(command).await?.output;
            return Ok(format!("/transactions/{}?paid=1", paid.id));
        }
        "decline" => {
            let answer = typed_note(&form.answer, session.language).map_err(|message| Error::field("note", message))?;
            app.books.execute(Decline { payer: wallet, id, answer }).await?;
        }
        "withdraw" => {
            app.books.execute(Withdraw { asker: wallet, id }).await?;
        }
        _ => {
            return Err(Error::new(Code::InvalidRequest, "The form is not complete. Go back and try again.")
                .in_words("refusal-form-incomplete"));
        }
    }
    Ok(format!("/requests/{id}"))
}
