//! `init`: UC-1, the community is founded.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, login_name, migrate, open, output};
use crate::ledger::{Authority, Books, Operator, Reason};
use crate::proofs;
use crate::treasury::{CreateAccount, SystemAccount};

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Who founds the community, for the audit log [default: your login name]
    #[arg(long, value_name = "NAME")]
    operator: Option<Operator>,
}

impl Init {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings()?;
        migrate::insist_on_newest(&config)?;
        let books = open(&config)?;
        let operator = self.operator.map_or_else(login_name, Ok)?;
        let (account, created) = found(&books, operator)?;
        proofs::key(&books)?;
        books.close();
        let answer = json!({
            "created": created,
            "database": config.database.path,
            "system_account": account.name,
            "wallet_id": account.wallet_id,
            "balance": account.balance,
        });
        output::print(common.json, &answer, || {
            let state = if created { "is founded" } else { "exists already; nothing was changed" };
            format!(
                "The community {state}.\n  database        {}\n  system account  {} ({} tokens)\n  its wallet      {}",
                config.database.path.display(),
                account.name,
                account.balance,
                account.wallet_id
            )
        });
        Ok(())
    }
}

/// Makes sure of the system account.
pub(super) fn found(books: &Books, operator: Operator) -> Result<(SystemAccount, bool), Failure> {
    let reason = Reason::new("Foundation of the community")?;
    let authority = Authority::at_the_machine(operator, reason);
    Ok(books.execute_blocking(CreateAccount { authority })?)
}
