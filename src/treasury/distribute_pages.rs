//! Distributing tokens on pages: a list, what it would do line by line, the question why, and what it did.
//!
//! What is confirmed is what was shown: the list travels in the form, under the session's seal, with a key
//! by which a second tap is the same distribution.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rusqlite::Connection;
use serde::Deserialize;
use uuid::Uuid;

use super::consents::{Rules, Weighed, Weighing, place};
use super::list::read_list;
use super::preview::{Preview, PreviewLine, Problem, list_of, preview};
use super::{Distribute, Recipient, SystemAccount};
use crate::audit::{AuditView, lines};
use crate::error::{Code, Error, Result};
use crate::identity::Role;
use crate::ledger::{
    Amount, AuditAction, AuditEntry, AuditFilter, IdempotencyKey, Kind, NOTE_CHARS_MAX, Note, Once, PageRequest,
    REASON_CHARS_MAX, SYSTEM_ACCOUNT, Seen, Transaction, as_made, audit_history,
};
use crate::web::{
    App, MayAct, Nav, Operating, Overseeing, Pages, Parameters, PathId, Section, Session, Shell, UploadBody,
    form_status, page, page_with, path_id,
};

/// Lines shown of a long list.
const SHOWN_MAX: usize = 200;
/// Problems shown of a list with many.
const PROBLEMS_MAX: usize = 50;
/// Former distributions that are listed.
const FORMER: usize = 5;

/// The pages of this file.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/distribute", get(begin).post(look))
        .route("/admin/distributions", get(begin).post(distribute))
        .route("/admin/distributions/{id}", get(show))
}

path_id!(
    /// A distribution, as the audit log knows it.
    DistributionId, no_distribution
);

fn no_distribution() -> Error {
    Error::new(Code::NotFound, "There is no such distribution.").in_words("treasury-no-distribution")
}

/// What is typed before it is looked at.
#[derive(Debug, Clone, Default)]
struct Draft {
    list: String,
    note: String,
    account: String,
}

#[derive(Template)]
#[template(path = "treasury/distribute.html")]
struct BeginPage {
    shell: Shell,
    may: MayAct,
    place: &'static str,
    draft: Draft,
    problems: Vec<String>,
    more_problems: usize,
    accounts: Vec<SystemAccount>,
    former: Vec<AuditView>,
    recipients_max: usize,
    note_max: usize,
}

async fn begin_page(app: &App, session: &Session, draft: Draft, mut problems: Vec<Problem>) -> Result<Response> {
    let read = |conn: &Connection| {
        let filter = AuditFilter { action: Some(AuditAction::Distribution.as_str().into()), ..AuditFilter::default() };
        Ok((SystemAccount::list(conn)?, lines(conn, &filter, &PageRequest { limit: FORMER, cursor: None })?.items))
    };
    let (accounts, former) = app.books.read(read).await?;
    let status = form_status(!problems.is_empty());
    let more_problems = problems.len().saturating_sub(PROBLEMS_MAX);
    problems.truncate(PROBLEMS_MAX);
    let shell = app.shell(Some(session), Nav::Admin(Section::Distribution));
    let page = BeginPage {
        may: MayAct::beside_form(status, session, app),
        place: "/admin/distribute",
        draft,
        problems: problems.iter().map(|problem| problem.told(&shell)).collect(),
        more_problems,
        accounts,
        former,
        recipients_max: app.config.limits.recipients_per_distribution,
        note_max: NOTE_CHARS_MAX,
        shell,
    };
    Ok(page_with(status, &page))
}

/// Which former one to do again.
#[derive(Debug, Deserialize)]
struct Again {
    again: Option<Uuid>,
}

async fn begin(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(query): Parameters<Again>,
) -> Result<Response> {
    let draft = match query.again {
        Some(id) => app.books.read(move |conn| former(conn, id)).await?,
        None => Draft::default(),
    };
    begin_page(&app, &session, draft, Vec::new()).await
}

/// A former distribution as a list.
fn former(conn: &Connection, id: Uuid) -> Result<Draft> {
    let entry = line_of(conn, id)?;
    let mut shares = Vec::new();
    let mut draft = Draft::default();
    for transaction in transactions(conn, &entry, usize::MAX)? {
        if transaction.kind == Kind::Distribution {
            draft.account.clone_from(&transaction.from.name);
            draft.note = transaction.note.unwrap_or_default();
            shares.push((transaction.to.wallet_id, Amount::new(transaction.amount)?, transaction.to.name));
        }
    }
    draft.list = list_of(shares.iter().map(|(wallet, amount, name)| (wallet.to_string(), *amount, name.as_str())));
    Ok(draft)
}

/// The line of the audit log that a distribution left.
fn line_of(conn: &Connection, id: Uuid) -> Result<AuditEntry> {
    let filter = AuditFilter {
        action: Some(AuditAction::Distribution.as_str().into()),
        target: Some(id.hyphenated().to_string()),
        ..AuditFilter::default()
    };
    let found = audit_history(conn, &filter, &PageRequest { limit: 1, cursor: None })?;
    found.items.into_iter().next().ok_or_else(no_distribution)
}

/// The transactions of a distribution, so many of them at most.
fn transactions(conn: &Connection, entry: &AuditEntry, most: usize) -> Result<Vec<Transaction>> {
    let (Some(first), Some(last)) = (entry.first_sequence, entry.last_sequence) else { return Ok(Vec::new()) };
    (first..=last).take(most).map(|sequence| as_made(conn, sequence)).collect()
}

#[derive(Template)]
#[template(path = "treasury/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    draft: Draft,
    lines: Vec<PreviewLine>,
    more_lines: usize,
    count: usize,
    total: i64,
    pool: i64,
    issued: i64,
    key: String,
    seal: String,
    reason: String,
    reason_max: usize,
    problem: Option<String>,
}

impl ConfirmPage {
    /// What the pool will hold. It never holds more than was issued, so no sum here passes what fits.
    const fn left(&self) -> i64 {
        if self.issued > 0 { 0 } else { self.pool - self.total }
    }
}

/// What the seal is on.
fn sealed(draft: &Draft, key: &str, issued: &str) -> String {
    // Neither a key nor a number holds a line end, nor may a note or the name of an account.
    format!("{key}\n{issued}\n{}\n{}\n{}", draft.account, draft.note, draft.list)
}

/// What is typed into the fields that are shown again and again.
fn draft(form: &UploadBody) -> Draft {
    let file = form.bytes("file");
    let list = if file.is_empty() { form.text("list") } else { String::from_utf8_lossy(file).into_owned() };
    // Browsers send line ends as Windows writes them, whatever they were shown.
    let list = list.replace("\r\n", "\n");
    Draft { list, note: form.text("note").trim().to_owned(), account: form.text("account") }
}

impl Draft {
    fn account(&self) -> Option<String> {
        Some(self.account.clone()).filter(|account| !account.is_empty())
    }

    fn note(&self) -> Result<Option<Note>> {
        if self.note.is_empty() { Ok(None) } else { Note::new(&self.note).map(Some) }
    }
}

async fn judge(app: &App, bytes: Vec<u8>, draft: &Draft) -> Result<Preview> {
    draft.note()?;
    let (most, account) = (app.config.limits.recipients_per_distribution, draft.account());
    app.books.read(move |conn| preview(conn, read_list(conn, &bytes)?, most, account.as_deref())).await
}

async fn look(State(app): State<App>, operating: Operating, form: UploadBody) -> Result<Response> {
    operating.session.check(&form.text("csrf"))?;
    let draft = draft(&form);
    let bytes = if form.bytes("file").is_empty() { form.bytes("list") } else { form.bytes("file") };
    if form.text("step") == "change" {
        return begin_page(&app, &operating.session, draft, Vec::new()).await;
    }
    match judge(&app, bytes.to_vec(), &draft).await {
        Ok(found) if found.problems.is_empty() => {
            Ok(confirm_page(&app, &operating.session, draft, found, String::new(), None))
        }
        Ok(found) => begin_page(&app, &operating.session, draft, found.problems).await,
        Err(error) if error.is_refusal() => begin_page(&app, &operating.session, draft, vec![Problem::of(error)]).await,
        Err(error) => Err(error),
    }
}

fn confirm_page(
    app: &App,
    session: &Session,
    draft: Draft,
    mut found: Preview,
    reason: String,
    problem: Option<String>,
) -> Response {
    let key = IdempotencyKey::fresh().as_str().to_owned();
    let draft = Draft { list: found.list(), ..draft };
    let seal = session.seal(&sealed(&draft, &key, &found.issued.to_string()));
    let count = found.lines.len();
    found.lines.truncate(SHOWN_MAX);
    let status = form_status(problem.is_some());
    let page = ConfirmPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Distribution)),
        draft,
        more_lines: count - found.lines.len(),
        lines: found.lines,
        count,
        total: found.total,
        pool: found.pool,
        issued: found.issued,
        key,
        seal,
        reason,
        reason_max: REASON_CHARS_MAX,
        problem,
    };
    page_with(status, &page)
}

/// Does what was shown. Whatever else comes is shown first.
async fn distribute(State(app): State<App>, operating: Operating, form: UploadBody) -> Result<Response> {
    operating.session.check(&form.text("csrf"))?;
    let (draft, key, issued, reason) = (draft(&form), form.text("key"), form.text("issued"), form.text("reason"));
    let outcome = if operating.session.is_sealed(&sealed(&draft, &key, &issued), &form.text("seal")) {
        execute(&app, &operating, &draft, &key, issued.parse().ok(), &reason).await
    } else {
        Err(Error::new(Code::InvalidRequest, "This is not what was shown to you last. Look at it once more.")
            .in_words("treasury-other-than-shown"))
    };
    match outcome {
        Ok(place) => Ok(Redirect::to(&place).into_response()),
        Err(error) if error.is_refusal() => {
            let problem = operating.told(&app, &error);
            match judge(&app, draft.list.clone().into_bytes(), &draft).await {
                Ok(found) if found.problems.is_empty() => {
                    Ok(confirm_page(&app, &operating.session, draft, found, reason, Some(problem)))
                }
                Ok(found) => begin_page(&app, &operating.session, draft, found.problems).await,
                Err(error) if error.is_refusal() => {
                    begin_page(&app, &operating.session, draft, vec![Problem::of(error)]).await
                }
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// Where to read what came of it.
async fn execute(
    app: &App,
    operating: &Operating,
    draft: &Draft,
    key: &str,
    issued_max: Option<i64>,
    reason: &str,
) -> Result<String> {
    let authority = operating.authority(reason)?;
    let list = draft.list.clone().into_bytes();
    let recipients: Vec<Recipient> =
        app.books.read(move |conn| read_list(conn, &list)?.into_iter().map(|line| line.recipient).collect()).await?;
    let command = Distribute {
        recipients,
        recipients_max: app.config.limits.recipients_per_distribution,
        note: draft.note()?,
        system_account: draft.account(),
        issued_max,
        authority,
        seen: Seen::default(),
    };
    let key = IdempotencyKey::new(key)?;
    let command = Once::new(operating.session.member.key, &key, command);
    Ok(match app.books.execute(Weighed { rules: Rules::of(&app.config), command }).await? {
        Weighing::Done(done) => format!("/admin/distributions/{}", done.output.distribution_id),
        Weighing::Waits(waits) => place(&waits.output),
    })
}

#[derive(Template)]
#[template(path = "treasury/distribution.html")]
struct DistributionPage {
    shell: Shell,
    is_operator: bool,
    id: Uuid,
    entry: AuditEntry,
    issued: i64,
    distributed: i64,
    recipients: i64,
    note: Option<String>,
    account: Option<String>,
    shares: Vec<Transaction>,
    more: i64,
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    PathId(DistributionId(id)): PathId<DistributionId>,
) -> Result<Response> {
    let read = move |conn: &Connection| {
        let entry = line_of(conn, id)?;
        let made = transactions(conn, &entry, SHOWN_MAX)?;
        Ok((entry, made))
    };
    let (entry, mut shares) = app.books.read(read).await?;
    shares.retain(|transaction| transaction.kind == Kind::Distribution);
    let number = |name: &str| entry.details[name].as_i64().unwrap_or(0);
    let first = shares.first();
    let page_data = DistributionPage {
        shell: app.shell(Some(&session), Nav::Admin(Section::Distribution)),
        is_operator: session.member.has(Role::Operator),
        id,
        issued: number("issued"),
        distributed: number("distributed"),
        recipients: number("recipients"),
        note: first.and_then(|transaction| transaction.note.clone()),
        account: first.map(|transaction| transaction.from.name.clone()).filter(|name| name != SYSTEM_ACCOUNT),
        more: number("recipients") - i64::try_from(shares.len()).unwrap_or(0),
        shares,
        entry,
    };
    Ok(page(&page_data))
}
