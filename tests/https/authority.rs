//! A certificate authority on loopback.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use std::{fs, iter};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use serde_json::json;
use tempfile::TempDir;

use super::support::client;

/// A program that ends with the test, however the test ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Pebble, and its DNS server.
pub struct Authority {
    folder: TempDir,
    /// Where it says what it offers.
    port: u16,
    management: u16,
    names: u16,
    /// Where it expects the community.
    pub community: u16,
    programs: Vec<Process>,
}

/// A port at which nobody listens, of those that the system gives to no connection by itself: else one that another
/// test opens could take it while a server starts anew.
pub fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(fastrand::u16(12_000..28_000)));
    let mut ports = iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(1_000);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

fn tool(name: &str) -> PathBuf {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/usr/bin").join(name);
    if unpacked.exists() { unpacked } else { name.into() }
}

impl Authority {
    /// Its files alone; it does not listen yet.
    pub fn prepare() -> Self {
        let folder = TempDir::new().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = root.self_signed(&key).unwrap();
        let own_key = KeyPair::generate().unwrap();
        let own =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&own_key, &root, &key).unwrap();
        for (name, content) in [("root.pem", root.pem()), ("own.pem", own.pem()), ("own.key", own_key.serialize_pem())]
        {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let [port, management, names, community] = [(); 4].map(|()| free_port());
        Self { folder, port, management, names, community, programs: Vec::new() }
    }

    pub async fn open() -> Self {
        let mut authority = Self::prepare();
        authority.start(3600, &[]).await;
        authority
    }

    /// Listens, and gives certificates that count for so many seconds.
    pub async fn start(&mut self, seconds: u64, environment: &[(&str, &str)]) {
        let [port, management] = [self.port, self.management].map(|port| format!("127.0.0.1:{port}"));
        let settings = json!({ "pebble": {
            "listenAddress": port, "managementListenAddress": management,
            "certificate": self.path("own.pem"), "privateKey": self.path("own.key"),
            "httpPort": free_port(), "tlsPort": self.community,
            "ocspResponderURL": "", "externalAccountBindingRequired": false,
            "certificateValidityPeriod": seconds,
        } });
        fs::write(self.path("pebble.json"), settings.to_string()).unwrap();
        let names = format!("127.0.0.1:{}", self.names);
        let mut dns = Command::new(tool("pebble-challtestsrv"));
        dns.args(["-dns01", &names, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]);
        dns.args(["-management", &format!("127.0.0.1:{}", free_port())]);
        let mut pebble = Command::new(tool("pebble"));
        pebble.arg("-config").arg(self.path("pebble.json")).args(["-dnsserver", &names]);
        pebble.envs([("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_WFE_NONCEREJECT", "0")]);
        pebble.envs(environment.iter().copied());
        self.run(dns, "dns.txt");
        self.run(pebble, "pebble.txt");
        let began = std::time::Instant::now();
        while !self.listens() {
            assert!(began.elapsed() < Duration::from_secs(10), "Pebble does not listen: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn run(&mut self, mut command: Command, log: &str) {
        let log = fs::File::create(self.path(log)).unwrap();
        let output = log.try_clone().unwrap();
        let child = command.stdin(Stdio::null()).stdout(output).stderr(log).spawn();
        self.programs.push(Process(child.expect("Pebble is unpacked by tests/run")));
    }

    fn listens(&self) -> bool {
        [self.port, self.management].iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok())
    }

    pub fn stop(&mut self) {
        self.programs.clear();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it has written down.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("pebble.txt")).unwrap()
    }

    /// The root of the certificates it gives: another at each start.
    pub async fn root(&self) -> String {
        let own = reqwest::Certificate::from_pem(&fs::read(self.path("root.pem")).unwrap()).unwrap();
        let client = client().tls_certs_only([own]).no_proxy().build().unwrap();
        let asked = client.get(format!("https://localhost:{}/roots/0", self.management)).send().await.unwrap();
        asked.text().await.unwrap()
    }

    /// The lines of `config.toml` by which a community has its certificates from here.
    pub fn settings(&self) -> String {
        format!(
            "[https]\ndomain = \"{}\"\ncontact = \"mailto:operators@example.org\"\ndirectory = \"https://localhost:{}/dir\"\nroot_file = \"{}\"\n",
            super::community::NAME,
            self.port,
            self.path("root.pem").display()
        )
    }

    /// Where the community is.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.community))
    }
}
