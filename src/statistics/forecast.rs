//! Where the community is heading: supply, circulation, payments and members who take part, carried on from
//! what they were.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Bucket, Calendar, Period};
use super::outlook::{LEVEL, Outlook, Sight, outlook};
use super::transactions::ratio;
use super::users::Settled;
use super::{supply_over_time, users, velocity};
use crate::error::{Error, Result};
use crate::ledger::{first_made_at, first_since};

/// How much of the past is shown before what may come, in lengths of that.
const LATELY: usize = 3;

/// For estimating, where more digits are lost than here.
fn number(number: impl Into<i128>) -> f64 {
    ratio(number.into(), 1)
}

/// Where the community is heading. Estimates, unlike all other figures.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Forecast {
    /// How long each bucket is.
    pub bucket: Bucket,
    /// When the past that was looked at begins: with the first whole bucket.
    pub from_time: i64,
    /// Its last millisecond: the bucket that is not over is not looked at.
    pub to_time: i64,
    /// The share of what comes that each interval means to hold.
    pub level: f64,
    /// Every token issued by the end of a bucket.
    #[schema(inline)]
    pub total_issuance: Outlook,
    /// Tokens in members' wallets by its end.
    #[schema(inline)]
    pub circulating_supply: Outlook,
    /// Tokens that members paid each other in it.
    #[schema(inline)]
    pub volume: Outlook,
    /// Members who traded in it.
    #[schema(inline)]
    pub active_users: Outlook,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// Forecasts by what they rest on: buckets that are over, and the first transaction after them. They cost some
/// tenths of a second, and stay the same until the next bucket is over. One is made at a time.
#[derive(Debug, Default)]
pub struct Foretold(Mutex<HashMap<Bucket, (RestsOn, Forecast)>>);

/// When the newest bucket that is over ends, and the first transaction after it.
type RestsOn = (i64, i64);

impl Foretold {
    /// The forecast of this moment.
    pub fn forecast(
        &self,
        conn: &Connection,
        calendar: &Calendar,
        settled: &Settled,
        bucket: Bucket,
        now: i64,
    ) -> Result<Forecast> {
        let Some(sight) = Sight::of(bucket) else {
            return Err(Error::field("bucket", "must be day, week or month here"));
        };
        let until = calendar.start(bucket, now);
        let rests_on = (until, first_since(conn, until)?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((same, forecast)) = known.get(&bucket)
            && *same == rests_on
        {
            return Ok(Forecast { calculated_at: now, ..forecast.clone() });
        }
        let forecast = make(conn, calendar, settled, sight, (bucket, until), now)?;
        known.insert(bucket, (rests_on, forecast.clone()));
        Ok(forecast)
    }
}

/// The buckets that are over, from the first whole one on. None where there is none.
fn past(
    conn: &Connection,
    calendar: &Calendar,
    sight: Sight,
    (bucket, until): (Bucket, i64),
    now: i64,
) -> Result<Option<Period>> {
    let Some(first) = first_made_at(conn)? else { return Ok(None) };
    // A community was not itself yet in the part of a bucket in which it was founded.
    let from = calendar.next(bucket, calendar.start(bucket, first));
    if from >= until {
        return Ok(None);
    }
    let most = Period { bucket, bounds: vec![until; sight.most + 1] };
    let from = from.max(calendar.before(&most).0);
    calendar.period(bucket, Some(from), Some(until - 1), now).map(Some)
}

fn make(
    conn: &Connection,
    calendar: &Calendar,
    settled: &Settled,
    sight: Sight,
    (bucket, until): (Bucket, i64),
    now: i64,
) -> Result<Forecast> {
    let starts: Vec<i64> =
        std::iter::successors(Some(until), |start| Some(calendar.next(bucket, *start))).take(sight.ahead).collect();
    let (mut issued, mut held, mut paid, mut active) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut from_time = until;
    if let Some(period) = past(conn, calendar, sight, (bucket, until), now)? {
        from_time = period.from();
        let folded = settled.recent.open(conn)?;
        for point in supply_over_time(&folded, &period, now)?.series {
            issued.push((point.start_at, number(point.total_issuance)));
            held.push((point.start_at, number(point.circulating_supply)));
        }
        let series = velocity(&folded, calendar, &period, now)?.series;
        paid = series.into_iter().map(|point| (point.start_at, number(point.turnover.volume))).collect();
        let series = users(&folded, calendar, settled, &period, now)?.series;
        active = series.into_iter().map(|point| (point.start_at, number(point.active))).collect();
    }
    let look = |past: &[(i64, f64)], floor: f64| {
        let values: Vec<f64> = past.iter().map(|(_, value)| *value).collect();
        let lately = past[past.len().saturating_sub(LATELY * sight.ahead)..].to_vec();
        Outlook { lately, ..outlook(&values, &starts, sight, floor) }
    };
    // What was issued stays issued.
    let issued_until_now = issued.last().map_or(0.0, |(_, tokens)| *tokens);
    Ok(Forecast {
        bucket,
        from_time,
        to_time: until - 1,
        level: LEVEL,
        total_issuance: look(&issued, issued_until_now),
        circulating_supply: look(&held, 0.0),
        volume: look(&paid, 0.0),
        active_users: look(&active, 0.0),
        calculated_at: now,
    })
}
