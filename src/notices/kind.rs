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
        /// A month is over and its report is ready: for operators and auditors.
        MonthlyReport = "monthly_report",
        /// A webhook of the community was stopped because it takes nothing: for operators.
        WebhookStopped = "webhook_stopped",
        /// Another operator has proposed something that waits for their consent: for operators.
        ConsentAsked = "consent_asked",
        /// A distribution that should have happened by itself did not: for operators.
        ScheduleFailed = "schedule_failed",
        /// Something unusual was found: for operators.
        AlertRaised = "alert_raised",
    }
}

words! {
    /// A way by which somebody is told.
    Channel {
        /// On the page of what is new.
        Page = "page",
        /// By e-mail.
        Mail = "mail",
        /// In browsers that they have chosen, while no page is open there.
        Push = "push",
    }
}

impl NoticeKind {
    /// What it is called on the pages: a text of ours.
    pub const fn key(self) -> &'static str {
        match self {
            Self::PaymentReceived => "notifications-kind-payment-received",
            Self::DistributionReceived => "notifications-kind-distribution-received",
            Self::WalletFrozen => "notifications-kind-wallet-frozen",
            Self::WalletUnfrozen => "notifications-kind-wallet-unfrozen",
            Self::SignedIn => "notifications-kind-signed-in",
            Self::WaysInChanged => "notifications-kind-ways-in-changed",
            Self::RolesChanged => "notifications-kind-roles-changed",
            Self::AddressChanged => "notifications-kind-address-changed",
            Self::MonthlyReport => "notifications-kind-monthly-report",
            Self::WebhookStopped => "notifications-kind-webhook-stopped",
            Self::ConsentAsked => "notifications-kind-consent-asked",
            Self::ScheduleFailed => "notifications-kind-schedule-failed",
            Self::AlertRaised => "notifications-kind-alert-raised",
        }
    }

    /// Whether it is read out of the history rather than written down.
    pub const fn is_payment(self) -> bool {
        matches!(self, Self::PaymentReceived | Self::DistributionReceived)
    }

    /// Whether the member should know of it whatever else they want to hear: somebody may be at their
    /// account.
    pub const fn is_security(self) -> bool {
        !self.is_payment() && !self.is_for_overseers()
    }

    /// Whether it is for those alone who look after the community.
    pub const fn is_for_overseers(self) -> bool {
        matches!(
            self,
            Self::MonthlyReport | Self::WebhookStopped | Self::ConsentAsked | Self::ScheduleFailed | Self::AlertRaised
        )
    }

    /// Whether it is told as long as a member has said nothing: on the page everything, by mail what
    /// concerns the safety of their account, and what their office brings with it.
    pub const fn is_on_by_itself(self, channel: Channel) -> bool {
        matches!(channel, Channel::Page) || !self.is_payment()
    }
}
