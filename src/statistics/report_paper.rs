//! The monthly report as a paper: what the page says, to be printed and handed round, or sent by mail.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::effect::Asking;
use super::forecast::Foretold;
use super::report_api::Which;
use super::report_pages::{Known, ReportPage};
use super::sections::Section;
use super::users::Settled;
use crate::error::{Error, Result};
use crate::print::{Align, Area, Bar, Column, Drawing, Paper, Shade, in_turn};
use crate::web::chart::{Chart, Length, Mark};
use crate::web::{App, Calls, Nav, Pages, Parameters, Session, Shell, StatisticsReader, calls, whole};

/// Lines of the table of distributions at most: whoever has more finds them on the page.
const LISTED: usize = 100;

/// The JSON API's route of this use case.
pub(super) fn routes(settled: Arc<Settled>, foretold: Arc<Foretold>) -> Calls {
    calls!(by_token).with(settled).with(foretold)
}

/// The page's.
pub(super) fn pages(settled: &Arc<Settled>, foretold: &Arc<Foretold>) -> Pages {
    let known = (Extension(Arc::clone(settled)), Extension(Arc::clone(foretold)));
    Pages::new().route("/statistics/report.pdf", get(on_page).layer(known))
}

/// Monthly report as PDF
///
/// What the monthly report says, on A4 pages, in the language that `Accept-Language` asks for.
#[utoipa::path(get, path = "/v1/statistics/report.pdf", tag = "Statistics", security(("bearer" = []), ("service_client" = ["statistics:read"])), params(Which), responses((status = 200, description = "A PDF file", content_type = "application/pdf", body = Vec<u8>)))]
async fn by_token(
    State(app): State<App>,
    caller: StatisticsReader,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    Parameters(which): Parameters<Which>,
    headers: HeaderMap,
) -> Result<Response> {
    let asking = Asking { oversees: caller.oversees, now: app.books.now() };
    let shell = app.shell(None, Nav::None).in_language(app.language(None, &headers));
    sent(&app, shell, (settled, foretold), which.month, asking).await
}

async fn on_page(
    State(app): State<App>,
    session: Session,
    Extension(settled): Extension<Arc<Settled>>,
    Extension(foretold): Extension<Arc<Foretold>>,
    Parameters(which): Parameters<Which>,
) -> Result<Response> {
    let asking = Asking { oversees: session.member.oversees(), now: app.books.now() };
    sent(&app, app.shell(Some(&session), Nav::Statistics), (settled, foretold), which.month, asking).await
}

async fn sent(app: &App, shell: Shell, known: Known, month: Option<String>, asking: Asking) -> Result<Response> {
    let report = ReportPage::made(app, shell, known, month, asking).await?;
    let name = report.file_name();
    let content = in_turn(move || report.printed()).await?;
    Ok(whole(&name, "application/pdf", content))
}

impl ReportPage {
    /// What the file is called.
    pub(super) fn file_name(&self) -> String {
        format!("report-{}.pdf", self.report.month)
    }

    /// The report on paper.
    pub(super) fn printed(mut self) -> Result<Vec<u8>> {
        let title = self.title();
        let mut paper =
            Paper::new(&title, self.shell.language.tag()).ok_or_else(|| Error::internal("the fonts are damaged"))?;
        self.shell.symbol = paper.sign_or(&self.shell.symbol, &self.shell.token_name);
        let shell = &self.shell;
        let say = |key: &'static str| String::from(shell.say(key));
        paper.heading(1, &title);
        paper.paragraph(&shell.community);
        paper.heading(2, &say("statistics-report-words"));
        for sentence in &self.report.sentences {
            paper.paragraph(sentence);
        }
        paper.heading(2, &say("statistics-report-figures"));
        self.figures(&mut paper);
        for section in self.sections.iter().chain(&self.effects) {
            printed(&mut paper, section);
        }
        self.distributions(&mut paper);
        paper.heading(2, &say("statistics-accounts"));
        self.accounts(&mut paper);
        paper.paragraph(&String::from(
            shell.say("statistics-counted").with("when", shell.moment(&self.report.calculated_at)),
        ));
        paper.finish(|page, count| shell.foot(page, count)).map_err(Error::internal)
    }

    /// What it is called.
    pub(super) fn title(&self) -> String {
        self.shell.say("statistics-report").with("month", &self.name).into()
    }

    fn figures(&self, paper: &mut Paper) {
        let mut columns = vec![text(String::new(), 6.0), number(self.name.clone(), 4.0)];
        columns.extend(self.before.clone().map(|before| number(before, 4.0)));
        let row = |(what, this, before): &(&'static str, String, Option<String>)| -> Vec<String> {
            let what = self.shell.say(*what).into();
            [what, this.clone()].into_iter().chain(before.clone()).collect()
        };
        paper.table(&columns, self.compared.iter().map(row));
    }

    /// Each distribution, in the columns that a page is wide enough for.
    fn distributions(&self, paper: &mut Paper) {
        if self.report.distributions.page.items.is_empty() {
            return;
        }
        let say = |key: &'static str| String::from(self.shell.say(key));
        let columns = [
            text(say("statistics-made"), 6.0),
            number(say("statistics-members"), 3.0),
            number(say("statistics-account-distributed"), 5.0),
            number(say("statistics-spent-7"), 5.0),
            number(say("statistics-spent-by-now"), 5.0),
            number(say("statistics-lies-still"), 5.0),
        ];
        let rows = self.report.distributions.page.items.iter().take(LISTED).map(|one| {
            let of = &one.tokens;
            let tokens = [of.distributed, of.spent_7d, of.spent, of.still].map(|tokens| self.shell.grouped(tokens));
            let day = self.shell.language.dated("date-bucket-day", &self.calendar.at(one.created_at));
            let mut row = vec![String::from(day), self.shell.grouped(one.recipients)];
            row.extend(tokens);
            row
        });
        paper.table(&columns, rows);
    }

    fn accounts(&self, paper: &mut Paper) {
        let say = |key: &'static str| String::from(self.shell.say(key));
        let columns = [
            text(say("statistics-account"), 8.0),
            number(say("statistics-account-before"), 5.0),
            number(say("statistics-income"), 5.0),
            number(say("statistics-expense"), 5.0),
            number(say("statistics-account-after"), 5.0),
        ];
        let row = |account: &super::AccountOfMonth| {
            let sums =
                [account.opening_balance.into(), account.income(), account.expense(), account.closing_balance.into()];
            let mut row = vec![account.name.clone()];
            row.extend(sums.map(|sum: i128| self.shell.grouped(sum)));
            row
        };
        paper.table(&columns, self.report.accounts.iter().map(row));
    }
}

fn text(title: String, share: f32) -> Column {
    Column { title, share, align: Align::Start }
}

fn number(title: String, share: f32) -> Column {
    Column { title, share, align: Align::End }
}

/// A figure with its chart.
fn printed(paper: &mut Paper, section: &Section) {
    let chart = section.chart.as_ref().map(|chart| drawing(chart, &section.keys));
    if let Some(chart) = &chart {
        paper.keep_together(chart);
    }
    paper.heading(2, &section.heading);
    if !section.lead.is_empty() {
        paper.paragraph(&section.lead);
    }
    match chart {
        Some(chart) => paper.drawing(chart),
        None if !section.empty.is_empty() => paper.paragraph(&section.empty),
        None => {}
    }
    if !section.note.is_empty() {
        paper.paragraph(&section.note);
    }
}

/// The chart of the page, as paper has it.
fn drawing(chart: &Chart, keys: &[(&'static str, String)]) -> Drawing {
    let bar =
        |mark: &Mark| Bar { place: [mark.x, mark.y, mark.width, mark.height].map(narrow), shade: shade(&mark.class) };
    Drawing {
        description: chart.description.clone(),
        across: chart.lines.iter().map(|line| (narrow(line.at), line.text.clone())).collect(),
        below: chart.words.iter().map(|word| (narrow(word.at), word.anchor == "end", word.text.clone())).collect(),
        areas: chart.paths.iter().map(|path| Area { outline: outline(&path.line), shade: shade(path.class) }).collect(),
        // What can only be pointed at is not to be seen.
        bars: chart.marks.iter().filter(|mark| mark.class != "pointed").map(bar).collect(),
        key: keys.iter().map(|(class, text)| (shade(class), text.clone())).collect(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "hundredths of a drawing, to be drawn")]
fn narrow(Length(length): Length) -> f32 {
    length as f32
}

/// The corners of an outline, in hundredths of the drawing: on the page, they are thousandths of what lies
/// within its scale.
fn outline(line: &str) -> Vec<(f32, f32)> {
    let corners = line.trim_matches(['M', 'Z']).split('L');
    let corner = |text: &str| -> Option<(f32, f32)> {
        let (x, y) = text.split_once(' ')?;
        let (x, y): (f32, f32) = (x.parse().ok()?, y.parse().ok()?);
        Some((12.0 + x * 0.088, 7.0 + y * 0.081))
    };
    corners.filter_map(corner).collect()
}

/// What the stylesheet gives the same name, on white: the greens are apart in lightness, too.
fn shade(class: &str) -> Shade {
    match class.rsplit(' ').next().unwrap_or(class) {
        "pool" => [217, 164, 65],
        "back" => [176, 182, 178],
        "strength-3" => [106, 163, 138],
        "strength-2" => [154, 193, 175],
        "strength-1" => [203, 223, 213],
        _ => [31, 107, 79],
    }
}
