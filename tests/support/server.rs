//! The real binary, with a database and a configuration of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use communitytoken::ledger::hex;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::provider::{AUDIENCE, ISSUER};
use super::{Member, PATIENCE, Provider, client};

const BINARY: &str = env!("CARGO_BIN_EXE_communitytoken");
/// Subject of the operator whom the configuration names.
pub const OPERATOR: &str = "the-operator";

/// The lines of the audit log that somebody's act has left, all there when it is answered. The others come by
/// themselves, a little later: what was refused, and the first checkpoint after a start.
pub const ASKED_FOR: &str = "action NOT IN ('sign_in.refused', 'access.refused', 'key.introduce')";

/// What a verb answered.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub fn refused(&self, code: &str) -> Value {
        assert_eq!(self.code, 1, "{self:?}");
        let problem: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(problem["code"], code, "{problem}");
        problem
    }
}

pub struct Server {
    pub folder: TempDir,
    pub provider: Provider,
    pub base: String,
    pub client: reqwest::Client,
    /// What the server finds in its environment beside the usual.
    pub environment: Vec<(String, String)>,
    /// How many files it may have open, where that is less than the system allows.
    pub open_files: Option<u32>,
    child: Option<Child>,
}

impl Server {
    /// A community with an identity provider, serving.
    pub async fn start() -> Self {
        let mut server = Self::prepare(&Self::settings(""));
        server.serve(&[]).await;
        server
    }

    /// The same with the developer identity and the sample community.
    pub async fn demo() -> Self {
        Self::demo_with("").await
    }

    /// The same with further settings.
    pub async fn demo_with(more: &str) -> Self {
        let mut server = Self::prepare(&format!(
            "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n{more}"
        ));
        server.serve(&["--demo"]).await;
        server
    }

    /// Something of more tokens than the settings let one operator move alone, proposed by one who is new, in
    /// the sample community; the page of it.
    pub async fn proposal(&self, more_than: i64, reason: &str) -> String {
        let maria = self.cli(&["member", "show", "maria"]).ok();
        let token = self.cli(&["token", "--member", "otto"]).ok()["token"].as_str().unwrap().to_owned();
        let otto = self.stranger(token);
        otto.get("/v1/me").await.ok(200);
        self.cli(&["member", "grant", "otto", "operator", "--reason", reason, "--operator", "maria"]).ok();
        let recipients = json!([{ "wallet_id": maria["wallet_id"], "amount": more_than + 1 }]);
        let body = json!({ "reason": reason, "note": reason, "recipients": recipients });
        let asked = otto.post("/v1/admin/distributions", &body).await.ok(202);
        format!("/admin/consents/{}", asked["id"].as_str().unwrap())
    }

    pub fn settings(more: &str) -> String {
        format!(
            "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n[[identity.providers]]\nissuer = \"{ISSUER}\"\naudience = \"{AUDIENCE}\"\njwks_file = \"jwks.json\"\n[identity]\noperators = [\"{ISSUER}|{OPERATOR}\"]\n{more}"
        )
    }

    /// Only the folder and the configuration.
    pub fn prepare(config: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let provider = Provider::new();
        provider.write(&folder.path().join("jwks.json"));
        fs::write(folder.path().join("config.toml"), config).unwrap();
        let client = client().redirect(reqwest::redirect::Policy::none()).pool_max_idle_per_host(200).build().unwrap();
        Self { folder, provider, base: String::new(), client, environment: Vec::new(), open_files: None, child: None }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn database(&self) -> PathBuf {
        self.path("data/communitytoken.db")
    }

    /// The program with these arguments, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = match self.open_files {
            None => Command::new(BINARY),
            Some(most) => {
                let mut command = Command::new("sh");
                command.args(["-c", &format!("ulimit -n {most}; exec \"$0\" \"$@\""), BINARY]);
                command
            }
        };
        command.args(arguments).current_dir(self.folder.path());
        for_tests(&mut command);
        command
    }

    /// The server with these arguments, not yet started.
    fn server(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&[&["serve"], arguments].concat());
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Starts the server and waits for nothing.
    pub fn spawn(&mut self, arguments: &[&str]) {
        self.spawn_by(self.server(arguments));
    }

    fn spawn_by(&mut self, mut command: Command) {
        let log = fs::File::create(self.path("log.txt")).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        self.child = Some(child);
    }

    /// The running server's process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Starts the server and waits until it listens, well or not.
    pub fn listen(&mut self, arguments: &[&str]) {
        self.listen_by(self.server(arguments));
    }

    fn listen_by(&mut self, command: Command) {
        self.spawn_by(command);
        let stdout = self.child.as_mut().and_then(|child| child.stdout.take()).unwrap();
        let (said, heard) = mpsc::channel();
        std::thread::spawn(move || {
            let first = BufReader::new(stdout).lines().next().and_then(Result::ok);
            let _nobody_waits = said.send(first);
        });
        let line = heard.recv_timeout(PATIENCE).ok().flatten();
        let line = line.unwrap_or_else(|| panic!("the server did not start: {}", self.log()));
        self.base = line.split_whitespace().find(|word| word.starts_with("http")).unwrap().into();
    }

    pub async fn serve(&mut self, arguments: &[&str]) {
        self.serve_by(self.server(arguments)).await;
    }

    /// Serves by a command that a test has made its own: watched, or with a library before it.
    pub async fn serve_by(&mut self, command: Command) {
        self.listen_by(command);
        let began = Instant::now();
        while self.client.get(format!("{}/health", self.base)).send().await.map_or(0, |answer| answer.status().as_u16())
            != 200
        {
            assert!(began.elapsed() < Duration::from_secs(20), "the server is not well");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn signal(&mut self, signal: &str) {
        if let Some(mut child) = self.child.take() {
            Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            let began = Instant::now();
            while child.try_wait().unwrap().is_none() {
                if began.elapsed() > PATIENCE {
                    child.kill().unwrap();
                    panic!("the server has not ended after {signal}: {}", self.log());
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Only sends the signal.
    pub fn send(&self, signal: &str) {
        Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
    }

    /// How the server ended, once it has by itself.
    pub async fn ended(&mut self, within: Duration) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                self.child = None;
                return status;
            }
            assert!(began.elapsed() < within, "the server has not ended after {within:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends the server as a service manager does.
    pub fn stop(&mut self) {
        self.signal("-TERM");
    }

    /// Ends it without any warning.
    pub fn kill(&mut self) {
        self.signal("-KILL");
    }

    /// Runs a verb beside the server and answers in JSON.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        self.run(&[arguments, &["--json"]].concat())
    }

    /// Runs a verb as it is.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        Output {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Someone with a token, not yet seen by the program.
    pub fn stranger(&self, token: String) -> Member {
        Member {
            base: self.base.clone(),
            token,
            client: self.client.clone(),
            user_id: String::new(),
            wallet_id: String::new(),
        }
    }

    /// A member, registered by their first call.
    pub async fn member(&self, subject: &str) -> Member {
        let mut member = self.stranger(self.provider.token(subject, subject));
        let me = member.get("/v1/me").await.ok(200);
        member.user_id = me["id"].as_str().unwrap().into();
        member.wallet_id = me["wallet_id"].as_str().unwrap().into();
        member
    }

    pub async fn members(&self, count: usize) -> Vec<Member> {
        let mut members = Vec::with_capacity(count);
        for number in 0..count {
            members.push(self.member(&format!("member-{number:02}")).await);
        }
        members
    }

    /// Pays so often that an alert is raised; gives its id.
    pub async fn alert(&self, from: &Member, to_wallet: &str) -> String {
        for _ in 0..20 {
            let body = json!({ "to_wallet_id": to_wallet, "amount": 1 });
            from.post("/v1/transfers", &body).await.ok(201);
        }
        let began = std::time::Instant::now();
        loop {
            if let Some(id) = self.sql("SELECT id FROM alerts ORDER BY key LIMIT 1")[0]["id"].as_str() {
                return id.to_owned();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "no alert is raised");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub async fn operator(&self) -> Member {
        self.member(OPERATOR).await
    }

    /// A member with tokens.
    pub async fn funded(&self, subject: &str, amount: i64) -> Member {
        let member = self.member(subject).await;
        self.fund(&member, amount).await;
        member
    }

    pub async fn fund(&self, member: &Member, amount: i64) {
        let recipients = json!([{ "wallet_id": member.wallet_id, "amount": amount }]);
        let body = json!({ "reason": "For the test", "recipients": recipients });
        self.operator().await.post("/v1/admin/distributions", &body).await.ok(201);
    }

    pub fn treasury(&self) -> String {
        let rows = self.sql("SELECT wallet_id FROM owners WHERE owner = 'system'");
        rows[0]["wallet_id"].as_str().unwrap().to_owned()
    }

    /// What `communitytoken sql` answers. What only reads is read right here: a program need not be started to look
    /// at some rows, as tests do thousands of times.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> Value {
        // Where the settings name another file, the program knows it.
        if statement.trim_start().starts_with("SELECT") && self.database().exists() {
            read(&self.database(), statement).unwrap_or_else(|error| panic!("{error}: {statement}"))
        } else {
            self.cli(&["sql", statement]).ok()
        }
    }

    /// The supply adds up, and the proof finds nothing.
    pub async fn assert_sound(&self) {
        let supply = self.operator().await.get("/v1/statistics/supply").await.ok(200);
        let figure = |name: &str| supply[name].as_i64().unwrap();
        assert_eq!(supply["is_consistent"], true, "{supply}");
        assert_eq!(figure("total_issuance"), figure("circulating_supply") + figure("system_pool"));
        let report = self.cli(&["verify"]).ok();
        assert_eq!(report["is_sound"], true, "{report}");
    }

    /// Every row of the ledger, to show that a refusal changed nothing.
    pub fn rows(&self) -> Value {
        self.sql(&format!("SELECT (SELECT group_concat(sequence || ':' || amount) FROM transactions) AS t, (SELECT group_concat(id || ':' || balance || ':' || is_frozen || ':' || is_closed) FROM wallets) AS w, (SELECT count(*) FROM audit_log WHERE {ASKED_FOR}) AS a, (SELECT count(*) FROM idempotency_records) AS i, (SELECT group_concat(username) FROM users) AS u"))
    }

    pub fn log(&self) -> String {
        let mut text = String::new();
        fs::File::open(self.path("log.txt")).unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill();
            let _ended = child.wait();
        }
    }
}

/// The rows that a statement finds, as the verb `sql` tells them.
fn read(database: &Path, statement: &str) -> rusqlite::Result<Value> {
    // Whoever comes first after a server that was killed has its log to bring in, so it is no reading connection.
    // A look leaves that log as it is, though.
    let conn = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let mut statement = conn.prepare(statement)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        let values = names.iter().enumerate().map(|(at, name)| {
            let value = match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                ValueRef::Blob(bytes) => hex(bytes).into(),
            };
            Ok((name.clone(), value))
        });
        Ok(Value::Object(values.collect::<rusqlite::Result<_>>()?))
    })?;
    rows.collect()
}

/// The environment of a test: a login name, nothing to read, and none of the variables that steer the
/// tests themselves (seeds, lengths), which are no settings of the program.
pub fn for_tests(command: &mut Command) {
    command.env("USER", "tester").stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("COMMUNITYTOKEN_")) {
        command.env_remove(name);
    }
}

/// The binary without any folder of its own.
pub fn bare(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    for_tests(command.args(arguments).current_dir(folder));
    let output = command.output().unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
