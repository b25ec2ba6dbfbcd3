//! Each task of an operator, in all the ways that `docs/operations.md` shows, taken from the page and run beside the
//! server; and what came of each, as the API tells it. The statement in the README, too.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::{Value, json};

use super::operations::tasks;
use super::support::server::{OPERATOR, for_tests};
use super::support::{Member, Server};

const README: &str = include_str!("../../README.md");

/// What somebody does for a task: its heading, which way it is, and the commands.
#[derive(Debug)]
struct Way {
    task: String,
    by: String,
    commands: String,
}

/// Every way the page shows, in its order, each with the functions that the part defines first.
fn ways() -> Vec<Way> {
    let (part, _) = tasks();
    let mut sections = part.split("\n### ");
    let preamble: String = blocks(sections.next().unwrap()).concat();
    assert!(preamble.contains("ask()"), "the part begins with how the API is asked");
    let mut ways = Vec::new();
    for section in sections {
        let task = section.lines().next().unwrap();
        for block in blocks(section) {
            let lines = format!("\n{block}");
            let mut parts = lines.split("\n# ");
            assert_eq!(parts.next(), Some(""), "a block under {task} begins with which way it is:\n{block}");
            for part in parts {
                let (by, commands) = part.split_once('\n').unwrap();
                let (task, by) = (task.to_owned(), by.to_owned());
                ways.push(Way { task, by, commands: format!("{preamble}\n{commands}") });
            }
        }
    }
    ways
}

fn blocks(text: &str) -> Vec<&str> {
    text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

/// A way that was gone.
#[derive(Debug)]
struct Seen<'a> {
    way: &'a Way,
    /// The figures before it.
    before: [i64; 4],
    /// What the commands said.
    said: String,
}

impl Seen<'_> {
    /// Whether it goes by the API, a verb or SQL.
    fn kind(&self) -> &str {
        self.way.by.split(':').next().unwrap()
    }

    fn is_unknown(&self) {
        let Way { task, by, .. } = self.way;
        panic!("the page shows {task:?} by {by:?}, and nothing here looks at what comes of it");
    }
}

/// A community with an operator, four members, and settings in which all ways are open.
struct Community {
    server: Server,
    operator: Member,
    ann: Member,
    bob: Member,
    cleo: Member,
}

impl Community {
    async fn start() -> Self {
        let mut server = Server::prepare(&Server::settings("passkeys = true\n[consent]\nabove = 100000\n"));
        server.serve(&[]).await;
        fs::create_dir(server.path("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_communitytoken"), server.path("bin/communitytoken")).unwrap();
        let operator = server.operator().await;
        let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
        let (cleo, _) = (server.member("cleo").await, server.funded("dora", 9).await);
        Self { server, operator, ann, bob, cleo }
    }

    /// What commands say; they must succeed.
    fn bash(&self, commands: &str) -> String {
        let path = format!("{}:{}", self.server.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", commands]).current_dir(self.server.folder.path());
        for_tests(command.env("PATH", path).env("COMMUNITY", &self.server.base).env("TOKEN", &self.operator.token));
        let output = command.output().unwrap();
        let [said, complained] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(output.status.success(), "{commands}\n{said}{complained}");
        said
    }

    async fn get(&self, path: &str) -> Value {
        self.operator.get(path).await.ok(200)
    }

    /// The newest line of the audit log that is somebody's act: the program notes by itself that it has chained
    /// what SQL wrote.
    async fn line(&self) -> Value {
        let lines = self.get("/v1/admin/audit-log?limit=9").await;
        lines["items"].as_array().unwrap().iter().find(|line| line["action"] != "chain.seal").unwrap().clone()
    }

    async fn account(&self, name: &str) -> Value {
        let accounts = self.get("/v1/admin/system-accounts").await;
        accounts["items"].as_array().unwrap().iter().find(|account| account["name"] == name).unwrap().clone()
    }

    async fn user(&self, member: &Member) -> Value {
        self.get(&format!("/v1/admin/users/{}", member.user_id)).await
    }

    async fn links(&self, state: &str) -> Vec<Value> {
        let items = self.get("/v1/admin/invitations").await["items"].as_array().unwrap().clone();
        items.into_iter().filter(|link| link["state"] == state).collect()
    }

    async fn set_frozen(&self, frozen: bool) {
        let act = if frozen { "freeze" } else { "unfreeze" };
        let body = json!({ "reason": "For the test" });
        self.operator.post(&format!("/v1/admin/wallets/{}/{act}", self.ann.wallet_id), &body).await.ok(200);
    }

    /// Balances of ann and bob, what is in the pool, and what was issued.
    async fn figures(&self) -> [i64; 4] {
        let supply = self.get("/v1/statistics/supply").await;
        let [pool, issued] = ["system_pool", "total_issuance"].map(|name| supply[name].as_i64().unwrap());
        [self.ann.balance().await, self.bob.balance().await, pool, issued]
    }

    /// What must be there before the task can be done.
    async fn prepare(&self, way: &Way) {
        match (way.task.as_str(), way.by.as_str()) {
            ("Unfreeze", _) => self.set_frozen(true).await,
            ("Give a payment back", _) => {
                let body = json!({ "to_wallet_id": self.bob.wallet_id, "amount": 7, "note": "Chairs" });
                self.ann.post("/v1/transfers", &body).await.ok(201);
            }
            ("Consents", "API") => {
                let much = json!({ "amount": 1_000_000, "reason": "A great deal" });
                self.operator.post("/v1/admin/issuances", &much).await.ok(202);
            }
            ("Restore", _) | ("Find members", "API: who has left") => {
                self.server.cli(&["member", "delete", "cleo", "--reason", "For the test"]).ok();
            }
            _ => {}
        }
    }

    /// What came of it, and what was said.
    async fn look(&self, seen: &Seen<'_>) {
        match seen.way.task.as_str() {
            "Distribute" | "Issue" | "Freeze" | "Unfreeze" | "Give a payment back" => self.look_at_wallets(seen).await,
            "Find members" | "Roles" => self.look_at_members(seen).await,
            "Invite" | "Help who is locked out" | "Withdraw a link" | "Delete" | "Restore" | "Erase" => {
                self.look_at_who_comes_and_goes(seen).await;
            }
            _ => self.look_at_the_books(seen).await,
        }
    }

    /// The newest line of the audit log is this act, by whoever did it in this way.
    async fn noted(&self, seen: &Seen<'_>, action: &str, reason: &str) -> Value {
        let operator = match seen.kind() {
            "API" => format!("{OPERATOR} ({})", self.operator.user_id),
            "command line" => "tester".to_owned(),
            _ => "maria".to_owned(),
        };
        let line = self.line().await;
        let fields = ["operator", "action", "reason"].map(|field| line[field].as_str().unwrap().to_owned());
        assert_eq!(fields, [operator.as_str(), action, reason], "{seen:?}");
        line
    }

    /// Tokens that move or are held.
    async fn look_at_wallets(&self, seen: &Seen<'_>) {
        let (kind, said) = (seen.kind(), seen.said.as_str());
        let [ann, bob, pool, issued] = seen.before;
        match (seen.way.task.as_str(), seen.way.by.as_str()) {
            ("Distribute", "API" | "command line" | "SQL") => {
                let missing = (70 - pool).max(0);
                assert_eq!(self.figures().await, [ann + 50, bob + 20, pool + missing - 70, issued + missing]);
                let line = self.noted(seen, "distribution", "Weekly rewards").await;
                assert_eq!(line["details"]["recipients"], 2, "{line}");
            }
            ("Issue", "API" | "command line" | "SQL") => {
                assert_eq!(self.figures().await, [ann, bob, pool + 500, issued + 500]);
                self.noted(seen, "issuance", "Opening stock").await;
            }
            ("Freeze", "API" | "command line" | "SQL") => {
                let wallet = self.ann.get("/v1/wallet").await.ok(200);
                assert_eq!((&wallet["is_frozen"], &wallet["frozen_reason"]), (&json!(true), &json!("Phone stolen")));
                let line = self.noted(seen, "wallet.freeze", "Phone stolen").await;
                assert_eq!(line["target"], self.ann.wallet_id);
                self.ann.pay(&self.bob, 1).await.refused(422, "wallet_frozen");
                // The next way begins anew; after the last, it is looked who is frozen.
                if kind != "SQL" {
                    self.set_frozen(false).await;
                }
            }
            ("Freeze", "SQL: who is frozen, by whom and why") => {
                assert!(["ann", "maria", "Phone stolen"].iter().all(|word| said.contains(word)), "{said}");
                self.set_frozen(false).await;
            }
            ("Unfreeze", "API" | "command line" | "SQL") => {
                assert_eq!(self.ann.get("/v1/wallet").await.ok(200)["is_frozen"], false);
                self.noted(seen, "wallet.unfreeze", "Found again").await;
                self.ann.pay(&self.bob, 1).await.ok(201);
            }
            ("Give a payment back", "API") => {
                assert_eq!(self.figures().await, seen.before, "all of it is back");
                self.noted(seen, "reversal", "Paid to the wrong bob").await;
                let paid = &self.ann.history("?q=Chairs").await[0];
                assert!(paid["reversed_by"].is_string(), "{paid}");
            }
            _ => seen.is_unknown(),
        }
    }

    /// Who is here, and what they may do.
    async fn look_at_members(&self, seen: &Seen<'_>) {
        let (kind, said) = (seen.kind(), seen.said.as_str());
        match (seen.way.task.as_str(), seen.way.by.as_str()) {
            ("Find members", "API") => {
                let found: Value = serde_json::from_str(said).unwrap();
                assert_eq!(found["items"][0]["id"], self.ann.user_id);
            }
            ("Find members", "API: who has left") => {
                assert!(said.contains(&self.cleo.user_id) && !said.contains(&self.ann.user_id), "{said}");
                self.server.cli(&["member", "restore", "cleo", "--reason", "For the test"]).ok();
            }
            ("Find members", "command line") => {
                assert!(["ann", "bob", "cleo", "dora"].iter().all(|name| said.contains(name)), "{said}");
            }
            ("Find members", "command line: one") => {
                assert!(said.contains(&self.ann.user_id) && !said.contains(&self.bob.user_id), "{said}");
            }
            ("Find members", "SQL") => {
                assert!(said.contains(&self.ann.wallet_id) && !said.contains(&self.bob.wallet_id), "{said}");
            }
            ("Roles", "API" | "command line") => {
                assert_eq!(self.user(&self.cleo).await["roles"], json!(["member", "auditor"]));
                self.noted(seen, "role.grant", "Elected in May").await;
                // The verb grants it anew, and then takes it back.
                if kind == "API" {
                    self.server.cli(&["member", "revoke", "cleo", "auditor", "--reason", "For the test"]).ok();
                }
            }
            ("Roles", "command line: take it back") => {
                assert_eq!(self.user(&self.cleo).await["roles"], json!(["member"]));
                self.noted(seen, "role.revoke", "Term is over").await;
                self.server.cli(&["member", "grant", "cleo", "auditor", "--reason", "For the test"]).ok();
            }
            ("Roles", "SQL: who has which, from whom and why") => {
                assert!(["cleo", "auditor", "tester", "For the test"].iter().all(|word| said.contains(word)), "{said}");
            }
            _ => seen.is_unknown(),
        }
    }

    /// Links, and who leaves.
    async fn look_at_who_comes_and_goes(&self, seen: &Seen<'_>) {
        let said = seen.said.as_str();
        let [ann, bob, pool, issued] = seen.before;
        match (seen.way.task.as_str(), seen.way.by.as_str()) {
            ("Invite", "API" | "command line") => {
                assert!(said.contains("/join/"), "{said}");
                let open = self.links("open").await;
                assert_eq!((&open[0]["name"], &open[0]["kind"]), (&json!("tomas"), &json!("invitation")));
                let line = self.noted(seen, "link.create", "Bakes our bread").await;
                assert_eq!(line["target"], open[0]["id"]);
            }
            ("Help who is locked out", "command line") => {
                assert!(said.contains("/join/"), "{said}");
                let line = self.noted(seen, "link.create", "Lost her phone").await;
                assert!(line["details"].to_string().contains("sign_in"), "{line}");
            }
            ("Withdraw a link", "API" | "command line") => {
                let line = self.noted(seen, "link.withdraw", "Sent to the wrong person").await;
                let withdrawn = self.server.cli(&["member", "links", "--all"]).ok();
                let withdrawn = withdrawn.as_array().unwrap().iter().find(|link| link["id"] == line["target"]).unwrap();
                assert_eq!(withdrawn["state"], "withdrawn");
            }
            ("Delete", "API" | "command line") => {
                assert!(self.user(&self.cleo).await["deleted_at"].is_i64());
                self.noted(seen, "user.delete", "Moved away").await;
                self.cleo.get("/v1/me").await.refused(403, "forbidden");
                self.server.cli(&["member", "restore", "cleo", "--reason", "For the test"]).ok();
            }
            ("Restore", "API" | "command line") => {
                assert_eq!(self.user(&self.cleo).await["deleted_at"], Value::Null);
                self.noted(seen, "user.restore", "Came back").await;
                self.cleo.get("/v1/me").await.ok(200);
            }
            ("Erase", "command line") => {
                let found = self.get("/v1/admin/users?q=dora").await;
                assert_eq!(found["items"], json!([]));
                assert_eq!(self.figures().await, [ann, bob, pool + 9, issued], "her tokens are the community's");
                let of_erasing = self.get("/v1/admin/audit-log?action=user.erase").await;
                let line = &of_erasing["items"][0];
                assert_eq!((&line["operator"], &line["reason"]), (&json!("tester"), &json!("Asked by letter")));
            }
            _ => seen.is_unknown(),
        }
    }

    /// Accounts, proofs, and what is only read.
    async fn look_at_the_books(&self, seen: &Seen<'_>) {
        let said = seen.said.as_str();
        let [.., issued] = seen.before;
        match (seen.way.task.as_str(), seen.way.by.as_str()) {
            ("System accounts", "API" | "command line" | "SQL") => {
                let (name, reason) = match seen.kind() {
                    "API" => ("festival", "The summer festival"),
                    "SQL" => ("garden", "Seeds for spring"),
                    _ => ("workshop", "Tools for everybody"),
                };
                assert_eq!(self.account(name).await["balance"], 0);
                let line = self.noted(seen, "system_account.create", reason).await;
                assert_eq!(line["target"], name);
            }
            ("System accounts", "API: which there are" | "command line: which there are" | "SQL: which there are") => {
                for name in ["system_account_communitytoken", "festival", "workshop", "garden"] {
                    assert!(said.contains(name), "{said}");
                }
            }
            ("Move tokens between accounts", "API" | "command line" | "SQL") => {
                assert_eq!(self.figures().await, seen.before, "it stays with the community");
                let ways = ["API", "command line", "SQL"].iter().position(|kind| *kind == seen.kind()).unwrap();
                assert_eq!(self.account("festival").await["balance"], 40 * (ways + 1));
                let line = self.noted(seen, "transfer", "Prizes").await;
                assert_eq!(line["target"], "festival");
            }
            ("Move tokens between accounts", "SQL: what was moved, by whom and why") => {
                let lines: Vec<&str> = said.lines().filter(|line| line.contains("Prizes")).collect();
                assert!(lines.len() == 3 && lines.iter().all(|line| line.contains("festival")), "{said}");
            }
            ("Verify", "API") => {
                let id = said.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap();
                let job = loop {
                    let job = self.get(&format!("/v1/admin/verify/{id}")).await;
                    if job["state"] != "running" {
                        break job;
                    }
                };
                assert_eq!(job["report"]["is_sound"], true, "{job}");
            }
            ("Verify", "command line") => assert!(said.contains("Sound:"), "{said}"),
            ("Verify", "SQL") => {
                let twice = said.split_whitespace().filter(|word| *word == issued.to_string()).count();
                assert_eq!(twice, 2, "{said}");
            }
            ("All transactions", "API") => {
                let found: Value = serde_json::from_str(said).unwrap();
                assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["amount"]), (1, &json!(7)));
            }
            ("All transactions", "API: of one wallet") => {
                let found: Value = serde_json::from_str(said).unwrap();
                let items = found["items"].as_array().unwrap();
                assert!(!items.is_empty() && items.iter().all(|item| item["direction"] == "out"), "{found}");
            }
            ("All transactions", "command line") => {
                assert_eq!(said.lines().filter(|line| line.contains("Chairs")).count(), 1, "{said}");
            }
            ("All transactions", "SQL") => {
                let lines: Vec<&str> = said.lines().filter(|line| line.contains("Chairs")).collect();
                assert!(lines.len() == 1 && lines[0].contains("ann") && lines[0].contains("bob"), "{said}");
            }
            ("Consents", "API") => {
                let proposals = self.get("/v1/admin/consents").await;
                assert_eq!(proposals["items"][0]["state"], "withdrawn", "{proposals}");
                assert_eq!(self.figures().await, seen.before);
                assert_eq!(self.line().await["reason"], "Not needed any more");
                let much = json!({ "amount": 2_000_000, "reason": "Still a great deal" });
                self.operator.post("/v1/admin/issuances", &much).await.ok(202);
            }
            ("Consents", "SQL: what waits") => {
                assert!(said.contains("Still a great deal") && said.contains("2000000"), "{said}");
                assert!(!said.contains("1000000"), "{said}");
            }
            ("The audit log", "API") => {
                let found: Value = serde_json::from_str(said).unwrap();
                let items = found["items"].as_array().unwrap();
                assert!(items.len() == 1 && items[0]["operator"] == "maria", "{found}");
                assert_eq!(items[0]["reason"], "Phone stolen");
            }
            ("The audit log", "SQL") => {
                assert_eq!(said.lines().filter(|line| line.contains("Phone stolen")).count(), 1, "{said}");
            }
            _ => seen.is_unknown(),
        }
    }
}

/// Every way of every task does what the page says, and leaves a sound ledger.
#[tokio::test]
async fn each_task_in_all_the_ways() {
    let community = Community::start().await;
    let ways = ways();
    for (task, ways_of_it) in [("Distribute", 3), ("Issue", 3), ("Freeze", 4), ("Unfreeze", 3), ("Roles", 4)] {
        assert_eq!(ways.iter().filter(|way| way.task == task).count(), ways_of_it, "{task}: {ways:#?}");
    }
    for way in &ways {
        let before_payment = community.figures().await;
        community.prepare(way).await;
        let before = if way.task == "Give a payment back" { before_payment } else { community.figures().await };
        let said = community.bash(&way.commands);
        community.look(&Seen { way, before, said }).await;
        if way.by == "SQL" {
            community.server.assert_sound().await;
        }
    }
    // By hand, at once: the chain goes on over what SQL wrote.
    community.ann.pay(&community.bob, 1).await.ok(201);
    community.server.assert_sound().await;
}

/// Every page and every call that the part names is there.
#[tokio::test]
async fn every_address_is_there() {
    let community = Community::start().await;
    let document = community.get("/openapi.json").await;
    let (mut pages, mut calls) = (0, 0);
    let sentences: String = tasks().0.split("```").step_by(2).collect();
    for named in sentences.split('`').skip(1).step_by(2) {
        if let Some((method, path)) = named.split_once(" /v1/") {
            let call = &document["paths"][format!("/v1/{path}")][method.to_lowercase()];
            assert!(call.is_object(), "there is no {named}");
            calls += 1;
        } else if named.starts_with("/admin") || named.starts_with("/profile") {
            let place = named.replace("{id}", &community.ann.user_id);
            let page = community.server.client.get(format!("{}{place}", community.server.base)).send().await.unwrap();
            // Nobody is signed in; what is not there is told to everybody.
            assert_eq!(page.status().as_u16(), 303, "there is no {named}");
            pages += 1;
        }
    }
    assert!(pages >= 15 && calls >= 15, "the part was not understood: {pages} pages, {calls} calls");
}

/// In SQL, a hundred are served and one more is not, whatever the settings say; so the page says it.
#[tokio::test]
async fn the_view_serves_a_hundred() {
    assert!(tasks().0.contains("The view serves 100 recipients at most, always"));
    let mut server =
        Server::prepare(&Server::settings("").replace("[limits]", "[limits]\nrecipients_per_distribution = 200"));
    server.serve(&[]).await;
    server.members(101).await;
    let everyone = |most: i64| {
        format!(
            "INSERT INTO direct_distributions (operator, reason, recipients)
             SELECT 'maria', 'Rewards', json_group_array(json_object('wallet_id', id, 'amount', 1))
               FROM (SELECT id FROM wallets WHERE NOT is_system LIMIT {most})"
        )
    };
    server.sql(&everyone(100));
    let refused = server.cli(&["sql", &everyone(101)]);
    assert!(refused.code == 1 && refused.stderr.contains("1 to 100 recipients"), "{refused:?}");
    let made = server.cli(&["distribute", "--everyone", "1", "--reason", "Rewards"]).ok();
    assert_eq!(made["distributed"], 101);
    server.assert_sound().await;
}

/// The README's statement gives to everybody who can receive, and is not refused for who cannot.
#[tokio::test]
async fn the_statement_of_the_readme() {
    let part = README.split("### Working on the database itself").nth(1).unwrap().split("\n## ").next().unwrap();
    let commands = blocks(part).concat();
    assert!(commands.contains("direct_distributions"), "{commands}");
    let community = Community::start().await;
    community.server.cli(&["freeze", &community.bob.wallet_id, "--reason", "Phone stolen"]).ok();
    community.server.cli(&["member", "delete", "cleo", "--reason", "Moved away"]).ok();
    let said = community.bash(&commands);
    assert!(said.contains("Weekly rewards"), "{said}");
    let [ann, bob, ..] = community.figures().await;
    assert_eq!((ann, bob), (150, 0));
    community.server.cli(&["member", "restore", "cleo", "--reason", "Came back"]).ok();
    assert_eq!((community.cleo.balance().await, community.operator.balance().await), (0, 50));
    let of_it = community.get("/v1/admin/audit-log?action=distribution&operator=maria").await;
    let line = &of_it["items"][0];
    assert_eq!((&line["reason"], &line["details"]["recipients"]), (&json!("Weekly rewards"), &json!(3)));
    community.server.assert_sound().await;
}
