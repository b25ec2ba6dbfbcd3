//! What operators do not want to be told of: a rule, or a rule where it concerns one member.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::alert::{Involved, involved};
use super::finding::Rule;
use super::mute_not_found;
use crate::error::{Error, Result};
use crate::ledger::{AuditAction, Authority, Command, Ledger, Wallet, WalletId, WalletKey};

/// A rule that raises nothing for a while, or for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AlertMute)]
pub struct Mute {
    #[serde(skip)]
    key: i64,
    /// How people refer to it.
    pub id: Uuid,
    /// Which rule.
    pub rule: Rule,
    /// Only where it concerns this wallet; null: whomever it concerns.
    pub wallet: Option<Involved>,
    /// Until when, Unix milliseconds; null: for good.
    pub until: Option<i64>,
    /// Since when, Unix milliseconds.
    pub created_at: i64,
    /// Who muted it.
    pub by: String,
    /// And why.
    pub reason: String,
}

/// A mute, and the wallet it is about.
type Raw = (Mute, Option<WalletKey>);

const SELECT: &str = "SELECT alert_mutes.key, id, rule, wallet, until, alert_mutes.created_at, operator, reason
    FROM alert_mutes JOIN audit_log ON audit_log.sequence = alert_mutes.audit";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let (id, rule): (String, String) = (row.get(1)?, row.get(2)?);
    let mute = Mute {
        key: row.get(0)?,
        id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        rule: rule.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        wallet: None,
        until: row.get(4)?,
        created_at: row.get(5)?,
        by: row.get(6)?,
        reason: row.get(7)?,
    };
    Ok((mute, row.get(3)?))
}

fn complete(conn: &Connection, (mute, wallet): Raw) -> Result<Mute> {
    Ok(Mute { wallet: wallet.map(|wallet| involved(conn, wallet)).transpose()?, ..mute })
}

/// Those in force, the newest first.
pub fn mutes(conn: &Connection, now: i64) -> Result<Vec<Mute>> {
    let rows = conn
        .prepare_cached(&format!("{SELECT} WHERE coalesce(until > ?1, 1) ORDER BY alert_mutes.key DESC"))?
        .query_map([now], from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(|raw| complete(conn, raw)).collect()
}

fn by_id(conn: &Connection, id: Uuid) -> Result<Mute> {
    let raw = conn
        .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
        .query_row([id.hyphenated().to_string()], from_row)
        .optional()?
        .ok_or_else(mute_not_found)?;
    complete(conn, raw)
}

/// Whether nobody wants to hear what a rule says of a wallet.
pub(super) fn is_muted(conn: &Connection, rule: Rule, wallet: Option<WalletKey>, now: i64) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM alert_mutes
                             WHERE rule = ?1 AND (wallet IS NULL OR wallet = ?2) AND coalesce(until > ?3, 1))",
        )?
        .query_row((rule.as_str(), wallet, now), |row| row.get(0))?)
}

/// Mutes a rule. What it finds meanwhile is not raised, and not made up for later; `communitytoken alerts replay`
/// still finds it.
///
/// Refused: `invalid_request` for a rule that cannot be muted or a time that is over, `wallet_not_found`.
#[derive(Debug, Clone)]
pub struct MuteAlerts {
    /// Which rule.
    pub rule: Rule,
    /// Only where it concerns this wallet.
    pub wallet: Option<WalletId>,
    /// Until when, Unix milliseconds; for good where nothing is said.
    pub until: Option<i64>,
    /// By the clock.
    pub now: i64,
    /// Who and why.
    pub authority: Authority,
}

impl Command for MuteAlerts {
    type Output = Mute;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Mute> {
        if self.rule == Rule::Invariant {
            return Err(Error::field("rule", "must be heard: a ledger that does not add up cannot be muted"));
        }
        if self.until.is_some_and(|until| until <= self.now) {
            return Err(Error::field("until", "must be a time that is still to come"));
        }
        let wallet = self.wallet.map(|id| Wallet::by_id(ledger.conn, id)).transpose()?.map(|wallet| wallet.key);
        let id = Uuid::new_v4();
        let details = json!({ "rule": self.rule, "wallet_id": self.wallet, "until": self.until });
        let audit = ledger.note(&self.authority, AuditAction::AlertMute, id, details)?;
        ledger
            .conn
            .prepare_cached(
                "INSERT INTO alert_mutes (id, rule, wallet, until, created_at, audit) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((id.hyphenated().to_string(), self.rule.as_str(), wallet, self.until, ledger.now(), audit))?;
        by_id(ledger.conn, id)
    }
}

/// Lets a rule be heard again.
///
/// Refused: `mute_not_found`.
#[derive(Debug, Clone)]
pub struct UnmuteAlerts {
    /// Which mute.
    pub id: Uuid,
    /// Who and why.
    pub authority: Authority,
}

impl Command for UnmuteAlerts {
    type Output = ();

    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        let found = by_id(ledger.conn, self.id)?;
        let details = json!({ "rule": found.rule, "wallet_id": found.wallet.map(|wallet| wallet.wallet_id) });
        ledger.note(&self.authority, AuditAction::AlertUnmute, self.id, details)?;
        ledger.conn.prepare_cached("DELETE FROM alert_mutes WHERE key = ?1")?.execute([found.key])?;
        Ok(())
    }
}
