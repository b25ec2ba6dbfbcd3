//! The kinds of things members are told, and the ways by which.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$about])* $variant,)* }

        impl $name {
            /// Each, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the API and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or(())
            }
        }
    };
}

words! {
    /// What a member is told of.
    NoticeKind {
        /// Another member paid them.
        PaymentReceived = "payment_received",
        /// The community gave them tokens.
        DistributionReceived = "distribution_received",
        /// An operator froze their wallet.
        WalletFrozen = "wallet_frozen",
        /// An operator lifted that.
        WalletUnfrozen = "wallet_unfrozen",
        /// Somebody signed in as them in a browser that was not known.
        SignedIn = "signed_in",
        /// A way to sign in was added, used up or taken away.
        WaysInChanged = "ways_in_changed",
        /// They were given a role, or it was taken from them.
        RolesChanged = "roles_changed",
        /// The address for their mail was changed or taken away.
        AddressChanged = "address_changed",
    }
}

words! {
    /// A way by which somebody is told.
    Channel {
        /// On the page of what is new.
        Page = "page",
        /// By e-mail.
        Mail = "mail",
    }
}

impl NoticeKind {
    /// Whether the member should know of it whatever else they want to hear: somebody may be at their
    /// account.
    pub const fn is_security(self) -> bool {
        !matches!(self, Self::PaymentReceived | Self::DistributionReceived)
    }

    /// Whether it is read out of the history rather than written down.
    pub const fn is_payment(self) -> bool {
        !self.is_security()
    }

    /// Whether it is told as long as a member has said nothing: on the page everything, by mail what
    /// concerns the safety of their account.
    pub const fn is_on_by_itself(self, channel: Channel) -> bool {
        matches!(channel, Channel::Page) || self.is_security()
    }
}
