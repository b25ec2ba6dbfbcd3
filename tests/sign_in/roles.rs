//! Roles that the provider's claims give, on the pages: from sign-in on, for half a day, and as long as
//! the configuration has it so. And whoever vouched for a session and is trusted no longer.

use serde_json::json;

use super::community::settings;
use super::issuer::Issuer;
use super::support::Server;
use super::support::clock::Clock;
use super::visitor::Visitor;

const HOUR: i64 = 3600;
/// Which claim, and what it must name.
const ROLES: &str = "roles_claim = \"groups\"\noperator_roles = [\"board\"]\nauditor_roles = [\"supervisors\"]\n";

/// A community with these lines about its provider, where the groups stand in ID tokens.
async fn community(more: &str) -> (Issuer, Server) {
    let issuer = Issuer::start();
    let server = Server::prepare(&settings(&issuer.url, &format!("name = \"Our club\"\n{more}")));
    issuer.control(json!({ "conform": false })).await;
    (issuer, server)
}

/// The roles on the profile; none where nobody is signed in.
async fn roles(visitor: &mut Visitor, server: &Server) -> String {
    let page = visitor.open(&format!("{}/profile", server.base)).await;
    let found = ["member, operator, auditor", "member, operator", "member, auditor", "member"];
    let shown = found.into_iter().find(|roles| page.text.contains(&format!("<dd>{roles}</dd>")));
    shown.unwrap_or_default().to_owned()
}

/// Who sits on the board over there is an operator here, on the pages too, and nowhere written down as
/// one who was granted it. When that is taken away, the session they have goes on without the role after
/// half a day, and the next one never has it.
#[tokio::test]
async fn a_claim_makes_an_operator() {
    let (issuer, mut server) = community(ROLES).await;
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    issuer.register(&server, json!({})).await;
    let groups =
        json!({ "ann": ["choir", "board"], "sue": ["supervisors"], "bob": ["operator", "Board"], "eve": "board" });
    issuer.control(json!({ "groups": groups })).await;
    let (mut ann, mut other) = (Visitor::new(), Visitor::new());
    ann.sign_in(&server.base, "ann").await;
    assert_eq!(roles(&mut ann, &server).await, "member, operator");
    let data = ann.open(&format!("{}/profile/data.json", server.base)).await.text;
    assert!(data.contains(r#""roles":[{"role":"operator","from":"the provider"}]"#), "{data}");
    for (name, expected) in [
        ("sue", "member, auditor"),
        ("bob", "member"),
        ("eve", "member, operator"),
        ("carol", "member"),
        // Named in the configuration, and in no group.
        ("olga", "member, operator"),
    ] {
        // Another browser: at the provider, too, one stays signed in.
        other = Visitor::new();
        other.sign_in(&server.base, name).await;
        assert_eq!(roles(&mut other, &server).await, expected, "{name}");
    }
    assert_eq!(server.sql("SELECT count(*) AS n FROM roles")[0]["n"], 0);

    issuer.control(json!({ "groups": {} })).await;
    let mut again = Visitor::new();
    again.sign_in(&server.base, "ann").await;
    assert_eq!(roles(&mut again, &server).await, "member", "the next session never has it");
    clock.set(12 * HOUR - 60);
    assert_eq!(roles(&mut ann, &server).await, "member, operator");
    clock.set(12 * HOUR + 60);
    assert_eq!(roles(&mut ann, &server).await, "member", "the session goes on without");
    // She is shown the way back, and not told that she tried what is not hers; who never had it is.
    let shown = ann.open(&format!("{}/admin/members?q=x", server.base)).await;
    shown.shows(200, "Sign in once more");
    assert_eq!(shown.url.path(), "/login");
    assert_eq!(shown.url.query().unwrap(), "problem=again&next=%2Fadmin%2Fmembers%3Fq%3Dx");
    again.open(&format!("{}/admin/members", server.base)).await.shows(403, "");
    assert_eq!(roles(&mut other, &server).await, "member, operator", "what the configuration says stays");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// The configuration decides what claims may give, also for those who are signed in: a role that it lets
/// them give no longer is gone with the next start, and so are all where none count on the pages.
#[tokio::test]
async fn the_configuration_takes_a_claimed_role_away() {
    let (issuer, mut server) = community(ROLES).await;
    server.serve(&[]).await;
    issuer.register(&server, json!({})).await;
    issuer.control(json!({ "groups": { "ann": ["board", "supervisors"] } })).await;
    let mut ann = Visitor::new();
    ann.sign_in(&server.base, "ann").await;
    assert_eq!(roles(&mut ann, &server).await, "member, operator, auditor");
    let none = "[sessions]\nclaimed_role_hours = 0\n";
    let auditors = "roles_claim = \"groups\"\nauditor_roles = [\"supervisors\"]\n";
    for (more, expected) in [
        (ROLES.to_owned(), "member, operator, auditor"),
        (auditors.to_owned(), "member, auditor"),
        (String::new(), "member"),
        (format!("{ROLES}{none}"), "member"),
    ] {
        server.stop();
        std::fs::write(server.path("config.toml"), settings(&issuer.url, &more)).unwrap();
        server.serve(&[]).await;
        assert_eq!(roles(&mut ann, &server).await, expected, "{more}");
    }
}

/// A session is as good as who vouched for it. Where the configuration drops a provider, its members'
/// sessions open nothing, as its tokens do; and nobody who tried the program out as anyone they liked is
/// somebody once the community has a provider.
#[tokio::test]
async fn a_session_ends_with_the_trust_in_its_provider() {
    let (issuer, mut server) = community("").await;
    server.serve(&[]).await;
    issuer.register(&server, json!({})).await;
    let mut ann = Visitor::new();
    ann.sign_in(&server.base, "ann").await;
    assert_eq!(roles(&mut ann, &server).await, "member");
    let restart = async |server: &mut Server, config: &str| {
        server.stop();
        std::fs::write(server.path("config.toml"), config).unwrap();
        server.serve(&[]).await;
    };
    let ours = settings(&issuer.url, "");
    restart(&mut server, &Server::settings("")).await;
    assert_eq!(roles(&mut ann, &server).await, "", "another provider is trusted now, and hers no longer");
    restart(&mut server, &ours).await;
    assert_eq!(roles(&mut ann, &server).await, "member", "nothing was lost by it");

    restart(&mut server, "[server]\nbind = \"127.0.0.1:0\"\n").await;
    assert_eq!(roles(&mut ann, &server).await, "");
    let mut anyone = Visitor::new();
    let seen = anyone.post(&format!("{}/login", server.base), &[("new_username", "anyone")]).await;
    assert_eq!(seen.status, 303, "{seen:#?}");
    assert_eq!(roles(&mut anyone, &server).await, "member");
    restart(&mut server, &ours).await;
    assert_eq!(roles(&mut anyone, &server).await, "");
    assert_eq!(roles(&mut ann, &server).await, "member");
}
