//! What a busy week leaves in the server's memory.

use rusqlite::Connection;

use super::raw::{MB, assert_grew_less, memory, server};
use super::support::Server;

/// Keys of requests that fill 35 MB of rows: each one of them is known, in four bytes, and the pages that
/// they were read from do not stay in memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_of_a_week_take_four_bytes_each() {
    let mut server = server("").await;
    server.funded("ann", 100).await;
    restart_and_pay(&mut server).await;
    let before = memory(&server);
    server.stop();
    // Records alone, without the transfers that they would stand beside: those would take minutes.
    let shell = Connection::open(server.database()).unwrap();
    shell.pragma_update(None, "foreign_keys", false).unwrap();
    let guard: String = shell
        .query_row("SELECT sql FROM sqlite_schema WHERE name = 'idempotency_records_insert_guard'", [], |row| {
            row.get(0)
        })
        .unwrap();
    shell.execute_batch("DROP TRIGGER idempotency_records_insert_guard").unwrap();
    let rows = "INSERT INTO idempotency_records (sequence, period, key, request)
                WITH RECURSIVE week (number) AS (SELECT 1000 UNION ALL SELECT number + 1 FROM week WHERE number < 800999)
                SELECT number, (SELECT max(period) FROM idempotency_records), randomblob(16), randomblob(16) FROM week";
    assert_eq!(shell.execute(rows, []).unwrap(), 800_000);
    shell.execute_batch(&guard).unwrap();
    shell.close().unwrap();
    restart_and_pay(&mut server).await;
    // With the pages kept it would be 32.
    assert_grew_less(&server, before, 24 * MB);
}

/// The first payment is when the writer reads what keys there are.
async fn restart_and_pay(server: &mut Server) {
    server.stop();
    server.serve(&[]).await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    ann.pay(&bob, 1).await.ok(201);
}
