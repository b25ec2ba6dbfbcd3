//! A second operator's consent. Where the settings say from how many tokens on, a large act of an operator by
//! the API or on a page only leaves a proposal, and happens when another operator consents: exactly as it was
//! proposed, in the same step. Whoever has the machine has the ledger's file, so nothing at the machine waits.

mod act;
mod answer;
mod api;
mod ask;
mod pages;
mod proposal;
mod show;

use crate::web::{Slice, path_id};

pub(super) use api::answer;

pub use act::Act;
pub use answer::{Consent, End, EndProposal};
pub use ask::{Rules, Weighed, Weighing, Weighty, moved_in_a_day};
pub use proposal::{Proposal, ProposalState, Proposer, by_id, list, proposal_not_found, waiting};

/// The routes of this part.
pub(super) fn slice() -> Slice {
    Slice { calls: api::routes(), pages: pages::routes() }
}

path_id!(
    /// A proposal, as people know it.
    ProposalId, proposal_not_found
);

/// Where a proposal is shown to whoever has just made it.
pub(super) fn place(proposal: &Proposal) -> String {
    format!("/admin/consents/{}?done=asked", proposal.id)
}
