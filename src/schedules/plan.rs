//! Who would get what if a schedule ran at this moment: what is shown before, and what a run does.

use std::collections::HashMap;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::terms::{HowMuch, Terms, Whom};
use crate::config::{Config, IdentityName};
use crate::error::{Code, Error, Result};
use crate::identity::{Member, Overseers, Role, member};
use crate::ledger::{Amount, AuditAction, DAY_MS, PROGRAM, UserId, Wallet, WalletId, first_since, treasury};
use crate::treasury::consents::moved_in_a_day;
use crate::treasury::too_many_recipients;

/// What the settings say of it.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Recipients of one distribution at most.
    pub recipients_max: usize,
    /// Tokens that schedules may distribute together in 24 hours without a second operator's consent; `None`:
    /// any number.
    pub alone_max: Option<i64>,
    /// Who operates, whatever was granted.
    pub operators: Vec<IdentityName>,
    /// Who reads along, whatever was granted.
    pub auditors: Vec<IdentityName>,
    /// Who is told when a run fails.
    pub overseers: Overseers,
}

impl From<&Config> for Bounds {
    fn from(config: &Config) -> Self {
        Self {
            recipients_max: config.limits.recipients_per_distribution,
            alone_max: config.consent.above,
            operators: config.identity.operators.clone(),
            auditors: config.identity.auditors.clone(),
            overseers: Overseers::of(config),
        }
    }
}

/// A member and what they would get.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlannedShare)]
pub struct Share {
    /// The member.
    pub user_id: UserId,
    /// Their display name.
    pub username: String,
    /// Their wallet.
    pub wallet_id: WalletId,
    /// Whole tokens.
    pub amount: Amount,
}

/// Why somebody who was meant gets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeftOutReason)]
pub enum Why {
    /// Their wallet is frozen.
    Frozen,
    /// They have left.
    Left,
}

/// Somebody who was meant and gets nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// The member.
    pub user_id: UserId,
    /// What they are called. Not written down: it is theirs to have it forgotten.
    #[serde(default)]
    pub username: String,
    /// Why.
    pub why: Why,
}

/// What a run at this moment would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Plan {
    /// Who would get what.
    pub recipients: Vec<Share>,
    /// Who is named and would get nothing.
    pub left_out: Vec<LeftOut>,
    /// Tokens that they would get together.
    pub distributed: i64,
    /// Tokens that would be issued for it.
    pub issued: i64,
    /// Why it would fail.
    #[serde(skip)]
    pub refusal: Option<Error>,
}

/// Somebody who may get something.
struct Candidate {
    user_id: UserId,
    username: String,
    wallet_id: WalletId,
    key: i64,
}

impl From<Member> for Candidate {
    fn from(member: Member) -> Self {
        Self { user_id: member.id, username: member.username, wallet_id: member.wallet_id, key: member.wallet_key.0 }
    }
}

impl Plan {
    /// Looks at everybody, at this time by the clock.
    pub fn make(conn: &Connection, terms: &Terms, bounds: &Bounds, now: i64) -> Result<Self> {
        let (candidates, left_out) = candidates(conn, &terms.recipients, bounds, now)?;
        let recipients = shares(conn, &terms.amount, candidates, now)?;
        let mut plan = Self { recipients, left_out, distributed: 0, issued: 0, refusal: None };
        match plan.judge(conn, terms, bounds, now) {
            Ok((distributed, issued)) => (plan.distributed, plan.issued) = (distributed, issued),
            Err(refusal) if refusal.is_refusal() => plan.refusal = Some(refusal),
            Err(error) => return Err(error),
        }
        Ok(plan)
    }

    /// What it comes to, and what would be issued for it.
    ///
    /// Refused: `too_many_recipients`, `amount_overflow`, `issuance_too_large`, `system_account_not_found`,
    /// `consent_needed`.
    pub(super) fn judge(&self, conn: &Connection, terms: &Terms, bounds: &Bounds, now: i64) -> Result<(i64, i64)> {
        let (count, recipients_max) = (self.recipients.len(), bounds.recipients_max);
        if count > recipients_max {
            return Err(too_many_recipients(count, recipients_max));
        }
        let mut distributed = 0_i64;
        for share in &self.recipients {
            distributed = distributed.checked_add(share.amount.get()).ok_or_else(|| {
                Error::new(
                    Code::AmountOverflow,
                    "Together the amounts pass 9223372036854775807, the most the ledger can hold.",
                )
                .in_words("treasury-list-sum")
            })?;
        }
        let issued = (distributed - treasury(conn, terms.system_account.as_deref())?.balance).max(0);
        if issued > terms.issued_max {
            let detail = format!("{issued} tokens would be issued for it, and a run may issue {}.", terms.issued_max);
            return Err(Error::new(Code::IssuanceTooLarge, detail));
        }
        if let Some(alone_max) = bounds.alone_max {
            let before = moved_in_a_day(conn, now, AuditAction::Distribution, |operator| operator == PROGRAM)?;
            if before.saturating_add(distributed) > alone_max {
                let detail = format!(
                    "Schedules distribute at most {alone_max} tokens in 24 hours without a second operator's consent. \
                     Distribute by hand: another operator can consent to that."
                );
                return Err(Error::new(Code::ConsentNeeded, detail));
            }
        }
        Ok((distributed, issued))
    }
}

/// Those whom a rule means and who can receive; and those whom a list names although they cannot.
fn candidates(conn: &Connection, whom: &Whom, bounds: &Bounds, now: i64) -> Result<(Vec<Candidate>, Vec<LeftOut>)> {
    let since = match whom {
        Whom::Everyone {} => 0,
        Whom::Active { days } => first_since(conn, ago(now, *days))?,
        Whom::Role { role } => {
            let configured = if *role == Role::Operator { &bounds.operators } else { &bounds.auditors };
            let (fit, _) = able_to_receive(conn, member::holders(conn, &[*role], configured)?)?;
            return Ok((fit.into_iter().map(Candidate::from).collect(), Vec::new()));
        }
        Whom::List { user_ids } => {
            let named = user_ids.iter().map(|id| member::by_id(conn, *id)).collect::<Result<Vec<_>>>()?;
            let (fit, left_out) = able_to_receive(conn, named)?;
            return Ok((fit.into_iter().map(Candidate::from).collect(), left_out));
        }
    };
    let fit = conn
        .prepare_cached(
            "SELECT users.id, users.username, wallets.id, wallets.key FROM users JOIN wallets ON wallets.key = users.wallet
              WHERE users.deleted_at IS NULL AND NOT wallets.is_frozen AND NOT wallets.is_closed AND wallets.last_traded >= ?1
              ORDER BY users.key",
        )?
        .query_map([since], |row| {
            Ok(Candidate { user_id: row.get(0)?, username: row.get(1)?, wallet_id: row.get(2)?, key: row.get(3)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok((fit, Vec::new()))
}

/// So many days before.
const fn ago(now: i64, days: i64) -> i64 {
    now.saturating_sub(days.saturating_mul(DAY_MS))
}

/// Those who can receive, and those who cannot.
pub fn able_to_receive(conn: &Connection, members: Vec<Member>) -> Result<(Vec<Member>, Vec<LeftOut>)> {
    let (mut fit, mut left_out) = (Vec::new(), Vec::new());
    for member in members {
        let wallet = Wallet::by_key(conn, member.wallet_key)?;
        let why = if member.deleted_at.is_some() || wallet.is_closed {
            Some(Why::Left)
        } else {
            wallet.frozen_reason.is_some().then_some(Why::Frozen)
        };
        match why {
            None => fit.push(member),
            Some(why) => left_out.push(LeftOut { user_id: member.id, username: member.username, why }),
        }
    }
    Ok((fit, left_out))
}

/// What each gets; who would get nothing is none of them.
fn shares(conn: &Connection, amount: &HowMuch, candidates: Vec<Candidate>, now: i64) -> Result<Vec<Share>> {
    let amounts: Vec<i64> = match amount {
        HowMuch::Fixed { tokens } => vec![tokens.get(); candidates.len()],
        HowMuch::PerPayment { tokens, days, most } => payments(conn, &candidates, ago(now, *days))?
            .into_iter()
            .map(|count| count.saturating_mul(tokens.get()).min(most.get()))
            .collect(),
        HowMuch::Shared { tokens, days } => share(tokens.get(), &payments(conn, &candidates, ago(now, *days))?),
    };
    let given = candidates.into_iter().zip(amounts).filter(|(_, amount)| *amount > 0);
    given
        .map(|(Candidate { user_id, username, wallet_id, .. }, amount)| {
            Ok(Share { user_id, username, wallet_id, amount: Amount::new(amount)? })
        })
        .collect()
}

/// How many payments each has made since then that were not given back. What only gives back is none.
fn payments(conn: &Connection, candidates: &[Candidate], since: i64) -> Result<Vec<i64>> {
    let counts: HashMap<i64, i64> = conn
        .prepare_cached(
            "SELECT from_wallet, count(*) FROM transactions AS made
              WHERE sequence >= ?1 AND kind >= 3 AND reverses IS NULL
                AND NOT EXISTS (SELECT 1 FROM transactions AS back WHERE back.reverses = made.sequence)
              GROUP BY from_wallet",
        )?
        .query_map([first_since(conn, since)?], |row| row.try_into())?
        .collect::<rusqlite::Result<_>>()?;
    Ok(candidates.iter().map(|one| counts.get(&one.key).copied().unwrap_or(0)).collect())
}

/// Shares a pot in proportion, to the last token: what division leaves over goes one by one to those whom it
/// cut off most, and among equals to those who joined first.
fn share(pot: i64, weights: &[i64]) -> Vec<i64> {
    let all: i128 = weights.iter().copied().map(i128::from).sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<i128> = weights.iter().map(|weight| i128::from(pot) * i128::from(*weight)).collect();
    // No share is larger than the pot.
    let mut shares: Vec<i64> = exact.iter().map(|part| i64::try_from(part / all).unwrap_or(pot)).collect();
    let left = pot - shares.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| -(exact[*at] % all));
    for at in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[at] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_pot_is_shared_to_the_last_token() {
        assert_eq!(share(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(share(10, &[5, 0, 5]), [5, 0, 5]);
        assert_eq!(share(1, &[1, 3]), [0, 1]);
        assert_eq!(share(7, &[0, 0]), [0, 0]);
        assert_eq!(share(7, &[]), [0; 0]);
        assert_eq!(share(i64::MAX, &[i64::MAX / 4, i64::MAX / 4]).iter().sum::<i64>(), i64::MAX);
        let mut dice = rand_pcg::Pcg32::new(20_261_122, 1);
        for _ in 0..1_000 {
            let mut roll = |sides: u32| i64::from(rand_pcg::rand_core::Rng::next_u32(&mut dice) % sides);
            let weights: Vec<i64> = (0..=roll(20)).map(|_| roll(30)).collect();
            let (pot, all) = (1 + roll(10_000), weights.iter().sum::<i64>());
            let shares = share(pot, &weights);
            assert_eq!(shares.iter().sum::<i64>(), if all == 0 { 0 } else { pot }, "{weights:?}");
            for (share, weight) in shares.iter().zip(&weights) {
                // Nobody is further than one token from what is exactly theirs.
                assert!((share * all - pot * weight).abs() < all.max(1), "{share} of {pot} for {weight} of {all}");
            }
        }
    }
}
