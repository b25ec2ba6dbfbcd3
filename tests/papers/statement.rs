//! The statement of a month: the same to the last token as the history, whatever was written with it, and
//! however much it is.

use std::time::{Duration, Instant};

use jiff::ToSpan;
use serde_json::{Value, json};

use crate::pdf::Pdf;
use crate::reader::Reader;
use crate::support::Server;
use crate::support::clock::Clock;

const ZONE: &str = "Asia/Tokyo";

/// A community in Tokyo, with a clock that the test sets.
async fn community() -> (Server, Clock) {
    let mut server = Server::prepare(&format!(
        "[community]\nname = \"緑の里 Größe\"\ntoken_name = \"木の葉\"\ntoken_symbol = \"🌿\"\ntime_zone = \"{ZONE}\"\n\
         [server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n"
    ));
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    (server, clock)
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Every payment of the month stands on the paper, in its order, with its amount and the balance after it.
#[track_caller]
fn compare(paper: &Pdf, wallet: &str, payments: &[Value]) {
    let mut rest = paper.words();
    for payment in payments {
        let sign = if payment["to"]["wallet_id"] == wallet { "+" } else { "\u{2013}" };
        let (amount, balance) = (payment["amount"].as_i64().unwrap(), payment["balance_after"].as_i64().unwrap());
        let figures = format!("{sign}{} {}", grouped(amount), grouped(balance));
        let place = rest.find(&figures).unwrap_or_else(|| panic!("{figures} is not in {rest}"));
        rest = rest.split_off(place + figures.len());
    }
}

#[tokio::test]
async fn a_statement_says_what_the_history_says() {
    let (server, clock) = community().await;
    let (ann, bob) = (Reader::join(&server, "ann").await, Reader::join(&server, "bob").await);
    let give = |to: &Reader, amount: i64| {
        let to = format!("{}={amount}", to.member.wallet_id);
        server.cli(&["distribute", "--to", &to, "--reason", "Start"]).ok();
    };
    give(&ann, 9_000_000_000_000_000_000);
    let long = "長いメモです。".repeat(40);
    let notes = [
        "Bread and cheese",
        "山田さんへ、ありがとうございます「本当に」。",
        "🥕 carrots 👩\u{200d}🌾",
        "שלום 12 שקל",
        "(\u{5c}) %%EOF endobj <</JS>> ((",
        &long,
        "ŁódźÆøß ¿qué? Ελλάδα Привет",
    ];
    for (place, note) in notes.iter().enumerate() {
        let amount = [1_i64, 999, 1_000, 8_000_000_000_000_000_000, 12_345, 7, 50][place];
        let body = json!({ "to_wallet_id": bob.member.wallet_id, "amount": amount, "note": note });
        ann.member.post("/v1/transfers", &body).await.ok(201);
    }
    bob.member.pay(&ann.member, 4_000_000_000_000_000_000).await.ok(201);
    let (ahead, month) = Clock::month_over(ZONE, 60);
    let payments = ann.history().await;
    assert_eq!(payments.len(), 9);

    // While the month lasts, it is told up to now.
    let paper = ann.paper(&format!("/history/statement.pdf?month={month}"), "en").await;
    paper.says("the month is not over yet");
    compare(&paper, &ann.member.wallet_id, &payments);

    // When it is over it is the one that is offered, and what comes later is not on it.
    clock.set(ahead);
    let (ann, bob) = (Reader::come_back(&server, &clock, "ann").await, Reader::come_back(&server, &clock, "bob").await);
    // A key that does not say when it was made: by this clock, it would be an old one.
    let (one, key) = (json!({ "to_wallet_id": ann.member.wallet_id, "amount": 1 }), uuid::Uuid::new_v4().to_string());
    bob.member.post_with("/v1/transfers", &one, &key).await.ok(201);
    let page = ann.open("/history", "en").await.text().await.unwrap();
    assert!(page.contains(&format!("value=\"{month}\"")) && page.contains("To print (PDF)"), "{page}");
    let paper = ann.paper("/history/statement.pdf", "en").await;
    compare(&paper, &ann.member.wallet_id, &payments);
    let sent: i64 = 1 + 999 + 1_000 + 8_000_000_000_000_000_000 + 12_345 + 7 + 50;
    let closing = payments[8]["balance_after"].as_i64().unwrap();
    for words in [
        "ann in 緑の里 Größe",
        &format!("Wallet {}. All amounts are in 木の葉.", ann.member.wallet_id),
        "Balance at the beginning 0 木の葉",
        "Received 2 payments 13,000,000,000,000,000,000 木の葉",
        &format!("Sent 7 payments \u{2013}{} 木の葉", grouped(sent)),
        &format!("Balance at the end {} 木の葉", grouped(closing)),
        "緑の里 Größe · page 1 of",
    ] {
        paper.says(words);
    }
    let text: String = paper.text.split_whitespace().collect();
    for note in
        ["Bread", "cheese", "山田", "りがとうございます「本当に」。", "carrots", "%%EOF", "Ελλάδα", "Привет", "ŁódźÆøß"]
    {
        assert!(text.contains(note), "{note} is not in {text}");
    }
    assert!(!text.contains('🥕') && !text.contains('ש'), "what cannot be written is a box: {text}");
    assert!(text.contains("□carrots"), "{text}");
    assert!(!text.contains("was not over"), "{text}");
    assert!(
        paper.about("Title").starts_with("Statement for") && paper.about("Page size").contains("A4"),
        "{}",
        paper.info
    );
    assert_eq!((paper.about("Tagged"), paper.about("JavaScript"), paper.about("Encrypted")), ("yes", "no", "no"));
    let structure = paper.structure();
    for part in ["H1", "H2", "Table", "TR", "TH", "TD"] {
        assert!(structure.contains(part), "{part} is not in {structure}");
    }

    // The month that begins has an opening balance, and so has one that comes without payments.
    let this = ann.paper(&format!("/history/statement.pdf?month={}", next(&month)), "en").await;
    this.says(&format!("Balance at the beginning {} 木の葉", grouped(closing)));
    this.says(&format!("Balance at the end {} 木の葉", grouped(closing + 1)));
    let before = ann.paper("/history/statement.pdf?month=2001-02", "en").await;
    before.says("Nothing came and nothing went in this time.");

    // As a table.
    let table = ann.open(&format!("/history/statement.csv?month={month}"), "en").await;
    let name = format!("attachment; filename=\"statement-{month}.csv\"");
    assert_eq!(table.headers()["content-disposition"], name.as_str());
    let table = table.text().await.unwrap();
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 9);
    for (row, payment) in rows.iter().zip(&payments) {
        assert_eq!(
            (row[1].into(), row[4].parse(), row[5].parse()),
            (
                payment["id"].clone(),
                Ok(payment["amount"].as_i64().unwrap()),
                Ok(payment["balance_after"].as_i64().unwrap())
            )
        );
    }
    for wrong in ["2001-13", "soon", "9998-01", "2001-02-03", ""] {
        for kind in ["pdf", "csv"] {
            assert_eq!(
                ann.open(&format!("/history/statement.{kind}?month={wrong}"), "en").await.status(),
                400,
                "{wrong}"
            );
        }
    }
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

fn next(month: &str) -> String {
    let first: jiff::civil::Date = format!("{month}-01").parse().unwrap();
    first.checked_add(1.month()).unwrap().strftime("%Y-%m").to_string()
}

/// In the words and with the figures of the reader's language.
#[tokio::test]
async fn a_statement_speaks_the_readers_language() {
    let (server, _clock) = community().await;
    let ann = Reader::join(&server, "ann").await;
    server.cli(&["distribute", "--to", &format!("{}=1234567", ann.member.wallet_id), "--reason", "Start"]).ok();
    let (_, month) = Clock::month_over(ZONE, 0);
    for (language, words) in [
        ("de", ["Auszug für", "Guthaben am Ende 1.234.567", "Von der Gemeinschaft", "Seite 1 von 1"]),
        ("es", ["Extracto de", "Saldo al final 1 234 567", "De la comunidad", "página 1 de 1"]),
        ("ja", ["の明細書", "おわりの残高 1,234,567", "コミュニティから", "1 / 1 ページ"]),
    ] {
        let paper = ann.paper(&format!("/history/statement.pdf?month={month}"), language).await;
        for words in words {
            paper.says(words);
        }
    }
}

/// Ten thousand payments are some hundred pages with the heads on each; one more is too many, and says so.
/// Meanwhile everyone else is answered.
#[tokio::test]
async fn ten_thousand_payments_take_bounded_time() {
    let (server, _clock) = community().await;
    let ann = Reader::join(&server, "ann").await;
    let give = |count: i64| {
        let recipients = json!([{ "wallet_id": ann.member.wallet_id, "amount": 3 }]).to_string();
        server.sql(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO direct_distributions (operator, reason, recipients) SELECT 'test', 'Many', '{recipients}' FROM n"
        ));
    };
    give(10_000);
    let (_, month) = Clock::month_over(ZONE, 0);
    let path = format!("/history/statement.pdf?month={month}");
    let began = Instant::now();
    let (paper, slowest) = tokio::join!(ann.paper(&path, "en"), async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let began = Instant::now();
            assert_eq!(ann.member.balance().await, 30_000);
            slowest = slowest.max(began.elapsed());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest
    });
    let took = began.elapsed();
    println!("10,000 payments: {took:?}, {} pages; a balance meanwhile took {slowest:?} at most", paper.about("Pages"));
    assert!(took < Duration::from_mins(1), "{took:?}");
    let pages = paper.pages();
    assert_eq!(pages.len().to_string(), paper.about("Pages"));
    for page in &pages {
        assert!(page.contains("Amount") && page.contains("Balance"), "a page without heads: {page}");
    }
    assert!(
        pages.last().unwrap().contains("30,000")
            && pages.last().unwrap().contains(&format!("page {0} of {0}", pages.len()))
    );
    assert_eq!(paper.words().matches("+3 ").count(), 10_000);
    give(1);
    let refused = ann.open(&path, "en").await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("Take your whole history as a table"));
}
