use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::keys::Pace;
use super::*;

/// A provider on loopback that counts how often it is asked, and answers what it is told to.
#[derive(Clone)]
struct Server {
    address: String,
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<Option<Vec<u8>>>>,
    delay: Arc<Mutex<Duration>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            asked: Arc::default(),
            answer: Arc::default(),
            delay: Arc::default(),
        };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    let _ = stream.read(&mut request).await;
                    own.asked.fetch_add(1, Ordering::SeqCst);
                    let delay = *own.delay.lock().unwrap();
                    tokio::time::sleep(delay).await;
                    let answer = own.answer.lock().unwrap().clone();
                    // Without an answer the connection just ends: the outage.
                    if let Some(answer) = answer {
                        let _ = stream.write_all(&answer).await;
                    }
                });
            }
        });
        server
    }

    fn says(&self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        *self.answer.lock().unwrap() = Some(
            format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
                .into_bytes(),
        );
    }

    fn lists(&self, keys: &[Value]) {
        self.says("200 OK", "", &json!({ "keys": keys }).to_string());
    }

    fn falls_silent(&self) {
        *self.answer.lock().unwrap() = None;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn source(&self) -> Source {
        Source::Url { url: format!("{}/jwks", self.address), allow_http: false }
    }

    fn keys(&self, pace: Pace) -> Arc<KeySet> {
        KeySet::with_pace(self.source(), pace, None).unwrap()
    }
}

/// Everything as soon as it is asked for.
const AT_ONCE: Pace = Pace {
    retry: Duration::ZERO,
    longest: Duration::ZERO,
    youngest: Duration::from_hours(1),
    oldest: Duration::from_hours(1),
    look: Duration::ZERO,
};

fn token(pair: &Pair, kid: &str) -> String {
    pair.token(&json!({"alg": "EdDSA", "kid": kid}), &good())
}

#[tokio::test]
async fn a_flood_of_unknown_keys_causes_one_fetch() {
    let server = Server::start().await;
    let pair = Pair::ed();
    server.lists(&[pair.jwk("k")]);
    *server.delay.lock().unwrap() = Duration::from_millis(50);
    let verifier = Arc::new(Verifier::new(vec![provider(server.keys(Pace::USUAL))]));
    let flood: Vec<_> = (0..100)
        .map(|number| {
            let verifier = Arc::clone(&verifier);
            let token = token(&pair, &format!("unknown-{number}"));
            tokio::spawn(async move { verifier.verify(&token).await.is_err() })
        })
        .collect();
    for task in flood {
        assert!(task.await.unwrap());
    }
    assert_eq!(server.asked(), 1);
    assert!(verifier.verify(&token(&pair, "k")).await.is_ok());
    assert!(verifier.verify(&token(&pair, "unknown")).await.is_err());
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn known_keys_do_not_wait_and_hanging_up_does_not_break_the_fetch() {
    let server = Server::start().await;
    let (old, new) = (Pair::ed(), Pair::ed());
    server.lists(&[old.jwk("old")]);
    let pace = Pace { retry: Duration::from_millis(100), ..AT_ONCE };
    let keys = server.keys(pace);
    assert_eq!(keys.refresh().await.unwrap(), 1);
    let verifier = Arc::new(Verifier::new(vec![provider(Arc::clone(&keys))]));
    server.lists(&[old.jwk("old"), new.jwk("new")]);
    *server.delay.lock().unwrap() = Duration::from_millis(700);
    tokio::time::sleep(pace.retry).await;
    // Someone asks for the new key and hangs up while it is being fetched.
    let impatient =
        tokio::time::timeout(Duration::from_millis(200), async { verifier.verify(&token(&new, "new")).await });
    assert!(impatient.await.is_err());
    assert_eq!(server.asked(), 2, "the fetch is under way");
    let known = tokio::time::timeout(Duration::from_millis(200), async { verifier.verify(&token(&old, "old")).await });
    assert!(known.await.unwrap().is_ok());
    assert!(verifier.verify(&token(&new, "new")).await.is_ok());
    assert_eq!(server.asked(), 2, "the one fetch served everybody");
}

#[tokio::test]
async fn an_outage_keeps_the_keys_and_a_rotation_replaces_them() {
    let server = Server::start().await;
    let (old, new) = (Pair::ed(), Pair::ed());
    server.lists(&[old.jwk("old")]);
    let keys = server.keys(AT_ONCE);
    let verifier = Verifier::new(vec![provider(Arc::clone(&keys))]);
    assert!(verifier.verify(&token(&old, "old")).await.is_ok());
    let generation = keys.generation();
    for outage in 0..4 {
        match outage {
            0 => server.falls_silent(),
            1 => server.says("500 Internal Server Error", "", "{\"keys\": []}"),
            2 => server.says("200 OK", "", "<html>"),
            _ => server.says("200 OK", "", "{}"),
        }
        let asked = server.asked();
        assert!(verifier.verify(&token(&new, "new")).await.is_err());
        assert!(server.asked() > asked);
        assert!(verifier.verify(&token(&old, "old")).await.is_ok());
        assert!(keys.refresh().await.is_err());
    }
    assert_eq!(keys.generation(), generation);
    let remembered = token(&old, "old");
    assert!(verifier.verify(&remembered).await.is_ok());
    server.lists(&[new.jwk("new")]);
    assert!(verifier.verify(&token(&new, "new")).await.is_ok());
    assert!(keys.generation() > generation);
    assert!(verifier.verify(&remembered).await.is_err(), "withdrawn, and forgotten");
}

#[tokio::test]
async fn an_old_set_is_fetched_in_the_background() {
    let server = Server::start().await;
    let (old, new) = (Pair::ed(), Pair::ed());
    server.says("200 OK", "cache-control: max-age=0\r\n", &json!({"keys": [old.jwk("old")]}).to_string());
    let pace = Pace { youngest: Duration::from_millis(100), ..AT_ONCE };
    let verifier = Verifier::new(vec![provider(server.keys(pace))]);
    let remembered = token(&old, "old");
    assert!(verifier.verify(&remembered).await.is_ok());
    server.lists(&[new.jwk("new")]);
    tokio::time::sleep(Duration::from_millis(150)).await;
    // This one is still answered by the old set, and has the new one fetched.
    assert!(verifier.verify(&remembered).await.is_ok());
    let mut refused = false;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        refused = verifier.verify(&remembered).await.is_err();
        if refused {
            break;
        }
    }
    assert!(refused, "the withdrawn key went by itself");
}

#[tokio::test]
async fn redirects_are_not_followed_and_large_answers_not_read() {
    let (server, evil) = (Server::start().await, Server::start().await);
    let pair = Pair::ed();
    evil.lists(&[pair.jwk("k")]);
    server.says("302 Found", &format!("location: {}/jwks\r\n", evil.address), "");
    let keys = server.keys(AT_ONCE);
    let error = keys.refresh().await.unwrap_err();
    assert!(error.cause().unwrap().contains("redirects are not followed"));
    assert_eq!(evil.asked(), 0);
    let large = json!({"keys": [pair.jwk("k")], "pad": "x".repeat(256 * 1024)}).to_string();
    server.says("200 OK", "", &large);
    let error = keys.refresh().await.unwrap_err();
    assert!(error.cause().unwrap().contains("larger than"));
    assert!(keys.is_empty());
}

#[tokio::test]
async fn keys_are_discovered_at_the_issuer_itself() {
    let (server, keys_at) = (Server::start().await, Server::start().await);
    keys_at.lists(&[Pair::ed().jwk("k")]);
    let issuer = format!("{}/realm/", server.address);
    let keys =
        KeySet::with_pace(Source::Discovery { issuer: issuer.clone(), allow_http: false }, AT_ONCE, None).unwrap();
    let document = |issuer: &str, jwks: &str| {
        let document = json!({"issuer": issuer, "jwks_uri": jwks});
        server.says("200 OK", "", &document.to_string());
    };
    document(&issuer, &format!("{}/jwks", keys_at.address));
    assert_eq!(keys.refresh().await.unwrap(), 1);
    document(issuer.trim_end_matches('/'), &keys_at.address);
    let error = keys.refresh().await.unwrap_err();
    assert!(error.cause().unwrap().contains("must be equal"));
    document(&issuer, "file:///etc/passwd");
    assert!(keys.refresh().await.is_err());
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn a_key_file_is_read_again_when_it_changes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jwks.json");
    assert!(KeySet::new(Source::File(path.clone())).is_err(), "it must be there");
    let (old, new) = (Pair::ed(), Pair::ed());
    let write = |keys: Value| std::fs::write(&path, json!({ "keys": keys }).to_string()).unwrap();
    write(json!([old.jwk("old")]));
    let keys = KeySet::with_pace(Source::File(path.clone()), AT_ONCE, None).unwrap();
    let verifier = Verifier::new(vec![provider(Arc::clone(&keys))]);
    let remembered = token(&old, "old");
    assert!(verifier.verify(&remembered).await.is_ok());
    write(json!([old.jwk("old"), new.jwk("new")]));
    assert!(verifier.verify(&token(&new, "new")).await.is_ok());
    std::fs::write(&path, "half writ").unwrap();
    assert!(verifier.verify(&token(&new, "new")).await.is_ok());
    write(json!([new.jwk("new")]));
    assert!(verifier.verify(&remembered).await.is_err());
    std::fs::remove_file(&path).unwrap();
    assert!(verifier.verify(&token(&new, "new")).await.is_ok());
}

/// Unknown keys are asked for again soon, and ever less often while they keep coming.
#[tokio::test]
async fn unknown_keys_are_asked_for_ever_less_often() {
    let server = Server::start().await;
    let (old, new) = (Pair::ed(), Pair::ed());
    server.lists(&[old.jwk("old")]);
    let pace = Pace { retry: Duration::from_millis(50), longest: Duration::from_millis(400), ..AT_ONCE };
    let verifier = Verifier::new(vec![provider(server.keys(pace))]);
    // A second of unknown keys: 50, 100, 200, 400 ms lie between the fetches, and then 400 again.
    let began = std::time::Instant::now();
    let mut tokens = 0;
    while began.elapsed() < Duration::from_secs(1) {
        assert!(verifier.verify(&token(&new, &format!("unknown-{tokens}"))).await.is_err());
        tokens += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let asked = server.asked();
    assert!((2..=5).contains(&asked), "{asked} fetches for {tokens} tokens");
    // In the middle of it the provider changes its key: it is known as soon as it may be asked for.
    server.lists(&[new.jwk("new")]);
    tokio::time::sleep(pace.longest).await;
    assert!(verifier.verify(&token(&new, "new")).await.is_ok());
    // After some quiet it is as at first.
    tokio::time::sleep(2 * pace.longest).await;
    assert!(verifier.verify(&token(&new, "unknown")).await.is_err());
    let asked = server.asked();
    tokio::time::sleep(pace.retry).await;
    assert!(verifier.verify(&token(&new, "unknown")).await.is_err());
    assert_eq!(server.asked(), asked + 1);
}

/// The keys outlive a restart while the provider is down, and go with the first good answer after it.
#[tokio::test]
async fn keys_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("ledger.db");
    let server = Server::start().await;
    let (old, new) = (Pair::ed(), Pair::ed());
    let start = |source| KeySet::with_pace(source, AT_ONCE, Some(&database)).unwrap();
    let verifier = |keys: &Arc<KeySet>| Verifier::new(vec![provider(Arc::clone(keys))]);
    server.lists(&[old.jwk("old")]);
    assert_eq!(start(server.source()).refresh().await.unwrap(), 1);
    let file = written(folder.path(), "old").await;
    server.falls_silent();
    let keys = start(server.source());
    let asked = server.asked();
    assert!(
        verifier(&keys).verify(&token(&old, "old")).await.is_ok(),
        "the provider is down, and we have just started"
    );
    assert!(verifier(&keys).verify(&token(&new, "new")).await.is_err());
    assert!(server.asked() > asked, "it is asked, all the same");
    // Another address has nothing to do with it.
    let elsewhere = Source::Url { url: format!("{}/other", server.address), allow_http: false };
    assert!(start(elsewhere).is_empty());
    server.lists(&[new.jwk("new")]);
    let keys = start(server.source());
    let verifier = verifier(&keys);
    assert!(verifier.verify(&token(&new, "new")).await.is_ok());
    assert!(verifier.verify(&token(&old, "old")).await.is_err(), "withdrawn");
    assert_eq!(written(folder.path(), "new").await, file);
    // What was kept too long ago, is damaged or is another's, is not taken.
    let mut content: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for (name, value) in [
        ("fetched_at", json!(now - 8 * 24 * 3600)),
        ("fetched_at", json!(now + 8 * 24 * 3600)),
        ("source", json!("http://elsewhere")),
        ("keys", json!([{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}])),
        ("keys", json!("none")),
    ] {
        let mut other = content.clone();
        other[name] = value;
        std::fs::write(&file, other.to_string()).unwrap();
        assert!(start(server.source()).is_empty(), "{name}");
    }
    content["fetched_at"] = json!(now - 6 * 24 * 3600);
    std::fs::write(&file, content.to_string()).unwrap();
    assert_eq!(start(server.source()).len(), 1);
    std::fs::write(&file, "{\"source\": ").unwrap();
    assert!(start(server.source()).is_empty());
}

/// The file with keys in the folder, once it holds one of this name.
async fn written(folder: &std::path::Path, kid: &str) -> std::path::PathBuf {
    for _ in 0..500 {
        let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let kept = files.find(|path| {
            path.file_name().unwrap().to_str().unwrap().starts_with("ledger.db-keys-")
                && std::fs::read_to_string(path).unwrap().contains(&format!("\"{kid}\""))
        });
        if let Some(file) = kept {
            return file;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the keys were not kept");
}

/// Plain HTTP is for this machine, or for a network of one's own; and an issuer that is reached by
/// HTTPS cannot send us to less.
#[tokio::test]
async fn keys_do_not_travel_in_the_open() {
    // An address of this machine that is not its loopback would do; a name that resolves to nothing shows
    // as well that nobody was asked.
    for source in [
        Source::Url { url: "http://id.test.invalid/keys".into(), allow_http: false },
        Source::Discovery { issuer: "http://id.test.invalid".into(), allow_http: false },
        Source::Url { url: "ftp://127.0.0.1/keys".into(), allow_http: true },
        Source::Url { url: "file:///etc/passwd".into(), allow_http: true },
    ] {
        let error = KeySet::new(source).unwrap().refresh().await.unwrap_err();
        assert!(error.cause().unwrap().contains("neither https: nor http:"), "{error:?}");
    }
    let allowed = Source::Url { url: "http://id.test.invalid/keys".into(), allow_http: true };
    let error = KeySet::new(allowed).unwrap().refresh().await.unwrap_err();
    assert!(!error.cause().unwrap().contains("neither"), "it was tried: {error:?}");
    let server = Server::start().await;
    let issuer = server.address.clone();
    let document = json!({"issuer": issuer, "jwks_uri": "http://id.test.invalid/keys"}).to_string();
    server.says("200 OK", "", &document);
    let error = KeySet::new(Source::Discovery { issuer: issuer.clone(), allow_http: false }).unwrap().refresh().await;
    assert!(error.unwrap_err().cause().unwrap().contains("neither https: nor http:"));
    // Two answers in one: the first would be checked, and the second used.
    let twice = format!("{{\"issuer\": \"{issuer}\", \"issuer\": \"{issuer}\", \"jwks_uri\": \"{issuer}/jwks\"}}");
    server.says("200 OK", "", &twice);
    let error = KeySet::new(Source::Discovery { issuer, allow_http: false }).unwrap().refresh().await;
    assert!(error.unwrap_err().cause().unwrap().contains("twice"));
}

/// A set with more keys than any provider needs is refused whole.
#[tokio::test]
async fn a_set_has_a_sensible_size() {
    let pair = Pair::ed();
    let set = |count: usize| json!({"keys": vec![pair.jwk("k"); count]});
    assert!(KeySet::new(Source::Fixed(set(100))).is_ok());
    assert!(KeySet::new(Source::Fixed(set(101))).is_err());
}
