//! The schema's history: forward gives `schema.sql`, back and forward again loses nothing.

use communitytoken::schema::{self, NEWEST, OLDEST, SCHEMA, migrate, objects, version};
use rusqlite::Connection;

use super::support::{Community, digest};

/// The numbered steps build exactly what `schema.sql` shows.
#[test]
fn the_steps_give_the_schema() {
    let shown = Connection::open_in_memory().unwrap();
    shown.execute_batch(SCHEMA).unwrap();
    let mut built = Connection::open_in_memory().unwrap();
    migrate(&mut built, NEWEST).unwrap();
    let (shown, built) = (objects(&shown).unwrap(), objects(&built).unwrap());
    for (left, right) in shown.iter().zip(&built) {
        assert_eq!(left, right);
    }
    assert_eq!(shown.len(), built.len());
    assert!(shown.len() > 40);
}

/// A full database goes down to each version and up again, and every row is as it was; volumes at
/// the largest amount included.
#[test]
fn down_and_up_again_loses_nothing() {
    let (community, members) = Community::lively();
    let rest = i64::MAX - 400;
    community.distribute(&members[..1], rest).unwrap();
    for turn in 0..4 {
        let (from, to) = (&members[turn % 2], &members[(turn + 1) % 2]);
        community.pay(from, to, rest, None).unwrap();
    }
    community.assert_sound();
    let before = community.digest();
    let mut conn = community.shell();
    for back in (OLDEST..NEWEST).rev() {
        migrate(&mut conn, back).unwrap();
        assert_eq!(version(&conn).unwrap(), back);
        assert_eq!(digest(&conn).len() < before.len(), back < 2, "version {back}");
        migrate(&mut conn, NEWEST).unwrap();
        assert_eq!(digest(&conn), before, "by way of version {back}");
        community.assert_sound();
    }
    community.pay(&members[2], &members[3], 1, None).unwrap();
    community.assert_sound();
}

/// There is no way back past the first step, and none forward past the last.
#[test]
fn there_are_ends() {
    let community = Community::new();
    let mut conn = community.shell();
    for wrong in [0, NEWEST + 1] {
        assert!(migrate(&mut conn, wrong).unwrap_err().0.contains("no schema version"));
    }
    assert_eq!(version(&conn).unwrap(), schema::NEWEST);
}
