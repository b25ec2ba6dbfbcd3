//! `cargo bench --bench plain -- --rows 10000000`: transfers a second on the plain schema (`schema.sql`)
//! with so many rows there, as a JSON line like those of `communitytoken bench --json`.
//!
//! Ten million rows take some minutes and 3 GB of disk and memory; all of it goes away again.

mod ledger;

use std::time::{Duration, Instant};

use clap::Parser;

use ledger::{ALL_TOKENS, Plain, Result};

/// Measure the plain schema.
#[derive(Debug, Parser)]
struct Options {
    /// Transactions that are there before
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    rows: u64,
    /// Transfers in a commit
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// How long to measure
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u64,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let mut plain = Plain::grow(&folder.path().join("plain.db"), options.rows, |rows| {
        eprintln!("{rows} rows after {:.0} s", began.elapsed().as_secs_f64());
    })?;
    eprintln!("Grown to {} MB in {:.0} s", plain.bytes()? / 1_000_000, began.elapsed().as_secs_f64());
    let line = plain.measure(options.batch.into(), Duration::from_secs(options.seconds))?;
    if plain.tokens()? != ALL_TOKENS {
        return Err("tokens were made or lost".into());
    }
    println!("{}", serde_json::to_string(&line)?);
    Ok(())
}
