//! Sessions over days, by a clock that is set: idle, old, replaced, ended, and of those who left.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::super::member::holders;
use super::super::session::{EndSessions, Method, OpenSession, TouchSession, Which, by_secret, of_member};
use super::super::{Member, Overseers, Register, Role, Secret};
use crate::config::Sessions;
use crate::error::Code;
use crate::ledger::{Authority, Books, Operator, Options, Reason};
use crate::members::SetDeleted;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Those of a community that has set none.
const LIMITS: Sessions = Sessions {
    idle: Duration::from_hours(14 * 24),
    absolute: Duration::from_hours(90 * 24),
    claimed_role: Duration::from_hours(12),
    fresh: Duration::from_mins(15),
};

struct House {
    books: Books,
    clock: Arc<AtomicI64>,
    member: Member,
    _folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(1_000 * DAY));
        let hand = Arc::clone(&clock);
        let options = Options { clock: Arc::new(move || hand.load(Ordering::SeqCst)), ..Options::default() };
        let books = Books::open(&folder.path().join("c.db"), &options).unwrap();
        let member = books
            .execute_blocking(Register { issuer: "i".into(), subject: "ann".into(), name: Some("ann".into()) })
            .unwrap();
        Self { books, clock, member, _folder: folder }
    }

    fn open(&self, replaces: Option<Secret>) -> Secret {
        self.open_as(&[Role::Auditor], replaces)
    }

    fn open_as(&self, roles: &[Role], replaces: Option<Secret>) -> Secret {
        let secret = Secret::random().unwrap();
        self.books
            .execute_blocking(OpenSession {
                user: self.member.key,
                identity: ("i".into(), "ann".into()),
                roles: roles.to_vec(),
                method: Method::Passkey,
                vouched: None,
                device: format!("A browser\n{}", "x".repeat(500)),
                request_id: None,
                replaces,
                secret: secret.clone(),
                now: self.books.now(),
                limits: LIMITS,
            })
            .unwrap();
        secret
    }

    fn is_open(&self, secret: &Secret) -> bool {
        let now = self.books.now();
        self.books.read_blocking(|conn| by_secret(conn, secret, now, &LIMITS)).unwrap().is_some()
    }

    fn pass(&self, time: i64) {
        self.clock.fetch_add(time, Ordering::SeqCst);
    }

    fn touch(&self, secret: &Secret) {
        let now = self.books.now();
        let session = self.books.read_blocking(|conn| by_secret(conn, secret, now, &LIMITS)).unwrap().unwrap();
        self.books.execute_blocking(TouchSession { id: session.info.id, now }).unwrap();
    }
}

/// A session lasts two weeks from its last use, and ninety days at most.
#[test]
fn sessions_end_by_themselves() {
    let house = House::new();
    let (idle, used) = (house.open(None), house.open(None));
    house.pass(14 * DAY - 1);
    assert!(house.is_open(&idle));
    house.touch(&used);
    house.pass(1);
    assert!(!house.is_open(&idle) && house.is_open(&used));
    for _ in 0..7 {
        house.pass(10 * DAY);
        house.touch(&used);
    }
    house.pass(6 * DAY - 1);
    assert!(house.is_open(&used));
    house.pass(1);
    assert!(!house.is_open(&used));
    // What is over is dropped when the next one opens.
    house.open(None);
    let rows: i64 = house
        .books
        .read_blocking(|conn| Ok(conn.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(rows, 1);
}

/// A role that a provider's claims gave counts for twelve hours, and the session goes on without it.
#[test]
fn claimed_roles_end_before_the_session() {
    let house = House::new();
    let secret = house.open(None);
    let is_auditor = || {
        let now = house.books.now();
        let session = house.books.read_blocking(|conn| by_secret(conn, &secret, now, &LIMITS)).unwrap().unwrap();
        assert_eq!([&session.claimed[..], &session.lapsed].concat(), [Role::Auditor], "it counts, or did");
        session.claimed == [Role::Auditor]
    };
    house.pass(12 * HOUR - 1);
    assert!(is_auditor());
    house.pass(1);
    assert!(!is_auditor());
}

/// Who has a role by a provider's claim alone is told what is for it as the claim was when they last signed in, and
/// while that session lasts and the configuration lets the provider say so; the role itself counts for hours only.
#[test]
fn whom_a_claim_names_is_told_while_the_session_lasts() {
    let house = House::new();
    let lender = |issuer: &str| Overseers {
        claimed: vec![(Role::Auditor, issuer.to_owned())],
        sessions: LIMITS,
        ..Overseers::default()
    };
    let told_by = |overseers: &Overseers, role| {
        let now = house.books.now();
        house.books.read_blocking(|conn| overseers.told(conn, role, now)).unwrap().len()
    };
    let told = || told_by(&lender("i"), Role::Auditor);
    assert_eq!(told(), 0);
    house.open(None);
    house.open(None);
    assert_eq!(told(), 1, "once, by however many sessions");
    assert_eq!(told_by(&lender("i"), Role::Operator), 0);
    assert_eq!(told_by(&lender("another"), Role::Auditor), 0, "a provider that gives no such role");
    assert_eq!(told_by(&Overseers::default(), Role::Auditor), 0);
    let granted = house.books.read_blocking(|conn| holders(conn, &[Role::Auditor], &[])).unwrap();
    assert!(granted.is_empty(), "to be told is not to have it");
    house.pass(13 * HOUR);
    assert_eq!(told(), 1);
    // The provider has taken it away, as they signed in again elsewhere; and given it back.
    house.open_as(&[], None);
    assert_eq!(told(), 0);
    house.pass(1);
    house.open(None);
    assert_eq!(told(), 1);
    house.pass(14 * DAY - 1);
    assert_eq!(told(), 1);
    house.pass(1);
    assert_eq!(told(), 0, "nobody has used it for two weeks, and its row is there still");
    house.open(None);
    assert_eq!(told(), 1);
    house.books.execute_blocking(EndSessions { user: house.member.key, which: Which::All }).unwrap();
    assert_eq!(told(), 0);
}

/// What is known of a session, and the ways to end one.
#[test]
fn sessions_are_listed_and_ended() {
    let house = House::new();
    let first = house.open(None);
    let second = house.open(Some(first.clone()));
    assert!(!house.is_open(&first) && house.is_open(&second), "a browser has one session");
    let now = house.books.now();
    let session = house.books.read_blocking(|conn| by_secret(conn, &second, now, &LIMITS)).unwrap().unwrap();
    assert_eq!((session.member.id, session.info.method), (house.member.id, Method::Passkey));
    assert_eq!(session.claimed, [Role::Auditor], "what the claims gave at sign-in");
    assert_eq!(session.info.device.chars().count(), 255);
    assert!(!session.info.device.contains('\n'));
    assert!(!session.is_to_be_touched(now) && session.is_to_be_touched(now + 5 * 60_000));
    let third = house.open(None);
    let fourth = house.open(None);
    let list = house.books.read_blocking(|conn| of_member(conn, house.member.key, now, &LIMITS)).unwrap();
    assert_eq!(list.len(), 3);
    let end = |which| house.books.execute_blocking(EndSessions { user: house.member.key, which }).unwrap();
    assert_eq!(end(Which::One(list[0].id)), 1);
    assert!(!house.is_open(&fourth) && house.is_open(&third));
    assert_eq!(end(Which::One(list[0].id)), 0);
    assert_eq!(end(Which::Others(session.info.id)), 1);
    assert!(house.is_open(&second) && !house.is_open(&third));
    assert_eq!(end(Which::All), 1);
    assert!(!house.is_open(&second));
}

/// Whoever leaves is signed out at once, gets no new session, and is not let in again by an old one.
#[test]
fn who_leaves_is_signed_out() {
    let house = House::new();
    let secret = house.open(None);
    let authority = Authority {
        operator: Operator::new("maria").unwrap(),
        reason: Reason::new("Moved away").unwrap(),
        request_id: None,
        acting: None,
        consent: None,
    };
    for deleted in [true, false] {
        let change =
            SetDeleted { user_id: house.member.id, deleted, configured: Vec::new(), authority: authority.clone() };
        house.books.execute_blocking(change).unwrap();
        assert!(!house.is_open(&secret));
        if deleted {
            let refused = house.books.execute_blocking(OpenSession {
                user: house.member.key,
                identity: ("i".into(), "ann".into()),
                roles: Vec::new(),
                method: Method::Link,
                vouched: None,
                device: String::new(),
                request_id: None,
                replaces: None,
                secret: Secret::random().unwrap(),
                now: house.books.now(),
                limits: LIMITS,
            });
            assert_eq!(refused.unwrap_err().code, Code::Forbidden);
        }
    }
}

/// Only what could be a secret of ours is looked up.
#[test]
fn secrets_have_a_form() {
    let secret = Secret::random().unwrap();
    assert_eq!(secret.reveal().parse::<Secret>().unwrap().hash(), secret.hash());
    assert_ne!(Secret::random().unwrap().hash(), secret.hash());
    assert_eq!(format!("{secret:?}"), "Secret");
    for text in ["", "x", &"A".repeat(42), &"A".repeat(44), &"=".repeat(43), "' OR 1 = 1 --"] {
        assert!(text.parse::<Secret>().is_err(), "{text}");
    }
}
