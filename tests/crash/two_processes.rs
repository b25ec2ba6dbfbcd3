//! Several programs write one ledger: the server under load, the command line, and people in an SQL
//! shell.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::community::{Community, PAYERS};
use super::{dice, rounds};

/// How long each round lasts.
const ROUND: Duration = Duration::from_secs(5);

/// What an operator does beside the server, one after the other. Each has its reason.
struct Hand<'a> {
    community: &'a Community,
    reasons: Vec<String>,
}

impl Hand<'_> {
    fn reason(&mut self) -> String {
        let reason = format!("By hand {}", self.reasons.len());
        self.reasons.push(reason.clone());
        reason
    }

    fn issue(&mut self) {
        let reason = self.reason();
        self.community.server.cli(&["issue", "--amount", "7", "--reason", &reason]).ok();
    }

    fn distribute(&mut self) {
        let reason = self.reason();
        let to = format!("{}=3", self.community.members[0].wallet_id);
        self.community.server.cli(&["distribute", "--to", &to, "--reason", &reason]).ok();
    }

    /// A member who does not pay, so that the others meet a frozen wallet now and then.
    fn freeze_and_unfreeze(&self) {
        let wallet = &self.community.members[PAYERS].wallet_id;
        for verb in ["freeze", "unfreeze"] {
            self.community.server.cli(&[verb, wallet, "--reason", "A lost phone"]).ok();
        }
    }

    fn statement(&mut self) -> String {
        let reason = self.reason();
        format!(
            "INSERT INTO direct_distributions (operator, reason, recipients)
             SELECT 'maria', '{reason}', json_group_array(json_object('wallet_id', wallet_id, 'amount', 2))
               FROM (SELECT wallet_id FROM owners JOIN wallets ON id = wallet_id
                      WHERE owner = 'user' AND NOT is_frozen LIMIT 20)"
        )
    }

    fn our_own_shell(&mut self) {
        let statement = self.statement();
        self.community.server.cli(&["sql", &statement]).ok();
    }

    /// The system's own shell. It may be older than SQLite 3.51.3, of which the README warns: two
    /// programs, one of which copies the log into the file, can damage it. So this one is told not
    /// to copy, and it writes a moment only.
    fn another_shell(&mut self) {
        let statement = self.statement();
        let script = format!(".timeout 5000\nPRAGMA wal_autocheckpoint = 0;\n{statement};\n");
        let mut shell = Command::new("sqlite3")
            .arg("-bail")
            .arg(&self.community.database)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut shell.stdin.take().unwrap(), script.as_bytes()).unwrap();
        let output = shell.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Nobody waits for nobody for long: clients never hear of a lock, no verb and no shell fails, every
/// row inserted by hand joins the chain, and the books add up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_write_one_ledger() {
    let mut dice = dice();
    let folder = tempfile::TempDir::new().unwrap();
    let mut community = Community::found(folder.path(), Vec::new()).await;
    for _ in 0..rounds(1) {
        let load = community.load(&mut dice);
        let reasons = std::mem::take(&mut community.by_hand);
        let reasons = tokio::task::block_in_place(|| {
            let mut hand = Hand { community: &community, reasons };
            let began = Instant::now();
            while began.elapsed() < ROUND {
                match dice.u8(..5) {
                    0 => hand.issue(),
                    1 => hand.distribute(),
                    2 => hand.freeze_and_unfreeze(),
                    3 => hand.our_own_shell(),
                    _ => hand.another_shell(),
                }
            }
            hand.reasons
        });
        println!("two_processes: {} acts by hand; the clients heard {:?}", reasons.len(), load.answers());
        for code in load.answers().keys() {
            let heard = ["done", "insufficient_balance", "self_transfer", "wallet_frozen", "wallet_not_found"];
            assert!(heard.contains(&code.as_str()), "a client was told {code}");
        }
        community.by_hand = reasons;
        community.keeps_its_promises(load.end().await).await;
        let counts = community.server.sql(
            "SELECT (SELECT count(*) FROM transactions WHERE hash IS NULL) AS transactions,
                    (SELECT count(*) FROM audit_log WHERE hash IS NULL) AS lines,
                    (SELECT count(*) FROM audit_log WHERE action = 'chain.seal') AS seals",
        );
        assert_eq!((&counts[0]["transactions"], &counts[0]["lines"]), (&0.into(), &0.into()));
        assert!(counts[0]["seals"].as_i64().unwrap() > 0);
    }
}
