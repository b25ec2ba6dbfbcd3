//! What must be refused: answers that were sent before, were made for another site, for another
//! session, for another purpose, or without asking whose finger it is.

use serde_json::{Value, json};

use super::device::Device;
use super::visitor::{Visitor, assert_sound, community, invitation, joined};

const NO: &str = "/login?problem=passkey&next=%2Fhistory";

async fn signs_in(visitor: &mut Visitor, credential: &str) -> bool {
    let page = visitor.post("/login/passkey", &[("credential", credential), ("next", "/history")]).await;
    assert_eq!(page.status, 303, "{}", page.text);
    assert!(page.location == NO || page.location == "/history", "{}", page.location);
    page.location == "/history"
}

/// An answer opens the door once; a stranger who overhears it opens nothing.
#[tokio::test]
async fn a_replayed_answer_is_refused() {
    let server = community().await;
    let (_, mut phone, _) = joined(&server, "ann").await;
    let mut ann = Visitor::new(&server);
    let options = ann.ask("/login/passkey/challenge", &[]).await;
    let credential = phone.show(&options);
    let cookies = ann.cookies.clone();
    assert!(signs_in(&mut ann, &credential).await);
    let mut eve = Visitor::new(&server);
    assert!(!signs_in(&mut eve, &credential).await, "without the cookie");
    eve.cookies = cookies;
    assert!(!signs_in(&mut eve, &credential).await, "with the cookie, a second time");
    // With a question of her own.
    eve.ask("/login/passkey/challenge", &[]).await;
    assert!(!signs_in(&mut eve, &credential).await, "to another question");
    assert_eq!(eve.name().await, None);
}

/// An answer to the question of another session is refused, and is used up by the try.
#[tokio::test]
async fn the_question_of_another_session_is_refused() {
    let server = community().await;
    let (_, mut phone, _) = joined(&server, "ann").await;
    let (mut ann, mut eve) = (Visitor::new(&server), Visitor::new(&server));
    let question = ann.ask("/login/passkey/challenge", &[]).await;
    eve.ask("/login/passkey/challenge", &[]).await;
    let credential = phone.show(&question);
    assert!(!signs_in(&mut eve, &credential).await);
    assert!(signs_in(&mut ann, &credential).await);
}

/// What a device says in the place of the truth, when it is asked this.
type Lie = Box<dyn Fn(&mut Device, &Value) -> String>;

/// Each rule of the standard that a liar could break, when signing in.
#[tokio::test]
async fn lies_do_not_sign_in() {
    let server = community().await;
    let (_, mut phone, _) = joined(&server, "ann").await;
    let (_, other, _) = joined(&server, "bob").await;
    let base = phone.origin.clone();
    let lies: Vec<(&str, Lie)> = vec![
        (
            "another site",
            Box::new(|phone, ask| {
                phone.origin = "https://evil.example".into();
                phone.show(ask)
            }),
        ),
        (
            "a name that begins like ours",
            Box::new(|phone, ask| {
                phone.origin = "http://localhost.evil.example".into();
                phone.show(ask)
            }),
        ),
        (
            "https where it is http",
            Box::new(|phone, ask| {
                phone.origin = "https://localhost".into();
                phone.show(ask)
            }),
        ),
        (
            "another relying party",
            Box::new(|phone, ask| {
                phone.relying_party = "evil.example".into();
                phone.show(ask)
            }),
        ),
        (
            "no finger asked for",
            Box::new(|phone, ask| {
                phone.verifies = false;
                phone.show(ask)
            }),
        ),
        ("another member's handle", {
            let handle = other.handle.clone();
            Box::new(move |phone, ask| {
                phone.handle.clone_from(&handle);
                phone.show(ask)
            })
        }),
        (
            "no handle",
            Box::new(|phone, ask| {
                phone.handle = None;
                phone.show(ask)
            }),
        ),
        (
            "an unknown passkey",
            Box::new(|phone, ask| {
                phone.id = vec![7; 32];
                phone.show(ask)
            }),
        ),
        ("another member's passkey", {
            let id = other.id.clone();
            Box::new(move |phone, ask| {
                phone.id.clone_from(&id);
                phone.show(ask)
            })
        }),
        (
            "a changed question",
            Box::new(|phone, ask| {
                let mut ask = ask.clone();
                ask["publicKey"]["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
                phone.show(&ask)
            }),
        ),
        ("an answer of making", Box::new(|phone, ask| phone.show(ask).replace("d2ViYXV0aG4uZ2V0", "d2ViYXV0aG4uY3Jl"))),
        (
            "a broken signature",
            Box::new(|phone, ask| {
                let mut answer: Value = serde_json::from_str(&phone.show(ask)).unwrap();
                let signature = answer["response"]["signature"].as_str().unwrap();
                let turned: String = signature.chars().rev().collect();
                answer["response"]["signature"] = turned.into();
                answer.to_string()
            }),
        ),
        ("nothing", Box::new(|_, _| String::new())),
        ("an empty object", Box::new(|_, _| "{}".into())),
        ("a deep object", Box::new(|_, _| "[".repeat(10_000))),
    ];
    for (lie, tell) in lies {
        let mut eve = Visitor::new(&server);
        let ask = eve.ask("/login/passkey/challenge", &[]).await;
        let (handle, id) = (phone.handle.clone(), phone.id.clone());
        let credential = tell(&mut phone, &ask);
        assert!(!signs_in(&mut eve, &credential).await, "{lie}");
        assert_eq!(eve.name().await, None, "{lie}");
        (phone.origin, phone.relying_party, phone.verifies) = (base.clone(), "localhost".into(), true);
        (phone.handle, phone.id) = (handle, id);
    }
    let mut ann = Visitor::new(&server);
    ann.sign_in(&mut phone).await.leads_to("/history");
    assert!(!server.log().contains("panic"));
}

/// The same when joining: no member is made, and the link is not used up.
#[tokio::test]
async fn lies_do_not_join() {
    let server = community().await;
    let link = invitation(&server, &[]);
    let other_link = invitation(&server, &[]);
    let before = server.rows();
    let mut eve = Visitor::new(&server);
    for lie in [
        "another site",
        "another relying party",
        "no finger",
        "another link",
        "another browser",
        "the key to a sign-in",
    ] {
        let mut device = eve.device();
        match lie {
            "another site" => device.origin = "https://evil.example".into(),
            "another relying party" => device.relying_party = "evil.example".into(),
            "no finger" => device.verifies = false,
            _ => {}
        }
        let asked_at = if lie == "another link" { &other_link } else { &link };
        let mut options = eve.ask(&format!("{asked_at}/challenge"), &[("username", "eve")]).await;
        if lie == "another browser" {
            eve.cookies.clear();
        }
        if lie == "the key to a sign-in" {
            let question = eve.ask("/login/passkey/challenge", &[]).await;
            options["publicKey"]["challenge"] = question["publicKey"]["challenge"].clone();
        }
        let credential = device.make(&options);
        let page = eve.post(&link, &[("username", "eve"), ("credential", &credential)]).await;
        assert_eq!(page.status, 422, "{lie}: {}", page.text);
        assert_eq!(server.rows(), before, "{lie}");
    }
    for name in ["", "ab", "a b", "<script>", "ä-umlaut"] {
        let page = eve.post(&format!("{link}/challenge"), &[("username", name)]).await;
        page.is(400, "Your name must be");
    }
    let mut device = eve.device();
    eve.join(&link, "eve", &mut device).await.is(200, "Your recovery codes");
    // A passkey belongs to one member.
    let mut mallory = Visitor::new(&server);
    mallory.join(&other_link, "mallory", &mut device).await.is(422, "in use already");
    // And what was sent once is not taken again.
    let options = mallory.ask(&format!("{other_link}/challenge"), &[("username", "mallory")]).await;
    let credential = mallory.device().make(&options);
    let fields = [("username", "other-name"), ("credential", credential.as_str())];
    mallory.post(&other_link, &fields).await.is(200, "Your recovery codes");
    assert_eq!(mallory.name().await.as_deref(), Some("mallory"), "the name is the one the passkey was made for");
    assert_sound(&server);
}

/// A question that was asked of one member makes no passkey for another.
#[tokio::test]
async fn a_passkey_is_made_for_whom_it_was_asked() {
    let server = community().await;
    let (mut ann, ..) = joined(&server, "ann").await;
    let (mut eve, ..) = joined(&server, "eve").await;
    let csrf = eve.csrf().await;
    let options = eve.ask("/profile/passkeys/challenge", &[("csrf", &csrf)]).await;
    let credential = eve.device().make(&options);
    let question = eve.cookies["passkey"].clone();
    ann.cookies.insert("passkey".into(), question);
    let csrf = ann.csrf().await;
    ann.post("/profile/passkeys", &[("csrf", &csrf), ("credential", &credential)]).await.is(422, "not accepted");
    assert_eq!(server.sql("SELECT count(*) AS n FROM passkeys")[0]["n"], 2);
    // Without the form's token, or from another site, not even the question is asked.
    assert_eq!(ann.post("/profile/passkeys/challenge", &[("csrf", "x")]).await.status, 403);
    for path in [
        "/login/passkey/challenge",
        "/login/passkey",
        "/login/recovery",
        "/profile/passkeys",
        "/profile/recovery-codes",
    ] {
        let answer = server
            .client
            .post(format!("{}{path}", ann.base))
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("code=x&credential=x&csrf=x")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 403, "{path}");
    }
}

/// A device that counts and whose count does not rise has been copied.
#[tokio::test]
async fn a_copied_passkey_is_noticed() {
    let server = community().await;
    let mut ann = Visitor::new(&server);
    let mut key = ann.device();
    key.counter = 5;
    let link = invitation(&server, &[]);
    ann.join(&link, "ann", &mut key).await.is(200, "Your recovery codes");
    ann.sign_in(&mut key).await.leads_to("/history");
    key.counter = 5;
    let mut eve = Visitor::new(&server);
    eve.sign_in(&mut key).await.leads_to(NO);
    key.counter = 20;
    eve.sign_in(&mut key).await.leads_to("/history");
    let counter = server.sql("SELECT credential ->> '$.cred.counter' AS counter FROM passkeys");
    assert_eq!(counter[0]["counter"], 21);
}

/// Members and strangers are asked the same, so nobody learns who is a member.
#[tokio::test]
async fn nobody_learns_who_is_a_member() {
    let server = community().await;
    let mut stranger = Visitor::new(&server);
    let mut question = async || {
        let mut options = stranger.ask("/login/passkey/challenge", &[]).await;
        options["publicKey"]["challenge"] = Value::Null;
        options
    };
    let before = question().await;
    joined(&server, "ann").await;
    assert_eq!(question().await, before);
}
