//! Where the record of a key stands: a small memory beside the rows, four bytes a key.
//!
//! It gives hints only. Some bits of a key lead to no row, or to the one that it may be of, and the row
//! itself says whether it is. So a wrong hint costs one look at a row and never an answer, and all keys of
//! the retention window are looked up alike, however many they are: ten million take 42 MB.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use rusqlite::Connection;

use crate::error::Result;

/// Bits of a key that are kept.
const PRINT_BITS: u32 = 28;

/// The hints for every record that is kept. A shelf holds the records of 2^`PLACE` transactions.
#[derive(Default)]
pub(super) struct Keys<const PLACE: u32 = 17> {
    /// Chance, so that nobody can choose keys that are taken for each other.
    chance: RandomState,
    /// What came before the open shelf, oldest first.
    closed: Vec<Closed<PLACE>>,
    open: Open,
}

impl<const PLACE: u32> Keys<PLACE> {
    /// The bits that name a bucket of a closed shelf. In a full one sixteen records share one, side by side.
    const BUCKET_BITS: u32 = PLACE.saturating_sub(4);
    /// Those of the open shelf, where each record of a bucket is a jump to somewhere else: two share one.
    const OPEN_BITS: u32 = PLACE.saturating_sub(1);

    /// Reads the records after a transaction; 0: all that are kept. Their days are not looked at: the
    /// clock may have been wrong.
    pub(super) fn load_after(&mut self, conn: &Connection, sequence: i64) -> Result<()> {
        let mut statement =
            conn.prepare_cached("SELECT sequence, key FROM idempotency_records WHERE sequence > ?1 ORDER BY sequence")?;
        let mut rows = statement.query([sequence])?;
        while let Some(row) = rows.next()? {
            self.add(u128::from_be_bytes(row.get(1)?), row.get(0)?);
            self.settle();
        }
        Ok(())
    }

    /// The transactions whose record may be of this key, newest first.
    pub(super) fn hints(&self, key: u128) -> impl Iterator<Item = i64> {
        let print = self.print(key);
        let closed = self.closed.iter().rev();
        self.open.hints(open_bucket::<PLACE>(print), print).chain(closed.flat_map(move |shelf| shelf.hints(print)))
    }

    /// Notes a record; records come in the order of their transactions.
    pub(super) fn add(&mut self, key: u128, sequence: i64) {
        let print = self.print(key);
        self.open.add(open_bucket::<PLACE>(print), 1 << Self::OPEN_BITS, print, sequence);
    }

    /// How many were noted and may yet be taken back.
    pub(super) fn mark(&self) -> usize {
        self.open.notes.len()
    }

    /// Takes back what was noted since.
    pub(super) fn reset(&mut self, mark: usize) {
        while self.open.notes.len() > mark {
            self.open.take_back(open_bucket::<PLACE>);
        }
    }

    /// What was noted stays: a shelf that is full is closed.
    pub(super) fn settle(&mut self) {
        while let (Some(first), Some(last)) = (self.open.notes.first(), self.open.notes.last())
            && last.sequence - first.sequence >= 1 << PLACE
        {
            let end = first.sequence + (1 << PLACE);
            let mut open = std::mem::take(&mut self.open);
            let rest = open.notes.split_off(open.notes.partition_point(|note| note.sequence < end));
            self.closed.push(Closed::new(&open.notes));
            for note in rest {
                self.open.add(open_bucket::<PLACE>(note.print), 1 << Self::OPEN_BITS, note.print, note.sequence);
            }
        }
    }

    /// Gives up the shelves whose records are all before this transaction: they are no longer kept.
    pub(super) fn forget_before(&mut self, sequence: i64) {
        self.closed.retain(|shelf| shelf.last >= sequence);
    }

    fn print(&self, key: u128) -> u32 {
        u32::try_from(self.chance.hash_one(key) >> (u64::BITS - PRINT_BITS)).unwrap_or_default()
    }
}

fn bucket<const PLACE: u32>(print: u32) -> usize {
    (print & ((1 << Keys::<PLACE>::BUCKET_BITS) - 1)) as usize
}

fn open_bucket<const PLACE: u32>(print: u32) -> usize {
    (print & ((1 << Keys::<PLACE>::OPEN_BITS) - 1)) as usize
}

/// The newest records: chains that grow at their heads, so that the last can be taken back.
#[derive(Default)]
struct Open {
    /// The newest note of each bucket, counted from 1.
    heads: Vec<u32>,
    notes: Vec<Note>,
}

struct Note {
    sequence: i64,
    print: u32,
    /// The one before it in its bucket, counted from 1; 0: none.
    next: u32,
}

impl Open {
    fn add(&mut self, bucket: usize, buckets: usize, print: u32, sequence: i64) {
        if self.heads.is_empty() {
            self.heads = vec![0; buckets];
        }
        let next = self.heads[bucket];
        self.notes.push(Note { sequence, print, next });
        self.heads[bucket] = u32::try_from(self.notes.len()).unwrap_or_default();
    }

    fn take_back(&mut self, bucket: impl FnOnce(u32) -> usize) {
        if let Some(note) = self.notes.pop() {
            self.heads[bucket(note.print)] = note.next;
        }
    }

    fn hints(&self, bucket: usize, print: u32) -> impl Iterator<Item = i64> {
        let note = |at: u32| at.checked_sub(1).and_then(|index| self.notes.get(index as usize));
        std::iter::successors(note(self.heads.get(bucket).copied().unwrap_or_default()), move |last| note(last.next))
            .filter(move |found| found.print == print)
            .map(|found| found.sequence)
    }
}

/// Records that stay as they are, by bucket.
struct Closed<const PLACE: u32> {
    first: i64,
    last: i64,
    /// Where each bucket begins, and where the last one ends.
    starts: Box<[u32]>,
    /// Of each record the bits that its bucket does not tell, and its place after the first.
    notes: Box<[u32]>,
}

impl<const PLACE: u32> Closed<PLACE> {
    fn new(open: &[Note]) -> Self {
        let (first, last) = (open.first().map_or(0, |note| note.sequence), open.last().map_or(0, |note| note.sequence));
        let mut starts = vec![0_u32; (1 << Keys::<PLACE>::BUCKET_BITS) + 1];
        for note in open {
            starts[bucket::<PLACE>(note.print) + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut free = starts.clone();
        let mut notes = vec![0; open.len()];
        for note in open {
            let place = u32::try_from(note.sequence - first).unwrap_or_default();
            let at = &mut free[bucket::<PLACE>(note.print)];
            notes[*at as usize] = rest::<PLACE>(note.print) | place;
            *at += 1;
        }
        Self { first, last, starts: starts.into(), notes: notes.into() }
    }

    fn hints(&self, print: u32) -> impl Iterator<Item = i64> {
        let bucket = bucket::<PLACE>(print);
        let notes = &self.notes[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let place = (1 << PLACE) - 1;
        notes
            .iter()
            .filter(move |note| **note & !place == rest::<PLACE>(print))
            .map(move |note| self.first + i64::from(note & place))
    }
}

/// The bits that the bucket does not tell, above those of a place: together they fill a number.
fn rest<const PLACE: u32>(print: u32) -> u32 {
    print >> Keys::<PLACE>::BUCKET_BITS << PLACE
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    /// Small shelves: the borders are many.
    type Small = Keys<4>;

    fn rows(keys: impl Iterator<Item = (i64, u128)>) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE idempotency_records (sequence INTEGER PRIMARY KEY, key BLOB); BEGIN").unwrap();
        for (sequence, key) in keys {
            conn.prepare_cached("INSERT INTO idempotency_records VALUES (?1, ?2)")
                .unwrap()
                .execute((sequence, key.to_be_bytes()))
                .unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
        conn
    }

    /// Keys by their number, as scattered as digests are.
    fn key(number: i64) -> u128 {
        u128::from(number.unsigned_abs()).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    }

    fn found<const PLACE: u32>(keys: &Keys<PLACE>, number: i64, at: i64) -> bool {
        keys.hints(key(number)).any(|hint| hint == at)
    }

    #[test]
    fn every_record_is_found_across_all_borders_and_after_a_restart() {
        // Gaps as distributions leave them, so that shelves are not all equally full.
        let all: Vec<i64> = (1..2000).filter(|number| number % 7 != 3 && (number / 50) % 5 != 1).collect();
        let conn = rows(all.iter().map(|number| (*number, key(*number))));
        let mut written = Small::default();
        for number in &all {
            written.add(key(*number), *number);
            written.settle();
        }
        let mut read = Small::default();
        read.load_after(&conn, 0).unwrap();
        // And one that was there for a while before another process wrote.
        let mut late = Small::default();
        late.load_after(&rows(all[..100].iter().map(|number| (*number, key(*number)))), 0).unwrap();
        late.load_after(&conn, all[99]).unwrap();
        for keys in [&written, &read, &late] {
            assert!(keys.closed.len() > 50, "{} shelves are closed", keys.closed.len());
            assert!(keys.open.notes.len() <= 16, "{} records lie open", keys.open.notes.len());
            for number in &all {
                assert!(found(keys, *number, *number), "record {number}");
            }
        }
    }

    #[test]
    fn a_key_that_comes_again_is_shown_newest_first() {
        let mut keys = Small::default();
        for (place, number) in [(1, 7), (30, 7), (31, 8), (60, 7)] {
            keys.add(key(number), place);
            keys.settle();
        }
        let seen: Vec<i64> = keys.hints(key(7)).collect();
        assert_eq!(seen, [60, 30, 1]);
    }

    #[test]
    fn what_was_refused_is_taken_back_and_what_is_no_longer_kept_is_given_up() {
        let mut keys = Small::default();
        for number in 1..=100 {
            keys.add(key(number), number);
            keys.settle();
            let mark = keys.mark();
            keys.add(key(1000 + number), number + 1);
            keys.add(key(2000 + number), number + 2);
            keys.reset(mark);
        }
        for number in 1..=100 {
            assert!(found(&keys, number, number), "record {number}");
            assert!(!found(&keys, 1000 + number, number + 1), "record {number} was taken back");
        }
        keys.forget_before(50);
        assert!(keys.closed.iter().all(|shelf| shelf.last >= 50));
        assert!((50..=100).all(|number| found(&keys, number, number)));
        assert!(!(1..=30).any(|number| found(&keys, number, number)));
    }

    #[test]
    fn wrong_hints_are_few_and_memory_is_small() {
        let mut keys = Keys::<17>::default();
        for number in 1..=400_000 {
            keys.add(key(number), number);
            keys.settle();
        }
        let right = (1..=400_000).filter(|number| found(&keys, *number, *number)).count();
        assert_eq!(right, 400_000);
        // 28 bits and 400,000 records: 0.15 % of the strangers are taken for one of them.
        let wrong: usize = (1_000_001..=1_200_000).map(|number| keys.hints(key(number)).count()).sum();
        assert!((100..=900).contains(&wrong), "{wrong} wrong hints for 200,000 strangers");
        let bytes: usize = keys.closed.iter().map(|shelf| 4 * (shelf.starts.len() + shelf.notes.len())).sum();
        assert_eq!(keys.closed.len(), 3);
        assert!(bytes < 3 * 131_072 * 9 / 2, "{bytes} bytes");
    }
}
