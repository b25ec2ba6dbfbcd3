//! `account`: the system accounts.

use clap::{Args, Subcommand};

use super::{Act, Common, Failure, output};
use crate::ledger::Amount;
use crate::treasury::{AddAccount, MoveBetween, SystemAccount};

/// Each has a wallet of its own, from which it issues and distributes.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Account {
    /// List the system accounts and what each holds
    List,
    /// Make another system account, with an empty wallet; it cannot be removed later
    Add(Add),
    /// Move tokens from one system account to another; nothing is issued
    Transfer(Transfer),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name: 3 to 255 letters, digits, _ or -
    name: String,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Transfer {
    /// How many whole tokens
    #[arg(long, value_name = "N")]
    amount: Amount,
    /// From which system account [default: the community's own]
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// To which system account [default: the community's own]
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    #[command(flatten)]
    act: Act,
}

impl Account {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        match self {
            Self::List => list(common),
            Self::Add(add) => add.run(common),
            Self::Transfer(transfer) => transfer.run(common),
        }
    }
}

fn list(common: &Common) -> Result<(), Failure> {
    let (books, _) = common.books()?;
    let accounts = books.read_blocking(SystemAccount::list)?;
    books.close();
    output::print(common.json, &accounts, || {
        let row = |account: &SystemAccount| {
            vec![account.name.clone(), account.balance.to_string(), account.wallet_id.to_string()]
        };
        output::table(&["NAME", "HOLDS", "WALLET"], &accounts.iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

impl Add {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let account = books.execute_blocking(AddAccount { name: self.name, authority })?;
        books.close();
        output::print(common.json, &account, || {
            format!(
                "{} is made. Issuances and distributions can name it.\n  wallet {}",
                account.name, account.wallet_id
            )
        });
        Ok(())
    }
}

impl Transfer {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let made =
            books.execute_blocking(MoveBetween { amount: self.amount, from: self.from, to: self.to, authority })?;
        books.close();
        output::print(common.json, &made, || {
            format!(
                "{} tokens went from {} to {}.\n  transaction {}",
                made.amount, made.from.name, made.to.name, made.id
            )
        });
        Ok(())
    }
}
