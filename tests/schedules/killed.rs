//! `kill -9` at random moments while many schedules are due: each has happened, with its record, or not at all,
//! and after the next start each has happened once.

use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use super::support::Server;
use super::support::setting::{dice, rounds};

const SCHEDULES: usize = 20;
const MEMBERS: usize = 12;

fn look(server: &Server) -> Connection {
    Connection::open_with_flags(server.database(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

fn number(conn: &Connection, sql: &str) -> i64 {
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// What must hold at any moment: a record for each distribution of a schedule, a distribution for each record,
/// and just those tokens at the members.
fn assert_whole(conn: &Connection) {
    let runs = number(conn, "SELECT count(*) FROM schedule_runs");
    let of_audit = "SELECT count(*) FROM audit_log JOIN schedule_runs ON schedule_runs.distribution = audit_log.target
                     WHERE action = 'distribution' AND operator = 'communitytoken'
                       AND schedule_runs.distributed = audit_log.details ->> 'distributed'";
    assert_eq!(number(conn, of_audit), runs);
    assert_eq!(number(conn, "SELECT count(*) FROM audit_log WHERE action = 'distribution'"), runs);
    let given = number(conn, "SELECT coalesce(sum(distributed), 0) FROM schedule_runs");
    assert_eq!(number(conn, "SELECT coalesce(sum(balance), 0) FROM wallets WHERE NOT is_system"), given);
    assert_eq!(
        number(conn, "SELECT count(*) FROM transactions WHERE kind = 2"),
        runs * i64::try_from(MEMBERS).unwrap()
    );
}

#[tokio::test]
async fn killed_in_the_middle_each_happens_once() {
    let mut dice = dice();
    let mut server = Server::prepare(&Server::settings(""));
    server.serve(&[]).await;
    server.members(MEMBERS - 1).await;
    let operator = server.operator().await;
    for schedule in 0..SCHEDULES {
        let body = json!({
            "name": format!("Schedule {schedule}"),
            "cron": "0 0 1 1 *",
            "recipients": { "rule": "everyone" },
            "amount": { "rule": "fixed", "tokens": 1 + schedule },
            "issued_max": 1_000_000,
            "reason": "For the test",
        });
        operator.post("/v1/admin/schedules", &body).await.ok(201);
    }
    let (mut half, rounds) = (0, rounds(8));
    let mut before = number(&look(&server), "SELECT count(*) FROM schedule_runs");
    for round in 1..=rounds {
        // Each is due at a time of its own, long ago.
        let due = 1_000_000 + i64::try_from(round).unwrap();
        let conn = look(&server);
        conn.busy_timeout(Duration::from_secs(5)).unwrap();
        conn.execute("UPDATE schedules SET next_at = ?1", [due]).unwrap();
        drop(conn);
        // As soon as so many have run, and a moment later.
        let conn = look(&server);
        let enough = before + i64::try_from(dice.usize(0..SCHEDULES)).unwrap();
        while number(&conn, "SELECT count(*) FROM schedule_runs") < enough {}
        drop(conn);
        std::thread::sleep(Duration::from_micros(dice.u64(0..2_000)));
        server.kill();
        let conn = look(&server);
        assert_whole(&conn);
        let done = number(&conn, "SELECT count(*) FROM schedule_runs") - before;
        half += usize::from(done > 0 && done < i64::try_from(SCHEDULES).unwrap());
        drop(conn);
        server.serve(&[]).await;
        let wanted = before + i64::try_from(SCHEDULES).unwrap();
        let began = std::time::Instant::now();
        loop {
            let conn = look(&server);
            let runs = number(&conn, "SELECT count(*) FROM schedule_runs");
            if runs >= wanted && number(&conn, "SELECT count(*) FROM schedules WHERE next_at < 2000000") == 0 {
                assert_eq!(runs, wanted, "round {round}");
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "round {round}: {runs} of {wanted}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let conn = look(&server);
        assert_whole(&conn);
        assert_eq!(number(&conn, &format!("SELECT count(*) FROM schedule_runs WHERE due_at = {due}")), wanted - before);
        before = wanted;
    }
    println!("{rounds} kills, {half} of them between two of {SCHEDULES} that were due");
    server.assert_sound().await;
}
