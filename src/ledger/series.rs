//! Transactions that were made together: what they are made of, and they themselves where somebody reads them. So the
//! writer's turn, in which everybody else waits, does not make ten thousand of them.

use serde::{Serialize, Serializer};

use super::chain::{Hash, HexHash};
use super::transaction::{Owner, Transaction};
use super::transaction_id::TransactionId;
use super::types::{Amount, Kind};
use super::wallet::Wallet;

/// Transactions that follow each other. It is written as a list of them.
#[derive(Debug, Clone)]
pub struct Series {
    /// Those that are there already.
    transactions: Vec<Transaction>,
    /// Those that come after them.
    shares: Option<Shares>,
}

impl Series {
    /// Those that were read.
    pub fn read(transactions: Vec<Transaction>) -> Self {
        Self { transactions, shares: None }
    }

    /// Those that were just made: one, where there is one, and then one for each share.
    pub fn made(first: Option<Transaction>, shares: Shares) -> Self {
        Self { transactions: first.into_iter().collect(), shares: Some(shares) }
    }

    /// Each of them, in their order.
    pub fn each(&self) -> impl Iterator<Item = Transaction> + '_ {
        self.transactions.iter().cloned().chain(self.shares.iter().flat_map(Shares::each))
    }

    /// The place of the first; 0: there is none.
    pub fn first_sequence(&self) -> i64 {
        let shares = self.shares.as_ref().and_then(|shares| shares.first.as_ref());
        self.transactions.first().or(shares).map_or(0, |transaction| transaction.sequence)
    }
}

impl Serialize for Series {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.each())
    }
}

/// What one wallet paid to many.
#[derive(Debug, Clone)]
pub struct Shares {
    pub(super) tag: i64,
    /// The first of the transactions, which tells what is the same in all; none where nobody was paid.
    pub(super) first: Option<Transaction>,
    /// Who was paid how much.
    pub(super) paid: Vec<(Wallet, Amount)>,
    /// The hash of each.
    pub(super) hashes: Vec<Hash>,
}

impl Shares {
    fn each(&self) -> impl Iterator<Item = Transaction> + '_ {
        self.first.iter().flat_map(|first| {
            let share = |(((to, amount), hash), sequence): ((&(Wallet, Amount), &Hash), i64)| Transaction {
                id: TransactionId::new(first.created_at, self.tag, sequence),
                sequence,
                kind: Kind::between(first.from.owner == Owner::System, to.is_system, false),
                to: to.party(),
                amount: amount.get(),
                hash: Some(HexHash(*hash)),
                ..first.clone()
            };
            self.paid.iter().zip(&self.hashes).zip(first.sequence..).map(share)
        })
    }
}
