//! The id of a transaction: a version 7 UUID that is made, not stored.
//!
//! It holds the time (48 bits), 30 random bits that belong to the community's ledger, and the
//! transaction's sequence (44 bits). So it is unique across communities, rises with time, needs no
//! column and no index, and the row is found from the id alone. Knowing an id gives no access:
//! every look-up checks whose transaction it is.

use std::fmt;
use std::str::FromStr;

use rusqlite::ToSql;
use rusqlite::types::ToSqlOutput;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Code, Error};

const SEQUENCE_BITS: u32 = 44;
const SEQUENCE_MASK: u64 = (1 << SEQUENCE_BITS) - 1;

/// A transaction, as people and APIs know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Uuid)]
pub struct TransactionId(pub Uuid);

/// Rows refer to a transaction by its sequence.
impl ToSql for TransactionId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.sequence()))
    }
}

impl TransactionId {
    /// The id of the transaction with this sequence and time in the ledger with this tag.
    #[expect(clippy::cast_sign_loss, reason = "the schema keeps all three at zero or above")]
    pub fn new(created_at_ms: i64, tag: i64, sequence: i64) -> Self {
        let (time, tag, sequence) = (created_at_ms as u64, tag as u64, sequence as u64);
        let high = (time << 16) | 0x7000 | (tag >> 18);
        let low = (0b10 << 62) | ((tag & 0x3_ffff) << SEQUENCE_BITS) | (sequence & SEQUENCE_MASK);
        Self(Uuid::from_u64_pair(high, low))
    }

    /// The sequence the id claims; the row there must give the same id again.
    #[expect(clippy::cast_possible_wrap, reason = "44 bits fit")]
    pub fn sequence(self) -> i64 {
        (self.0.as_u64_pair().1 & SEQUENCE_MASK) as i64
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for TransactionId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Uuid::try_parse(text).map(Self).map_err(|_| transaction_not_found())
    }
}

/// The refusal for an id that is nobody's, or not the caller's: the two are not told apart.
pub fn transaction_not_found() -> Error {
    Error::new(Code::TransactionNotFound, "There is no transaction with this id in your history.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The id is a version 7 UUID that carries time and sequence, at both ends of their range.
    #[test]
    fn is_a_version_7_uuid() {
        for (time, tag, sequence) in
            [(0, 0, 1), (253_402_300_799_999, (1 << 30) - 1, (1 << 44) - 1), (1_795_215_069_000, 77, 42)]
        {
            let id = TransactionId::new(time, tag, sequence);
            assert_eq!(id.0.get_version_num(), 7);
            assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
            assert_eq!(id.sequence(), sequence);
            let (seconds, nanos) = id.0.get_timestamp().expect("version 7 has a time").to_unix();
            assert_eq!(i64::try_from(seconds).unwrap() * 1000 + i64::from(nanos) / 1_000_000, time);
        }
    }
}
