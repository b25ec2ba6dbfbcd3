//! The body of an act that needs a reason and nothing else.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::ledger::Reason;

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// For the audit log.
    pub reason: Reason,
}
