//! Who looks after the community, as far as it is known while they are away: whom that is told which is for them.

use std::time::Duration;

use rusqlite::Connection;

use super::member::{COLUMNS, Member, Role, each_once, from_row, holders};
use super::session::unused_since;
use crate::config::{Config, IdentityName, Provider, Sessions};
use crate::error::Result;

/// What the configuration says of it: names, and which provider's claims give a role.
#[derive(Debug, Clone)]
pub struct Overseers {
    pub(super) configured: Vec<(Role, IdentityName)>,
    /// By issuer.
    pub(super) claimed: Vec<(Role, String)>,
    pub(super) sessions: Sessions,
}

impl Overseers {
    /// As the configuration has it.
    pub fn of(config: &Config) -> Self {
        let identity = &config.identity;
        let named = |role, names: &[IdentityName]| names.iter().map(|name| (role, name.clone())).collect::<Vec<_>>();
        let claimed = |role, lends: fn(&Provider) -> bool| {
            // Where a claim never counts on the pages, they could not open what they are told of.
            let counts = !config.sessions.claimed_role.is_zero();
            let lenders = identity.providers.iter().filter(move |provider| counts && lends(provider));
            lenders.map(move |provider| (role, provider.issuer.clone()))
        };
        Self {
            configured: [named(Role::Operator, &identity.operators), named(Role::Auditor, &identity.auditors)].concat(),
            claimed: claimed(Role::Operator, |provider| !provider.operator_roles.is_empty())
                .chain(claimed(Role::Auditor, |provider| !provider.auditor_roles.is_empty()))
                .collect(),
            sessions: config.sessions,
        }
    }

    /// Those who are told what is for this role: by what was granted, by the configuration, and by a provider's claim
    /// as it was when they last signed in there, while that session lasts. Of a claim nothing else is known while
    /// they are away. To be told is not to be let in: for that a claim counts for some hours only.
    ///
    /// `now` is the time by the clock, as sessions go.
    pub fn told(&self, conn: &Connection, role: Role, now: i64) -> Result<Vec<Member>> {
        let configured: Vec<IdentityName> =
            self.configured.iter().filter(|(of, _)| *of == role).map(|(_, name)| name.clone()).collect();
        let mut found = holders(conn, &[role], &configured)?;
        let mut statement = conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM sessions JOIN users ON users.key = sessions.user JOIN wallets ON wallets.key = users.wallet
              WHERE sessions.issuer = ?1 AND sessions.expires_at > ?2 AND sessions.seen_at > ?3 AND users.deleted_at IS NULL
                AND EXISTS (SELECT 1 FROM json_each(sessions.roles) WHERE value = ?4)
                AND NOT EXISTS (SELECT 1 FROM sessions AS later
                                 WHERE later.user = sessions.user AND later.issuer = sessions.issuer
                                   AND later.subject = sessions.subject AND later.signed_in_at > sessions.signed_in_at)"
        ))?;
        for (_, issuer) in self.claimed.iter().filter(|(of, _)| *of == role) {
            let by = (issuer, now, unused_since(now, &self.sessions), role.as_str());
            found.extend(statement.query_map(by, from_row)?.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(each_once(found))
    }
}

/// Those of a community of which the configuration says nothing.
impl Default for Overseers {
    fn default() -> Self {
        let none = Duration::ZERO;
        let sessions = Sessions { idle: none, absolute: none, claimed_role: none, fresh: none };
        Self { configured: Vec::new(), claimed: Vec::new(), sessions }
    }
}
