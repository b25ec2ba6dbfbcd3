//! A service client moves a member's tokens, because the member allows it.

use crate::error::Result;
use crate::identity::client::permitted;
use crate::ledger::{ClientKey, Command, Ledger, Once, Outcome, Repeatable, Transaction};

/// What a member could do themselves, done by a client for them. Whether they allow it is judged
/// here, where it happens: a permission that is taken back counts from that moment on. The
/// transaction is written down with the client's name beside the member's.
///
/// Refused: `client_not_allowed`, and what the command itself refuses.
#[derive(Debug)]
pub struct OnBehalf<C> {
    /// The client.
    pub client: ClientKey,
    /// What it does, with the member as the caller.
    pub once: Once<C>,
}

impl<C: Repeatable<Output = Transaction>> Command for OnBehalf<C> {
    type Output = Outcome<Transaction>;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let user = self.once.caller;
        let name = permitted(ledger.conn, self.client, user)?;
        let mut outcome = self.once.run(ledger)?;
        if !outcome.replayed {
            ledger
                .conn
                .prepare_cached("INSERT INTO service_calls (sequence, client, user) VALUES (?1, ?2, ?3)")?
                .execute((outcome.output.sequence, self.client, user))?;
        }
        outcome.output.client = Some(name);
        Ok(outcome)
    }
}
