//! `checkpoint`: the whole ledger in six signed lines, to be kept elsewhere.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, output};
use crate::ledger::hex;
use crate::ledger::proof::latest;
use crate::proofs;

/// Take a signed checkpoint of the ledger now and print it; where nothing has happened since the last
/// one, print that.
///
/// Keep it somewhere else: `communitytoken verify --checkpoint FILE` tells later whether the ledger
/// still begins as it does today.
#[derive(Debug, Args)]
pub(crate) struct Checkpoint {}

impl Checkpoint {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let (books, _) = common.books()?;
        let taken = proofs::take(&books)?;
        let is_new = taken.is_some();
        let signed = match taken {
            Some(signed) => Some(signed),
            None => books.read_blocking(latest)?,
        };
        books.close();
        let signed = signed
            .ok_or_else(|| Failure::Refused("There is nothing to sign yet: the ledger has no transaction.".into()))?;
        let checkpoint = &signed.checkpoint;
        let answer = json!({
            "sequence": checkpoint.sequence,
            "hash": hex(&checkpoint.hash),
            "created_at": checkpoint.created_at,
            "is_new": is_new,
            "text": signed.to_string(),
        });
        output::print(common.json, &answer, || signed.to_string());
        Ok(())
    }
}
