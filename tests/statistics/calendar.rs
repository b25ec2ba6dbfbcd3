//! Buckets by the community's clock, where the clock is not simple.

use communitytoken::statistics::{Bucket, Calendar};
use jiff::civil::{Weekday, date};
use jiff::tz::TimeZone;

const NOW: i64 = 1_790_000_000_000;
const HOUR: i64 = 3_600_000;

fn calendar(zone: &str) -> Calendar {
    Calendar::new(TimeZone::get(zone).unwrap(), Weekday::Monday)
}

/// The lengths of a day's hours, in quarter hours.
fn hours(zone: &str, year: i16, month: i8, day: i8) -> Vec<i64> {
    let at =
        |date: jiff::civil::Date| date.to_zoned(TimeZone::get(zone).unwrap()).unwrap().timestamp().as_millisecond();
    let day = date(year, month, day);
    let (start, end) = (at(day), at(day.tomorrow().unwrap()));
    let period = calendar(zone).period(Bucket::Hour, Some(start), Some(end - 1), NOW).unwrap();
    assert_eq!((period.from(), period.until()), (start, end), "{zone} {day}");
    period.buckets().map(|(from, until)| (until - from) / 900_000).collect()
}

#[test]
fn days_on_which_clocks_change() {
    assert_eq!(hours("Europe/Berlin", 2026, 6, 1), [4; 24]);
    assert_eq!(hours("Europe/Berlin", 2026, 3, 29), [4; 23], "an hour is left out");
    assert_eq!(hours("Europe/Berlin", 2026, 10, 25), [4; 25], "an hour comes twice");
    let mut short = vec![4; 24];
    short[2] = 2;
    assert_eq!(hours("Australia/Lord_Howe", 2025, 10, 5), short, "half of an hour is left out");
    let mut long = vec![4; 24];
    long[1] = 6;
    assert_eq!(hours("Australia/Lord_Howe", 2026, 4, 5), long, "half of an hour comes twice");
    assert_eq!(hours("Asia/Kathmandu", 2026, 6, 1), [4; 24], "three quarters of an hour beside the others");
}

#[test]
fn days_weeks_and_months_end_where_the_next_begin() {
    for zone in ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia"] {
        for week in [Weekday::Monday, Weekday::Sunday] {
            let calendar = Calendar::new(TimeZone::get(zone).unwrap(), week);
            for bucket in [Bucket::Day, Bucket::Week, Bucket::Month] {
                // The years in which Apia went without the 30th of December.
                let period = calendar.period(bucket, Some(1_300_000_000_000), Some(1_350_000_000_000), NOW).unwrap();
                for (start, end) in period.buckets() {
                    assert!(start < end);
                    let shown = calendar.at(start);
                    assert_eq!(calendar.start(bucket, start), start);
                    assert_eq!(calendar.start(bucket, end - 1), start, "{zone} {shown}");
                    match bucket {
                        Bucket::Month => assert_eq!(shown.day(), 1),
                        Bucket::Week => assert_eq!(shown.weekday(), week),
                        _ => assert_ne!(calendar.at(start - 1).date(), shown.date()),
                    }
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_a_period_is_refused_by_name() {
    let calendar = calendar("Europe/Berlin");
    let thousand_years = 1_000 * 365 * 24 * HOUR;
    for (bucket, from, to, field) in [
        (Bucket::Day, Some(NOW), Some(NOW - 1), "to_time"),
        (Bucket::Hour, Some(0), Some(thousand_years), "bucket"),
        (Bucket::Month, Some(0), Some(thousand_years), "bucket"),
        (Bucket::Day, Some(-1), None, "from_time"),
        (Bucket::Day, Some(i64::MIN), Some(i64::MAX), "from_time"),
        (Bucket::Day, None, Some(i64::MAX), "to_time"),
        (Bucket::Day, Some(NOW - 751 * 24 * HOUR), Some(NOW), "bucket"),
    ] {
        let refusal = calendar.period(bucket, from, to, NOW).unwrap_err();
        assert_eq!(refusal.code.as_str(), "invalid_request");
        assert_eq!(refusal.errors[0].field, field, "{bucket:?} {from:?} {to:?}");
    }
    for bucket in [Bucket::Hour, Bucket::Day, Bucket::Week, Bucket::Month] {
        // The very first and the very last times answer too.
        assert_eq!(calendar.period(bucket, Some(0), Some(0), NOW).unwrap().bounds.len(), 2);
        calendar.period(bucket, Some(253_370_764_799_999), Some(253_370_764_799_999), NOW).unwrap();
        assert!(calendar.period(bucket, None, None, NOW).unwrap().until() > NOW);
        calendar.period(bucket, None, None, 0).unwrap();
    }
}
