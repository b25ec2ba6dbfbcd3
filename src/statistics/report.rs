//! A month as a community meeting reads it: sentences first, then the figures, beside those of the month
//! before. One function makes all of it, so that the page, the API and whatever else shows the report say the
//! same.

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::{Movement, accounts};
use super::calendar::{Bucket, Calendar, Period};
use super::effect::{Asking, Effects, effects};
use super::forecast::Foretold;
use super::outlook::OutlookPoint;
use super::supply_over_time;
use super::transactions::{ratio, transactions};
use super::users::{Settled, users};
use super::velocity::velocity;
use crate::error::{Error, Result};
use crate::language::Language;
use crate::ledger::trail::Trail;
use crate::ledger::{Folded, PageRequest, first_made_at};

/// Distributions listed in a report at most.
const LISTED: i64 = 100;

/// A month's report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    /// The month, as `2026-10`.
    pub month: String,
    /// Whether it is over. Otherwise these are its figures so far.
    pub is_over: bool,
    /// What there is to say, sentence by sentence.
    pub sentences: Vec<String>,
    /// Its figures.
    #[schema(inline)]
    pub figures: Month,
    /// Those of the month before; null where there was nothing yet.
    pub previous: Option<Month>,
    /// What its distributions did, up to now.
    #[schema(inline)]
    pub distributions: Effects,
    /// Income and expense of each system account, by name.
    pub accounts: Vec<AccountOfMonth>,
    /// What members may pay each other in the month that comes, or in the one that is not over; null where too
    /// little has happened to say it, and for months long gone.
    pub ahead: Option<OutlookPoint>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// The figures of a month.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Month {
    /// Its first millisecond.
    pub from_time: i64,
    /// Its last.
    pub to_time: i64,
    /// Payments between members.
    pub payments: i64,
    /// Tokens they moved.
    #[schema(value_type = i64)]
    pub volume: i128,
    /// Tokens by the payment; null where there was none.
    pub average: Option<f64>,
    /// The middle payment.
    pub median: Option<f64>,
    /// Times a token changed hands by the year at this pace; null where none was in circulation.
    pub velocity: Option<f64>,
    /// Members at its end.
    pub members: i64,
    /// Members who traded: paid someone, or were paid by a member.
    pub active: i64,
    /// Members who joined.
    pub joined: i64,
    /// How often a member left.
    pub left: i64,
    /// Tokens issued.
    #[schema(value_type = i64)]
    pub issued: i128,
    /// Tokens distributed to members.
    #[schema(value_type = i64)]
    pub distributed: i128,
    /// Tokens that members paid to the system accounts.
    #[schema(value_type = i64)]
    pub returned: i128,
    /// Tokens with members at its end.
    pub circulating_supply: i64,
    /// Tokens in the system accounts at its end.
    pub system_pool: i64,
}

/// A system account in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountOfMonth {
    /// Its name.
    pub name: String,
    /// What it held when the month began.
    pub opening_balance: i64,
    /// What it held when the month ended, or holds now.
    pub closing_balance: i64,
    /// Income and expense.
    #[serde(flatten)]
    #[schema(inline)]
    pub total: Movement,
}

impl AccountOfMonth {
    /// What came in.
    pub fn income(&self) -> i128 {
        self.total.issued + self.total.received_from_members + self.total.received_from_accounts
    }

    /// What was given out.
    pub fn expense(&self) -> i128 {
        self.total.distributed + self.total.paid_to_accounts
    }
}

/// What reports are made from beside the ledger.
#[derive(Clone, Copy)]
pub struct Knowing<'a> {
    /// The community's zone and week.
    pub calendar: &'a Calendar,
    /// The sign beside amounts.
    pub symbol: &'a str,
    /// In which language the sentences are.
    pub language: Language,
    /// Who traded in times that are over.
    pub settled: &'a Settled,
    /// What may come.
    pub foretold: &'a Foretold,
    /// Who asks, and when.
    pub asking: Asking,
}

/// The month that an address names (`2026-10`), as one bucket; the newest that is over when nothing is said.
pub fn month(calendar: &Calendar, name: Option<&str>, now: i64) -> Result<Period> {
    let this = calendar.start(Bucket::Month, now);
    let Some(name) = name else { return calendar.period(Bucket::Month, Some(this - 1), Some(this - 1), now) };
    let wrong = || Error::field("month", "must be a month as 2026-10, from 1970-01 to this one");
    let is_written_so = name.len() == 7 && name.as_bytes()[4] == b'-';
    let first: jiff::civil::Date = format!("{name}-01").parse().map_err(|_| wrong())?;
    // The middle of a month lies in it in every zone.
    let middle = first.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
    let middle = middle.timestamp().as_millisecond() + 14 * crate::ledger::DAY_MS;
    if !is_written_so || middle < 0 || calendar.start(Bucket::Month, middle) > this {
        return Err(wrong());
    }
    calendar.period(Bucket::Month, Some(middle), Some(middle), now)
}

/// The report of a month.
pub fn report(conn: &Connection, trail: &Trail, month: &Period, knowing: Knowing<'_>) -> Result<Report> {
    let Knowing { calendar, asking, .. } = knowing;
    let (from, until) = (month.from(), month.until());
    let (before, _) = calendar.before(month);
    let folded = knowing.settled.recent.open(conn)?;
    let first = first_made_at(conn)?;
    let previous = Period { bucket: Bucket::Month, bounds: vec![before, from] };
    let previous = match first {
        Some(first) if first < from => Some(figures(&folded, &previous, knowing)?),
        _ => None,
    };
    let of_accounts = accounts(&folded, month, asking.now)?.accounts.into_iter().map(|account| AccountOfMonth {
        name: account.name,
        opening_balance: account.opening_balance,
        closing_balance: account.closing_balance,
        total: account.total,
    });
    let foretells = until > calendar.start(Bucket::Month, asking.now) - 1;
    let ahead = if foretells {
        let forecast = knowing.foretold.forecast(conn, calendar, knowing.settled, Bucket::Month, asking.now)?;
        forecast.volume.series.into_iter().next()
    } else {
        None
    };
    let listed = PageRequest::new(Some(LISTED), None)?;
    let mut report = Report {
        month: calendar.month(from),
        is_over: until <= asking.now,
        sentences: Vec::new(),
        figures: figures(&folded, month, knowing)?,
        previous,
        distributions: effects(conn, trail, (from, until - 1), &listed, asking)?,
        accounts: of_accounts.collect(),
        ahead,
        calculated_at: asking.now,
    };
    report.sentences = sentences(&report, knowing);
    Ok(report)
}

fn figures(folded: &Folded<'_>, month: &Period, knowing: Knowing<'_>) -> Result<Month> {
    let (calendar, now) = (knowing.calendar, knowing.asking.now);
    let supply = supply_over_time(folded, month, now)?.series;
    let moved = transactions(folded, calendar, month, now)?;
    let kind = |name: &str| moved.by_kind.get(name);
    let volume = |name: &str| kind(name).map_or(0, |amounts| amounts.volume);
    let paid = kind("transfer");
    let members = users(folded, calendar, knowing.settled, month, now)?.series;
    let turnover = velocity(folded, calendar, month, now)?.whole;
    let (held, people) = (supply.last(), members.last());
    let mut returned = 0;
    for account in accounts(folded, month, now)?.accounts {
        returned += account.total.received_from_members;
    }
    Ok(Month {
        from_time: month.from(),
        to_time: month.until() - 1,
        payments: paid.map_or(0, |amounts| amounts.count),
        volume: turnover.volume,
        average: paid.and_then(|amounts| amounts.average),
        median: paid.and_then(|amounts| amounts.median),
        velocity: turnover.annualised,
        members: people.map_or(0, |point| point.total),
        active: people.map_or(0, |point| point.active),
        joined: people.map_or(0, |point| point.joined),
        left: people.map_or(0, |point| point.left),
        issued: volume("issuance"),
        distributed: volume("distribution"),
        returned,
        circulating_supply: held.map_or(0, |point| point.circulating_supply),
        system_pool: held.map_or(0, |point| point.system_pool),
    })
}

/// What there is to say. Each is a whole sentence.
fn sentences(report: &Report, knowing: Knowing<'_>) -> Vec<String> {
    let Knowing { calendar, symbol, language, .. } = knowing;
    let say = |key: &'static str| language.say(key);
    let tokens = |tokens: i128| format!("{}\u{a0}{symbol}", language.grouped(tokens));
    let called = |at: i64| String::from(language.dated("date-bucket-month", &calendar.at(at)));
    let percent = |share: f64| language.percent(share, 1);
    let (month, this) = (called(report.figures.from_time), &report.figures);
    let mut says = Vec::new();
    if !report.is_over {
        says.push(say("statistics-report-not-over").with("month", &month));
    }
    says.push(
        say("statistics-report-traded")
            .with("month", &month)
            .with("active", this.active)
            .with("members", this.members)
            .with("volume", tokens(this.volume))
            .with("count", this.payments),
    );
    // A part of a month is no match for a whole one.
    if let Some(previous) = report.previous.as_ref().filter(|_| report.is_over) {
        let (before, volume) = (called(previous.from_time), previous.volume);
        let changed = |key| say(key).with("change", percent(ratio((this.volume - volume).abs(), volume)));
        let compared = match this.volume.cmp(&volume) {
            _ if volume == 0 => say("statistics-report-before-none"),
            std::cmp::Ordering::Greater => changed("statistics-report-more"),
            std::cmp::Ordering::Less => changed("statistics-report-less"),
            std::cmp::Ordering::Equal => say("statistics-report-same"),
        };
        says.push(compared.with("before", before));
    }
    says.extend(this.velocity.map(|times| say("statistics-payments-pace").with("times", language.decimal(times, 1))));
    says.push(say("statistics-report-members").with("joined", this.joined).with("left", this.left));
    says.push(
        say("statistics-report-moved")
            .with("issued", tokens(this.issued))
            .with("distributed", tokens(this.distributed))
            .with("returned", tokens(this.returned)),
    );
    says.push(
        say("statistics-report-held")
            .with("held", tokens(this.circulating_supply.into()))
            .with("pool", tokens(this.system_pool.into())),
    );
    let total = &report.distributions.total;
    if total.distributed > 0 {
        says.push(
            say("statistics-report-spent")
                .with("month", &month)
                .with("spent", percent(ratio(total.spent, total.distributed)))
                .with("soon", percent(ratio(total.spent_7d, total.distributed))),
        );
    }
    says.extend(report.ahead.as_ref().map(|ahead| {
        say("statistics-report-ahead")
            .with("month", called(ahead.start_at))
            .with("lower", tokens(rounded(ahead.lower)))
            .with("upper", tokens(rounded(ahead.upper)))
    }));
    says.into_iter().map(String::from).collect()
}

/// An estimate is told in whole tokens.
#[expect(clippy::cast_possible_truncation, reason = "what is larger is told as the largest")]
fn rounded(tokens: f64) -> i128 {
    tokens.round() as i128
}
