//! What a schedule says: when, to whom, how much, and from where.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::when::When;
use crate::error::{Error, Result};
use crate::identity::Role;
use crate::ledger::{Amount, Note, UserId, treasury};

/// Characters of a name at most.
pub const NAME_CHARS_MAX: usize = 80;
/// Members whom a list names at most; rules reach as many as a distribution serves.
pub const LISTED_MAX: usize = 1_000;
/// Days back that are looked at, at most.
const DAYS_MAX: i64 = 366;

/// To whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ScheduledRecipients)]
pub enum Whom {
    /// To every member.
    Everyone {},
    /// To those who paid or were paid by a member lately.
    Active {
        /// Within so many days.
        #[schema(minimum = 1, maximum = 366)]
        days: i64,
    },
    /// To those who have a role.
    Role {
        /// Which.
        role: Role,
    },
    /// To those who are named.
    List {
        /// These members.
        #[schema(min_items = 1, max_items = 1000)]
        user_ids: Vec<UserId>,
    },
}

/// How much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum HowMuch {
    /// The same to each.
    Fixed {
        /// Whole tokens.
        tokens: Amount,
    },
    /// So much for each payment that they made lately and that was not given back.
    PerPayment {
        /// Whole tokens for one.
        tokens: Amount,
        /// Within so many days.
        #[schema(minimum = 1, maximum = 366)]
        days: i64,
        /// To each at most.
        most: Amount,
    },
    /// So much to all together, in proportion to the payments that each made lately.
    Shared {
        /// Whole tokens for all.
        tokens: Amount,
        /// Within so many days.
        #[schema(minimum = 1, maximum = 366)]
        days: i64,
    },
}

/// What a schedule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Terms {
    /// What it is called; no other is called the same.
    pub name: String,
    /// When: five fields of a cron expression.
    pub cron: String,
    /// On the clock of which zone.
    pub time_zone: String,
    /// To whom.
    pub recipients: Whom,
    /// How much.
    pub amount: HowMuch,
    /// From which system account; null: the community's own.
    pub system_account: Option<String>,
    /// What the members read beside it.
    pub note: Option<Note>,
    /// What one run may issue at most.
    pub issued_max: i64,
}

impl Terms {
    /// Looks at all of it, and gives when it is due.
    pub(super) fn check(&mut self, conn: &Connection) -> Result<When> {
        self.name = self.name.trim().to_owned();
        self.cron = self.cron.split_whitespace().collect::<Vec<_>>().join(" ");
        if !(1..=NAME_CHARS_MAX).contains(&self.name.chars().count()) || self.name.chars().any(char::is_control) {
            let refusal = Error::field("name", format!("must have 1 to {NAME_CHARS_MAX} readable characters"));
            return Err(refusal.in_words("schedules-name-rule"));
        }
        let when = When::read(&self.cron, &self.time_zone)?;
        let is_far = |days: i64| !(1..=DAYS_MAX).contains(&days);
        let days = |field: &str| Err(Error::field(field, format!("must be a whole number from 1 to {DAYS_MAX}")));
        match &mut self.recipients {
            Whom::Active { days: back } if is_far(*back) => return days("recipients.days"),
            Whom::Role { role: Role::Member } => {
                return Err(Error::field("recipients.role", "must be operator or auditor; everyone is a member"));
            }
            Whom::List { user_ids } => {
                let mut seen = std::collections::HashSet::new();
                user_ids.retain(|id| seen.insert(*id));
                if !(1..=LISTED_MAX).contains(&user_ids.len()) {
                    return Err(Error::field("recipients.user_ids", format!("must name 1 to {LISTED_MAX} members")));
                }
                for id in user_ids.iter() {
                    crate::identity::member::by_id(conn, *id)
                        .map_err(|_| Error::field("recipients.user_ids", format!("names nobody by {id}")))?;
                }
            }
            _ => {}
        }
        match self.amount {
            HowMuch::PerPayment { days: back, .. } | HowMuch::Shared { days: back, .. } if is_far(back) => {
                return days("amount.days");
            }
            HowMuch::PerPayment { tokens, most, .. } if most.get() < tokens.get() => {
                return Err(Error::field("amount.most", "must not be less than what one payment brings"));
            }
            _ => {}
        }
        if self.issued_max < 0 {
            return Err(Error::field("issued_max", "must be a whole number from 0 to 9223372036854775807"));
        }
        treasury(conn, self.system_account.as_deref())?;
        Ok(when)
    }

    /// As the audit log has it: of a list, how many it names.
    pub(super) fn details(&self) -> Value {
        let mut details = json!(self);
        if let Whom::List { user_ids } = &self.recipients {
            details["recipients"] = json!({ "rule": "list", "count": user_ids.len() });
        }
        details
    }
}
