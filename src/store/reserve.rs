//! A little room on the disk that is kept for the start.
//!
//! Whoever opens the database first makes the index of its log anew, in a file that is mapped into memory. Where
//! the disk is full to the last block, the kernel can only end a program that writes to such a map. So a file lies
//! beside the database that takes up some room while there is any. Before the database is opened on a full disk the
//! file is given up, and what was not used of its room is taken again at once.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate};

use super::draft::folder;
use super::file::{beside, room};

/// How much is kept: enough for the index of a log of half a gigabyte.
const RESERVE: u64 = 1 << 20;
/// Less is not worth a file.
const LEAST: u64 = 64 << 10;

/// Opens a database, for the first time on this machine perhaps, with the help of the room that was kept for it.
/// Where there was none, or the file system keeps none, it is opened all the same.
pub fn with_reserve<T, E>(database: &Path, open: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let reserve = beside(database, "-reserve");
    if reserve.exists() && room(folder(&reserve)).is_ok_and(|room| room < RESERVE) {
        report(give_up(&reserve), "given up");
    }
    let opened = open()?;
    report(keep(&reserve), "kept");
    Ok(opened)
}

fn give_up(reserve: &Path) -> io::Result<()> {
    fs::remove_file(reserve)?;
    // Until the file system has written down that the blocks are free, nobody gets them.
    File::open(folder(reserve))?.sync_all()
}

/// Takes as much of the room as is to be kept, if the disk has it.
fn keep(reserve: &Path) -> io::Result<()> {
    let kept = fs::metadata(reserve).map_or(0, |file| file.len());
    let mut size = RESERVE.min(kept.saturating_add(room(folder(reserve))?));
    if size <= kept || size < LEAST {
        return Ok(());
    }
    let file = File::options().create(true).append(true).open(reserve)?;
    while let Err(error) = fallocate(&file, FallocateFlags::empty(), 0, size) {
        // The file system needs some of it for itself.
        size /= 2;
        if size <= kept || size < LEAST {
            return Err(error.into());
        }
    }
    Ok(())
}

fn report(outcome: io::Result<()>, what: &str) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "the room for a start on a full disk could not be {what}");
    }
}
