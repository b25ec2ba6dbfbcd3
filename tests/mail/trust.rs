//! Encryption and passwords: nothing is said in the open that should not be, and `mail test` says what is
//! wrong and what to do.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::community::{PLAIN, Person, serve_with};
use super::office::Office;
use super::support::Server;

/// An authority of the tests' own, and a certificate for localhost by it.
struct Certificate(TempDir);

impl Certificate {
    fn made() -> Self {
        let folder = TempDir::new().unwrap();
        let own = Self(folder);
        let script = "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=Our tests' -addext basicConstraints=critical,CA:TRUE 2>/dev/null &&
            openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj '/CN=localhost' 2>/dev/null &&
            printf 'subjectAltName=DNS:localhost\\nextendedKeyUsage=serverAuth\\n' > more &&
            openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile more -out cert.pem 2>/dev/null";
        let made = Command::new("sh").args(["-c", script]).current_dir(own.0.path()).status().unwrap();
        assert!(made.success());
        own
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn files(&self) -> [String; 2] {
        ["cert.pem", "key.pem"].map(|name| self.path(name).display().to_string())
    }
}

const LOGIN: &str = "user = \"tokens\"\npassword_file = \"password\"\n";

/// Runs the verb, trusting this authority.
fn test_letter(server: &Server, authority: Option<&Path>) -> (i32, String) {
    let mut command = server.command(&["mail", "test", "ann@example.org"]);
    if let Some(authority) = authority {
        command.env("SSL_CERT_FILE", authority);
    }
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), text)
}

fn prepare(mail: &str, password: &str) -> Server {
    let server = Server::prepare(&format!("{PLAIN}{mail}"));
    std::fs::write(server.path("password"), password).unwrap();
    server
}

/// STARTTLS and TLS from the start, each with a password: letters arrive, encrypted.
#[tokio::test]
async fn encrypted_and_signed_in() {
    let certificate = Certificate::made();
    let [cert, key] = &certificate.files();
    for (option, tls) in [("--starttls", "starttls"), ("--tls", "tls")] {
        let office = Office::open_with(&[option, cert, key, "--login", "tokens", "s3cret"]);
        let settings = office.settings_with(&format!("tls = \"{tls}\"\n{LOGIN}"));
        let mut server = prepare(&settings, "s3cret\n");
        server.environment.push(("SSL_CERT_FILE".into(), certificate.path("ca.pem").display().to_string()));
        server.serve(&[]).await;
        let mut ann = Person::join(&server, "ann").await;
        ann.gets_mail(&office, "ann@example.org").await;
        if tls == "starttls" {
            assert_eq!(office.letters("ann@example.org")[0].header("X-Encrypted").unwrap(), "True");
        }
        let (code, text) = test_letter(&server, Some(&certificate.path("ca.pem")));
        assert_eq!(code, 0, "{text}");
        let shown = server.run(&["config"]).stdout;
        assert!(!shown.contains("s3cret"), "{shown}");

        // Signed by nobody whom this machine trusts: nothing is sent, least of all the password.
        let (code, text) = test_letter(&server, None);
        assert!(code == 1 && text.contains("cannot be encrypted") && text.contains("certificate"), "{text}");
        // A wrong password.
        std::fs::write(server.path("password"), "wr0ng").unwrap();
        let (code, text) = test_letter(&server, Some(&certificate.path("ca.pem")));
        assert!(code == 1 && text.contains("refuses our name and password (it answered 535)"), "{text}");
        assert!(!text.contains("wr0ng"), "{text}");
        assert_eq!(office.letters("ann@example.org").len(), 2);
        server.stop();
        assert!(!server.log().contains("s3cret"), "{}", server.log());
    }
}

/// Where no encryption is offered nothing is sent; and each of the other ways in which it can fail is said.
#[tokio::test]
async fn what_is_wrong_is_said() {
    let office = Office::open();
    let server = prepare(&office.settings_with("tls = \"starttls\""), "");
    let (code, text) = test_letter(&server, None);
    assert!(code == 1 && text.contains("offers no encryption") && text.contains("Set mail.tls"), "{text}");
    assert!(office.letters("ann@example.org").is_empty());

    let server = prepare(&office.settings(), "");
    assert_eq!(test_letter(&server, None).0, 0);
    let letter = office.wait("ann@example.org", 1).remove(0).text();
    assert!(letter.starts_with("Mail from Our community arrives\n"), "{letter}");
    let refused = server.run(&["mail", "test", "refuse-ann@example.org"]);
    assert!(
        refused.code == 1 && refused.stderr.contains("refused the letter for good (it answered 550)"),
        "{refused:?}"
    );
    let later = server.run(&["mail", "test", "later-ann@example.org"]);
    assert!(later.code == 1 && later.stderr.contains("does not take the letter now (it answered 451)"), "{later:?}");
    let broken = server.run(&["mail", "test", "drop-ann@example.org"]);
    assert!(broken.code == 1 && broken.stderr.contains("may have gone out"), "{broken:?}");
    let nobody = server.run(&["mail", "test", "ann"]);
    assert!(nobody.code == 1 && nobody.stderr.contains("e-mail address"), "{nobody:?}");

    let server = prepare("[mail]\nhost = \"127.0.0.1\"\nport = 9\nfrom = \"tokens@example.org\"\n", "");
    let (code, text) = test_letter(&server, None);
    assert!(
        code == 1 && text.contains("cannot be reached (Connection refused") && text.contains("mail.port"),
        "{text}"
    );
    let server = prepare("", "");
    let (code, text) = test_letter(&server, None);
    assert!(code == 1 && text.contains("Set mail.host and mail.from"), "{text}");
}

/// A community that sends no mail asks nobody for an address.
#[tokio::test]
async fn without_a_mail_server_nobody_is_asked() {
    let server = serve_with("").await;
    let mut ann = Person::join(&server, "ann").await;
    let page = ann.open("/profile/notifications").await;
    page.shows(200, "Somebody paid you");
    assert!(!page.text.contains("mail\""), "{}", page.text);
    assert_eq!(ann.form("/profile/mail", &[("address", "ann@example.org")]).await.status, 404);
    assert_eq!(ann.member.get("/v1/me/notifications").await.ok(200)["mail_offered"], false);
}
