//! The report of each month for those who look after the community: on the page of what is new, and by mail
//! with the paper. It is made when the month is over by the community's clock, or as soon after that as the
//! program runs; what was missed is made up for, month by month.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::calendar::{Bucket, Calendar};
use super::effect::Asking;
use super::report_pages::{Known, ReportPage};
use crate::error::Result;
use crate::identity::{Member, Overseers, Role};
use crate::language::Language;
use crate::ledger::{UserKey, first_made_at};
use crate::notices::{Channel, Enclosure, NoticeKind, ReportReader, TellReport, last_report, wants};
use crate::print::in_turn;
use crate::web::{App, Nav};

/// How often is looked whether a month is over.
const LOOK: Duration = Duration::from_secs(10);
/// How long what could not be read or written waits.
const TRY_AGAIN: Duration = Duration::from_mins(1);
/// So many months that were missed are made up for; nobody wants more.
const MISSED_MAX: i64 = 12;

/// Tells of each month that is over, for as long as the program serves.
pub async fn tell_reports(app: App) {
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = catch_up(&app).await {
            tracing::warn!(%error, cause = error.cause(), "the report of a month could not be told; tried again");
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }
}

async fn catch_up(app: &App) -> Result<()> {
    let calendar = Calendar::from(&app.config.community);
    loop {
        let over = count(&calendar, calendar.start(Bucket::Month, app.books.now()) - 1);
        let Some(last) = app.books.look_up(last_report).await? else {
            // What was over before there was anybody to be told is not told.
            app.books.execute(TellReport { month: over, readers: Vec::new() }).await?;
            return Ok(());
        };
        if last >= over {
            return Ok(());
        }
        let month = (last + 1).max(over - MISSED_MAX + 1);
        let readers = readers(app, &calendar, month).await?;
        let told = readers.len();
        if app.books.execute(TellReport { month, readers }).await? && told > 0 {
            tracing::info!(month = named(month), told, "the report of a month is told");
        }
    }
}

/// The month in which a moment lies, counted from the year 0.
fn count(calendar: &Calendar, at: i64) -> i64 {
    let at = calendar.at(at);
    i64::from(at.year()) * 12 + i64::from(at.month()) - 1
}

/// A counted month as an address says it.
fn named(month: i64) -> String {
    format!("{:04}-{:02}", month / 12, month % 12 + 1)
}

/// Who is told of a month, and what. Nobody, where the community had not begun.
async fn readers(app: &App, calendar: &Calendar, month: i64) -> Result<Vec<ReportReader>> {
    let period = super::month(calendar, Some(&named(month)), app.books.now())?;
    if app.books.look_up(first_made_at).await?.is_none_or(|first| first >= period.until()) {
        return Ok(Vec::new());
    }
    let (overseers, now) = (Overseers::of(&app.config), app.books.now());
    let (sends, kind) = (app.config.mail.is_some(), NoticeKind::MonthlyReport);
    let overseers = app
        .books
        .read(move |conn| {
            let wanted = |member: Member| {
                let by_mail = sends && wants(conn, member.key, kind, Channel::Mail)?;
                Ok((member.key, member.language, by_mail))
            };
            let operators = overseers.told(conn, Role::Operator, now)?;
            let auditors = overseers.told(conn, Role::Auditor, now)?;
            let auditors = auditors.into_iter().filter(|one| operators.iter().all(|other| other.key != one.key));
            operators
                .iter()
                .cloned()
                .chain(auditors)
                .map(wanted)
                .collect::<Result<Vec<(UserKey, Option<Language>, bool)>>>()
        })
        .await?;
    let mut reports: HashMap<Language, (Value, Arc<Enclosure>)> = HashMap::new();
    let mut readers = Vec::new();
    for (user, language, by_mail) in overseers {
        let language = language.unwrap_or(app.config.community.language);
        let (details, paper) = match reports.entry(language) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(missing) => missing.insert(made(app, language, month).await?),
        };
        let paper = by_mail.then(|| Arc::clone(paper));
        readers.push(ReportReader { user, details: details.clone(), paper });
    }
    Ok(readers)
}

/// The report in one language: what is told of it, and the paper. Told to everybody alike, it names nobody.
async fn made(app: &App, language: Language, month: i64) -> Result<(Value, Arc<Enclosure>)> {
    let shell = app.shell(None, Nav::None).in_language(language);
    let asking = Asking { oversees: false, now: app.books.now() };
    let report = ReportPage::made(app, shell, Known::default(), Some(named(month)), asking).await?;
    let details = json!({ "month": named(month), "name": report.name, "sentences": report.report.sentences });
    let name = report.file_name();
    let content = in_turn(move || report.printed()).await?;
    Ok((details, Arc::new(Enclosure { name, content })))
}
