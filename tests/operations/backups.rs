//! Backups that are taken by themselves: the first when there is none, each proven, the oldest removed and
//! never the last good one; and what cannot be taken is said where somebody looks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use super::support::Server;

const SCHEDULE: &str = "[backup]\nevery_hours = 1\nkeep = 2\n";

fn found(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut backups: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "db")).collect();
    backups.sort();
    backups
}

async fn until(server: &Server, what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn taken(server: &Server) {
    until(server, || server.log().contains("a backup was taken and proven")).await;
}

/// As if it had been taken so many hours ago.
fn age(path: &Path, hours: u64) {
    let then = SystemTime::now() - Duration::from_hours(hours);
    fs::File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
}

/// Someone new, by the developer identity; gives the cookie.
async fn signed_in(server: &Server, name: &str) -> String {
    let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
    let answer = post.form(&[("new_username", name)]).send().await.unwrap();
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// With each start one is due here: three are taken, two stay, each can be restored, and what a person
/// laid there is left alone.
#[tokio::test]
async fn they_are_taken_proven_and_few() {
    let mut server = Server::prepare(&format!("{}{SCHEDULE}", Server::settings("")));
    let folder = server.path("backups");
    server.serve(&[]).await;
    taken(&server).await;
    let first = found(&folder)[0].clone();
    let name = first.file_name().unwrap().to_str().unwrap();
    let line = || server.sql("SELECT operator, target, reason FROM audit_log WHERE action = 'backup.take'");
    until(&server, || line().as_array().is_some_and(|lines| !lines.is_empty())).await;
    assert_eq!(
        line(),
        json!([{ "operator": "communitytoken", "target": name, "reason": "Taken by itself, as the settings say" }])
    );
    server.funded("ann", 100).await;
    server.stop();
    // Not an hour has passed: none is due.
    server.serve(&[]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(found(&folder), std::slice::from_ref(&first));
    let by_hand = folder.join("by-hand.db");
    server.cli(&["backup", by_hand.to_str().unwrap()]).ok();
    server.stop();
    for path in found(&folder) {
        age(&path, 5);
    }
    age(&by_hand, 10_000);
    for round in 2..4 {
        // A name says the second.
        tokio::time::sleep(Duration::from_secs(1)).await;
        server.serve(&[]).await;
        taken(&server).await;
        server.stop();
        assert_eq!((found(&folder).len(), first.exists()), (3, round == 2));
        for path in found(&folder) {
            age(&path, 5);
        }
    }
    let left = found(&folder);
    assert!(left.contains(&by_hand) && !left.contains(&first), "{left:?}");
    assert!(!folder.join(format!("{}.sha256", first.file_name().unwrap().to_str().unwrap())).exists());
    for backup in left {
        let mut sum = Command::new("sha256sum");
        sum.arg("-c").arg(format!("{}.sha256", backup.display())).current_dir(&folder);
        assert!(sum.output().unwrap().status.success(), "{backup:?}");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&backup).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{backup:?}");
        let drill = server.path("drill/communitytoken.db");
        let [from, to] = [&backup, &drill].map(|path| path.to_str().unwrap());
        server.cli(&["restore", from, "--database", to, "--reason", "Drill"]).ok();
        assert_eq!(server.cli(&["verify", "--database", to]).ok()["is_sound"], true);
        fs::remove_dir_all(server.path("drill")).unwrap();
    }
}

/// What the metrics say of the newest backup.
async fn shown(server: &Server) -> Option<f64> {
    let asked = server.client.get(format!("{}/metrics", server.base)).bearer_auth("a-token-that-nobody-guesses");
    let text = asked.send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("communitytoken_backup_timestamp_seconds "));
    line.map(|seconds| seconds.parse().unwrap())
}

/// A clock that was ahead has named backups, and dated them. One that is taken when it is right again stays, and is
/// taken although there is one that seems to be younger; that one's age is nobody's comfort, and it is said.
#[tokio::test]
async fn a_clock_that_was_ahead_costs_no_backup() {
    let metrics = "[metrics]\ntoken = \"a-token-that-nobody-guesses\"\n";
    let mut server = Server::prepare(&format!("{}{SCHEDULE}{metrics}", Server::settings("")));
    let folder = server.path("backups");
    server.serve(&[]).await;
    taken(&server).await;
    server.stop();
    // As if the clock had been seventy years ahead: by the names, and then by the time in the file, too.
    let first = found(&folder)[0].clone();
    let ahead: Vec<_> = (1..=2).map(|day| folder.join(format!("communitytoken-2096010{day}-000000.db"))).collect();
    let sum = |path: &Path| PathBuf::from(format!("{}.sha256", path.display()));
    for path in &ahead {
        fs::copy(&first, path).unwrap();
        fs::copy(sum(&first), sum(path)).unwrap();
        age(path, 5);
    }
    for path in [first.clone(), sum(&first)] {
        fs::remove_file(path).unwrap();
    }
    server.serve(&[]).await;
    taken(&server).await;
    let fresh = found(&folder)[0].clone();
    assert!(!ahead.contains(&fresh), "what was just taken and proven was removed at once");
    assert_eq!(found(&folder), [fresh.clone(), ahead[1].clone()], "of two that stay, one is from the future");
    server.stop();
    age(&fresh, 5);
    let then = SystemTime::now() + Duration::from_hours(10_000);
    fs::File::options().append(true).open(&ahead[1]).unwrap().set_modified(then).unwrap();
    // A name says the second.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    server.serve(&[]).await;
    let health = async |server: &Server| {
        let health = server.client.get(format!("{}/health", server.base)).send().await.unwrap();
        health.json::<serde_json::Value>().await.unwrap()
    };
    until(&server, || server.log().contains("from the future")).await;
    let said = health(&server).await;
    assert!(said["status"] == "ok" && said["warnings"][0].as_str().unwrap().contains("from the future"), "{said}");
    taken(&server).await;
    let left = found(&folder);
    assert!(left.len() == 2 && left[0] == fresh && left[1] > fresh && !left.contains(&ahead[1]), "{left:?}");
    let seconds = shown(&server).await.unwrap();
    assert!((0.0..60.0).contains(&(now() - seconds)), "{seconds}");
    // While there is nothing but what is from the future, nothing is said to be new.
    for path in &left {
        let then = SystemTime::now() + Duration::from_hours(10_000);
        fs::File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
    }
    assert_eq!(shown(&server).await, None);
    let doctor = server.cli(&["doctor"]).stdout;
    assert!(doctor.contains("From the future in backups: ") && doctor.contains(" and 1 more."), "{doctor}");
}

/// A folder that cannot be written, and a ledger that is not sound: said in the log and by `/health`, and
/// what was taken before stays.
#[tokio::test]
async fn what_cannot_be_taken_is_said() {
    let mut server = Server::prepare(&format!("{}{SCHEDULE}", Server::settings("")));
    fs::write(server.path("backups"), "a file where the folder should be").unwrap();
    server.serve(&[]).await;
    until(&server, || server.log().contains("no backup could be taken")).await;
    let health = server.client.get(format!("{}/health", server.base)).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 200, "the program can do its work");
    let health: serde_json::Value = health.json().await.unwrap();
    assert!(health["warnings"][0].as_str().unwrap().contains("backup"), "{health}");
    server.stop();
    fs::remove_file(server.path("backups")).unwrap();
    server.serve(&[]).await;
    let folder = server.path("backups");
    taken(&server).await;
    server.funded("ann", 100).await;
    server.stop();
    let good = found(&folder);
    age(&good[0], 5);
    // What only a full proof finds: a day's sum that was changed behind the program's back.
    let change = "UPDATE daily_totals SET count = count + 1";
    let status = Command::new("sqlite3").arg(server.database()).arg(change).status().unwrap();
    assert!(status.success());
    server.listen(&[]);
    until(&server, || server.log().contains("not sound")).await;
    assert_eq!(found(&folder), good);
}

/// An operator takes one on a page, with a reason: it is proven, listed, can be restored, and holds the line that
/// says who wanted it. An auditor sees the page, and members do not; nobody fetches one through it.
#[tokio::test]
async fn an_operator_takes_one_now() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n[backup]\nkeep = 2\n");
    server.serve(&[]).await;
    let mut cookies = Vec::new();
    for name in ["olga", "udo", "ann"] {
        cookies.push(signed_in(&server, name).await);
    }
    for (name, role) in [("olga", "operator"), ("udo", "auditor")] {
        server.cli(&["member", "grant", name, role, "--reason", "Elected"]).ok();
    }
    let address = format!("{}/admin/backups", server.base);
    let get = async |cookie: &str| {
        let answer = server.client.get(&address).header("cookie", cookie).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, page) = get(&cookies[0]).await;
    assert!(page.contains("There is none yet.") && page.contains("never; the setting"), "{page}");
    assert!(page.contains(server.path("backups").to_str().unwrap()), "{page}");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (status, seen) = get(&cookies[1]).await;
    assert!(status == 200 && !seen.contains("name=\"reason\""), "an auditor only reads: {seen}");
    assert_eq!(get(&cookies[2]).await.0, 403);
    let post = async |cookie: &str, csrf: &str, reason: &str| {
        let form = [("csrf", csrf), ("reason", reason)];
        let asked = server.client.post(&address).header("cookie", cookie).header("sec-fetch-site", "same-origin");
        asked.form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(post(&cookies[1], &csrf, "Why").await, 403);
    assert_eq!(post(&cookies[0], "x", "Why").await, 403);
    assert_eq!(post(&cookies[0], &csrf, " ").await, 422);
    assert!(found(&server.path("backups")).is_empty());
    assert_eq!(post(&cookies[0], &csrf, "Before the party").await, 303);
    taken(&server).await;
    let backup = found(&server.path("backups"))[0].clone();
    let name = backup.file_name().unwrap().to_str().unwrap().to_owned();
    let (_, page) = get(&cookies[0]).await;
    let schema = server.sql("PRAGMA user_version")[0]["user_version"].to_string();
    for words in [name.as_str(), "proven sound", &format!("schema {schema}"), "less than an hour old"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for path in [format!("/admin/backups/{name}"), format!("/backups/{name}"), format!("/static/{name}")] {
        let asked = server.client.get(format!("{}{path}", server.base)).header("cookie", &cookies[0]);
        assert_eq!(asked.send().await.unwrap().status().as_u16(), 404, "{path}");
    }
    // What was not finished is said to be so.
    fs::write(server.path("backups/half.db"), "SQLite format 3\0 and no more").unwrap();
    let (_, page) = get(&cookies[0]).await;
    assert!(page.contains("half.db") && page.contains("not finished"), "{page}");
    let drill = server.path("drill/communitytoken.db");
    let [from, to] = [&backup, &drill].map(|path| path.to_str().unwrap());
    server.cli(&["restore", from, "--database", to, "--reason", "Drill"]).ok();
    let query = "SELECT target, reason FROM audit_log WHERE action = 'backup.take'";
    let line = server.cli(&["sql", query, "--database", to]).ok()[0].clone();
    assert_eq!((&line["target"], &line["reason"]), (&name.into(), &"Before the party".into()));
    assert_eq!(server.cli(&["verify", "--database", to]).ok()["is_sound"], true);
}

/// What `/health` warns of stands on the operators' overview, too, with the way to where one looks, in each
/// language; all is not well there meanwhile. How old the newest backup is stands there in any case.
#[tokio::test]
async fn the_overview_warns_of_what_health_warns_of() {
    let mut server = Server::prepare(&format!("[server]\nbind = \"127.0.0.1:0\"\n{SCHEDULE}"));
    fs::write(server.path("backups"), "a file where the folder should be").unwrap();
    server.serve(&[]).await;
    until(&server, || server.log().contains("no backup could be taken")).await;
    let cookie = signed_in(&server, "olga").await;
    server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
    let overview = async |server: &Server, language: &str| {
        let asked = server.client.get(format!("{}/admin", server.base)).header("accept-language", language);
        asked.header("cookie", &cookie).send().await.unwrap().text().await.unwrap()
    };
    let health = server.client.get(format!("{}/health", server.base)).send().await.unwrap();
    let health: serde_json::Value = health.json().await.unwrap();
    let warnings = health["warnings"].as_array().unwrap().len();
    assert_eq!(warnings, 1, "{health}");
    for (language, says, well) in [
        ("en", "The last backup failed.", "All is well."),
        ("de", "Die letzte Sicherung ist fehlgeschlagen.", "Alles ist gut."),
        ("es", "La última copia falló.", "Todo está bien."),
        ("ja", "前回のバックアップは失敗しました。", "問題ありません。"),
    ] {
        let page = overview(&server, language).await;
        assert!(page.contains(says) && !page.contains(well), "{language}: {page}");
        let bad: Vec<&str> = page.split("class=\"notice bad\"").skip(1).collect();
        assert_eq!(bad.len(), warnings, "as many as /health has: {page}");
        assert!(bad[0].split("</div>").next().unwrap().contains("<a href=\"/admin/backups\">"), "{page}");
    }
    assert!(overview(&server, "en").await.contains("There is none yet."));
    server.stop();
    fs::remove_file(server.path("backups")).unwrap();
    server.serve(&[]).await;
    taken(&server).await;
    let page = overview(&server, "en").await;
    for words in ["All is well.", "The newest good one: less than an hour old"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("notice bad"), "{page}");
    age(&found(&server.path("backups"))[0], 30);
    assert!(overview(&server, "en").await.contains("The newest good one: 30"), "{page}");
}
