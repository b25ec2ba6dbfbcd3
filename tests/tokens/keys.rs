//! Where the provider's keys come from, and what happens when it changes them, is away, or does not
//! answer.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use super::site::{Mood, Site};
use super::support::clock::Clock;
use super::support::provider::{ISSUER, now};
use super::support::{Member, Provider, Server, client};

/// How long a change of keys, or the end of an outage, may take to be noticed.
const NOTICED: Duration = Duration::from_secs(30);

/// A community, not yet serving, whose provider has its keys at this site.
fn community(site: &Site) -> Server {
    let own = format!("jwks_url = \"{}\"", site.url("/keys"));
    Server::prepare(&Server::settings("").replace("jwks_file = \"jwks.json\"", &own))
}

fn named(provider: &Provider, server: &Server, kid: &str, subject: &str) -> Member {
    let header = json!({ "alg": "EdDSA", "kid": kid });
    server.stranger(provider.sign_with_header(&header, &Provider::claims(subject, subject)))
}

/// A set with the provider's `EdDSA` key by another name.
fn keys(provider: &Provider, kid: &str) -> serde_json::Value {
    let mut key = provider.jwks()["keys"][2].clone();
    key["kid"] = json!(kid);
    json!({ "keys": [key] })
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !done().await {
        assert!(began.elapsed() < NOTICED, "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The file in which the keys are kept.
fn kept(server: &Server) -> Option<PathBuf> {
    let mut entries = std::fs::read_dir(server.path("data")).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("communitytoken.db-keys-"))
}

/// The keys may come from an address; a flood of tokens with unknown keys has them fetched a few times
/// at most, and members who are known stay so when the provider is gone.
#[tokio::test]
async fn a_flood_of_unknown_keys_is_the_providers_no_burden() {
    let site = Site::open().await;
    let mut server = community(&site);
    site.says("/keys", &server.provider.jwks());
    server.serve(&[]).await;
    server.stranger(server.provider.token("ann", "ann")).get("/v1/me").await.ok(200);
    let began = Instant::now();
    for number in 0..200 {
        let stranger = named(&server.provider, &server, &format!("k{number}"), "x");
        stranger.get("/v1/me").await.refused(401, "unauthorized");
    }
    // The first fetch, and one for each five seconds that this has taken.
    let allowed = 2 + usize::try_from(began.elapsed().as_secs() / 5).unwrap();
    assert!(site.visits() <= allowed, "{} fetches, {allowed} allowed", site.visits());
    site.is(Mood::Away);
    server.stranger(server.provider.token("bob", "bob")).get("/v1/me").await.ok(200);
}

/// A provider changes its keys whenever it likes; nobody restarts anything, and what was signed with the
/// old key, remembered or not, no longer counts.
#[tokio::test]
async fn a_rotation_needs_no_restart() {
    let site = Site::open().await;
    let mut server = community(&site);
    let (old, new) = (Provider::new(), Provider::new());
    site.says("/keys", &keys(&old, "2025"));
    server.serve(&[]).await;
    let (ann, bob) = (named(&old, &server, "2025", "ann"), named(&new, &server, "2026", "bob"));
    ann.get("/v1/me").await.ok(200);
    bob.get("/v1/me").await.refused(401, "unauthorized");
    site.says("/keys", &keys(&new, "2026"));
    until("the new key is not known", async || bob.get("/v1/me").await.status == 200).await;
    ann.get("/v1/me").await.refused(401, "unauthorized");
    named(&old, &server, "2026", "carol").get("/v1/me").await.refused(401, "unauthorized");
    // Its own name again for another key: the name alone is no key.
    site.says("/keys", &keys(&old, "2026b"));
    let carol = named(&old, &server, "2026b", "carol");
    until("the next key is not known", async || carol.get("/v1/me").await.status == 200).await;
    bob.get("/v1/me").await.refused(401, "unauthorized");
}

/// The provider is away, and then this program is restarted, by force: members whose tokens are good
/// come in all the same. When the provider is back with other keys, those count.
#[tokio::test]
async fn the_keys_outlive_an_outage_and_a_restart() {
    let site = Site::open().await;
    let issuer = site.url("");
    let mut server =
        Server::prepare(&Server::settings("").replace("jwks_file = \"jwks.json\"\n", "").replace(ISSUER, &issuer));
    let (old, new) = (Provider::new(), Provider::new());
    let token = |provider: &Provider, kid: &str, subject: &str| {
        let mut claims = Provider::claims(subject, subject);
        claims["iss"] = json!(issuer);
        provider.sign_with_header(&json!({ "alg": "EdDSA", "kid": kid }), &claims)
    };
    site.speaks_for(&issuer, &keys(&old, "old"));
    server.serve(&[]).await;
    let ann = token(&old, "old", "ann");
    server.stranger(ann.clone()).get("/v1/me").await.ok(200);
    until("the keys are not kept", async || kept(&server).is_some()).await;
    let file = kept(&server).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(&file).unwrap().contains(&ann), "keys, and no tokens");
    for round in 0..2 {
        server.kill();
        site.is(Mood::Away);
        server.serve(&[]).await;
        server.stranger(ann.clone()).get("/v1/me").await.ok(200);
        server.stranger(token(&old, "old", &format!("new-member-{round}"))).get("/v1/me").await.ok(200);
        server.stranger(token(&new, "new", "bob")).get("/v1/me").await.refused(401, "unauthorized");
        server.stranger(token(&new, "old", "bob")).get("/v1/me").await.refused(401, "unauthorized");
    }
    site.speaks_for(&issuer, &keys(&new, "new"));
    site.is(Mood::Well);
    let bob = server.stranger(token(&new, "new", "bob"));
    until("the provider's return is not noticed", async || bob.get("/v1/me").await.status == 200).await;
    server.stranger(ann.clone()).get("/v1/me").await.refused(401, "unauthorized");
    // The withdrawn key does not come back with the next outage.
    until("the new keys are not kept", async || std::fs::read_to_string(&file).unwrap().contains("\"new\"")).await;
    server.kill();
    site.is(Mood::Away);
    server.serve(&[]).await;
    server.stranger(token(&new, "new", "bob")).get("/v1/me").await.ok(200);
    server.stranger(ann).get("/v1/me").await.refused(401, "unauthorized");
}

/// The provider is away for more than a day. Members go on with the tokens they have, remembered or not;
/// whoever shows a key that nobody knows is told so within five seconds. It comes back, with another
/// key, and members come in by that, without anyone having done anything here.
#[tokio::test]
async fn an_outage_of_many_hours_shuts_nobody_out() {
    const HOUR: i64 = 3600;
    let site = Site::open().await;
    let mut server = community(&site);
    let (old, new) = (Provider::new(), Provider::new());
    site.says("/keys", &keys(&old, "old"));
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    // Connections that wait for the next request end with the hours that pass.
    server.client = client().pool_max_idle_per_host(0).build().unwrap();
    let token = |provider: &Provider, kid: &str, subject: &str| {
        let mut claims = Provider::claims(subject, subject);
        claims["exp"] = json!(now() + 48 * 3600);
        server.stranger(provider.sign_with_header(&json!({ "alg": "EdDSA", "kid": kid }), &claims))
    };
    let ann = token(&old, "old", "ann");
    ann.get("/v1/me").await.ok(200);
    site.is(Mood::Away);
    for hours in [1, 6, 30] {
        clock.set(hours * HOUR);
        clock.run(hours * HOUR);
        ann.get("/v1/me").await.ok(200);
        token(&old, "old", &format!("after-{hours}")).get("/v1/me").await.ok(200);
        let began = Instant::now();
        token(&new, "new", "bob").get("/v1/me").await.refused(401, "unauthorized");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    assert!(site.visits() > 3, "the provider is asked again and again");
    site.says("/keys", &keys(&new, "new"));
    site.is(Mood::Well);
    let bob = token(&new, "new", "bob");
    until("the provider's return is not noticed", async || bob.get("/v1/me").await.status == 200).await;
    ann.get("/v1/me").await.refused(401, "unauthorized");
}

/// A provider that lets everyone in and never answers keeps only those waiting whose key nobody knows.
#[tokio::test]
async fn a_silent_provider_slows_nobody_whose_key_is_known() {
    let site = Site::open().await;
    let mut server = community(&site);
    site.says("/keys", &server.provider.jwks());
    server.serve(&[]).await;
    let ann = server.member("ann").await;
    until("the keys are not kept", async || kept(&server).is_some()).await;
    server.stop();
    site.is(Mood::Dumb);
    server.serve(&[]).await;
    // The first token after the start has the keys asked for again. It does not wait for them.
    let ann = server.stranger(ann.token.clone());
    ann.get("/v1/me").await.ok(200);
    until("nobody asks", async || site.waiting() == 1).await;
    // Strangers do wait; and while they do, members are served.
    let strangers: Vec<_> = (0..20)
        .map(|number| {
            let stranger = named(&server.provider, &server, &format!("k{number}"), "x");
            tokio::spawn(async move { stranger.get("/v1/me").await.refused(401, "unauthorized") })
        })
        .collect();
    for number in 0..50 {
        let member = server.stranger(server.provider.sign("RS256", &Provider::claims(&format!("m{number}"), "m")));
        member.get("/v1/me").await.ok(200);
        ann.get("/v1/me").await.ok(200);
    }
    assert_eq!(site.waiting(), 1, "the one fetch is still under way");
    assert!(strangers.iter().all(|stranger| !stranger.is_finished()), "and strangers wait for it");
    for stranger in strangers {
        stranger.await.unwrap();
    }
    assert_eq!(site.visits(), 2, "whoever waited for a fetch does not begin the next");
}

/// Answers that are no key sets let nobody in, however they look.
#[tokio::test]
async fn only_a_key_set_is_a_key_set() {
    let (site, evil) = (Site::open().await, Site::open().await);
    let mallory = Provider::new();
    evil.says("/keys", &mallory.jwks());
    let secret = json!({ "kty": "oct", "kid": "EdDSA", "k": "c2VjcmV0", "alg": "HS256" });
    let pages = [
        json!({}),
        json!([]),
        json!({ "keys": {} }),
        json!({ "keys": [secret] }),
        json!({ "jwks_uri": evil.url("/keys") }),
        json!({ "keys": [{ "kid": "EdDSA", "jku": evil.url("/keys") }] }),
    ];
    for (number, page) in pages.iter().enumerate() {
        site.says("/keys", page);
        let mut server = community(&site);
        server.serve(&[]).await;
        server.stranger(mallory.token("mallory", "mallory")).get("/v1/me").await.refused(401, "unauthorized");
        assert_eq!(site.visits(), number + 1, "{page}");
    }
    assert_eq!(evil.visits(), 0);
}
