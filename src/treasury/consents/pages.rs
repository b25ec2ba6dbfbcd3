//! What waits for a second operator, on pages: all of it, and each with exactly what would happen.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::proposal::{by_id, list};
use super::show::Shown;
use super::{Consent, End, EndProposal, Proposal, ProposalId, ProposalState};
use crate::error::{Error, Result};
use crate::identity::Role;
use crate::ledger::{Authority, Page, PageRequest, REASON_CHARS_MAX};
use crate::web::{
    ActForm, App, FormBody, MayAct, Nav, Operating, Overseeing, Pages, Parameters, PathId, Section, Session, Shell,
    form_status, page, page_with,
};

/// The pages of this part.
pub(super) fn routes() -> Pages {
    Pages::new().route("/admin/consents", get(all)).route("/admin/consents/{id}", get(show).post(act))
}

/// Former ones on a page.
const FORMER: usize = 30;

#[derive(Template)]
#[template(path = "treasury/consents.html")]
struct ConsentsPage {
    shell: Shell,
    above: Option<i64>,
    hours: i64,
    waiting: Vec<Proposal>,
    former: Vec<Proposal>,
    older: Option<String>,
}

impl Proposal {
    /// What is proposed, in a few words.
    fn title(&self) -> &'static str {
        match self.act.kind() {
            "issuance" => "consents-issuance",
            "distribution" => "consents-distribution",
            "reversal" => "consents-reversal",
            _ => "consents-unfreezing",
        }
    }

    /// How it stands, in a word.
    fn standing(&self) -> &'static str {
        match self.state {
            ProposalState::Pending => "consents-pending",
            ProposalState::Consented => "consents-consented",
            ProposalState::Refused => "consents-refused",
            ProposalState::Withdrawn => "consents-withdrawn",
            ProposalState::Expired => "consents-expired",
        }
    }
}

/// Where the list of former ones goes on.
#[derive(Debug, Deserialize)]
struct AllQuery {
    cursor: Option<String>,
}

async fn all(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(query): Parameters<AllQuery>,
) -> Result<Response> {
    let now = app.books.now();
    let read = move |conn: &rusqlite::Connection| {
        let waiting = list(conn, Some(true), &PageRequest::new(Some(200), None)?, now)?.items;
        Ok((waiting, list(conn, Some(false), &PageRequest { limit: FORMER, cursor: query.cursor }, now)?))
    };
    let (waiting, Page { items: former, next_cursor }) = app.books.read(read).await?;
    let older = next_cursor.map(|cursor| format!("/admin/consents?cursor={cursor}"));
    let (above, hours) =
        (app.config.consent.above, i64::try_from(app.config.consent.valid.as_secs() / 3600).unwrap_or(0));
    let shell = app.shell(Some(&session), Nav::Admin(Section::Consents));
    Ok(page(&ConsentsPage { shell, above, hours, waiting, former, older }))
}

#[derive(Template)]
#[template(path = "treasury/consent.html")]
struct ConsentPage {
    shell: Shell,
    said: Option<&'static str>,
    proposal: Proposal,
    shown: Shown,
    /// Whether whoever looks at it proposed it.
    is_own: bool,
    may: MayAct,
    place: String,
    reason: String,
    reason_max: usize,
    problem: Option<String>,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn consent_page(
    app: &App,
    session: &Session,
    ProposalId(id): ProposalId,
    query: Done,
    (reason, problem): (String, Option<String>),
) -> Result<Response> {
    let now = app.books.now();
    let read = move |conn: &rusqlite::Connection| {
        let proposal = by_id(conn, id, now)?;
        let shown = Shown::of(conn, &proposal)?;
        Ok((proposal, shown))
    };
    let (proposal, shown) = app.books.read(read).await?;
    let status = form_status(problem.is_some());
    let said = match (query.done.as_deref(), proposal.state) {
        (Some("asked"), ProposalState::Pending) => Some("consents-said-asked"),
        (Some("consent"), ProposalState::Consented) => Some("consents-said-consented"),
        (Some("refuse"), ProposalState::Refused) => Some("consents-said-refused"),
        (Some("withdraw"), ProposalState::Withdrawn) => Some("consents-said-withdrawn"),
        _ => None,
    };
    let waits = proposal.state == ProposalState::Pending && session.member.has(Role::Operator);
    let page = ConsentPage {
        shell: app.shell(Some(session), Nav::Admin(Section::Consents)),
        said,
        is_own: proposal.is_of(session.member.key),
        may: if waits { MayAct::beside_form(status, session, app) } else { MayAct::No },
        place: format!("/admin/consents/{id}"),
        proposal,
        shown,
        reason,
        reason_max: REASON_CHARS_MAX,
        problem,
    };
    Ok(page_with(status, &page))
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    PathId(id): PathId<ProposalId>,
    Parameters(query): Parameters<Done>,
) -> Result<Response> {
    consent_page(&app, &session, id, query, Default::default()).await
}

async fn act(
    State(app): State<App>,
    operating: Operating,
    PathId(id): PathId<ProposalId>,
    FormBody(form): FormBody<ActForm>,
) -> Result<Response> {
    operating.session.check(&form.csrf)?;
    let outcome = operating.act(&form.reason, |authority| carry_out(&app, id, &form.act, authority)).await;
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/admin/consents/{}?done={}", id.0, form.act)).into_response()),
        Err(error) if error.is_refusal() && error.code.status() != 404 => {
            let problem = operating.told(&app, &error);
            consent_page(&app, &operating.session, id, Done::default(), (form.reason, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(app: &App, ProposalId(id): ProposalId, act: &str, authority: Authority) -> Result<Proposal> {
    match act {
        "consent" => app.books.execute(Consent::new(&app.config, id, authority)).await,
        "refuse" => app.books.execute(EndProposal { id, end: End::Refused, authority }).await,
        "withdraw" => app.books.execute(EndProposal { id, end: End::Withdrawn, authority }).await,
        _ => Err(Error::field("act", "is none of this page")),
    }
}
