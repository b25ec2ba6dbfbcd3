//! The answer to a proposal: another operator consents, and it happens; or refuses. Whoever made it withdraws it.

use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::act::Act;
use super::ask::{operates, who};
use super::proposal::{Proposal, ProposalState, by_id};
use crate::config::{Config, IdentityName};
use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, Authority, Command, Consented, Ledger, Operator, Reason, Seen, UserKey};

/// Consents: exactly what was proposed happens, in the same step, with the reason of whoever proposed it. Said
/// again by the same operator, it is answered again.
///
/// Refused: `proposal_not_found`, `own_proposal`, `proposal_ended`, `proposer_no_operator`; `proposal_outdated`
/// and whatever refuses the act itself. The proposal then waits on.
#[derive(Debug, Clone)]
pub struct Consent {
    /// To which.
    pub id: Uuid,
    /// Recipients of a distribution at most.
    pub recipients_max: usize,
    /// The operators whom the configuration names.
    pub operators: Vec<IdentityName>,
    /// Who and why.
    pub authority: Authority,
    /// The wallets of those to whom it distributes, as they were seen before its turn.
    pub seen: Seen,
}

impl Consent {
    /// By the settings in force.
    pub fn new(config: &Config, id: Uuid, authority: Authority) -> Self {
        let recipients_max = config.limits.recipients_per_distribution;
        let operators = config.identity.operators.clone();
        Self { id, recipients_max, operators, authority, seen: Seen::default() }
    }
}

impl Command for Consent {
    type Output = Proposal;
    const LOOKS_AHEAD: bool = true;

    fn look_ahead(&mut self, conn: &Connection) -> Result<()> {
        match by_id(conn, self.id, 0).map(|proposal| proposal.act) {
            Ok(Act::Distribution { recipients, .. }) => {
                let wallets = recipients.iter().map(|recipient| recipient.wallet_id);
                self.seen = Seen::look(conn, wallets, self.recipients_max)?;
                Ok(())
            }
            Err(error) if !error.is_refusal() => Err(error),
            _ => Ok(()),
        }
    }

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Proposal> {
        let caller = who(&self.authority)?;
        let proposal = by_id(ledger.conn, self.id, ledger.now())?;
        if proposal.is_of(caller) {
            return Err(Error::new(
                Code::OwnProposal,
                "Another operator must consent to what you have proposed. You can withdraw it.",
            ));
        }
        if is_answered(&proposal, ProposalState::Consented, caller)? {
            return Ok(proposal);
        }
        if !operates(ledger, proposal.proposer, proposal.claimed_until, &self.operators)? {
            return Err(Error::new(
                Code::ProposerNoOperator,
                "Whoever proposed this is no operator any more, so nobody can consent to it. Propose it yourself.",
            ));
        }
        let details =
            json!({ "kind": proposal.act.kind(), "amount": proposal.amount, "proposed_by": proposal.operator });
        let answered = ledger.note(&self.authority, AuditAction::ConsentGiven, self.id, details)?;
        let authority = Authority {
            operator: Operator::new(&proposal.operator)?,
            reason: Reason::new(&proposal.reason)?,
            request_id: self.authority.request_id,
            // Whether they may still act was looked at above.
            acting: None,
            consent: Some(Consented { proposal: self.id, by: self.authority.operator }),
        };
        proposal.act.carry_out(ledger, self.recipients_max, self.seen, authority)?;
        let done = ledger.last_line();
        ledger
            .conn
            .prepare_cached(
                "UPDATE proposals SET ended_as = 'consented', answerer = ?2, answered = ?3, done = ?4 WHERE key = ?1",
            )?
            .execute((proposal.key, caller, answered, done))?;
        by_id(ledger.conn, self.id, ledger.now())
    }
}

/// How a proposal can end without anything happening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Another operator does not want it.
    Refused,
    /// Whoever proposed it does not want it any more.
    Withdrawn,
}

/// Refuses a proposal, or withdraws it. Said again by the same operator, it is answered again.
///
/// Refused: `proposal_not_found`, `proposal_ended`; `own_proposal` to whoever would refuse their own, `forbidden`
/// to whoever would withdraw another's.
#[derive(Debug, Clone)]
pub struct EndProposal {
    /// Which.
    pub id: Uuid,
    /// How.
    pub end: End,
    /// Who and why.
    pub authority: Authority,
}

impl Command for EndProposal {
    type Output = Proposal;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Proposal> {
        let caller = who(&self.authority)?;
        let proposal = by_id(ledger.conn, self.id, ledger.now())?;
        let (state, action) = match (self.end, proposal.is_of(caller)) {
            (End::Refused, false) => (ProposalState::Refused, AuditAction::ConsentRefused),
            (End::Withdrawn, true) => (ProposalState::Withdrawn, AuditAction::ConsentWithdrawn),
            (End::Refused, true) => {
                return Err(Error::new(Code::OwnProposal, "This is your own proposal. You can withdraw it."));
            }
            (End::Withdrawn, false) => {
                return Err(Error::new(
                    Code::Forbidden,
                    "Only whoever proposed this can withdraw it. You can refuse it.",
                ));
            }
        };
        if is_answered(&proposal, state, caller)? {
            return Ok(proposal);
        }
        let details =
            json!({ "kind": proposal.act.kind(), "amount": proposal.amount, "proposed_by": proposal.operator });
        let answered = ledger.note(&self.authority, action, self.id, details)?;
        ledger
            .conn
            .prepare_cached("UPDATE proposals SET ended_as = ?2, answerer = ?3, answered = ?4 WHERE key = ?1")?
            .execute((proposal.key, state.as_str(), caller, answered))?;
        by_id(ledger.conn, self.id, ledger.now())
    }
}

/// Whether this caller has given this answer already; refused where it has ended in any other way.
fn is_answered(proposal: &Proposal, state: ProposalState, caller: UserKey) -> Result<bool> {
    if proposal.state == state && proposal.answerer == Some(caller) {
        return Ok(true);
    }
    if proposal.state == ProposalState::Pending {
        return Ok(false);
    }
    Err(Error::new(Code::ProposalEnded, "This proposal has been answered already, or has expired.")
        .with("state", proposal.state.as_str()))
}
