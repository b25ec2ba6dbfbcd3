//! The mail server of the tests, and what arrived there.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A letter as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub to: String,
    /// As it came over the wire.
    pub raw: String,
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.raw.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let start = format!("{}: ", name.to_lowercase());
        unfolded.lines().find(|line| line.to_lowercase().starts_with(&start)).map(|line| line[start.len()..].to_owned())
    }

    /// What it says, however it was written for the way.
    pub fn text(&self) -> String {
        python(
            "import sys,email,email.policy as p;m=email.message_from_bytes(sys.stdin.buffer.read(),policy=p.default);print(m['subject']);print(m.get_content())",
            &self.raw,
        )
    }
}

fn python(program: &str, input: &str) -> String {
    use std::io::Write;
    let mut child = Command::new("python3")
        .args(["-c", program])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

pub struct Office {
    folder: TempDir,
    pub port: u16,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Office {
    pub fn open() -> Self {
        Self::open_with(&[])
    }

    pub fn open_with(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut office = Self { folder: TempDir::new().unwrap(), port: 0, arguments, child: None };
        office.start();
        office
    }

    /// Opens again where it was before.
    pub fn start(&mut self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(root.join("target/test-tools/bin/python"))
            .arg(root.join("tests/mail/post_office.py"))
            .arg(self.folder.path())
            .arg(self.port.to_string())
            .args(&self.arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tests/run installs aiosmtpd");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.port = line.trim().parse().expect("the mail server did not start: tests/run installs aiosmtpd");
        self.child = Some(child);
    }

    pub fn close(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The settings of a community that sends by it, in the open.
    pub fn settings(&self) -> String {
        self.settings_with("tls = \"none\"")
    }

    pub fn settings_with(&self, more: &str) -> String {
        format!(
            "[mail]\nhost = \"localhost\"\nport = {}\nfrom = \"Our community <tokens@example.org>\"\n{more}\n",
            self.port
        )
    }

    /// Every letter that arrived for this address, in their order.
    pub fn letters(&self, to: &str) -> Vec<Arrived> {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "eml"));
        files.sort_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap());
        let read = |file: &PathBuf| {
            let raw = std::fs::read_to_string(file).unwrap();
            let (to, raw) = raw.strip_prefix("X-For: ").unwrap().split_once("\r\n").unwrap();
            Arrived { to: to.to_owned(), raw: raw.to_owned() }
        };
        files.iter().map(read).filter(|letter| letter.to == to).collect()
    }

    /// Waits until so many have arrived.
    #[track_caller]
    pub fn wait(&self, to: &str, count: usize) -> Vec<Arrived> {
        self.wait_for(to, count, Duration::from_secs(30))
    }

    #[track_caller]
    pub fn wait_for(&self, to: &str, count: usize, within: Duration) -> Vec<Arrived> {
        let began = Instant::now();
        loop {
            let letters = self.letters(to);
            if letters.len() >= count {
                return letters;
            }
            assert!(began.elapsed() < within, "of {count} letters to {to}, {} arrived: {letters:#?}", letters.len());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.close();
    }
}
