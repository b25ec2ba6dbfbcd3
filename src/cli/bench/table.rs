//! What was measured: lines, and how they are shown.

use std::time::Duration;

use serde::Serialize;

use super::ledger::per_second;
use crate::cli::output;

/// One line of the table. What was not measured for it is absent.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Line {
    /// What it belongs to.
    pub(super) group: &'static str,
    /// What was done.
    pub(super) what: String,
    /// Connections at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clients: Option<usize>,
    /// Commands in one commit, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<usize>,
    /// Transactions in the ledger when measuring began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transactions: Option<u64>,
    /// How often it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u64>,
    /// How often in a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) per_second: Option<f64>,
    /// Processor time of the program for each, in microseconds: steadier than the clock where other
    /// programs run too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpu_us_each: Option<f64>,
    /// Bytes handed to the disk for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes_each: Option<u64>,
    /// Memory of the server, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resident_bytes: Option<u64>,
    /// How long each took, as members feel it.
    #[serde(flatten)]
    pub(super) timing: Option<Timing>,
}

/// How long something took, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the names in the answer, and the unit belongs to them")]
pub(super) struct Timing {
    /// Half took this long at most.
    p50_ms: f64,
    /// 95 of 100.
    p95_ms: f64,
    /// 99 of 100.
    p99_ms: f64,
    /// The longest of all.
    max_ms: f64,
}

impl Line {
    pub(super) fn new(group: &'static str, what: impl Into<String>) -> Self {
        Self { group, what: what.into(), ..Self::default() }
    }

    /// What a number of requests took, over a time.
    pub(super) fn of(mut self, times: Vec<Duration>, elapsed: Duration) -> Self {
        let count = times.len() as u64;
        self.count = Some(count);
        self.per_second = Some(per_second(count, elapsed));
        self.timing = Some(Timing::new(times));
        self
    }
}

impl Timing {
    pub(super) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: usize| {
            times
                .get((times.len() * share / 100).min(times.len().max(1) - 1))
                .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Self { p50_ms: at(50), p95_ms: at(95), p99_ms: at(99), max_ms: at(100) }
    }

    /// Does something so many times; it says how long it took.
    pub(super) fn of<E>(count: usize, mut once: impl FnMut() -> Result<Duration, E>) -> Result<Self, E> {
        let times = (0..count).map(|_| once()).collect::<Result<_, E>>()?;
        Ok(Self::new(times))
    }
}

/// The table for people.
pub(super) fn show(lines: &[Line]) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut group = "";
    for line in lines {
        if line.group != group {
            group = line.group;
            rows.push(vec![group.to_uppercase()]);
        }
        let timing = |pick: fn(&Timing) -> f64| {
            line.timing.as_ref().map_or(String::new(), |timing| format!("{:.2}", pick(timing)))
        };
        rows.push(vec![
            format!("  {}", line.what),
            line.clients.or(line.batch).map_or(String::new(), |count| count.to_string()),
            line.transactions.map_or(String::new(), |count| count.to_string()),
            line.per_second.map_or(String::new(), |rate| format!("{rate:.0}")),
            timing(|timing| timing.p50_ms),
            timing(|timing| timing.p95_ms),
            timing(|timing| timing.p99_ms),
            timing(|timing| timing.max_ms),
            line.cpu_us_each.map_or(String::new(), |time| format!("{time:.1}")),
            line.bytes_each.map_or(String::new(), |bytes| bytes.to_string()),
            line.resident_bytes.map_or(String::new(), |bytes| format!("{} MB", bytes / 1_000_000)),
        ]);
    }
    output::table(
        &[
            "WHAT",
            "AT ONCE",
            "THERE",
            "PER SECOND",
            "P50 MS",
            "P95 MS",
            "P99 MS",
            "MOST MS",
            "CPU US",
            "BYTES",
            "MEMORY",
        ],
        &rows,
    )
}
