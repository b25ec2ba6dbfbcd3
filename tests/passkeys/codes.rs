//! Recovery codes: each once, whoever types it; few tries; never in the log or the database.

use super::visitor::{Visitor, assert_sound, community, joined};

const REFUSED: &str = "does not open the door";

/// A code opens the door once, as it is typed; a new set takes the place of the old one.
#[tokio::test]
async fn a_code_opens_the_door_once() {
    let server = community().await;
    let (mut ann, _, codes) = joined(&server, "ann").await;
    let mut elsewhere = Visitor::new(&server);
    elsewhere.get("/login").await.is(200, "/login/recovery");
    let typed = format!(" {} ", codes[0].to_lowercase().replace('-', " "));
    elsewhere.post("/login/recovery", &[("code", &typed)]).await.leads_to("/profile/passkeys?said=code");
    assert_eq!(elsewhere.name().await.as_deref(), Some("ann"));
    elsewhere.get("/profile/passkeys").await.is(200, "<strong>7</strong> left");
    let mut third = Visitor::new(&server);
    third.post("/login/recovery", &[("code", &codes[0])]).await.is(422, REFUSED);
    let csrf = ann.csrf().await;
    let new = ann.post("/profile/recovery-codes", &[("csrf", &csrf)]).await;
    new.is(200, "Your recovery codes");
    third.post("/login/recovery", &[("code", &codes[1])]).await.is(422, REFUSED);
    third.post("/login/recovery", &[("code", &new.codes()[0])]).await.leads_to("/profile/passkeys?said=code");
    let uses = server.sql("SELECT count(*) AS n FROM audit_log WHERE action = 'recovery_code.use'");
    assert_eq!(uses[0]["n"], 2);
    assert_sound(&server);
}

/// Of five at the same moment with one code, one gets in.
#[tokio::test]
async fn one_code_lets_one_in() {
    let server = community().await;
    let (_, _, codes) = joined(&server, "ann").await;
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let (mut visitor, code) = (Visitor::new(&server), codes[0].clone());
            tokio::spawn(async move { visitor.post("/login/recovery", &[("code", &code)]).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422, 422, 422, 422]);
}

/// Guessing stops after a few tries from one address; then not even a right code is looked at.
#[tokio::test]
async fn guessing_is_limited() {
    let server = community().await;
    let (_, _, codes) = joined(&server, "ann").await;
    let before = server.rows();
    let mut eve = Visitor::new(&server);
    let mut refused = 0;
    for number in 0..40 {
        let page = eve.post("/login/recovery", &[("code", &format!("0000-0000-0000-{number:04}"))]).await;
        match page.status {
            422 => refused += 1,
            429 => assert!(page.headers.contains_key("retry-after")),
            status => panic!("{status}"),
        }
    }
    assert!((5..=6).contains(&refused), "{refused} guesses in a moment");
    assert_eq!(eve.post("/login/recovery", &[("code", &codes[0])]).await.status, 429);
    assert_eq!(server.rows(), before);
}

/// A member who has left comes in by no code.
#[tokio::test]
async fn codes_of_those_who_left_open_nothing() {
    let server = community().await;
    let (mut ann, mut phone, codes) = joined(&server, "ann").await;
    server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
    assert_eq!(ann.name().await, None);
    ann.post("/login/recovery", &[("code", &codes[0])]).await.is(422, REFUSED);
    ann.sign_in(&mut phone).await.leads_to("/login?problem=passkey&next=%2Fhistory");
}

/// Neither links, nor codes, nor cookies are found in the log, at any level, nor in the database.
#[tokio::test]
async fn secrets_are_in_no_log() {
    let mut server = super::visitor::prepared("[log]\nfilter = \"trace\"\n");
    server.serve(&[]).await;
    let (mut ann, mut phone, codes) = joined(&server, "ann").await;
    let links = [
        super::visitor::claim_link(&server),
        super::visitor::invitation(&server, &[]),
        super::visitor::sign_in_link(&server, "ann"),
    ];
    for link in &links {
        ann.get(link).await;
        ann.post(link, &[("username", "x"), ("credential", "{}")]).await;
        ann.get(&format!("{link}/")).await;
        ann.get(&format!("/login?next={link}")).await;
    }
    ann.sign_in(&mut phone).await;
    let mut elsewhere = Visitor::new(&server);
    elsewhere.post("/login/recovery", &[("code", &codes[0])]).await;
    elsewhere.post("/login/recovery", &[("code", &codes[0])]).await;
    let cookies =
        [&ann.cookies, &elsewhere.cookies].map(|cookies| cookies.values().cloned().collect::<Vec<_>>()).concat();
    assert!(cookies.len() >= 3, "{cookies:?}");
    let log = server.log();
    assert!(log.contains("/join/…"), "the log knows that links were opened");
    let mut database = std::fs::read(server.database()).unwrap();
    database.extend(std::fs::read(format!("{}-wal", server.database().display())).unwrap_or_default());
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let secrets = links.iter().map(|link| link.trim_start_matches("/join/").to_owned()).chain(cookies);
    let secrets: Vec<String> =
        secrets.chain(codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")])).collect();
    for secret in secrets {
        assert!(
            !log.contains(&secret),
            "{secret} is in the log: {:?}",
            log.lines().find(|line| line.contains(&secret))
        );
        assert!(!holds(&database, &secret), "{secret} is in the database");
    }
}
