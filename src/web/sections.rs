//! The pages of those who look after the community: one navigation over all of them, whichever slice they
//! lie in.

/// Which of them a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// How the community is.
    Overview,
    /// The members.
    Members,
    /// Giving tokens to many.
    Distribution,
    /// Everybody's transactions.
    Transactions,
    /// System accounts, and issuing into them.
    Accounts,
    /// What waits for a second operator.
    Consents,
    /// What is unusual.
    Alerts,
    /// Who did what, and why.
    Audit,
    /// One-time links.
    Invitations,
    /// Addresses that are told what happens.
    Webhooks,
    /// Settings in force, and copies of the ledger.
    Program,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub struct SectionLink {
    /// Where it leads.
    pub href: &'static str,
    /// The text of what it is called.
    pub name: &'static str,
    /// Whether it is the one of this page.
    pub is_here: bool,
}

impl Section {
    const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Overview, "/admin", "layout-overview"),
        (Self::Members, "/admin/members", "layout-members"),
        (Self::Distribution, "/admin/distribute", "layout-distribute"),
        (Self::Transactions, "/admin/transactions", "layout-transactions"),
        (Self::Accounts, "/admin/accounts", "layout-accounts"),
        (Self::Consents, "/admin/consents", "layout-consents"),
        (Self::Alerts, "/admin/alerts", "layout-alerts"),
        (Self::Invitations, "/admin/invitations", "layout-invitations"),
        (Self::Audit, "/admin/audit", "layout-audit"),
        (Self::Webhooks, "/admin/webhooks", "layout-webhooks"),
        (Self::Program, "/admin/program", "layout-program"),
    ];

    /// The navigation as it stands on a page of this section. Invitations are there where passkeys are, and
    /// what waits for consent where something may.
    pub(super) fn links(self, invites: bool, consents: bool) -> Vec<SectionLink> {
        Self::ALL
            .into_iter()
            .filter(|(section, ..)| match section {
                Self::Invitations => invites,
                Self::Consents => consents || self == Self::Consents,
                _ => true,
            })
            .map(|(section, href, name)| SectionLink { href, name, is_here: section == self })
            .collect()
    }
}
