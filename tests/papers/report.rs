//! The monthly report on paper: what the API says of the month, in the reader's language.

use serde_json::Value;

use crate::pdf::Pdf;
use crate::reader::Reader;
use crate::support::Server;
use crate::support::clock::Clock;

/// A text without the spaces at which lines may end.
fn closed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[track_caller]
fn says(paper: &Pdf, words: &str) {
    assert!(closed(&paper.text).contains(&closed(words)), "{words:?} is not in {}", paper.text);
}

/// A whole number in English groups.
fn grouped(number: &Value) -> String {
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

#[tokio::test]
async fn the_report_says_what_the_api_says() {
    let server = Server::demo().await;
    let clock = Clock::build(server.folder.path());
    let aiko = Reader::come_back(&server, &clock, "aiko").await;
    let report = aiko.member.get("/v1/statistics/report").await.ok(200);
    let month = report["month"].as_str().unwrap();
    let page = aiko.open(&format!("/statistics/report/{month}"), "en").await.text().await.unwrap();
    assert!(page.contains(&format!("href=\"/statistics/report.pdf?month={month}\"")), "{page}");

    let paper = aiko.paper(&format!("/statistics/report.pdf?month={month}"), "en").await;
    for sentence in report["sentences"].as_array().unwrap() {
        says(&paper, sentence.as_str().unwrap());
    }
    let (this, before) = (&report["figures"], &report["previous"]);
    for (what, name, is_tokens) in [
        ("Payments between members", "payments", false),
        ("What they moved", "volume", true),
        ("Members", "members", false),
        ("Members who traded", "active", false),
        ("Members who joined", "joined", false),
        ("Members who left", "left", false),
        ("Paid to the community’s accounts", "returned", true),
        ("With members at the end", "circulating_supply", true),
        ("In the community’s accounts at the end", "system_pool", true),
    ] {
        let sign = if is_tokens { "¤" } else { "" };
        // The month before stands beside it, where there was one.
        let beside = if before.is_null() { String::new() } else { format!("{} {sign}", grouped(&before[name])) };
        says(&paper, &format!("{what} {} {sign} {beside}", grouped(&this[name])));
    }
    for account in report["accounts"].as_array().unwrap() {
        let sum = |names: &[&str]| Value::from(names.iter().map(|name| account[*name].as_i64().unwrap()).sum::<i64>());
        let figures = [
            account["opening_balance"].clone(),
            sum(&["issued", "received_from_members", "received_from_accounts"]),
            sum(&["distributed", "paid_to_accounts"]),
            account["closing_balance"].clone(),
        ];
        let line: String = figures.iter().map(grouped).collect();
        // The name may take several lines beside its figures.
        assert!(closed(&paper.text).contains(&line), "{account}: {line} is not in {}", paper.text);
    }
    for one in report["distributions"]["items"].as_array().unwrap() {
        let figures: String =
            ["recipients", "distributed", "spent_7d", "spent", "still"].map(|name| grouped(&one[name])).concat();
        says(&paper, &figures);
    }
    assert!(
        paper.about("Title").starts_with("Report of ") && paper.about("Page size").contains("A4"),
        "{}",
        paper.info
    );
    let count = paper.pages().len();
    for (place, page) in paper.pages().iter().enumerate() {
        assert!(page.contains(&format!("page {} of {count}", place + 1)), "{page}");
    }
    let structure = paper.structure();
    assert!(structure.contains("Figure") && structure.contains("Table"), "{structure}");

    // By the API the same, and the newest month that is over where nothing is said.
    let by_token = aiko.paper_by_token("/v1/statistics/report.pdf", "en").await;
    let until_then = |paper: &Pdf| paper.words().split("Counted from the ledger").next().unwrap().to_owned();
    assert_eq!(until_then(&by_token), until_then(&paper));
    for wrong in ["?month=2001-13", "?month=soon", "?month=9998-01", "?other=1"] {
        aiko.member.get(&format!("/v1/statistics/report.pdf{wrong}")).await.refused(400, "invalid_request");
    }
    // Of a month in which nothing was there is a report, too.
    let nothing = aiko.paper("/statistics/report.pdf?month=2001-02", "en").await;
    says(&nothing, "Nobody paid anybody in this time.");
    for (language, words) in [
        ("de", ["Bericht", "In Zahlen", "Seite 1 von"]),
        ("es", ["Informe", "En cifras", "página 1 de"]),
        ("ja", ["報告", "数字で", "1 / "]),
    ] {
        let paper = aiko.paper("/statistics/report.pdf", language).await;
        let page = aiko.open(&format!("/statistics/report/{month}"), language).await.text().await.unwrap();
        assert!(!paper.text.contains('□'), "{language} has letters that cannot be written: {}", paper.text);
        for words in words {
            assert!(closed(&paper.text).contains(&closed(words)), "{words} is not in {}", paper.text);
        }
        for sentence in page.split("<p>").skip(1).map(|rest| rest.split("</p>").next().unwrap()).take(4) {
            says(&paper, &sentence.replace("&#39;", "'"));
        }
    }
}
