//! The pages of paying: choose, confirm, and then the receipt.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::Send;
use super::favourites::{Favourite, SetFavourite, favourites};
use super::fee::{FeeRule, FeeTerms};
use super::people::{Person, people};
use crate::error::{Code, Error, FieldError, Result};
use crate::language::{Language, Phrase};
use crate::ledger::{
    Amount, DAY_MS, Direction, Filter, IdempotencyKey, Note, Once, PageRequest, Wallet, WalletId, history, party,
    wallet_not_found,
};
use crate::web::{
    App, FormBody, Nav, Pages, Parameters, PathText, Session, Shell, form_status, note_refusal, page, page_with,
    sign_in_and_go_on,
};

/// How long ago the same payment is worth a word.
const JUST_NOW_MS: i64 = DAY_MS / 24 / 6;

/// The routes of this slice.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/send", get(choose).post(send))
        .route("/pay/{wallet_id}", get(pay))
        .route("/profile/favourites", get(show_favourites).post(change_favourites))
}

/// Where somebody who was refused can go on.
pub(crate) struct Way {
    pub(crate) href: String,
    pub(crate) text: String,
}

#[derive(Template)]
#[template(path = "transfers/send.html")]
struct SendPage {
    shell: Shell,
    problems: Vec<FieldError>,
    way: Option<Way>,
    /// Whether somebody was led here by a link that cannot be paid as it is.
    by_link: bool,
    q: String,
    people: Vec<Person>,
    to: Option<WalletId>,
    amount: String,
    note: String,
    balance: i64,
    /// By which rule a fee is taken; none where the member pays none.
    fee_rule: Option<FeeRule>,
    /// The fee on what is filled in, and what it costs with it.
    priced: Option<(i64, i64)>,
}

#[derive(Template)]
#[template(path = "transfers/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    to: WalletId,
    name: String,
    amount: i64,
    note: String,
    /// What is paid besides; 0: nothing.
    fee: i64,
    /// What it costs altogether.
    total: i64,
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
    /// The fee that was shown.
    fee: String,
    /// Somebody to become a favourite, or to be one no longer.
    star: String,
    unstar: String,
    /// Whether it comes from a form that had expired.
    expired: String,
}

/// What was wrong, and where to go on.
#[derive(Default)]
struct Wrong {
    problems: Vec<FieldError>,
    way: Option<Way>,
}

impl Wrong {
    fn expired(session: &Session) -> Self {
        Self { problems: vec![session.form_kept()], way: None }
    }

    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.problems.push(FieldError { field: field.into(), message: message.into() });
    }
}

async fn choose(State(app): State<App>, session: Session, Parameters(form): Parameters<SendForm>) -> Result<Response> {
    let wrong = if form.expired.is_empty() { Wrong::default() } else { Wrong::expired(&session) };
    show(&app, &session, form, wrong, StatusCode::OK).await
}

/// A member's link: the form, with everything that the link says filled in. What is wrong with it is said,
/// and nothing of it is lost.
async fn pay(
    State(app): State<App>,
    session: Session,
    PathText(id): PathText,
    Parameters(form): Parameters<SendForm>,
) -> Result<Response> {
    let key = session.member.wallet_key;
    let mut wrong = Wrong::default();
    let amount = match form.amount.trim() {
        "" => None,
        typed => typed_amount(typed, session.language).map_err(|message| wrong.add("amount", message)).ok(),
    };
    if let Err(message) = typed_note(&form.note, session.language) {
        wrong.add("note", message);
    }
    let id: Option<WalletId> = id.parse().ok();
    let terms = FeeTerms::of(&app.config, None);
    let checked = app
        .books
        .read(move |conn| {
            let (own, to) = (Wallet::by_key(conn, key)?, Wallet::by_id(conn, id.ok_or_else(wallet_not_found)?)?);
            match amount {
                Some(amount) => own.check_payment(&to, amount, terms.fee(&own, &to, amount)),
                None => own.check_way_to(&to),
            }
        })
        .await;
    let mut status = form_status(!wrong.problems.is_empty() || checked.is_err());
    let mut to = id.map(|id| id.to_string()).unwrap_or_default();
    if let Err(error) = checked {
        if !error.is_refusal() {
            return Err(error);
        }
        if error.code == Code::WalletNotFound {
            (status, to) = (StatusCode::NOT_FOUND, String::new());
        }
        add_refusal(&mut wrong, error, &app.shell(Some(&session), Nav::Send), &session);
    }
    show(&app, &session, SendForm { to, step: "link".into(), ..form }, wrong, status).await
}

async fn show(app: &App, session: &Session, form: SendForm, wrong: Wrong, status: StatusCode) -> Result<Response> {
    let (user, key) = (session.member.key, session.member.wallet_key);
    let (open, q) = (app.config.community.directory, form.q.clone());
    let to: Option<WalletId> = form.to.parse().ok();
    let terms = FeeTerms::of(&app.config, None);
    // Of a link that says whom and how much, the price is known.
    let asked = to.zip(typed_amount(&form.amount, session.language).ok());
    let (wallet, people, fee_rule, priced) = app
        .books
        .read(move |conn| {
            let wallet = Wallet::by_key(conn, key)?;
            let people = people(conn, user, &wallet, to, &q, open)?;
            let recipient = asked.and_then(|(to, amount)| Some((Wallet::by_id(conn, to).ok()?, amount)));
            let priced = recipient.and_then(|(to, amount)| {
                let fee = terms.fee(&wallet, &to, amount)?.get();
                Some((fee, amount.get().checked_add(fee)?))
            });
            let fee_rule = FeeRule::for_payer(&terms, &wallet);
            Ok((wallet, people, fee_rule, priced))
        })
        .await?;
    let page = SendPage {
        shell: app.shell(Some(session), Nav::Send),
        by_link: form.step == "link",
        problems: wrong.problems,
        way: wrong.way,
        q: form.q,
        people,
        to,
        amount: form.amount,
        note: form.note,
        balance: wallet.balance,
        fee_rule,
        priced,
    };
    Ok(page_with(status, &page))
}

/// A payment as it was typed, checked.
struct Checked {
    to: WalletId,
    amount: Amount,
    note: Option<Note>,
}

/// An amount as people type it, with the thousands apart as their language parts them; or the rule for it.
pub(crate) fn typed_amount(text: &str, language: Language) -> Result<Amount, String> {
    language.digits(text).parse().map_err(|_| language.say("rule-amount").into())
}

/// A note as people type it; none where nothing is typed; or the rule for it.
pub(crate) fn typed_note(text: &str, language: Language) -> Result<Option<Note>, String> {
    match text.trim() {
        "" => Ok(None),
        text => Note::new(text).map(Some).map_err(|_| language.say("rule-note").into()),
    }
}

fn check(form: &SendForm, language: Language) -> Result<Checked> {
    let mut wrong = Wrong::default();
    let to: Option<WalletId> = form.to.parse().map_err(|_| wrong.add("to", language.say("rule-to"))).ok();
    let amount = typed_amount(&form.amount, language).map_err(|message| wrong.add("amount", message)).ok();
    let note = typed_note(&form.note, language).map_err(|message| wrong.add("note", message)).ok();
    match (to, amount, note) {
        (Some(to), Some(amount), Some(note)) => Ok(Checked { to, amount, note }),
        _ => Err(Error::fields(wrong.problems)),
    }
}

/// A refused payment in words for the one who pays: why, and what would make it work.
pub(crate) fn way_on(error: &Error, shell: &Shell, own: WalletId) -> (String, Option<Way>) {
    note_refusal(error.code);
    let way = |href: &str, text: Phrase| Some(Way { href: href.to_owned(), text: text.into() });
    let figure = |name: &str| error.members.get(name).and_then(serde_json::Value::as_u64).unwrap_or_default();
    let (sentence, way) = match error.code {
        Code::InsufficientBalance => {
            let (balance, required, fee) = (figure("balance"), figure("required"), figure("fee"));
            let missing = required.saturating_sub(balance);
            let shown = shell.sum(missing);
            let key = if fee > 0 { "transfers-too-few-for-fee" } else { "transfers-too-few" };
            let sentence = shell.say(key).with("balance", shell.sum(balance)).with("missing", &shown);
            let sentence = sentence.with("fee", shell.sum(fee)).with("required", shell.sum(required));
            let ask = shell.say("transfers-ask-for").with("missing", &shown);
            (sentence, way(&format!("/requests/new?amount={missing}"), ask))
        }
        Code::WalletFrozen if error.members.get("wallet_id").is_some_and(|id| *id == own.to_string()) => {
            (shell.say("transfers-own-frozen"), way("/", shell.say("transfers-see-reason")))
        }
        Code::WalletFrozen => (shell.say("transfers-their-frozen"), None),
        Code::RecipientClosed => (shell.say("transfers-they-left"), None),
        Code::AmountOverflow => (shell.say("transfers-too-many"), None),
        Code::FeeChanged => (shell.say("transfers-fee-changed").with("fee", shell.sum(figure("fee"))), None),
        Code::SelfTransfer => (shell.say("transfers-to-oneself"), way("/receive", shell.say("transfers-your-code"))),
        Code::WalletNotFound => (shell.say("transfers-no-wallet"), None),
        _ => return (shell.problem(error), None),
    };
    (sentence.into(), way)
}

fn add_refusal(wrong: &mut Wrong, error: Error, shell: &Shell, session: &Session) {
    if error.errors.is_empty() {
        let of_amount = matches!(error.code, Code::InsufficientBalance | Code::AmountOverflow | Code::FeeChanged);
        let (sentence, way) = way_on(&error, shell, session.member.wallet_id);
        wrong.add(if of_amount { "amount" } else { "to" }, sentence);
        wrong.way = way;
    } else {
        wrong.problems.extend(error.errors);
    }
}

async fn send(
    State(app): State<App>,
    session: Option<Session>,
    FormBody(form): FormBody<SendForm>,
) -> Result<Response> {
    let Some(session) = session else {
        let typed = [("to", form.to.as_str()), ("amount", &form.amount), ("note", &form.note)];
        return Ok(sign_in_and_go_on(&app, "/send", &typed));
    };
    if session.check(&form.csrf).is_err() {
        return show(&app, &session, form, Wrong::expired(&session), StatusCode::FORBIDDEN).await;
    }
    let outcome = match (form.star.as_str(), form.unstar.as_str(), form.step.as_str()) {
        ("", "", "pay") => execute(&app, &session, &form).await,
        ("", "", "change") => return show(&app, &session, form, Wrong::default(), StatusCode::OK).await,
        ("", "", _) => confirm(&app, &session, &form).await,
        (star, unstar, _) => match set_favourite(&app, &session, star, unstar).await {
            Ok(_) => return show(&app, &session, form, Wrong::default(), StatusCode::OK).await,
            Err(error) => Err(error),
        },
    };
    match outcome {
        Err(error) if error.is_refusal() => {
            let mut wrong = Wrong::default();
            add_refusal(&mut wrong, error, &app.shell(Some(&session), Nav::Send), &session);
            show(&app, &session, form, wrong, form_status(true)).await
        }
        other => other,
    }
}

async fn confirm(app: &App, session: &Session, form: &SendForm) -> Result<Response> {
    let Checked { to, amount, note } = check(form, session.language)?;
    let (key, now) = (session.member.wallet_key, app.books.now());
    let terms = FeeTerms::of(&app.config, None);
    let (wallet, party, fee, just_sent) = app
        .books
        .read(move |conn| {
            let (wallet, recipient) = (Wallet::by_key(conn, key)?, Wallet::by_id(conn, to)?);
            let fee = terms.fee(&wallet, &recipient, amount);
            wallet.check_payment(&recipient, amount, fee)?;
            let same = Filter {
                direction: Some(Direction::Out),
                counterparty: Some(to),
                from_time: Some(now - JUST_NOW_MS),
                min_amount: Some(amount.get()),
                max_amount: Some(amount.get()),
                ..Filter::default()
            };
            let found = history(conn, &wallet, &same, &PageRequest { limit: 1, cursor: None })?;
            Ok((wallet, party(conn, to)?, fee.map_or(0, Amount::get), !found.items.is_empty()))
        })
        .await?;
    // It was found to be there, so both together are no more than one wallet holds.
    let total = amount.get() + fee;
    let shell = app.shell(Some(session), Nav::Send);
    Ok(page(&ConfirmPage {
        to,
        name: shell.name(&party).to_owned(),
        shell,
        amount: amount.get(),
        note: note.map(|note| note.to_string()).unwrap_or_default(),
        fee,
        total,
        balance: wallet.balance,
        balance_after: wallet.balance - total,
        just_sent,
        key: IdempotencyKey::fresh().as_str().to_owned(),
    }))
}

/// A double tap, a reload and the back button all bring the same key, and pay once.
async fn execute(app: &App, session: &Session, form: &SendForm) -> Result<Response> {
    let Checked { to, amount, note } = check(form, session.language)?;
    let key = IdempotencyKey::new(&form.key)?;
    // Nobody pays more than they were shown.
    let terms = FeeTerms::of(&app.config, Some(form.fee.parse().unwrap_or(0)));
    let command = Send { from: session.member.wallet_key, to, amount, note, terms };
    let made = app.books.execute(Once::new(session.member.key, &key, command)).await?.output;
    Ok(Redirect::to(&format!("/transactions/{}?paid=1", made.id)).into_response())
}

/// Somebody becomes a favourite, or is one no longer.
async fn set_favourite(app: &App, session: &Session, star: &str, unstar: &str) -> Result<Favourite> {
    let is_favourite = !star.is_empty();
    let wallet_id = if is_favourite { star } else { unstar }.parse().map_err(|_| wallet_not_found())?;
    app.books.execute(SetFavourite { user: session.member.key, wallet_id, is_favourite }).await
}

#[derive(Template)]
#[template(path = "transfers/favourites.html")]
struct FavouritesPage {
    shell: Shell,
    favourites: Vec<Favourite>,
}

async fn show_favourites(State(app): State<App>, session: Session) -> Result<Response> {
    let user = session.member.key;
    let favourites = app.books.read(move |conn| favourites(conn, user)).await?;
    Ok(page(&FavouritesPage { shell: app.shell(Some(&session), Nav::Profile), favourites }))
}

#[derive(Debug, Deserialize)]
struct FavouriteForm {
    csrf: String,
    #[serde(default)]
    star: String,
    #[serde(default)]
    unstar: String,
    /// Where to go back to, of our own pages that show a star.
    #[serde(default)]
    back: String,
}

async fn change_favourites(
    State(app): State<App>,
    session: Session,
    FormBody(form): FormBody<FavouriteForm>,
) -> Result<Response> {
    session.check(&form.csrf)?;
    set_favourite(&app, &session, &form.star, &form.unstar).await?;
    // Only receipts show one beside; whatever else is asked for is not followed.
    let back = match form.back.parse::<crate::ledger::TransactionId>() {
        Ok(id) => format!("/transactions/{id}"),
        Err(_) => "/profile/favourites".into(),
    };
    Ok(Redirect::to(&back).into_response())
}
