//! The line that a verb leaves which changes nothing and yet gives something out: the ledger, a copy of it, a token.

use clap::Args;
use serde_json::Value;

use super::{Common, Failure, login_name, open, output};
use crate::audit::LeaveLine;
use crate::config::Config;
use crate::ledger::{AuditAction, Authority, Books, Operator, Reason};

// Who does it and why; for verbs that change nothing. Not `///`: clap would print it in place of what the verb says of itself.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Trace {
    /// Why, for the audit log (1 to 500 characters)
    #[arg(long, value_name = "TEXT")]
    reason: Option<Reason>,
    /// Who does it, for the audit log [default: your login name]
    #[arg(long, value_name = "NAME")]
    operator: Option<Operator>,
}

/// What is given out, for the log.
pub(super) struct Given {
    pub(super) action: AuditAction,
    pub(super) target: String,
    pub(super) details: Value,
    /// Why, where nobody says it.
    pub(super) reason: &'static str,
}

impl Trace {
    /// Leaves the line beside a running server. What reads the ledger must go on where it cannot be written, so
    /// that is said and no more.
    pub(super) fn leave(self, config: &Config, common: &Common, given: Given) {
        let left = open(config).and_then(|books| {
            let left = self.write(&books, given);
            books.close();
            left
        });
        if let Err(failure) = left {
            without_line(common, &failure);
        }
    }

    /// The same where the books are open.
    pub(super) fn leave_in(self, books: &Books, common: &Common, given: Given) {
        if let Err(failure) = self.write(books, given) {
            without_line(common, &failure);
        }
    }

    fn write(self, books: &Books, given: Given) -> Result<(), Failure> {
        let operator = self.operator.map_or_else(login_name, Ok)?;
        let reason = self.reason.map_or_else(|| Reason::new(given.reason), Ok)?;
        let Given { action, target, details, .. } = given;
        let authority = Authority::at_the_machine(operator, reason);
        Ok(books.execute_blocking(LeaveLine { action, target, details, authority })?)
    }
}

fn without_line(common: &Common, failure: &Failure) {
    let why = failure.reason();
    output::warn(common.json, &format!("The audit log could not be told of this, and it is done all the same. {why}"));
}
