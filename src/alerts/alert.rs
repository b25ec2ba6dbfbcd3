//! An alert as it is kept and read.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::alert_not_found;
use super::finding::{Finding, Numbers, Rule};
use crate::error::{Error, Result};
use crate::ledger::{Page, PageRequest, TransactionId, WalletId, WalletKey, bad_cursor, supply};

/// Whether somebody has seen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertState)]
pub enum State {
    /// Nobody yet.
    Open,
    /// An operator has.
    Acknowledged,
}

/// A wallet that is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AlertWallet)]
pub struct Involved {
    /// The wallet.
    pub wallet_id: WalletId,
    /// The name of its owner today.
    pub name: String,
    /// The member whose it is; null for a system account.
    pub user_id: Option<Uuid>,
}

/// Something unusual that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alert {
    #[serde(skip)]
    pub(super) key: i64,
    /// How people refer to it.
    pub id: Uuid,
    /// Which rule found it.
    pub rule: Rule,
    /// Whether somebody has seen to it.
    pub state: State,
    /// Whom it concerns; null: the community as a whole.
    pub wallet: Option<Involved>,
    /// Why: what was seen, and what is usual.
    pub numbers: Numbers,
    /// Further wallets that are in it.
    pub others: Vec<Involved>,
    /// The transactions it rests on, at most 50.
    pub transactions: Vec<TransactionId>,
    /// When it was so first, Unix milliseconds.
    pub happened_at: i64,
    /// When it was so last.
    pub last_at: i64,
    /// How often since: one alert for one cause.
    pub times: i64,
    /// When somebody saw to it, Unix milliseconds.
    pub acknowledged_at: Option<i64>,
    /// Who.
    pub acknowledged_by: Option<String>,
    /// What they said.
    pub reason: Option<String>,
}

/// Which alerts. Everything given must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlertFilter {
    /// Found by this rule.
    pub rule: Option<Rule>,
    /// In this state.
    pub state: Option<State>,
}

const COLUMNS: &str = "alerts.key, alerts.id, alerts.rule, wallet, numbers, others, transactions, happened_at, last_at,
    times, acknowledged_at, audit_log.operator, audit_log.reason";
const TABLES: &str = "alerts LEFT JOIN audit_log ON audit_log.sequence = alerts.audit";

/// A row, before its wallets and transactions are looked up.
struct Raw {
    alert: Alert,
    wallet: Option<WalletKey>,
    others: Vec<WalletKey>,
    transactions: Vec<i64>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Raw> {
    fn json<T: for<'de> Deserialize<'de>>(text: &str) -> rusqlite::Result<T> {
        serde_json::from_str(text).map_err(|_| rusqlite::Error::InvalidQuery)
    }
    let (id, rule): (String, String) = (row.get(1)?, row.get(2)?);
    let others: Vec<i64> = json(&row.get::<_, String>(5)?)?;
    let acknowledged_at: Option<i64> = row.get(10)?;
    Ok(Raw {
        wallet: row.get(3)?,
        others: others.into_iter().map(WalletKey).collect(),
        transactions: json(&row.get::<_, String>(6)?)?,
        alert: Alert {
            key: row.get(0)?,
            id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
            rule: rule.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
            state: if acknowledged_at.is_some() { State::Acknowledged } else { State::Open },
            wallet: None,
            numbers: json(&row.get::<_, String>(4)?)?,
            others: Vec::new(),
            transactions: Vec::new(),
            happened_at: row.get(7)?,
            last_at: row.get(8)?,
            times: row.get(9)?,
            acknowledged_at,
            acknowledged_by: row.get(11)?,
            reason: row.get(12)?,
        },
    })
}

/// Whose a wallet is.
pub(super) fn involved(conn: &Connection, wallet: WalletKey) -> Result<Involved> {
    let (wallet_id, name, user_id): (WalletId, String, Option<String>) = conn
        .prepare_cached(
            "SELECT wallets.id, coalesce(users.username, system_accounts.name, ''), users.id
               FROM wallets LEFT JOIN users ON users.wallet = wallets.key
                            LEFT JOIN system_accounts ON system_accounts.wallet = wallets.key
              WHERE wallets.key = ?1",
        )?
        .query_row([wallet], |row| row.try_into())?;
    let user_id = user_id.map(|id| id.parse()).transpose().map_err(Error::internal)?;
    Ok(Involved { wallet_id, name, user_id })
}

impl Raw {
    fn complete(self, conn: &Connection) -> Result<Alert> {
        let mut statement =
            conn.prepare_cached("SELECT created_at, (SELECT tag FROM ledger) FROM transactions WHERE sequence = ?1")?;
        let mut transactions = Vec::with_capacity(self.transactions.len());
        for sequence in self.transactions {
            let (at, tag) = statement.query_row([sequence], |row| row.try_into())?;
            transactions.push(TransactionId::new(at, tag, sequence));
        }
        let others = self.others.into_iter().map(|wallet| involved(conn, wallet)).collect::<Result<_>>()?;
        let wallet = self.wallet.map(|wallet| involved(conn, wallet)).transpose()?;
        Ok(Alert { wallet, others, transactions, ..self.alert })
    }
}

/// What was found, as the alert that it would be.
pub(super) fn nameable(conn: &Connection, finding: &Finding) -> Result<Alert> {
    let wallet = finding.subject.wallet();
    let (others, transactions) = (finding.others.clone(), finding.transactions.clone());
    let alert = nobodys(finding.numbers.clone(), finding.at);
    Raw { alert, wallet, others, transactions }.complete(conn)
}

/// An alert that is not kept.
fn nobodys(numbers: Numbers, at: i64) -> Alert {
    Alert {
        key: 0,
        id: Uuid::nil(),
        rule: numbers.rule(),
        state: State::Open,
        wallet: None,
        numbers,
        others: Vec::new(),
        transactions: Vec::new(),
        happened_at: at,
        last_at: at,
        times: 1,
        acknowledged_at: None,
        acknowledged_by: None,
        reason: None,
    }
}

/// That the ledger does not add up. It can be read here alone: nothing is written any more, and so it is neither
/// kept nor acknowledged, and stands here until the ledger is mended. Its id is nil.
pub fn failing_invariant(conn: &Connection, now: i64) -> Result<Alert> {
    let supply = supply(conn, now)?;
    let held = supply.circulating_supply.saturating_add(supply.system_pool);
    Ok(nobodys(Numbers::Invariant { issued: supply.total_issuance, held }, now))
}

/// The alert with this id.
pub fn by_id(conn: &Connection, id: Uuid) -> Result<Alert> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM {TABLES} WHERE alerts.id = ?1"))?
        .query_row([id.hyphenated().to_string()], from_row)
        .optional()?
        .ok_or_else(alert_not_found)?
        .complete(conn)
}

/// A page of them, the newest first.
pub fn list(conn: &Connection, filter: AlertFilter, page: &PageRequest) -> Result<Page<Alert>> {
    let before: i64 = match &page.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
        None => i64::MAX,
    };
    // Written out, so that open ones are found by their index.
    let state = match filter.state {
        None => "",
        Some(State::Open) => "AND acknowledged_at IS NULL",
        Some(State::Acknowledged) => "AND acknowledged_at IS NOT NULL",
    };
    let rows = conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE alerts.key < ?1 AND (?2 IS NULL OR alerts.rule = ?2) {state}
              ORDER BY alerts.key DESC LIMIT ?3"
        ))?
        .query_map((before, filter.rule.map(Rule::as_str), page.rows()), from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let alerts = rows.into_iter().map(|raw| raw.complete(conn)).collect::<Result<Vec<_>>>()?;
    Ok(page.cut(alerts, |alert| alert.key.to_string()))
}

/// How many are open, by rule; each rule is there.
pub fn open_by_rule(conn: &Connection, adds_up: bool) -> Result<Vec<(Rule, i64)>> {
    let mut statement =
        conn.prepare_cached("SELECT count(*) FROM alerts WHERE acknowledged_at IS NULL AND rule = ?1")?;
    let mut counts = Vec::new();
    for &rule in Rule::ALL {
        let count = match rule {
            Rule::Invariant => i64::from(!adds_up),
            _ => statement.query_row([rule.as_str()], |row| row.get(0))?,
        };
        counts.push((rule, count));
    }
    Ok(counts)
}
