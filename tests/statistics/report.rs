//! The monthly report: each figure counted from the rows, and the same on the page, by the API and in words.

use communitytoken::language::Language;
use communitytoken::statistics::{Asking, Calendar, Foretold, Knowing, Month, Settled, month, report};
use jiff::ToSpan;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::history::Story;
use crate::pages::Visitor;
use crate::recount::Raw;
use crate::support::Server;

/// A month's figures, counted row by row by the calendar.
fn count(raw: &Raw, month: &Month, label: jiff::civil::Date) {
    let start = |date: jiff::civil::Date| date.to_zoned(raw.zone.clone()).unwrap().timestamp().as_millisecond();
    let (from, to) = (start(label), start(label.checked_add(1.month()).unwrap()) - 1);
    assert_eq!((month.from_time, month.to_time), (from, to));
    let sum = |kind: i64| -> (i64, i128) {
        let rows = raw.within(from, to).filter(|row| row.kind == kind);
        rows.fold((0, 0), |(count, volume), row| (count + 1, volume + i128::from(row.amount)))
    };
    let returned: i128 = raw
        .within(from, to)
        .filter(|row| row.kind == 4 && !raw.accounts.contains_key(&row.from))
        .map(|row| i128::from(row.amount))
        .sum();
    let mut amounts: Vec<i64> = raw.within(from, to).filter(|row| row.kind == 3).map(|row| row.amount).collect();
    amounts.sort_unstable();
    let median =
        (!amounts.is_empty()).then(|| (amounts[(amounts.len() - 1) / 2] + amounts[amounts.len() / 2]) as f64 / 2.0);
    assert_eq!((month.payments, month.volume, month.median), (sum(3).0, sum(3).1, median), "{label}");
    assert_eq!((month.issued, month.distributed, month.returned), (sum(1).1, sum(2).1, returned), "{label}");
    assert_eq!((month.circulating_supply, month.system_pool), raw.held(to), "{label}");
    assert_eq!(month.active, raw.traders(from, to).len() as i64, "{label}");
    let moves = |leaving: bool, from: i64| {
        raw.moves.iter().filter(|(at, left)| from <= *at && *at <= to && *left == leaving).count() as i64
    };
    let joined = |from: i64| raw.people.iter().filter(|one| from <= one.joined && one.joined <= to).count() as i64;
    assert_eq!((month.joined, month.left), (joined(from), moves(true, from)), "{label}");
    assert_eq!(month.members, joined(i64::MIN) - moves(true, i64::MIN) + moves(false, i64::MIN), "{label}");
}

/// The reports of a made-up history: of its newest months and of an early one.
pub fn look(story: &Story) {
    let now = story.community.clock.time();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let calendar = Calendar::new(zone.clone(), Weekday::Monday);
    let (settled, foretold) = (Settled::default(), Foretold::default());
    let asking = Asking { oversees: true, now };
    let knowing = Knowing {
        calendar: &calendar,
        symbol: "¤",
        language: Language::English,
        settled: &settled,
        foretold: &foretold,
        asking,
    };
    let books = story.community.books();
    let read = |conn: &rusqlite::Connection| {
        let raw = Raw::read(conn, zone.clone(), Weekday::Monday);
        let this = raw.label("month", now);
        for back in [0, 1, 2, 7] {
            let label = this.checked_sub(back.months()).unwrap();
            let written = label.strftime("%Y-%m").to_string();
            let period = month(&calendar, Some(&written), now)?;
            let made = report(conn, &*books.trail().newest(conn)?, &period, knowing)?;
            assert_eq!((made.month, made.is_over), (written, back > 0));
            count(&raw, &made.figures, label);
            if let Some(previous) = &made.previous {
                count(&raw, previous, label.checked_sub(1.month()).unwrap());
            }
            assert_eq!(
                made.distributions.total.distributed + spilled(&raw, conn, &made.figures),
                made.figures.distributed
            );
            for account in &made.accounts {
                let change = i128::from(account.closing_balance) - i128::from(account.opening_balance);
                assert_eq!(account.income() - account.expense(), change, "{}", account.name);
            }
        }
        let default = month(&calendar, None, now)?;
        assert_eq!(raw.date(default.from()), this.checked_sub(1.month()).unwrap());
        Ok(())
    };
    books.read_blocking(read).unwrap();
}

/// What corrections brought out of the accounts to members: it was not distributed, but looks so in the rows.
fn spilled(raw: &Raw, conn: &rusqlite::Connection, month: &Month) -> i128 {
    assert!(!raw.rows.is_empty());
    let sum: i64 = conn
        .query_row(
            "SELECT coalesce(sum(amount), 0) FROM transactions
              WHERE kind = 2 AND reverses IS NOT NULL AND created_at BETWEEN ?1 AND ?2",
            [month.from_time, month.to_time],
            |row| row.get(0),
        )
        .unwrap();
    sum.into()
}

#[tokio::test]
async fn page_and_api_say_the_same_in_words_and_in_figures() {
    let server = Server::demo().await;
    let (aiko, maria) = (Visitor::sign_in(&server, "aiko").await, Visitor::sign_in(&server, "maria").await);
    let last = aiko.figures("report").await;
    assert_eq!(last["is_over"], true);
    let written = last["month"].as_str().unwrap();
    assert_eq!(aiko.figures(&format!("report?month={written}")).await["figures"], last["figures"]);
    let page = aiko.page(&format!("/statistics/report/{written}")).await;
    let said = last["sentences"].as_array().unwrap();
    assert!(said.len() >= 5, "{said:?}");
    for sentence in said {
        assert!(page.contains(sentence.as_str().unwrap()), "{sentence}");
    }
    assert!(aiko.page("/statistics").await.contains(&format!("href=\"/statistics/report/{written}\"")));
    let time = format!("from_time={}&to_time={}", last["figures"]["from_time"], last["figures"]["to_time"]);
    let supply = aiko.figures(&format!("supply?bucket=month&{time}")).await;
    for name in ["circulating_supply", "system_pool"] {
        assert_eq!(last["figures"][name], supply["series"][0][name]);
    }
    assert_eq!(
        last["figures"]["payments"],
        aiko.figures(&format!("transactions?bucket=month&{time}")).await["by_kind"]["transfer"]["count"]
    );
    let listed = aiko.figures(&format!("distributions?{time}")).await;
    assert_eq!(last["distributions"]["total"], listed["total"]);
    assert_eq!(last["distributions"]["items"][0]["reason"], Value::Null);
    let accounts = aiko.figures(&format!("accounts?bucket=month&{time}")).await;
    for name in ["issued", "distributed", "received_from_members", "paid_to_accounts"] {
        assert_eq!(last["accounts"][0][name], accounts["accounts"][0]["total"][name]);
    }
    let named = maria.figures("report").await;
    assert_ne!(named["distributions"]["items"][0]["reason"], Value::Null);
    // This month is not over, and says so; the one before it is beside it.
    let now = aiko.figures("supply").await["calculated_at"].as_i64().unwrap();
    let this = jiff::Timestamp::from_millisecond(now).unwrap().to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
    let present = aiko.figures(&format!("report?month={this}")).await;
    assert_eq!((&present["is_over"], &present["previous"]), (&false.into(), &last["figures"]));
    assert!(present["sentences"][0].as_str().unwrap().contains("is not over"), "{present}");
    let page = aiko.page(&format!("/statistics/report/{this}")).await;
    assert!(page.contains(&format!("href=\"/statistics/report/{written}\"")), "the month before is a link");
    // Before there was anything there is a report too, of nothing.
    let nothing = aiko.figures("report?month=2001-02").await;
    assert_eq!((&nothing["figures"]["payments"], &nothing["previous"]), (&0.into(), &Value::Null));
    for wrong in ["2001-13", "soon", "9998-01", "2001-02-03"] {
        assert_eq!(aiko.get(&format!("/statistics/report/{wrong}")).await.status(), 400, "{wrong}");
    }
}
