//! When a schedule is due: expressions, zones, and clocks that change.

use communitytoken::schedules::When;
use jiff::Timestamp;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

/// So many times after one, as an ISO time each.
fn times(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let when = When::read(cron, zone).unwrap();
    let mut times = Vec::new();
    let mut last = at(after);
    for _ in 0..count {
        last = when.next(last).unwrap();
        times.push(Timestamp::from_millisecond(last).unwrap().to_string());
    }
    times
}

/// The field that is to blame, and why.
fn refused(cron: &str, zone: &str) -> (String, String) {
    let refusal = When::read(cron, zone).expect_err(cron);
    assert_eq!(refusal.code.as_str(), "invalid_request");
    (refusal.errors[0].field.clone(), refusal.errors[0].message.clone())
}

#[test]
fn what_is_no_time_is_refused() {
    let long = "0 ".repeat(5_000);
    let odd =
        ["", "x", "0 9 * *", "0 0 9 * * 1", "0 9 * * 1 2030", "60 9 * * *", "0 9 32 * *", "@reboot", "0 9 * * \u{0}"];
    for cron in odd.into_iter().chain([long.as_str()]) {
        let (field, message) = refused(cron, "UTC");
        assert_eq!(field, "cron", "{cron}");
        assert!(message.contains("five fields"), "{cron}: {message}");
    }
    for never in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *"] {
        assert_eq!(refused(never, "UTC"), ("cron".into(), "never comes true".into()));
    }
    for often in ["* * * * *", "*/30 * * * *", "0,59 9 * * *", "0-1 0 29 2 *"] {
        assert_eq!(refused(often, "UTC"), ("cron".into(), "comes true more often than every hour".into()));
    }
    for zone in ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", &"x".repeat(10_000)] {
        assert_eq!(refused("0 9 * * 1", zone).0, "time_zone", "{zone}");
    }
}

#[test]
fn expressions_say_when() {
    for cron in ["0 * * * *", "59 23 31 12 *", "0 0 29 2 *", "@weekly", "0 9 * * MON#1", "7 7 * * 1-5"] {
        When::read(cron, "Europe/Berlin").unwrap();
    }
    let from = "2026-11-22T05:00:00Z";
    assert_eq!(times("0 9 * * 1", "UTC", from, 2), ["2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"]);
    assert_eq!(times("30 18 1 * *", "Asia/Tokyo", from, 2), ["2026-12-01T09:30:00Z", "2027-01-01T09:30:00Z"]);
    assert_eq!(times("0 12 L * *", "UTC", from, 3)[2], "2027-01-31T12:00:00Z");
    assert_eq!(times("0 0 29 2 *", "UTC", from, 2), ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]);
    // A time that is now was due now, and is not due again.
    assert_eq!(times("0 9 * * *", "UTC", "2026-11-22T09:00:00Z", 1), ["2026-11-23T09:00:00Z"]);
}

/// In spring Berlin has no half past two, in autumn two of them: each is one.
#[test]
fn an_hour_that_is_missing_or_twice_counts_once() {
    let zone = "Europe/Berlin";
    assert_eq!(
        times("30 2 * * *", zone, "2026-03-27T12:00:00Z", 3),
        ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]
    );
    // Asked in the very half hour by which it was moved.
    assert_eq!(times("30 2 * * *", zone, "2026-03-29T01:10:00Z", 1), ["2026-03-29T01:30:00Z"]);
    assert_eq!(times("30 2 * * *", zone, "2026-10-24T12:00:00Z", 2), ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    // Asked between the two.
    assert_eq!(times("30 2 * * *", zone, "2026-10-25T00:45:00Z", 1), ["2026-10-26T01:30:00Z"]);
    assert_eq!(
        times("30 * * * *", zone, "2026-03-29T00:00:00Z", 3),
        ["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"]
    );
    assert_eq!(
        times("30 * * * *", zone, "2026-10-24T23:00:00Z", 3),
        ["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"]
    );
}

/// Wherever people live and whatever their clocks do, a daily time comes once on every day of two years.
#[test]
fn every_day_has_one_wherever_people_live() {
    let zones = [
        "Europe/Berlin",
        "America/New_York",
        "America/Havana",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Tokyo",
    ];
    for zone in zones {
        for cron in ["0 0 * * *", "30 0 * * *", "15 1 * * *", "30 2 * * *", "0 3 * * *", "59 23 * * *"] {
            let when = When::read(cron, zone).unwrap();
            let start: jiff::civil::Date = "2026-01-01".parse().unwrap();
            let midnight = start.in_tz(zone).unwrap();
            let end = "2028-01-01".parse::<jiff::civil::Date>().unwrap().in_tz(zone).unwrap();
            let (mut last, end) = (midnight.timestamp().as_millisecond() - 1, end.timestamp().as_millisecond());
            let mut days = Vec::new();
            while let Some(next) = when.next(last).filter(|next| *next < end) {
                assert!(next > last);
                days.push(Timestamp::from_millisecond(next).unwrap().in_tz(zone).unwrap().date());
                last = next;
            }
            assert_eq!(days.len(), 730, "{cron} {zone}");
            days.dedup();
            assert_eq!(days.len(), 730, "{cron} {zone}: two on one day");
        }
    }
}
