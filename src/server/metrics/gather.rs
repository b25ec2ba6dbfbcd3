//! What is gathered when somebody asks for figures: what was counted, and how things stand at this moment.
//! Nothing of it is kept up to date while nobody asks.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use prometheus::core::Collector;
use prometheus::{Gauge, GaugeVec, IntCounter, Opts, Registry, TextEncoder};

use crate::alerts::open_by_rule;
use crate::backups;
use crate::error::{Error, Result};
use crate::https::Folder;
use crate::ledger::proof::newest;
use crate::store;
use crate::web::App;

/// All figures, in the text format.
pub(super) async fn gather(app: &App) -> Result<String> {
    let figures = Gathered(Registry::new());
    counted(app, &figures)?;
    ledger(app, &figures).await?;
    files(app, &figures)?;
    backups(app, &figures)?;
    certificate(app, &figures)?;
    process(&figures)?;
    TextEncoder::new().encode_to_string(&figures.0.gather()).map_err(Error::internal)
}

/// The figures so far.
struct Gathered(Registry);

impl Gathered {
    fn add(&self, collector: impl Collector + 'static) -> Result<()> {
        self.0.register(Box::new(collector)).map_err(Error::internal)
    }

    fn gauge(&self, name: &str, help: &str, value: f64) -> Result<()> {
        self.gauge_of(Opts::new(name, help), value)
    }

    fn counter(&self, name: &str, help: &str, value: u64) -> Result<()> {
        let counter = IntCounter::new(name, help).map_err(Error::internal)?;
        counter.inc_by(value);
        self.add(counter)
    }

    fn gauge_of(&self, opts: Opts, value: f64) -> Result<()> {
        let gauge = Gauge::with_opts(opts).map_err(Error::internal)?;
        gauge.set(value);
        self.add(gauge)
    }
}

/// What was counted since the start.
fn counted(app: &App, figures: &Gathered) -> Result<()> {
    let writer = app.books.figures();
    figures.add(writer.batch.clone())?;
    figures.add(writer.commit.clone())?;
    figures.add(writer.failures.clone())?;
    figures.add(app.figures.requests.clone())?;
    figures.add(app.figures.refusals.clone())?;
    figures.add(app.figures.seconds.clone())?;
    figures.add(app.figures.schedule_runs.clone())
}

/// How the ledger stands.
async fn ledger(app: &App, figures: &Gathered) -> Result<()> {
    let books = &app.books;
    let of = |is: bool| f64::from(u8::from(is));
    figures.gauge("communitytoken_writer_queue_jobs", "Commands that wait to be written.", count(books.waiting()))?;
    figures.gauge(
        "communitytoken_can_write",
        "1 while the ledger can be written, 0 while it cannot.",
        of(books.write_failure().is_none()),
    )?;
    figures.gauge(
        "communitytoken_supply_consistent",
        "1 where all that was issued is accounted for, as counted within the last minute; 0 is an alarm.",
        of(books.adds_up()),
    )?;
    let adds_up = books.adds_up();
    let alerts = Opts::new("communitytoken_alerts_open", "Alerts that nobody has seen to, by rule.");
    let alerts = GaugeVec::new(alerts, &["rule"]).map_err(Error::internal)?;
    for (rule, open) in books.look_up(|conn| open_by_rule(conn, adds_up)).await? {
        alerts.with_label_values(&[rule.as_str()]).set(exact(open));
    }
    figures.add(alerts)?;
    figures.gauge("communitytoken_event_streams", "Who listens to a wallet.", count(app.feed.listeners()))?;
    let (transactions, lines, checkpoint) = books
        .look_up(|conn| {
            let last = |table: &str| {
                conn.query_row(&format!("SELECT coalesce(max(sequence), 0) FROM {table}"), [], |row| {
                    row.get::<_, i64>(0)
                })
            };
            Ok((last("transactions")?, last("audit_log")?, newest(conn)?.map(|newest| newest.created_at)))
        })
        .await?;
    figures.gauge("communitytoken_transactions", "Transactions in the ledger.", exact(transactions))?;
    figures.gauge("communitytoken_audit_lines", "Lines in the audit log.", exact(lines))?;
    if let Some(at) = checkpoint {
        figures.gauge(
            "communitytoken_checkpoint_timestamp_seconds",
            "When the newest checkpoint was signed, Unix time.",
            exact(at) / 1000.0,
        )?;
    }
    Ok(())
}

/// How large the files are, and how much room there is for more.
fn files(app: &App, figures: &Gathered) -> Result<()> {
    let path = app.books.path();
    let log = store::beside(path, "-wal");
    figures.gauge("communitytoken_database_bytes", "The size of the database file.", size(path))?;
    figures.gauge("communitytoken_wal_bytes", "The size of its write-ahead log.", size(&log))?;
    store::room(store::folder(path)).map_or(Ok(()), |room| {
        figures.gauge("communitytoken_disk_free_bytes", "What is free on the disk of the database.", bytes(room))
    })
}

/// How old what could be restored is.
fn backups(app: &App, figures: &Gathered) -> Result<()> {
    figures.counter(
        "communitytoken_backup_failures_total",
        "Backups that should have been taken by themselves and could not.",
        app.backups.failures(),
    )?;
    // A folder that cannot be read has no backup that could be restored; and of one from the future nobody knows how
    // old it is, so it calms nobody.
    let newest = backups::newest(&app.config.backup.folder).ok().flatten();
    let at = newest.and_then(|newest| newest.at.duration_since(UNIX_EPOCH).ok());
    at.map_or(Ok(()), |at| {
        figures.gauge(
            "communitytoken_backup_timestamp_seconds",
            "When the newest backup in the folder of the settings was finished, Unix time.",
            at.as_secs_f64(),
        )
    })
}

/// Until when members can come by HTTPS, where the program sees to that itself and has a certificate.
fn certificate(app: &App, figures: &Gathered) -> Result<()> {
    let folder = app.config.https.as_ref().map(Folder::of);
    let ends = folder.and_then(|folder| folder.certificate().ok().flatten()?.ends.duration_since(UNIX_EPOCH).ok());
    ends.map_or(Ok(()), |ends| {
        figures.gauge(
            "communitytoken_certificate_end_timestamp_seconds",
            "When the certificate for HTTPS ends, Unix time.",
            ends.as_secs_f64(),
        )
    })
}

/// The program among the others of its machine, by the names that Prometheus gives to these everywhere.
fn process(figures: &Gathered) -> Result<()> {
    let labels = [("version", env!("CARGO_PKG_VERSION")), ("sqlite_version", rusqlite::version())];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let build = Opts::new("communitytoken_build_info", "The release that runs; always 1.");
    figures.gauge_of(build.const_labels(labels.into()), 1.0)?;
    if let Some(bytes) = resident() {
        figures.gauge("process_resident_memory_bytes", "Memory in use.", bytes)?;
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        figures.gauge("process_open_fds", "Open files and connections.", count(open.count()))?;
    }
    Ok(())
}

fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u32 = line.split_whitespace().next()?.parse().ok()?;
    Some(f64::from(kibibytes) * 1024.0)
}

/// A file's bytes; none where there is no file.
fn size(path: &Path) -> f64 {
    fs::metadata(path).map_or(0.0, |file| bytes(file.len()))
}

#[expect(clippy::cast_precision_loss, reason = "exact up to nine petabytes")]
fn bytes(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to nine quadrillions, in milliseconds for the next 280,000 years"
)]
fn exact(number: i64) -> f64 {
    number as f64
}

fn count(number: usize) -> f64 {
    u32::try_from(number).unwrap_or(u32::MAX).into()
}
