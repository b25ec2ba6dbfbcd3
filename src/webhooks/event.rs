//! What a webhook can be told of.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};

/// In which table of the ledger a kind of event is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Transactions,
    AuditLog,
    Users,
    Checkpoints,
    Alerts,
}

impl Source {
    pub(super) const ALL: [Self; 5] =
        [Self::Transactions, Self::AuditLog, Self::Users, Self::Checkpoints, Self::Alerts];

    /// The table, and what the ids of its messages begin with.
    pub(super) const fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Transactions => ("transactions", "sequence"),
            Self::AuditLog => ("audit_log", "sequence"),
            Self::Users => ("users", "key"),
            Self::Checkpoints => ("checkpoints", "sequence"),
            Self::Alerts => ("alerts", "key"),
        }
    }
}

// A word is a `tt`: as a `literal` the API document could not read it, and would name the variant instead.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:tt, $source:ident;)*) => {
        /// What a webhook can be told of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
            /// An operator has asked for it, to see whether it arrives.
            #[serde(rename = "webhook.test")]
            Test,
        }

        impl EventKind {
            /// Those that a webhook can choose, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in messages, in the API and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* Self::Test => "webhook.test" }
            }

            /// Where it is found; a test nowhere.
            pub(super) const fn source(self) -> Option<Source> {
                match self { $(Self::$variant => Some(Source::$source),)* Self::Test => None }
            }
        }
    };
}

kinds! {
    /// A member paid somebody, a member or a system account. One that gives another transaction back names it.
    Transfer = "transfer.created", Transactions;
    /// A system account gave a member tokens: one event for each recipient.
    Distribution = "distribution.created", Transactions;
    /// New tokens were made.
    Issuance = "issuance.created", Transactions;
    /// Somebody has joined.
    MemberJoined = "member.joined", Users;
    /// A member has left, or was deleted.
    MemberLeft = "member.left", AuditLog;
    /// A member who had left is back.
    MemberRestored = "member.restored", AuditLog;
    /// A member was forgotten: whoever keeps something of them should forget it, too.
    MemberErased = "member.erased", AuditLog;
    /// A member was given a role.
    RoleGranted = "role.granted", AuditLog;
    /// It was taken from them.
    RoleRevoked = "role.revoked", AuditLog;
    /// A wallet was frozen.
    WalletFrozen = "wallet.frozen", AuditLog;
    /// A wallet was unfrozen.
    WalletUnfrozen = "wallet.unfrozen", AuditLog;
    /// A signed checkpoint of the whole ledger was taken.
    Checkpoint = "checkpoint.created", Checkpoints;
    /// Something unusual was found, by a rule that says why.
    AlertRaised = "alert.raised", Alerts;
}

impl EventKind {
    /// What an act in the audit log means, if it means anything here.
    pub(super) fn of_act(action: &str) -> Option<Self> {
        Some(match action {
            "user.delete" => Self::MemberLeft,
            "user.restore" => Self::MemberRestored,
            "user.erase" => Self::MemberErased,
            "role.grant" => Self::RoleGranted,
            "role.revoke" => Self::RoleRevoked,
            "wallet.freeze" => Self::WalletFrozen,
            "wallet.unfreeze" => Self::WalletUnfrozen,
            _ => return None,
        })
    }
}

impl FromStr for EventKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = || Self::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Error::field("kinds", format!("{text:?} is none; there are {}", known())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in EventKind::ALL {
            assert_eq!(kind.as_str().parse::<EventKind>().unwrap(), *kind);
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert!("webhook.test".parse::<EventKind>().is_err(), "a test is asked for, not chosen");
    }
}
