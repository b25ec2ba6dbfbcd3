//! The same by API: names and shapes, what is refused, and what members do not see.

use serde_json::Value;

use crate::support::Server;

const ALL: [&str; 11] = [
    "supply",
    "transactions",
    "users",
    "velocity",
    "distribution",
    "distributions",
    "activity",
    "flow",
    "accounts",
    "forecast",
    "report",
];

#[tokio::test]
async fn everybody_sees_the_figures_and_operators_the_names() {
    let server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    ann.pay(&bob, 25).await.ok(201);
    let operator = server.operator().await;
    for name in ALL {
        let path = format!("/v1/statistics/{name}");
        let answer = ann.get(&path).await.ok(200);
        assert!(answer["calculated_at"].as_i64().unwrap() > 1_700_000_000_000, "{name}");
        let text = answer.to_string();
        assert!(!text.contains("\"ann\"") && !text.contains(&ann.wallet_id), "{name} names nobody: {text}");
        server.stranger("nonsense".into()).get(&path).await.refused(401, "unauthorized");
    }
    let get = async |path: &str| ann.get(&format!("/v1/statistics/{path}")).await.ok(200);
    let supply = get("supply").await;
    assert_eq!((&supply["total_issuance"], &supply["is_consistent"]), (&100.into(), &true.into()));
    assert_eq!(supply["series"].as_array().unwrap().len(), 30);
    assert_eq!(supply["series"][29]["circulating_supply"], 100);
    let moved = get("transactions").await;
    assert_eq!((&moved["count"], &moved["volume"], &moved["median"]), (&3.into(), &225.into(), &100.0.into()));
    assert_eq!(moved["by_kind"]["transfer"]["volume"], 25);
    assert_eq!(moved["by_kind"]["pool"]["count"], 0);
    assert_eq!(moved["by_kind"]["pool"]["average"], Value::Null);
    assert_eq!(moved["by_type"]["1"]["count"], 3);
    assert_eq!(moved["previous"]["count"], 0);
    let members = get("users").await;
    assert_eq!((&members["active_7d"], &members["series"][11]["active"]), (&2.into(), &2.into()));
    assert_eq!(members["cohorts"][11]["active"][0], 2);
    assert_eq!(get("velocity").await["velocity"], 0.25);
    assert_eq!(get("accounts").await["accounts"][0]["total"]["distributed"], 100);
    assert_eq!(get("flow").await["connections"], 1);
    let hours = get("activity").await;
    let counts: i64 = hours["cells"].as_array().unwrap().iter().map(|cell| cell["count"].as_i64().unwrap()).sum();
    assert_eq!(counts, 1);
    let named = operator.get("/v1/statistics/distribution").await.ok(200);
    assert_eq!(named["top"][0]["username"], "ann");
    let named = operator.get("/v1/statistics/flow").await.ok(200);
    assert_eq!(
        (&named["strongest"][0]["from_username"], &named["strongest"][0]["to_username"]),
        (&"ann".into(), &"bob".into())
    );
}

/// Maria's demonstration has a distribution a week: listed page by page, each to be had by its id, with what it
/// was for only where one may know.
#[tokio::test]
async fn distributions_are_listed_with_what_they_did() {
    let server = Server::demo().await;
    let enter = |name| {
        let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
        server.stranger(token)
    };
    let (aiko, maria) = (enter("aiko"), enter("maria"));
    let all = aiko.get("/v1/statistics/distributions").await.ok(200);
    let items = all["items"].as_array().unwrap();
    assert_eq!((items.len(), &all["distributions"], &all["next_cursor"]), (7, &7.into(), &Value::Null));
    let sum = |name: &str| items.iter().map(|one| one[name].as_i64().unwrap()).sum::<i64>();
    for name in ["distributed", "spent_7d", "spent_30d", "spent_90d", "spent", "taken_back", "still", "returned"] {
        assert_eq!(all["total"][name], sum(name), "{name}");
    }
    assert_eq!(sum("distributed"), 24 * (500 + 6 * 50));
    assert_eq!(sum("distributed"), sum("spent") + sum("taken_back") + sum("still"));
    assert!(sum("spent_7d") > 0 && sum("spent_7d") < sum("spent_30d"));
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = aiko.get(&format!("/v1/statistics/distributions?limit=3{cursor}")).await.ok(200);
        assert_eq!((&page["total"], &page["distributions"]), (&all["total"], &7.into()));
        listed.extend(page["items"].as_array().unwrap().iter().map(|one| one["distribution_id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(listed, items.iter().map(|one| one["distribution_id"].clone()).collect::<Vec<_>>());
    let first = &items[6];
    let only = format!("/v1/statistics/distributions?to_time={}", first["created_at"]);
    assert_eq!(aiko.get(&only).await.ok(200)["items"].as_array().unwrap().len(), 1);
    let path = format!("/v1/statistics/distributions/{}", first["distribution_id"].as_str().unwrap());
    let (one, named) = (aiko.get(&path).await.ok(200), maria.get(&path).await.ok(200));
    assert_eq!((&one["recipients"], &one["spent"]), (&24.into(), &first["spent"]));
    assert_eq!((&one["reason"], &named["reason"]), (&Value::Null, &"Everyone's first tokens".into()));
    aiko.get("/v1/statistics/distributions/nobody").await.refused(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_by_name() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    for (path, field) in [
        ("transactions?from_time=2&to_time=1", "to_time"),
        ("transactions?bucket=hour&from_time=0&to_time=31536000000000", "bucket"),
        ("transactions?bucket=fortnight", "bucket"),
        ("transactions?bucket=", "bucket"),
        ("transactions?from_time=yesterday", "from_time"),
        ("transactions?from_time=-1", "from_time"),
        ("supply?to_time=9223372036854775807", "to_time"),
        ("activity?to_time=-9223372036854775808", "to_time"),
        ("flow?to_time=9223372036854775807", "to_time"),
        ("supply?time_zone=Europe/Nowhere", "time_zone"),
        ("velocity?from_time=1.5", "from_time"),
        ("accounts?from_time=9999999999999999999", "from_time"),
        ("users?bucket=hour", "bucket"),
        ("activity?from_time=0", "from_time"),
        ("activity?bucket=day", "bucket"),
        ("flow?from_time=0&to_time=31536000000000", "from_time"),
        ("flow?from_time=2&to_time=1", "to_time"),
        ("distributions?from_time=2&to_time=1", "to_time"),
        ("distributions?from_time=-1", "from_time"),
        ("distributions?limit=201", "limit"),
        ("distributions?cursor=made-up", "cursor"),
        ("distributions?bucket=day", "bucket"),
        ("forecast?bucket=hour", "bucket"),
        ("report?month=october", "month"),
        ("report?month=2026-13", "month"),
        ("report?month=2026-1", "month"),
        ("report?month=1969-12", "month"),
        ("report?month=9998-12", "month"),
        ("report?from_time=1", "from_time"),
        ("forecast?bucket=fortnight", "bucket"),
        ("forecast?from_time=1", "from_time"),
    ] {
        let problem = ann.get(&format!("/v1/statistics/{path}")).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], field, "{path}: {problem}");
    }
}

#[tokio::test]
async fn weeks_begin_as_the_community_says() {
    for (week, first) in [("monday", 1), ("sunday", 7)] {
        let settings =
            Server::settings(&format!("[community]\ntime_zone = \"Australia/Lord_Howe\"\nweek_starts = \"{week}\"\n"));
        let mut server = Server::prepare(&settings);
        server.serve(&[]).await;
        let ann = server.member("ann").await;
        assert_eq!(ann.get("/v1/statistics/activity").await.ok(200)["cells"][0]["weekday"], first);
        let weeks = ann.get("/v1/statistics/transactions?bucket=week").await.ok(200);
        assert_eq!(weeks["series"].as_array().unwrap().len(), 26);
    }
}
