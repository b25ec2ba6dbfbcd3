//! `checkpoint`: the whole ledger in six signed lines, to be kept elsewhere.

use serde_json::json;

use super::{Common, Failure, output};
use crate::ledger::hex;
use crate::ledger::proof::latest;
use crate::proofs;

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let (books, _) = common.books()?;
    let taken = proofs::take(&books)?;
    let is_new = taken.is_some();
    let signed = match taken {
        Some(signed) => Some(signed),
        None => books.read_blocking(latest)?,
    };
    books.close();
    let signed = signed.ok_or_else(|| {
        Failure::Refused("There is nothing to sign: the ledger has no transaction, or none since it came back from an older version of its schema, which kept the last checkpoint in part.".into())
    })?;
    let answer = json!({
        "sequence": signed.checkpoint.sequence,
        "hash": hex(&signed.checkpoint.hash),
        "created_at": signed.checkpoint.created_at,
        "is_new": is_new,
        "text": signed.to_string(),
    });
    output::print(common.json, &answer, || signed.to_string());
    Ok(())
}
