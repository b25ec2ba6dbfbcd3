//! The statement of a month: what came and went, in its order, with the balance after each, and what there
//! was before and after. As a paper for whoever keeps papers or has to show them, and as a table.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use crate::error::{Code, Error, Result};
use crate::identity::Member;
use crate::ledger::{Filter, PageRequest, Transaction, Wallet, WalletId, WalletKey, history};
use crate::members::{table_headings, table_line};
use crate::print::{Align, Column, Paper, in_turn};
use crate::statistics::{Calendar, Period, month};
use crate::web::{App, Nav, Pages, Parameters, Session, Shell, whole};

/// Payments on one statement at most: some hundred pages. Whoever has more takes their whole history as a table.
const PAYMENTS_MAX: usize = 10_000;
/// Payments in one read.
const AT_ONCE: usize = 200;

/// The routes of this use case.
pub(super) fn routes() -> Pages {
    Pages::new().route("/history/statement.pdf", get(paper)).route("/history/statement.csv", get(table))
}

/// Of which month.
#[derive(Debug, Deserialize)]
struct Which {
    /// `2026-10`; the newest that is over where nothing is said.
    month: Option<String>,
}

/// What a statement is made of.
struct Statement {
    name: String,
    wallet: WalletId,
    calendar: Calendar,
    period: Period,
    now: i64,
    /// What there was before the first.
    opening: i64,
    /// The oldest first.
    payments: Vec<Transaction>,
}

async fn paper(State(app): State<App>, session: Session, Parameters(which): Parameters<Which>) -> Result<Response> {
    let statement = Statement::read(&app, &session.member, which.month.as_deref()).await?;
    let name = format!("statement-{}.pdf", statement.month());
    let shell = app.shell(Some(&session), Nav::History);
    let content = in_turn(move || statement.printed(shell)).await?;
    Ok(whole(&name, "application/pdf", content))
}

async fn table(State(app): State<App>, session: Session, Parameters(which): Parameters<Which>) -> Result<Response> {
    let statement = Statement::read(&app, &session.member, which.month.as_deref()).await?;
    let mut content = Vec::new();
    table_headings(&mut content).map_err(Error::internal)?;
    for payment in &statement.payments {
        table_line(&mut content, payment).map_err(Error::internal)?;
    }
    let name = format!("statement-{}.csv", statement.month());
    Ok(whole(&name, "text/csv; charset=utf-8", content))
}

/// What came and went between two moments, the newest first: a page of it.
fn between(from: i64, to: i64) -> Filter {
    Filter { from_time: Some(from), to_time: Some(to), ..Filter::default() }
}

impl Statement {
    async fn read(app: &App, member: &Member, name: Option<&str>) -> Result<Self> {
        let (now, calendar) = (app.books.now(), Calendar::from(&app.config.community));
        let period = month(&calendar, name, now)?;
        let wallet = member.wallet_key;
        let mut payments = Vec::new();
        let mut cursor = None;
        loop {
            let page = read(app, wallet, between(period.from(), period.until() - 1), AT_ONCE, cursor).await?;
            payments.extend(page.0);
            cursor = page.1;
            if payments.len() > PAYMENTS_MAX {
                let detail = "This month has more payments than a statement holds. Take the whole history as a table.";
                return Err(Error::new(Code::InvalidRequest, detail).in_words("refusal-statement-too-long"));
            }
            if cursor.is_none() {
                break;
            }
        }
        payments.reverse();
        Ok(Self {
            name: member.username.clone(),
            wallet: member.wallet_id,
            opening: balance_before(app, wallet, period.from()).await?,
            calendar,
            period,
            now,
            payments,
        })
    }

    /// The month, as an address says it.
    fn month(&self) -> String {
        self.calendar.month(self.period.from())
    }

    fn closing(&self) -> i64 {
        self.payments.last().and_then(|payment| payment.balance_after).unwrap_or(self.opening)
    }

    fn printed(&self, mut shell: Shell) -> Result<Vec<u8>> {
        let language = shell.language;
        let name: String = language.dated("date-bucket-month", &self.calendar.at(self.period.from())).into();
        let title: String = shell.say("wallets-statement-title").with("month", name).into();
        let mut paper = Paper::new(&title, language.tag()).ok_or_else(|| Error::internal("the fonts are damaged"))?;
        shell.symbol = paper.sign_or(&shell.symbol, &shell.token_name);
        paper.heading(1, &title);
        let whose = shell.say("wallets-statement-of").with("name", &self.name).with("community", &shell.community);
        paper.paragraph(&String::from(whose));
        let of = shell.say("wallets-statement-wallet").with("wallet", self.wallet.to_string());
        paper.paragraph(&String::from(of.with("token", &shell.token_name)));
        let made = if self.period.until() > self.now { "wallets-statement-so-far" } else { "wallets-statement-made" };
        paper.paragraph(&String::from(shell.say(made).with("when", shell.moment(&self.now))));
        paper.table(&self.summary_columns(&shell), self.summary(&shell));
        paper.heading(2, &String::from(shell.say("wallets-statement-payments")));
        if self.payments.is_empty() {
            paper.paragraph(&String::from(shell.say("wallets-statement-empty")));
        } else {
            paper.table(
                &columns(&shell, &self.payments),
                self.payments.iter().map(|payment| self.line(&shell, payment)),
            );
        }
        paper.finish(|page, count| shell.foot(page, count)).map_err(Error::internal)
    }

    /// From what there was to what there is.
    fn summary(&self, shell: &Shell) -> Vec<[String; 3]> {
        let side = |incoming: bool| -> (usize, i128) {
            let of = self.payments.iter().filter(|payment| payment.is_incoming() == incoming);
            of.fold((0, 0), |(count, sum), payment| (count + 1, sum + i128::from(payment.amount)))
        };
        let row = |key: &'static str, count: Option<usize>, sum: i128| {
            let count = count.map_or_else(String::new, |count| {
                String::from(shell.say("wallets-statement-count").with("count", count))
            });
            [shell.say(key).into(), count, shell.sum(sum)]
        };
        let ((came, received), (went, sent)) = (side(true), side(false));
        vec![
            row("wallets-statement-opening", None, self.opening.into()),
            row("wallets-received", Some(came), received),
            row("wallets-sent", Some(went), -sent),
            row("wallets-statement-closing", None, self.closing().into()),
        ]
    }

    fn line(&self, shell: &Shell, payment: &Transaction) -> [String; 5] {
        let sign = if payment.is_incoming() { "+" } else { "\u{2212}" };
        let meaning = payment.meant(shell, &self.wallet);
        let day = shell.language.dated("date-short-day", &self.calendar.at(payment.created_at));
        [
            format!("{day} {}", shell.clock(&payment.created_at)),
            shell.name(payment.other(&self.wallet)).to_owned(),
            match &payment.note {
                Some(note) => shell.say("wallets-statement-noted").with("what", meaning).with("note", note).into(),
                None => meaning.into(),
            },
            format!("{sign}{}", shell.grouped(payment.amount)),
            payment.balance_after.map(|balance| shell.grouped(balance)).unwrap_or_default(),
        ]
    }

    fn summary_columns(&self, shell: &Shell) -> [Column; 3] {
        let days = |at: i64| -> String { shell.day(&at) };
        let span = shell.say("date-span").with("from", days(self.period.from()));
        let span = span.with("to", days((self.period.until() - 1).min(self.now)));
        [
            column(span.into(), 4.0, Align::Start),
            column(String::new(), 2.0, Align::End),
            column(shell.token_name.clone(), 3.0, Align::End),
        ]
    }
}

fn column(title: String, share: f32, align: Align) -> Column {
    Column { title, share, align }
}

/// The columns: the last two are as wide as the largest amount needs, in points of the page.
fn columns(shell: &Shell, payments: &[Transaction]) -> [Column; 5] {
    let said = |key: &'static str, share, align| column(shell.say(key).into(), share, align);
    let figures = payments.iter().flat_map(|payment| [payment.amount, payment.balance_after.unwrap_or(0)]);
    let largest = shell.grouped(figures.max().unwrap_or(0)).chars().count();
    let wide = (4.6 * f32::from(u8::try_from(largest + 1).unwrap_or(u8::MAX))).max(56.0);
    [
        said("wallets-statement-when", 62.0, Align::Start),
        said("wallets-statement-with", 80.0, Align::Start),
        said("wallets-statement-what", 321.0 - 2.0 * wide, Align::Start),
        said("wallets-statement-amount", wide, Align::End),
        said("wallets-statement-balance", wide, Align::End),
    ]
}

/// A page of a wallet's history, and where it goes on.
async fn read(
    app: &App,
    wallet: WalletKey,
    filter: Filter,
    limit: usize,
    cursor: Option<String>,
) -> Result<(Vec<Transaction>, Option<String>)> {
    let request = PageRequest { limit, cursor };
    let found = app.books.read(move |conn| history(conn, &Wallet::by_key(conn, wallet)?, &filter, &request)).await?;
    Ok((found.items, found.next_cursor))
}

/// What there was before a moment.
async fn balance_before(app: &App, wallet: WalletKey, from: i64) -> Result<i64> {
    let mut cursor = None;
    loop {
        let filter = Filter { to_time: Some(from - 1), ..Filter::default() };
        let (items, next) = read(app, wallet, filter, 1, cursor).await?;
        if let Some(last) = items.first() {
            return Ok(last.balance_after.unwrap_or(0));
        }
        cursor = next;
        if cursor.is_none() {
            return Ok(0);
        }
    }
}
