//! The plain SQLite schema: fast or slow, its tokens must be right.

use std::time::Duration;

#[allow(dead_code, reason = "the benchmark uses all of it")]
#[path = "../../benches/plain/ledger.rs"]
mod ledger;

use ledger::{ALL_TOKENS, Plain};

#[test]
fn moves_tokens_records_every_request_and_reports_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut plain = Plain::grow(&folder.path().join("plain.db"), 10_000, |_| ()).unwrap();
    assert_eq!(plain.count("transactions").unwrap(), 10_000);
    assert_eq!(plain.tokens().unwrap(), ALL_TOKENS);

    let line = plain.measure(100, Duration::from_millis(200)).unwrap();
    assert_eq!((line.group, line.what.as_str(), line.transactions), ("plain", "batch 100", 10_000));
    assert!(line.count >= 100 && line.count.is_multiple_of(100), "{line:?}");
    assert!(line.per_second > 0.0 && line.p50_ms <= line.p95_ms && line.p95_ms <= line.p99_ms, "{line:?}");
    assert_eq!(plain.tokens().unwrap(), ALL_TOKENS);
    let rows = 10_000 + u64::try_from(line.count).unwrap();
    assert_eq!(plain.count("transactions").unwrap(), rows);
    assert_eq!(plain.count("idempotency_records").unwrap(), rows);
}
