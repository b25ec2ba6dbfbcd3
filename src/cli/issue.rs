//! `issue`: manual issuance into the pool.

use clap::Args;

use super::{Act, Common, Failure, output};
use crate::ledger::Amount;
use crate::treasury;

#[derive(Debug, Args)]
pub(crate) struct Issue {
    /// How many whole tokens
    #[arg(long, value_name = "N")]
    amount: Amount,
    /// Which system account [default: the community's own]
    #[arg(long, value_name = "NAME")]
    system_account: Option<String>,
    #[command(flatten)]
    act: Act,
}

impl Issue {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let command = treasury::Issue { amount: self.amount, system_account: self.system_account, authority };
        let made = books.execute_blocking(command)?;
        books.close();
        output::print(common.json, &made, || {
            format!("{} tokens are issued to {}.\n  transaction {}", made.amount, made.to.name, made.id)
        });
        Ok(())
    }
}
