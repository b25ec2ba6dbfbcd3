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
    /// Who did what, and why.
    Audit,
    /// One-time links.
    Invitations,
    /// Settings in force, and copies of the ledger.
    Program,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub struct SectionLink {
    /// Where it leads.
    pub href: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Whether it is the one of this page.
    pub is_here: bool,
}

impl Section {
    const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Overview, "/admin", "Overview"),
        (Self::Members, "/admin/members", "Members"),
        (Self::Distribution, "/admin/distribute", "Distribute"),
        (Self::Transactions, "/admin/transactions", "Transactions"),
        (Self::Accounts, "/admin/accounts", "Accounts"),
        (Self::Invitations, "/admin/invitations", "Invitations"),
        (Self::Audit, "/admin/audit", "Audit log"),
        (Self::Program, "/admin/program", "Program"),
    ];

    /// The navigation as it stands on a page of this section. Invitations are there where passkeys are.
    pub(super) fn links(self, invites: bool) -> Vec<SectionLink> {
        Self::ALL
            .into_iter()
            .filter(|(section, ..)| invites || *section != Self::Invitations)
            .map(|(section, href, name)| SectionLink { href, name, is_here: section == self })
            .collect()
    }
}
