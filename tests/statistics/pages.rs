//! The page: the same numbers as by API, in charts, tables and files; for everyone, with and without eyes.

use std::collections::{BTreeMap, BTreeSet};

use communitytoken::server::page_paths;
use reqwest::Response;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::Value;

use crate::support::{Member, Server};

/// Somebody with a browser and with a token.
pub struct Visitor<'a> {
    server: &'a Server,
    pub cookie: String,
    api: Member,
}

impl<'a> Visitor<'a> {
    pub async fn sign_in(server: &'a Server, name: &str) -> Self {
        let member = server.cli(&["member", "show", name]).ok();
        Self::enter(server, name, ("user_id", member["id"].as_str().unwrap())).await
    }

    pub async fn enter(server: &'a Server, name: &str, field: (&str, &str)) -> Self {
        let request = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        let answer = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(serde_urlencoded::to_string([field]).unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303);
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
        Self { server, cookie, api: server.stranger(token) }
    }

    pub async fn get(&self, path: &str) -> Response {
        let request = self.server.client.get(format!("{}{path}", self.server.base)).header("accept", "text/html");
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    pub async fn figures(&self, path: &str) -> Value {
        self.api.get(&format!("/v1/statistics/{path}")).await.ok(200)
    }

    /// A file's rows, each by the names of its columns.
    pub async fn file(&self, path: &str) -> Vec<Row> {
        let answer = self.get(path).await;
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8", "{path}");
        let name = path.split('?').next().unwrap().rsplit('/').next().unwrap();
        assert_eq!(answer.headers()["content-disposition"], format!("attachment; filename=\"{name}\""));
        let text = answer.text().await.unwrap();
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
    }
}

/// A row of a file, by the names of its columns.
pub type Row = BTreeMap<String, Value>;

/// Every `attribute="..."` of a page.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    page.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The parts of an address that name a time, as they stand in the page.
fn addresses(page: &str) -> Vec<String> {
    attributes(page, "href").into_iter().map(|href| href.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// What a file says of a figure is what the API says. The last bit of a quotient may differ here, where the
/// test reads it out of JSON.
fn same(cell: &Value, figure: &Value) -> bool {
    match (cell, figure) {
        (Value::String(text), Value::Null) => text.is_empty(),
        (Value::Number(cell), Value::Number(figure)) if cell.is_f64() || figure.is_f64() => {
            let (cell, figure) = (cell.as_f64().unwrap(), figure.as_f64().unwrap());
            (cell - figure).abs() <= figure.abs() * f64::EPSILON
        }
        _ => cell == figure,
    }
}

pub fn equal(rows: &[Row], figures: &[&Value], columns: &[&str], of: &str) {
    assert_eq!(rows.len(), figures.len(), "{of}");
    assert!(!rows.is_empty(), "{of} has rows");
    for (row, figure) in rows.iter().zip(figures) {
        for column in columns {
            assert!(same(&row[*column], &figure[column]), "{of}, {column}: {row:?} and {figure}");
        }
    }
}

pub fn items<'a>(figures: &'a Value, name: &str) -> Vec<&'a Value> {
    figures[name].as_array().unwrap().iter().collect()
}

#[tokio::test]
async fn the_files_hold_what_the_api_says() {
    let server = Server::demo().await;
    let (aiko, maria) = (Visitor::sign_in(&server, "aiko").await, Visitor::sign_in(&server, "maria").await);
    for bucket in ["day", "week", "month"] {
        let all = aiko.figures(&format!("supply?bucket={bucket}")).await;
        let time = format!("bucket={bucket}&from_time={}&to_time={}", all["from_time"], all["to_time"]);
        let file = async |name: &str| aiko.file(&format!("/statistics/{name}.csv?{time}")).await;
        let api = async |name: &str| aiko.figures(&format!("{name}?{time}")).await;
        let columns = ["total_issuance", "circulating_supply", "system_pool", "is_consistent"];
        equal(&file("supply").await, &items(&all, "series"), &columns, "supply");
        let (paid, velocity) = (file("payments").await, api("velocity").await);
        let (points, over) = (items(&velocity, "series"), paid.len() - 1);
        equal(&paid, &points, &["volume", "average_circulation", "velocity"], "payments");
        // What the last one comes to in a year changes as it goes on.
        equal(&paid[..over], &points[..over], &["annualised"], "payments");
        let moved = api("transactions").await;
        equal(&file("transactions").await, &items(&moved, "series"), &["count", "volume"], "transactions");
        let kinds: Vec<&Value> = moved["by_kind"].as_object().unwrap().values().collect();
        equal(&file("kinds").await, &kinds, &["count", "volume", "average", "median"], "kinds");
        let members = api("users").await;
        let columns = ["active", "joined", "left", "returned", "total"];
        equal(&file("members").await, &items(&members, "series"), &columns, "members");
        equal(&file("cohorts").await, &items(&members, "cohorts"), &["joined"], "cohorts");
        let accounts = api("accounts").await;
        let columns = ["opening_balance", "closing_balance"];
        equal(&file("accounts").await, &items(&accounts, "accounts"), &columns, "accounts");
        let totals: Vec<&Value> = items(&accounts, "accounts").into_iter().map(|account| &account["total"]).collect();
        let ways = ["issued", "received_from_members", "received_from_accounts", "distributed", "paid_to_accounts"];
        equal(&file("accounts").await, &totals, &ways, "accounts");
        let series: Vec<&Value> =
            items(&accounts, "accounts").into_iter().flat_map(|account| items(account, "series")).collect();
        equal(&file("movements").await, &series, &[&ways[..], &["balance"]].concat(), "movements");
        assert_eq!(file("hours").await.iter().map(|row| row["count"].as_i64().unwrap()).sum::<i64>(), {
            let hours = aiko.figures(&format!("activity?to_time={}", all["calculated_at"])).await;
            items(&hours, "cells").iter().map(|cell| cell["count"].as_i64().unwrap()).sum::<i64>()
        });
    }
    let spread = aiko.figures("distribution").await;
    let (mut before, lorenz) = (0.0, items(&spread, "lorenz"));
    for (row, share) in aiko.file("/statistics/tenths.csv").await.iter().zip(&lorenz[1..]) {
        assert!(same(&row["cumulative_share"], share), "{row:?} and {share}");
        assert!((row["share"].as_f64().unwrap() + before - share.as_f64().unwrap()).abs() < 1e-12, "{row:?}");
        before = share.as_f64().unwrap();
    }
    let holders = aiko.file("/statistics/holders.csv").await;
    equal(&holders, &items(&spread, "top"), &["rank", "balance", "share"], "holders");
    assert!(holders.iter().all(|holder| holder.get("username").is_none()), "members see no names: {holders:?}");
    let named = maria.figures("distribution").await;
    let holders = maria.file("/statistics/holders.csv").await;
    equal(&holders, &items(&named, "top"), &["rank", "username", "balance", "share"], "holders for operators");
}

/// Each chart is named and described, each has its table and its file; each other time is a link.
#[tokio::test]
async fn charts_speak_and_times_stay_in_the_address() {
    let server = Server::demo().await;
    let aiko = Visitor::sign_in(&server, "aiko").await;
    let maria = Visitor::sign_in(&server, "maria").await;
    let page = aiko.page("/statistics").await;
    assert_eq!(page.matches("<svg class=\"chart ").count(), 7);
    let ids: Vec<&str> = attributes(&page, "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "no id twice: {ids:?}");
    for named in attributes(&page, "aria-labelledby").iter().flat_map(|names| names.split(' ')) {
        assert!(ids.contains(&named), "{named}");
    }
    let links = addresses(&page);
    let files: Vec<&str> = page_paths()
        .into_iter()
        .filter(|path| path.starts_with("/statistics/") && path.contains(".csv"))
        .filter(|path| {
            ["forecast", "distributions", "connections", "groups", "sandbox"].iter().all(|other| !path.contains(other))
        })
        .collect();
    assert_eq!(files.len(), 11);
    for path in files {
        let link = links.iter().find(|link| link.starts_with(&format!("{path}?bucket=day&from_time=")));
        assert!(!aiko.file(link.unwrap_or_else(|| panic!("no link to {path}"))).await.is_empty(), "{path}");
    }
    let mut views: Vec<String> = links.into_iter().filter(|link| link.starts_with("/statistics?")).collect();
    assert_eq!(views.len(), 6, "four usual times, everything, and what was before: {views:?}");
    let earlier = views.pop().unwrap();
    for view in &views {
        let page = aiko.page(view).await;
        let shown = page.split("<nav class=\"views\"").nth(1).unwrap().split("</nav>").next().unwrap();
        assert_eq!(shown.matches("aria-current=\"page\"").count(), 1, "{view}: {shown}");
        let current = shown.split("</a>").find(|link| link.contains("aria-current")).unwrap();
        assert!(addresses(current).iter().any(|href| href == view), "{view}: {current}");
        assert!(page.contains("<svg class=\"chart wide\""), "{view}");
    }
    // There and back again.
    let before = aiko.page(&earlier).await;
    let later = addresses(&before).into_iter().rfind(|link| link.starts_with("/statistics?")).unwrap();
    let supply =
        |page: &str| page.split("id=\"supply-over-time\"").nth(1).unwrap().split("</svg>").next().unwrap().to_owned();
    assert_eq!(supply(&aiko.page(&later).await), supply(&page));
    assert_ne!(supply(&before), supply(&page));
    // Long before there was anything: no chart, but a sentence, and rows of nought.
    let nothing = aiko.page("/statistics?bucket=day&from_time=1000000000000&to_time=1000300000000").await;
    assert!(
        nothing.contains("Nothing had been issued by then.") && nothing.contains("Nobody paid anybody in this time.")
    );
    for wrong in ["bucket=year", "from_time=2&to_time=1", "bucket=hour&from_time=0", "time_zone=UTC", "from_time=-1"] {
        assert_eq!(aiko.get(&format!("/statistics?{wrong}")).await.status(), 400, "{wrong}");
        assert_eq!(aiko.get(&format!("/statistics/supply.csv?{wrong}")).await.status(), 400, "{wrong}");
    }
    let who = ">Who</th>";
    assert!(!page.contains(who), "members see no names");
    assert!(maria.page("/statistics").await.contains(who));
}

#[tokio::test]
async fn an_empty_community_is_told_so() {
    let mut server = Server::prepare(
        "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n",
    );
    server.serve(&[]).await;
    let ann = Visitor::enter(&server, "ann", ("new_username", "ann")).await;
    let page = ann.page("/statistics").await;
    assert!(page.contains("Nothing has moved yet."), "{page}");
    assert!(!page.contains("<svg class=\"chart"));
    let page = ann.page("/statistics/distributions").await;
    assert!(page.contains("Nothing has been distributed yet.") && !page.contains("<svg class=\"chart"), "{page}");
    // The files are there, with rows of nought.
    let rows = ann.file("/statistics/supply.csv").await;
    assert_eq!(rows.len(), 30);
    assert!(rows.iter().all(|row| row["total_issuance"] == 0 && row["is_consistent"] == true));
}

/// What distributions did: charts, and a file that says what the API says. Operators read what each was for.
#[tokio::test]
async fn what_distributions_did_is_a_page() {
    let server = Server::demo().await;
    let (aiko, maria) = (Visitor::sign_in(&server, "aiko").await, Visitor::sign_in(&server, "maria").await);
    let columns = [
        "recipients",
        "distributed",
        "spent_7d",
        "spent_30d",
        "spent_90d",
        "spent",
        "spenders_7d",
        "spenders_30d",
        "spenders_90d",
        "spenders",
        "taken_back",
        "still",
        "out_of_reach",
        "returned",
        "system_account",
    ];
    for limit in ["", "?limit=3"] {
        let figures = aiko.figures(&format!("distributions{limit}")).await;
        let rows = aiko.file(&format!("/statistics/distributions.csv{limit}")).await;
        equal(&rows, &items(&figures, "items"), &columns, "distributions");
        assert!(rows.iter().all(|row| !row.contains_key("reason")), "{rows:?}");
    }
    let named = maria.figures("distributions").await;
    let rows = maria.file("/statistics/distributions.csv").await;
    equal(&rows, &items(&named, "items"), &["reason", "spent"], "distributions for operators");
    let page = aiko.page("/statistics/distributions?limit=3").await;
    assert_eq!(page.matches("<svg class=\"chart wide\"").count(), 2);
    assert!(page.contains("19,200\u{a0}¤ were distributed."), "{page}");
    assert!(!page.contains("What for") && maria.page("/statistics/distributions").await.contains("What for"));
    let earlier = addresses(&page).into_iter().find(|link| link.contains("cursor=")).unwrap();
    assert_eq!(aiko.page(&earlier).await.matches("<svg class=\"chart wide\"").count(), 2);
    assert_eq!(aiko.get("/statistics/distributions?limit=0").await.status(), 400);
}

/// The network: as many lines and dots as there are connections and members, the same drawing for everybody,
/// and names for operators alone.
#[tokio::test]
async fn who_trades_with_whom_is_a_page() {
    let server = Server::demo().await;
    let (aiko, maria) = (Visitor::sign_in(&server, "aiko").await, Visitor::sign_in(&server, "maria").await);
    let figures = aiko.figures("flow").await;
    let time = format!("from_time={}&to_time={}", figures["from_time"], figures["to_time"]);
    let page = aiko.page(&format!("/statistics/flow?{time}")).await;
    let drawing =
        |page: &str| page.split("<svg class=\"network\"").nth(1).unwrap().split("</svg>").next().unwrap().to_owned();
    let lines = drawing(&page).matches("<path d=").count();
    assert_eq!(lines, 60.min(usize::try_from(figures["connections"].as_i64().unwrap()).unwrap()));
    let connections = aiko.file(&format!("/statistics/connections.csv?{time}")).await;
    assert_eq!(connections.len(), lines);
    equal(&connections[..20], &items(&figures, "strongest"), &["from", "to", "count", "volume"], "connections");
    let members: BTreeSet<i64> =
        connections.iter().flat_map(|row| [&row["from"], &row["to"]].map(|end| end.as_i64().unwrap())).collect();
    assert_eq!(drawing(&page).matches("<circle ").count(), members.len());
    let groups = aiko.file(&format!("/statistics/groups.csv?{time}")).await;
    equal(&groups, &items(&figures, "clusters"), &["members", "count", "volume"], "groups");
    assert_eq!(drawing(&aiko.page(&format!("/statistics/flow?{time}")).await), drawing(&page), "always the same");
    let named = maria.page(&format!("/statistics/flow?{time}")).await;
    for name in ["tomas", "bela", "chidi", "vera"] {
        assert!(!page.contains(name) && named.contains(name), "{name} is for operators to see");
    }
    assert!(connections.iter().all(|row| !row.contains_key("from_username")));
    let named = maria.figures(&format!("flow?{time}")).await;
    let rows = maria.file(&format!("/statistics/connections.csv?{time}")).await;
    equal(&rows[..20], &items(&named, "strongest"), &["from_username", "to_username"], "connections for operators");
    let nothing = aiko.page("/statistics/flow?from_time=1000000000000&to_time=1000300000000").await;
    assert!(nothing.contains("No member paid another one in this time.") && !nothing.contains("<svg class=\"network"));
    assert_eq!(aiko.get("/statistics/flow?from_time=0").await.status(), 400);
}
