//! What distributions did: how much of each was spent and how soon, by how many, how much came back, and how
//! much lies still. What these words mean is said where the tokens are followed ([`crate::ledger::trail`]).

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Code, Error, Result};
use crate::ledger::trail::{self, Effect, Trail};
use crate::ledger::{Page, PageRequest};

/// With fewer recipients than this, what a distribution did says what a person did: only operators and
/// auditors see it.
pub(super) const RECIPIENTS_MIN: i64 = 5;

/// What the distributions of a time did, the newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Effects {
    /// How many there are in this time. Distributions to fewer than five members are left out of all these
    /// figures, but for operators and auditors.
    pub distributions: i64,
    /// All of them together.
    #[schema(inline)]
    pub total: Together,
    /// Each.
    #[serde(flatten)]
    #[schema(inline)]
    pub page: Page<DistributionEffect>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// What became of one distribution. `distributed` is `spent`, `taken_back` and `still` together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DistributionEffect {
    /// Its id.
    pub distribution_id: String,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// The system account it came from.
    pub system_account: String,
    /// What it was for: for operators and auditors alone, null for everybody else.
    pub reason: Option<String>,
    /// Members who received something.
    pub recipients: i64,
    /// Of those, members who spent any of it within 7 days.
    pub spenders_7d: i64,
    /// Within 30 days.
    pub spenders_30d: i64,
    /// Within 90 days.
    pub spenders_90d: i64,
    /// Up to now.
    pub spenders: i64,
    /// Its tokens.
    #[serde(flatten)]
    #[schema(inline)]
    pub tokens: Together,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// What became of tokens that were distributed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Together {
    /// Tokens that members received.
    #[schema(value_type = i64)]
    pub distributed: i128,
    /// Tokens spent within 7 days of 24 hours: paid to anyone by the member who had received them.
    #[schema(value_type = i64)]
    pub spent_7d: i128,
    /// Within 30 days.
    #[schema(value_type = i64)]
    pub spent_30d: i128,
    /// Within 90 days.
    #[schema(value_type = i64)]
    pub spent_90d: i128,
    /// Up to now.
    #[schema(value_type = i64)]
    pub spent: i128,
    /// Tokens that corrections took from the members who had received them.
    #[schema(value_type = i64)]
    pub taken_back: i128,
    /// Tokens that lie still in the wallets that received them.
    #[schema(value_type = i64)]
    pub still: i128,
    /// Of those, tokens that cannot be spent now: in frozen wallets, and in those of members who left.
    #[schema(value_type = i64)]
    pub out_of_reach: i128,
    /// Tokens that came back to a system account, from whoever had them by then.
    #[schema(value_type = i64)]
    pub returned: i128,
}

impl Together {
    fn of(effect: &Effect, out_of_reach: i64) -> Self {
        let [spent_7d, spent_30d, spent_90d, spent] = effect.spent.map(i128::from);
        Self {
            distributed: effect.given.into(),
            spent_7d,
            spent_30d,
            spent_90d,
            spent,
            taken_back: effect.taken_back.into(),
            still: effect.lies_still().into(),
            out_of_reach: out_of_reach.into(),
            returned: effect.returned.into(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.distributed += other.distributed;
        self.spent_7d += other.spent_7d;
        self.spent_30d += other.spent_30d;
        self.spent_90d += other.spent_90d;
        self.spent += other.spent;
        self.taken_back += other.taken_back;
        self.still += other.still;
        self.out_of_reach += other.out_of_reach;
        self.returned += other.returned;
    }
}

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// Whether they look after the community: then they see what each distribution was for, and all of them.
    pub oversees: bool,
    /// Unix milliseconds.
    pub now: i64,
}

/// What the distributions made in a time did, both ends included.
pub fn effects(
    conn: &Connection,
    trail: &Trail,
    (from, to): (i64, i64),
    page: &PageRequest,
    asking: Asking,
) -> Result<Effects> {
    let all = trail.effects();
    let first = all.partition_point(|effect| effect.created_at < from);
    let end = all.partition_point(|effect| effect.created_at <= to).max(first);
    let shown: Vec<usize> = (first..end).rev().filter(|place| asking.is_shown(&all[*place])).collect();
    let look = Look::new(conn, trail, asking)?;
    let mut total = Together::default();
    for place in &shown {
        total.add(&look.together(*place));
    }
    let before = page.cursor.as_ref().map_or(Ok(i64::MAX), |cursor| trail::read_cursor(conn, cursor))?;
    let behind = &shown[shown.partition_point(|place| all[*place].audit >= before)..];
    let items = behind.iter().take(page.limit).map(|place| look.one(*place)).collect::<Result<_>>()?;
    let last = behind.get(..page.limit).and_then(<[usize]>::last).filter(|_| behind.len() > page.limit);
    let next_cursor = last.map(|place| trail::make_cursor(conn, all[*place].audit)).transpose()?;
    let distributions = super::counted(shown.len());
    Ok(Effects { distributions, total, page: Page { items, next_cursor }, calculated_at: asking.now })
}

/// What became of one distribution.
pub fn effect(conn: &Connection, trail: &Trail, id: &str, asking: Asking) -> Result<DistributionEffect> {
    let audit: Option<i64> = conn
        .prepare_cached("SELECT sequence FROM audit_log WHERE target = ?1 AND action = 'distribution'")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let place = audit.and_then(|audit| trail.effects().binary_search_by_key(&audit, |effect| effect.audit).ok());
    match place.filter(|place| asking.is_shown(&trail.effects()[*place])) {
        Some(place) => Look::new(conn, trail, asking)?.one(place),
        None => Err(Error::new(Code::NotFound, "There is no such distribution.")),
    }
}

impl Asking {
    fn is_shown(self, effect: &Effect) -> bool {
        self.oversees || effect.recipients >= RECIPIENTS_MIN
    }
}

/// One look at the trail.
struct Look<'a> {
    conn: &'a Connection,
    trail: &'a Trail,
    asking: Asking,
    out_of_reach: HashMap<usize, i64>,
}

impl<'a> Look<'a> {
    fn new(conn: &'a Connection, trail: &'a Trail, asking: Asking) -> Result<Self> {
        let locked: HashSet<i64> = conn
            .prepare_cached("SELECT key FROM wallets WHERE is_frozen OR is_closed")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { conn, trail, asking, out_of_reach: trail.still_in(&locked) })
    }

    fn together(&self, place: usize) -> Together {
        Together::of(&self.trail.effects()[place], self.out_of_reach.get(&place).copied().unwrap_or(0))
    }

    fn one(&self, place: usize) -> Result<DistributionEffect> {
        let effect = &self.trail.effects()[place];
        let (distribution_id, reason): (String, String) = self
            .conn
            .prepare_cached("SELECT target, reason FROM audit_log WHERE sequence = ?1")?
            .query_row([effect.audit], |row| row.try_into())?;
        let system_account = self
            .conn
            .prepare_cached("SELECT name FROM system_accounts WHERE wallet = ?1")?
            .query_row([effect.account], |row| row.get(0))?;
        let [spenders_7d, spenders_30d, spenders_90d, spenders] = effect.spenders;
        Ok(DistributionEffect {
            distribution_id,
            created_at: effect.created_at,
            system_account,
            reason: self.asking.oversees.then_some(reason),
            recipients: effect.recipients,
            spenders_7d,
            spenders_30d,
            spenders_90d,
            spenders,
            tokens: self.together(place),
            calculated_at: self.asking.now,
        })
    }
}
