//! Looking ahead from a ledger of which everybody knows how it goes on; by API, page and file the same.

use communitytoken::ledger::DAY_MS;
use communitytoken::statistics::{Bucket, Calendar, Forecast, Foretold, Settled};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::kernel::{Community, MORNING};
use crate::pages::Visitor;
use crate::support::Server;

/// What is paid on a day: thrice as much on every seventh.
fn paid(day: i64) -> i64 {
    if day % 7 == 5 { 30 } else { 10 }
}

#[test]
fn a_steady_community_goes_on_as_it_was() {
    let community = Community::founded(4, MORNING);
    community.endow(10_000);
    let calendar = Calendar::new(TimeZone::UTC, Weekday::Monday);
    let (settled, foretold) = (Settled::default(), Foretold::default());
    let look = || -> Forecast {
        let now = community.clock.time();
        foretold.forecast(&community.shell(), &calendar, &settled, Bucket::Day, now).unwrap()
    };
    let founded = MORNING / DAY_MS;
    for day in founded..founded + 60 {
        community.send(0, 1, paid(day)).unwrap();
        let passed = day - founded;
        // The day of the foundation is not a whole one, and this one is not over.
        let outlook = look().volume;
        assert_eq!(
            (outlook.history, outlook.missing),
            ((passed - 1).max(0), (43 - passed).clamp(0, 42)),
            "day {passed}"
        );
        assert_eq!(outlook.series.is_empty(), passed < 43);
        assert_eq!(outlook.backtest.is_none(), passed < 43);
        community.clock.turn(DAY_MS);
    }
    let today = founded + 60;
    let told = look();
    assert_eq!((told.from_time, told.to_time), ((founded + 1) * DAY_MS, today * DAY_MS - 1));
    assert_eq!(told.volume.series.len(), 14);
    for (day, point) in (today..).zip(&told.volume.series) {
        assert_eq!(point.start_at, day * DAY_MS);
        assert!((point.value - paid(day) as f64).abs() < 3.0, "{day}: {point:?}");
        assert!(point.lower <= paid(day) as f64 + 3.0 && point.upper >= paid(day) as f64 - 3.0, "{day}: {point:?}");
    }
    let backtest = told.volume.backtest.as_ref().unwrap();
    assert!(backtest.compared >= 14 && backtest.mean_absolute_error < 3.0, "{backtest:?}");
    for (outlook, value) in
        [(&told.active_users, 2.0), (&told.circulating_supply, 40_000.0), (&told.total_issuance, 40_000.0)]
    {
        assert!(outlook.series.iter().all(|point| (point.value, point.lower, point.upper) == (value, value, value)));
    }
    // What happens today changes nothing in it; that today is over does.
    assert_eq!(look(), told);
    community.send(1, 2, 500).unwrap();
    assert_eq!(look(), told);
    community.clock.turn(DAY_MS);
    let next = look();
    assert_eq!((next.volume.history, next.to_time), (told.volume.history + 1, told.to_time + DAY_MS));
    assert_ne!(next.volume.series, told.volume.series);
    community.assert_sound();
}

#[tokio::test]
async fn page_and_files_say_what_the_api_says() {
    let server = Server::demo().await;
    let aiko = Visitor::sign_in(&server, "aiko").await;
    let told = aiko.figures("forecast").await;
    let page = aiko.page("/statistics/forecast").await;
    assert_eq!(page.matches("<svg class=\"chart wide\"").count(), 4);
    assert!(page.contains("Looking ahead from earlier times was off by"));
    for (file, name) in [
        ("issuance", "total_issuance"),
        ("circulation", "circulating_supply"),
        ("payments", "volume"),
        ("members", "active_users"),
    ] {
        let link = format!("/statistics/forecast/{file}.csv?bucket=day");
        assert!(page.contains(&link), "{link}");
        let rows = aiko.file(&link).await;
        let series = told[name]["series"].as_array().unwrap();
        assert_eq!((rows.len(), series.len()), (14, 14), "{name}");
        for (row, point) in rows.iter().zip(series) {
            for column in ["value", "lower", "upper"] {
                let number = |value: &Value| value.as_f64().unwrap();
                let (in_file, by_api) = (number(&row[column]), number(&point[column]));
                assert!((in_file - by_api).abs() <= by_api.abs() * f64::EPSILON, "{name}: {row:?} and {point}");
            }
        }
    }
    // Some weeks are too few to look ahead by weeks, and it says so.
    let weeks = aiko.figures("forecast?bucket=week").await;
    let missing = weeks["volume"]["missing"].as_i64().unwrap();
    assert!(
        missing > 0
            && weeks["volume"]["series"].as_array().unwrap().is_empty()
            && weeks["volume"]["backtest"].is_null()
    );
    let page = aiko.page("/statistics/forecast?bucket=week").await;
    assert!(page.contains(&format!("and {missing} more must be.")) && !page.contains("<svg class=\"chart"));
    assert!(aiko.file("/statistics/forecast/payments.csv?bucket=week").await.is_empty());
    assert_eq!(aiko.get("/statistics/forecast?bucket=hour").await.status(), 400);
}
