//! `freeze` and `unfreeze`.

use clap::Args;
use serde_json::json;

use super::{Act, Common, Failure, output};
use crate::ledger::WalletId;
use crate::treasury::SetFrozen;

#[derive(Debug, Args)]
pub(crate) struct Freeze {
    /// The wallet's id
    wallet: WalletId,
    #[command(flatten)]
    act: Act,
}

impl Freeze {
    pub(super) fn run(self, common: &Common, frozen: bool) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let wallet = books.execute_blocking(SetFrozen { wallet_id: self.wallet, frozen, authority })?;
        books.close();
        let answer = json!({ "id": wallet.id, "is_frozen": frozen, "frozen_reason": wallet.frozen_reason, "balance": wallet.balance });
        output::print(common.json, &answer, || {
            format!("The wallet {} is {}.", wallet.id, if frozen { "frozen" } else { "open again" })
        });
        Ok(())
    }
}
