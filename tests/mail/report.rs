//! The report of a month by mail: to operators and auditors who want it, once, when the month is over or as
//! soon after that as the program and the mail server are there.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::community::{PLAIN, Person, give, until, waiting};
use super::office::{Arrived, Office};
use super::pdf::Pdf;
use super::support::Server;
use super::support::clock::Clock;

const ZONE: &str = "Asia/Tokyo";

fn prepare(mail: &str) -> (Server, Clock) {
    let server = Server::prepare(&format!("{PLAIN}[community]\nname = \"Midori\"\ntime_zone = \"{ZONE}\"\n{mail}"));
    let clock = Clock::build(server.folder.path());
    (server, clock)
}

/// Waits until the program has seen in which month it begins.
fn begun(server: &Server) {
    until("it knows what is over", || {
        server.sql("SELECT * FROM followers WHERE name = 'reports'") != Value::Array(Vec::new())
    });
}

/// Somebody who looks after the community and gets mail.
async fn overseer(server: &Server, office: &Office, name: &str, role: &str) -> Person {
    let mut person = Person::join(server, name).await;
    person.gets_mail(office, &format!("{name}@example.org")).await;
    server.cli(&["member", "grant", name, role, "--reason", "Elected"]).ok();
    person
}

/// The text and the paper of a letter, as a mail program takes them apart.
fn opened(letter: &Arrived) -> (String, String, Pdf) {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("letter.eml"), &letter.raw).unwrap();
    let program = "import email,email.policy as p
m=email.message_from_bytes(open('letter.eml','rb').read(),policy=p.default)
a,=list(m.iter_attachments())
assert a.get_content_type()=='application/pdf' and a.get_content_disposition()=='attachment'
open('paper.pdf','wb').write(a.get_content())
print(m['subject']);print(a.get_filename());print(m.get_body(('plain',)).get_content())";
    let output = std::process::Command::new("python3")
        .args(["-c", program])
        .env("PYTHONIOENCODING", "utf-8")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let name = text.lines().nth(1).unwrap().to_owned();
    (text, name, Pdf::read(&std::fs::read(folder.path().join("paper.pdf")).unwrap()))
}

fn reports(office: &Office, to: &str) -> Vec<Arrived> {
    let is_report = |letter: &Arrived| letter.raw.contains("application/pdf");
    office.letters(to).into_iter().filter(is_report).collect()
}

fn wait_for_report(office: &Office, to: &str, count: usize) -> Vec<Arrived> {
    until("the report arrives", || reports(office, to).len() >= count);
    reports(office, to)
}

#[tokio::test]
async fn a_report_goes_to_those_who_look_after_the_community() {
    let office = Office::open();
    let (mut server, clock) = prepare(&office.settings());
    clock.serve(&mut server).await;
    begun(&server);
    let maria = overseer(&server, &office, "maria", "operator").await;
    overseer(&server, &office, "ann", "auditor").await;
    let mut kim = overseer(&server, &office, "kim", "operator").await;
    let mut bob = Person::join(&server, "bob").await;
    bob.gets_mail(&office, "bob@example.org").await;
    let spoken = Some(serde_json::json!({ "language": "de" }).to_string());
    maria.member.call(Method::PATCH, "/v1/me", &[("content-type", "application/json")], spoken).await.ok(200);
    // Who switched it off gets none, and only they are asked whom it is for.
    kim.choose("monthly_report", "mail", false).await;
    kim.open("/profile/notifications").await.shows(200, "name=\"mail.monthly_report\"");
    assert!(!bob.open("/profile/notifications").await.text.contains("monthly_report"));
    give(&server, &bob, 12_345);
    bob.member.pay(&maria.member, 2_345).await.ok(201);

    let (ahead, month) = Clock::month_over(ZONE, 30);
    clock.set(ahead - 60);
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert!(reports(&office, "maria@example.org").is_empty(), "the month is not over");
    clock.set(ahead);
    let letter = wait_for_report(&office, "maria@example.org", 1).remove(0);
    let (text, name, paper) = opened(&letter);
    assert_eq!(name, format!("report-{month}.pdf"));
    assert!(text.starts_with("Midori: Bericht für ") && text.contains("Hallo maria"), "{text}");
    assert!(text.contains(&format!("{}/statistics/report/{month}", server.base)), "{text}");
    for figure in ["2.345\u{a0}¤", "12.345\u{a0}¤"] {
        assert!(text.contains(figure), "{figure} is not in {text}");
    }
    paper.says("Bericht für");
    paper.says("2.345 ¤");
    // The figures are those of the API.
    let mut member = maria.member.clone();
    member.token = clock.token(&server, "maria");
    let report = member.get(&format!("/v1/statistics/report?month={month}")).await.ok(200);
    assert_eq!((&report["figures"]["volume"], &report["figures"]["distributed"]), (&2_345.into(), &12_345.into()));
    assert_eq!(letter.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(letter.header("List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");
    let (text, _, paper) = opened(&wait_for_report(&office, "ann@example.org", 1)[0]);
    assert!(text.starts_with("Midori: report of ") && text.contains("Hello ann"), "{text}");
    let closed: String = paper.text.split_whitespace().collect();
    for sentence in report["sentences"].as_array().unwrap().iter().take(3) {
        assert!(text.contains(sentence.as_str().unwrap()), "{sentence} is not in {text}");
        let bare: String = sentence.as_str().unwrap().split_whitespace().collect();
        assert!(closed.contains(&bare), "{sentence} is not in {}", paper.text);
    }
    until("nothing waits", || waiting(&server).is_empty());
    assert_eq!(server.sql("SELECT count(*) AS n FROM enclosures")[0]["n"], 0);

    // Once, also by a program that starts again.
    server.kill();
    clock.serve(&mut server).await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    for (to, count) in [("maria", 1), ("ann", 1), ("kim", 0), ("bob", 0)] {
        assert_eq!(reports(&office, &format!("{to}@example.org")).len(), count, "{to}");
    }
    // On the page it is told to those who look after the community.
    let told = |name: &str| {
        server.sql(&format!("SELECT notices.kind FROM notices JOIN users ON users.key = notices.user WHERE users.username = '{name}' AND notices.kind = 'monthly_report'"))
            .as_array().unwrap().len()
    };
    assert_eq!(["maria", "ann", "kim", "bob"].map(told), [1, 1, 1, 0]);
    let mut member = kim.member.clone();
    member.base.clone_from(&server.base);
    member.token = clock.token(&server, "kim");
    let news = member.get("/v1/notifications").await.ok(200);
    let first = &news["items"][0];
    assert_eq!((&first["kind"], &first["details"]["month"]), (&"monthly_report".into(), &month.into()));
    assert!(!server.log().contains("example.org"), "{}", server.log());
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Neither a mail server that is away when the month ends, nor a kill while the letter waits, nor a program that
/// did not run at all loses a report or sends it twice.
#[tokio::test]
async fn a_report_comes_late_rather_than_never() {
    let mut office = Office::open();
    let (mut server, clock) = prepare(&office.settings());
    clock.serve(&mut server).await;
    begun(&server);
    let maria = overseer(&server, &office, "maria", "operator").await;
    give(&server, &maria, 500);
    office.close();
    let (ahead, _) = Clock::month_over(ZONE, 30);
    clock.set(ahead);
    until("the report waits", || waiting(&server).iter().any(|letter| letter["kind"] == "monthly_report"));
    server.kill();
    // Three days later: another letter would be too old by then.
    clock.set(ahead + 3 * 86_400);
    clock.serve(&mut server).await;
    office.start();
    let first = wait_for_report(&office, "maria@example.org", 1).remove(0);
    until("nothing waits", || waiting(&server).is_empty());

    // It does not run when the next two months end, and makes up for both.
    server.stop();
    clock.set(ahead + 65 * 86_400);
    clock.serve(&mut server).await;
    let letters = wait_for_report(&office, "maria@example.org", 3);
    until("nothing waits", || waiting(&server).is_empty());
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(reports(&office, "maria@example.org").len(), 3, "once each");
    let names: std::collections::BTreeSet<String> = letters.iter().map(|letter| opened(letter).1).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(opened(&first).1, *names.first().unwrap());
}

/// Where no mail is sent, none waits either; it is told on the page alone.
#[tokio::test]
async fn without_a_mail_server_nothing_waits() {
    let (mut server, clock) = prepare("");
    clock.serve(&mut server).await;
    begun(&server);
    let maria = Person::join(&server, "maria").await;
    server.cli(&["member", "grant", "maria", "operator", "--reason", "Elected"]).ok();
    let confirmed = "INSERT INTO mail_addresses (user, address, created_at, confirmed_at)";
    server.sql(&format!("{confirmed} SELECT key, 'maria@example.org', 0, 0 FROM users WHERE username = 'maria'"));
    give(&server, &maria, 500);
    until("the role is told", || server.sql("SELECT kind FROM notices") != Value::Array(Vec::new()));
    server.sql("DELETE FROM letters");
    clock.set(Clock::month_over(ZONE, 30).0);
    until("it is told", || {
        server.sql("SELECT * FROM notices WHERE kind = 'monthly_report'") != Value::Array(Vec::new())
    });
    assert!(waiting(&server).iter().all(|letter| letter["kind"] != "monthly_report"));
    assert_eq!(server.sql("SELECT count(*) AS n FROM enclosures")[0]["n"], 0);
}
