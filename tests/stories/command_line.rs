//! The command line: every verb, its help, its answers and its exit codes.

use serde_json::json;

use super::support::Server;
use super::support::server::bare;

/// Every verb explains itself; wrong use ends with 2, a refusal with 1.
#[tokio::test]
async fn help_and_exit_codes() {
    let folder = tempfile::TempDir::new().unwrap();
    let verbs: &[&[&str]] = &[
        &[],
        &["serve"],
        &["init"],
        &["distribute"],
        &["issue"],
        &["freeze"],
        &["unfreeze"],
        &["member"],
        &["member", "list"],
        &["member", "grant"],
        &["member", "revoke"],
        &["member", "sign-in-link"],
        &["member", "links"],
        &["member", "withdraw-link"],
        &["verify"],
        &["checkpoint"],
        &["key"],
        &["key", "rotate"],
        &["key", "replace"],
        &["backup"],
        &["restore"],
        &["migrate"],
        &["export"],
        &["token"],
        &["config"],
        &["sql"],
        &["bench"],
    ];
    for verb in verbs {
        let output = bare(folder.path(), &[*verb, &["--help"]].concat());
        assert_eq!(output.code, 0, "{verb:?}");
        for word in ["Usage:", "--config", "--database", "--json"] {
            assert!(output.stdout.contains(word), "{verb:?} does not speak of {word}");
        }
    }
    for wrong in [
        &["dance"][..],
        &["issue", "--amount", "0", "--reason", "x"],
        &["issue", "--amount", "5"],
        &["distribute", "--reason", "x"],
        &["distribute", "--everyone", "5", "--to", "a=1", "--reason", "x"],
        &["member", "grant", "ann", "king", "--reason", "Elected"],
        &["member", "grant", "ann", "auditor"],
        &["member", "revoke", "ann", "auditor"],
        &["member", "sign-in-link", "ann"],
        &["--bind", "nowhere"],
        &["backup"],
        &["restore", "backup.db"],
        &["migrate", "--to", "x"],
        &["export"],
    ] {
        assert_eq!(bare(folder.path(), wrong).code, 2, "{wrong:?}");
    }
    for refused in [
        &["verify"][..],
        &["member", "list"],
        &["token", "--member", "ann"],
        &["config", "--config", "missing.toml"],
        &["sql", "SELECT 1"],
        &["backup", "backup.db"],
        &["restore", "backup.db", "--reason", "x"],
        &["migrate"],
        &["export", "--format", "csv"],
    ] {
        let output = bare(folder.path(), refused);
        assert_eq!(output.code, 1, "{refused:?}: {output:?}");
        assert!(!output.stderr.trim().is_empty());
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "asking leaves nothing behind");
}

/// Several recipients by flag, by name and by id; the program keeps serving meanwhile.
#[tokio::test]
async fn distribute_beside_the_server() {
    let server = Server::start().await;
    let members = server.members(3).await;
    let made = server
        .cli(&[
            "distribute",
            "--to",
            "member-00=5",
            "--to",
            &format!("{}=6", members[1].wallet_id),
            "--to",
            &format!("{}=7", members[2].user_id),
            "--reason",
            "Rewards",
        ])
        .ok();
    assert_eq!((made["issued"].as_i64(), made["distributed"].as_i64()), (Some(18), Some(18)));
    for (member, balance) in members.iter().zip([5, 6, 7]) {
        assert_eq!(member.balance().await, balance);
    }
    let audit = server.sql("SELECT operator FROM audit_log WHERE action = 'distribution'");
    assert_eq!(audit[0]["operator"], "tester", "the login name stands where none is given");
    // The server writes on where the command line ended.
    members[0].pay(&members[1], 1).await.ok(201);
    server.cli(&["issue", "--amount", "3", "--reason", "Stock"]).ok();
    members[0].pay(&members[1], 1).await.ok(201);
    for wrong in ["member-00", "member-00=0", "nobody=5", "=5"] {
        assert_eq!(server.cli(&["distribute", "--to", wrong, "--reason", "x"]).code, 1, "{wrong}");
    }
    let words = server.run(&["distribute", "--to", "member-00=5", "--reason", "x"]);
    assert!(words.stdout.contains("5 tokens"), "{words:?}");
    server.assert_sound().await;
}

/// Where nothing is, verbs say where they looked and what to do, and lay nothing there.
#[test]
fn without_a_database() {
    let server = Server::prepare(&Server::settings(""));
    let verbs: [&[&str]; 7] = [
        &["verify"],
        &["backup", "copy.db"],
        &["export", "--format", "csv"],
        &["simulate"],
        &["migrate"],
        &["member", "list"],
        &["issue", "--amount", "5", "--reason", "Stock"],
    ];
    for verb in verbs {
        let refused = server.run(verb);
        assert_eq!(refused.code, 1, "{verb:?}: {refused:?}");
        for words in ["There is no database at ", "--database", "communitytoken init"] {
            assert!(refused.stderr.contains(words), "{verb:?}: {refused:?}");
        }
        assert!(!server.database().exists() && !server.path("copy.db").exists(), "{verb:?}");
    }
}

/// System accounts are made and listed, and tokens move between them; the second is as good as the first for
/// issuing and distributing.
#[tokio::test]
async fn accounts() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let wrong = server.run(&["account", "add", "festival"]);
    assert_eq!(wrong.code, 2, "a reason is missing: {wrong:?}");
    let made = server.cli(&["account", "add", "festival", "--reason", "Summer", "--operator", "maria"]).ok();
    server.cli(&["account", "add", "festival", "--reason", "Summer"]).refused("system_account_exists");
    server.cli(&["issue", "--amount", "40", "--reason", "Stock"]).ok();
    let transfer = |amount: &str, more: &[&str]| {
        server.cli(&[&["account", "transfer", "--amount", amount, "--reason", "Prizes"], more].concat())
    };
    transfer("41", &["--to", "festival"]).refused("insufficient_balance");
    transfer("1", &["--to", "fair"]).refused("system_account_not_found");
    assert_eq!(transfer("1", &[]).code, 1, "from the community's own to the community's own");
    let moved = transfer("30", &["--to", "festival"]).ok();
    assert_eq!((&moved["to"]["name"], &moved["amount"]), (&json!("festival"), &json!(30)));
    transfer("10", &["--from", "festival"]).ok();
    let give = ["distribute", "--to", "ann=15", "--system-account", "festival", "--reason", "Prizes"];
    assert_eq!(server.cli(&give).ok()["issued"], 0);
    assert_eq!(ann.balance().await, 15);
    let listed = server.cli(&["account", "list"]).ok();
    assert_eq!((&listed[0]["balance"], &listed[1]["balance"]), (&json!(20), &json!(5)));
    assert_eq!((&listed[1]["name"], &listed[1]["wallet_id"]), (&json!("festival"), &made["wallet_id"]));
    let words = server.run(&["account", "list"]).stdout;
    assert!(words.contains("HOLDS") && words.contains("festival"), "{words}");
    let lines = server.sql("SELECT operator, action, target FROM audit_log WHERE action IN ('system_account.create', 'transfer') ORDER BY sequence");
    assert_eq!((&lines[1]["operator"], &lines[1]["target"]), (&json!("maria"), &json!("festival")));
    assert_eq!(
        (&lines[2]["operator"], &lines[3]["target"]),
        (&json!("tester"), &json!("system_account_communitytoken"))
    );
    server.assert_sound().await;
}

/// `--everyone` leaves out whose wallet is frozen, as schedules do, and says whom and why; a list that names
/// one of them is refused as a whole, as ever.
#[tokio::test]
async fn everyone_is_everyone_who_can_receive() {
    let server = Server::start().await;
    let members = server.members(4).await;
    let freeze = |wallet: &str| server.cli(&["freeze", wallet, "--reason", "Phone stolen"]).ok();
    server.cli(&["member", "delete", "member-03", "--reason", "Moved away"]).ok();
    let everyone = ["distribute", "--everyone", "5", "--reason", "Rewards"];
    assert_eq!(server.cli(&everyone).ok()["left_out"], json!([]));
    freeze(&members[1].wallet_id);
    let left_out = json!([{ "user_id": members[1].user_id, "username": "member-01", "why": "frozen" }]);
    let rows = server.rows();
    let dry = server.cli(&[&everyone[..], &["--dry-run"]].concat()).ok();
    assert_eq!((&dry["recipients"], &dry["left_out"], &dry["issued"]), (&json!(2), &left_out, &json!(10)));
    let words = server.run(&[&everyone[..], &["--dry-run"]].concat()).stdout;
    assert!(words.contains("1 member was left out, with a frozen wallet: member-01"), "{words}");
    assert_eq!(server.rows(), rows);
    let made = server.cli(&everyone).ok();
    assert_eq!((&made["left_out"], &made["distributed"]), (&left_out, &json!(10)));
    assert_eq!(made["transactions"].as_array().unwrap().len(), 3, "the issuance and two shares");
    let words = server.run(&everyone).stdout;
    assert!(words.contains("2 members received 10 tokens"), "{words}");
    assert!(words.contains("1 member was left out, with a frozen wallet: member-01"), "{words}");
    let balance = async |member: usize| members[member].balance().await;
    assert_eq!((balance(0).await, balance(1).await, balance(2).await), (15, 5, 15));
    // Lists say whom they mean.
    let rows = server.rows();
    std::fs::write(server.path("list.csv"), "username,amount\nmember-00,5\nmember-01,5\n").unwrap();
    for list in [&["--to", "member-00=5", "--to", "member-01=5"][..], &["--file", "list.csv"]] {
        let list = [&["distribute"][..], list, &["--reason", "Rewards"]].concat();
        server.cli(&list).refused("wallet_frozen");
    }
    assert_eq!(server.rows(), rows);
    let named = server.cli(&["distribute", "--to", "member-00=5", "--reason", "Rewards"]).ok();
    assert!(named.get("left_out").is_none(), "{named}");
    // Nobody is left: refused, and nothing is done.
    freeze(&members[0].wallet_id);
    freeze(&members[2].wallet_id);
    server.cli(&everyone).refused("invalid_request");
    server.assert_sound().await;
}

/// Members are listed, shown, deleted and restored.
#[tokio::test]
async fn members() {
    let server = Server::start().await;
    let ann = server.funded("ann", 12).await;
    let shown = server.cli(&["member", "show", "ann"]).ok();
    assert_eq!((&shown["id"], shown["balance"].as_i64()), (&json!(ann.user_id), Some(12)));
    assert_eq!(shown["identities"][0]["subject"], "ann");
    assert_eq!(server.cli(&["member", "list"]).ok().as_array().unwrap().len(), 2);
    server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
    assert_eq!(server.cli(&["member", "list"]).ok().as_array().unwrap().len(), 1);
    assert_eq!(server.cli(&["member", "list", "--deleted"]).ok().as_array().unwrap().len(), 2);
    server.cli(&["member", "show", "ann"]).refused("user_not_found");
    ann.get("/v1/me").await.refused(403, "forbidden");
    server.cli(&["member", "restore", &ann.user_id, "--reason", "Came back"]).ok();
    assert_eq!(ann.balance().await, 12);
    let words = server.run(&["member", "grant", "ann", "auditor", "--reason", "Elected"]).stdout;
    let lines: Vec<&str> = words.lines().map(str::trim).collect();
    assert_eq!(lines[0], "ann", "{words}");
    for line in ["Balance   12", "Roles     member, auditor", "Known as  ann at https://id.test.invalid/"] {
        assert!(lines.iter().any(|found| found.split_whitespace().eq(line.split_whitespace())), "{line}: {words}");
    }
    assert!(!words.contains(['{', '_']) && words.contains("Joined") && !words.contains("Left"), "{words}");
    server.cli(&["member", "revoke", "ann", "auditor", "--reason", "Term is over"]).ok();
    let words = server.run(&["member", "list"]);
    assert!(words.stdout.contains("ann") && words.stdout.contains("BALANCE"), "{words:?}");
    server.stranger(server.provider.token("other", "ann")).get("/v1/me").await.ok(200);
    server.cli(&["member", "show", "ann"]).refused("ambiguous_name");
    server.cli(&["member", "grant", &ann.user_id, "operator", "--reason", "Elected"]).ok();
    server.assert_sound().await;
}

/// Who has left is restored by name, where only one of that name has left; where several have, their ids are
/// told, and those who are here are not among them.
#[tokio::test]
async fn who_has_left_is_restored_by_name() {
    let server = Server::start().await;
    let first = server.member("ann").await;
    let restore = |who: &str| server.cli(&["member", "restore", who, "--reason", "Came back"]);
    server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
    assert_eq!(restore("ANN").ok()["id"], json!(first.user_id));
    assert_eq!(restore("ann").ok()["deleted_at"], json!(null), "what is so already stays so");
    restore("nobody").refused("user_not_found");
    // Somebody of the same name who is here is in nobody's way.
    server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
    let mut ids = Vec::new();
    for subject in ["second", "third"] {
        let me = server.stranger(server.provider.token(subject, "ann")).get("/v1/me").await.ok(200);
        ids.push(me["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(restore("ann").ok()["id"], json!(first.user_id));
    for id in [&first.user_id, &ids[0]] {
        server.cli(&["member", "delete", id, "--reason", "Moved away"]).ok();
    }
    let several = restore("ann");
    for id in [&first.user_id, &ids[0]] {
        assert!(several.stderr.contains(id), "{id}: {several:?}");
    }
    assert!(!several.stderr.contains(&ids[1]), "{several:?}");
    several.refused("ambiguous_name");
    restore(&ids[0]).ok();
    // The others of that name who are here are told by their ids in the same way.
    assert!(server.cli(&["member", "show", "ann"]).stderr.contains(&ids[1]));
    server.assert_sound().await;
}

/// A second server on the same database is told of the first, by its process; a verb beside it and the next
/// start are no reason to warn.
#[tokio::test]
async fn two_servers() {
    let mut server = Server::start().await;
    server.cli(&["member", "list"]).ok();
    assert!(!server.log().contains("another process"), "{}", server.log());
    let log = std::fs::File::create(server.path("second.txt")).unwrap();
    let mut second = server.command(&["serve"]).stdout(std::process::Stdio::piped()).stderr(log).spawn().unwrap();
    let mut greeting = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(second.stdout.take().unwrap()), &mut greeting).unwrap();
    assert!(greeting.contains("is listening on"), "{greeting}");
    second.kill().unwrap();
    second.wait().unwrap();
    let said = std::fs::read_to_string(server.path("second.txt")).unwrap();
    assert!(
        said.contains("another process of this program serves") && said.contains(&format!("process={}", server.pid())),
        "{said}"
    );
    server.kill();
    server.serve(&[]).await;
    assert!(!server.log().contains("another process"), "{}", server.log());
    server.assert_sound().await;
}

/// `config` shows every setting and where it came from, and no secret.
#[tokio::test]
async fn settings() {
    let server =
        Server::prepare(&Server::settings("").replace("jwks_file", "client_secret = \"hush-hush\"\njwks_file"));
    let shown = server.cli(&["config", "--database", "elsewhere.db"]).ok();
    let of = |key: &str| {
        shown.as_array().unwrap().iter().find(|one| one["key"] == key).unwrap_or_else(|| panic!("{key} is not shown"))
    };
    assert!(of("database.path")["value"].as_str().unwrap().contains("elsewhere.db"));
    assert!(of("database.path")["origin"].as_str().unwrap().contains("--database"));
    assert!(of("server.bind")["origin"].as_str().unwrap().contains("config.toml"));
    assert_eq!(of("community.name")["origin"], "default");
    assert!(!shown.to_string().contains("hush-hush"));
    std::fs::write(server.path("wrong.toml"), "[server]\nbnid = \"127.0.0.1:0\"\n").unwrap();
    let output = server.run(&["config", "--config", "wrong.toml"]);
    assert!(output.code == 1 && output.stderr.contains("bnid") && output.stderr.contains("server.bind"), "{output:?}");
}

/// A token of the developer identity opens the API, for who is there and for who is new.
#[tokio::test]
async fn tokens() {
    let server = Server::demo().await;
    for (name, roles) in [("maria", json!(["member", "operator"])), ("zoe", json!(["member"]))] {
        let said = server.run(&["token", "--member", name]);
        assert_eq!(said.stderr.contains("Nobody is called zoe yet"), name == "zoe", "{said:?}");
        let me = server.stranger(said.stdout.trim().to_owned()).get("/v1/me").await.ok(200);
        assert_eq!((me["username"].as_str(), &me["roles"]), (Some(name), &roles));
    }
    let with_provider = Server::start().await;
    assert_eq!(with_provider.run(&["token", "--member", "ann"]).code, 1);
}

/// Direct database access: the views do their work, the server chains it with its next write, and
/// what breaks a rule is refused with a sentence.
#[tokio::test]
async fn direct_database_access() {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    server.sql("INSERT INTO direct_distributions (operator, reason, recipients) SELECT 'maria', 'By hand', json_group_array(json_object('wallet_id', wallet_id, 'amount', 50)) FROM owners WHERE owner = 'user'");
    assert_eq!(ann.balance().await, 50);
    assert_eq!(ann.history("").await[0]["hash"], json!(null));
    assert_eq!(server.cli(&["verify"]).ok()["unsealed"], 4);
    ann.pay(&bob, 5).await.ok(201);
    assert_eq!(server.cli(&["verify"]).ok()["unsealed"], 0);
    assert_eq!(ann.history("?kind=distribution").await[0]["hash"].as_str().unwrap().len(), 64);
    server.sql(&format!(
        "INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', '{}')",
        ann.wallet_id
    ));
    ann.pay(&bob, 5).await.refused(422, "wallet_frozen");
    // The member reads the reason that was given last, whichever way it was given.
    server.cli(&["freeze", &ann.wallet_id, "--reason", "Asked by phone"]).ok();
    server.cli(&["freeze", &ann.wallet_id, "--reason", "Asked by phone"]).ok();
    assert_eq!(ann.get("/v1/wallet").await.ok(200)["frozen_reason"], "Asked by phone");
    let freezings = server.sql("SELECT reason FROM audit_log WHERE action = 'wallet.freeze'");
    assert_eq!(freezings.as_array().unwrap().len(), 2, "{freezings}");
    server.sql(&format!(
        "INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('maria', 'Found', '{}')",
        ann.wallet_id
    ));
    ann.pay(&bob, 5).await.ok(201);
    for statement in [
        "UPDATE wallets SET balance = 1000000",
        "DELETE FROM transactions",
        "UPDATE audit_log SET operator = 'nobody'",
        "INSERT INTO direct_issuances (operator, amount) VALUES ('maria', 5)",
    ] {
        let output = server.run(&["sql", statement]);
        assert_eq!(output.code, 1, "{statement}: {output:?}");
    }
    server.assert_sound().await;
}

#[test]
fn bench_measures_and_cleans_up_after_itself() {
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_communitytoken"))
        .args(["bench", "--json", "--seconds", "1", "--clients", "1,8", "--sizes", "500"])
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let measured: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(measured["machine"]["cores"].as_i64().unwrap() >= 1);
    let lines = measured["lines"].as_array().unwrap();
    let of = |group: &str| lines.iter().filter(|line| line["group"] == group).collect::<Vec<_>>();
    assert_eq!(of("ledger").len(), 6, "five batches on an empty ledger, and one on a filled one");
    let clients: Vec<_> = of("transfers").iter().map(|line| line["clients"].clone()).collect();
    assert_eq!(clients, [1, 1, 8, 8], "each by a port and by a socket");
    assert_eq!(of("tokens").len(), 5, "new and known ones, and transfers alone, beside known and beside new ones");
    let operators = of("operators");
    assert_eq!(operators.len(), 13, "six lists, five pages, the distributions and the payments beside them");
    assert!(operators[11]["count"].as_i64() >= Some(1) && operators[12]["count"].as_i64() >= Some(1), "{operators:?}");
    for part in ["reads", "distribution", "operators", "start", "memory", "sandbox"] {
        assert!(!of(part).is_empty(), "{part} is missing");
    }
    for line in lines {
        let measured = ["per_second", "p95_ms", "resident_bytes"]
            .iter()
            .any(|what| line[what].as_f64().is_some_and(|it| it > 0.0));
        assert!(measured, "{line} says nothing");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "measuring leaves nothing behind");
}
