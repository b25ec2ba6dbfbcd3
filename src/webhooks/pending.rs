//! Finding what is to be told: messages made of the ledger's rows.
//!
//! What a message says follows from its row alone and never changes, so that a second attempt says the same:
//! ids rather than names, and no word that somebody wrote, unless the notes of payments were asked for.

use jiff::Timestamp;
use rusqlite::{Connection, Row};
use serde_json::{Value, json};

use super::event::{EventKind, Source};
use super::webhook::{Places, Webhook};
use crate::alerts::Alert;
use crate::error::Result;
use crate::ledger::chain::Hash;
use crate::ledger::proof::checkpoint_at;
use crate::ledger::{HexHash, Kind, TransactionId, transaction_type};

/// Rows looked at in each table in one go; of checkpoints fewer, because each is proven before it is told.
const SPAN: i64 = 500;
const CHECKPOINTS: i64 = 20;

/// Something to tell.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// What receivers know it by: the same at each attempt.
    pub(super) id: String,
    pub(super) kind: EventKind,
    /// Its row.
    pub(super) sequence: i64,
    /// When it happened.
    pub(super) at: i64,
    data: Value,
}

impl Message {
    fn of(kind: EventKind, sequence: i64, at: i64, data: Value) -> Self {
        let table = kind.source().map_or("test", |source| source.table().0);
        // With the time, so that what follows a restored backup is not taken for what was lost by it.
        Self { id: format!("{table}_{sequence}_{at}"), kind, sequence, at, data }
    }

    /// One that tells nothing.
    pub(super) fn test(line: i64, at: i64, webhook: &Webhook) -> Self {
        let data = json!({ "webhook_id": webhook.id, "audit_sequence": line, "created_at": at });
        Self::of(EventKind::Test, line, at, data)
    }

    /// That the ledger does not add up: an alert without a row, because nothing is written any more.
    pub(super) fn unkept(alert: &Alert) -> Self {
        let data = json!({
            "alert_id": alert.id,
            "rule": alert.rule,
            "wallet_id": null,
            "numbers": alert.numbers,
            "happened_at": alert.happened_at,
            "created_at": alert.happened_at,
        });
        Self::of(EventKind::AlertRaised, 0, alert.happened_at, data)
    }

    /// What it says.
    pub(super) fn content(&self) -> Value {
        let timestamp = Timestamp::from_millisecond(self.at).unwrap_or_default();
        json!({ "type": self.kind, "timestamp": timestamp.to_string(), "data": self.data })
    }

    /// What is sent.
    pub(super) fn body(&self) -> String {
        self.content().to_string()
    }
}

/// What is next.
#[derive(Debug)]
pub(super) struct Pending {
    /// In their order, each with the places once it is told.
    pub(super) messages: Vec<(Message, Places)>,
    /// The places once all are told.
    pub(super) to: Places,
}

/// What comes after the places of a webhook, as far as one look goes.
pub(super) fn pending(conn: &Connection, webhook: &Webhook, from: Places) -> Result<Pending> {
    let heads = Places::heads(conn)?;
    let mut to = from;
    let mut found = Vec::new();
    for source in Source::ALL {
        let head = heads.of(source);
        let chosen: Vec<EventKind> =
            webhook.kinds.iter().copied().filter(|kind| kind.source() == Some(source)).collect();
        if chosen.is_empty() {
            to.set(source, head);
            continue;
        }
        let most = if source == Source::Checkpoints { CHECKPOINTS } else { SPAN };
        // A restored ledger may end before.
        let place = from.of(source).min(head);
        let (messages, end) = span(conn, source, place, most, webhook.notes)?;
        to.set(source, end.unwrap_or(place));
        found.extend(messages.into_iter().filter(|one| chosen.contains(&one.kind)).map(|one| (source, one)));
    }
    found.sort_by_key(|(_, message)| message.at);
    let mut places = from;
    let messages = found
        .into_iter()
        .map(|(source, message)| {
            places.set(source, message.sequence);
            (message, places)
        })
        .collect();
    Ok(Pending { messages, to })
}

/// The messages that some rows of a table make, and the last of them; none where the table ends.
fn span(conn: &Connection, source: Source, after: i64, most: i64, notes: bool) -> Result<(Vec<Message>, Option<i64>)> {
    let sql = match source {
        Source::Transactions => {
            "SELECT t.sequence, t.created_at, t.kind, sender.id, recipient.id, t.amount, t.hash, t.reverses,
                    (SELECT created_at FROM transactions WHERE sequence = t.reverses), (SELECT tag FROM ledger), t.note,
                    t.transaction_type
               FROM transactions AS t JOIN wallets AS sender ON sender.key = t.from_wallet
                                      JOIN wallets AS recipient ON recipient.key = t.to_wallet
              WHERE t.sequence > ?1 ORDER BY t.sequence LIMIT ?2"
        }
        Source::AuditLog => {
            "SELECT sequence, created_at, action, target, details FROM audit_log
              WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
        }
        Source::Users => {
            "SELECT users.key, users.created_at, users.id, wallets.id FROM users JOIN wallets ON wallets.key = users.wallet
              WHERE users.key > ?1 ORDER BY users.key LIMIT ?2"
        }
        Source::Alerts => {
            "SELECT alerts.key, alerts.created_at, alerts.id, rule, wallets.id, numbers, happened_at
               FROM alerts LEFT JOIN wallets ON wallets.key = alerts.wallet
              WHERE alerts.key > ?1 ORDER BY alerts.key LIMIT ?2"
        }
        Source::Checkpoints => {
            "SELECT sequence, created_at FROM checkpoints WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
        }
    };
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query((after, most))?;
    let (mut messages, mut last) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        last = Some(row.get(0)?);
        messages.extend(match source {
            Source::Transactions => Some(transaction(row, notes)?),
            Source::AuditLog => act(row)?,
            Source::Users => Some(member(row)?),
            Source::Checkpoints => checkpoint(conn, row)?,
            Source::Alerts => Some(alert(row)?),
        });
    }
    Ok((messages, last))
}

fn transaction(row: &Row<'_>, notes: bool) -> Result<Message> {
    let (sequence, created_at, tag): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(9)?);
    let kind: Kind = row.get(2)?;
    let reverses: Option<i64> = row.get(7)?;
    let reverses_at: Option<i64> = row.get(8)?;
    let mut data = json!({
        "id": TransactionId::new(created_at, tag, sequence),
        "sequence": sequence,
        "kind": kind,
        "from_wallet_id": row.get::<_, String>(3)?,
        "to_wallet_id": row.get::<_, String>(4)?,
        "amount": row.get::<_, i64>(5)?,
        "created_at": created_at,
        "hash": row.get::<_, Option<Hash>>(6)?.map(HexHash),
    });
    if let (Some(reverses), Some(at)) = (reverses, reverses_at) {
        data["reverses"] = json!(TransactionId::new(at, tag, reverses));
    }
    if row.get::<_, i64>(11)? == transaction_type::FEE {
        // It stands right behind its payment, made at the same time.
        data["fee_of"] = json!(TransactionId::new(created_at, tag, sequence - 1));
    }
    if notes {
        data["note"] = json!(row.get::<_, Option<String>>(10)?);
    }
    let kind = match kind {
        Kind::Issuance => EventKind::Issuance,
        Kind::Distribution => EventKind::Distribution,
        Kind::Transfer | Kind::Pool => EventKind::Transfer,
    };
    Ok(Message::of(kind, sequence, created_at, data))
}

/// The reason of an act is for operators and auditors, and not told.
fn act(row: &Row<'_>) -> Result<Option<Message>> {
    let (sequence, created_at, action): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let Some(kind) = EventKind::of_act(&action) else { return Ok(None) };
    let (target, details): (String, String) = (row.get(3)?, row.get(4)?);
    let whose =
        if matches!(kind, EventKind::WalletFrozen | EventKind::WalletUnfrozen) { "wallet_id" } else { "user_id" };
    let mut data = json!({ whose: target, "audit_sequence": sequence, "created_at": created_at });
    if matches!(kind, EventKind::RoleGranted | EventKind::RoleRevoked) {
        let details: Value = serde_json::from_str(&details).unwrap_or_default();
        data["role"] = details["role"].clone();
    }
    Ok(Some(Message::of(kind, sequence, created_at, data)))
}

fn member(row: &Row<'_>) -> Result<Message> {
    let (key, created_at): (i64, i64) = (row.get(0)?, row.get(1)?);
    let data = json!({
        "user_id": row.get::<_, String>(2)?,
        "wallet_id": row.get::<_, String>(3)?,
        "created_at": created_at,
    });
    Ok(Message::of(EventKind::MemberJoined, key, created_at, data))
}

/// What was found, and why; who it was is behind the id.
fn alert(row: &Row<'_>) -> Result<Message> {
    let (key, created_at, numbers): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(5)?);
    let data = json!({
        "alert_id": row.get::<_, String>(2)?,
        "rule": row.get::<_, String>(3)?,
        "wallet_id": row.get::<_, Option<String>>(4)?,
        "numbers": serde_json::from_str::<Value>(&numbers).unwrap_or_default(),
        "happened_at": row.get::<_, i64>(6)?,
        "created_at": created_at,
    });
    Ok(Message::of(EventKind::AlertRaised, key, created_at, data))
}

/// The checkpoint itself: whoever keeps it can show later whether the ledger still begins as it did then.
fn checkpoint(conn: &Connection, row: &Row<'_>) -> Result<Option<Message>> {
    let (sequence, created_at): (i64, i64) = (row.get(0)?, row.get(1)?);
    let signed = match checkpoint_at(conn, sequence) {
        Ok(Some(signed)) => signed,
        Ok(None) => return Ok(None),
        Err(error) => {
            // It is not vouched for, and what follows it is told all the same.
            tracing::error!(%error, cause = error.cause(), "a checkpoint is not told");
            return Ok(None);
        }
    };
    let data = json!({
        "sequence": sequence,
        "hash": HexHash(signed.checkpoint.hash),
        "created_at": created_at,
        "text": signed.to_string(),
    });
    Ok(Some(Message::of(EventKind::Checkpoint, sequence, created_at, data)))
}

/// A message once more, by its row and its time.
pub(super) fn again(
    conn: &Connection,
    webhook: &Webhook,
    kind: EventKind,
    sequence: i64,
    at: i64,
) -> Result<Option<Message>> {
    let Some(source) = kind.source() else { return Ok(Some(Message::test(sequence, at, webhook))) };
    let (messages, _) = span(conn, source, sequence - 1, 1, webhook.notes)?;
    Ok(messages.into_iter().find(|one| (one.kind, one.sequence, one.at) == (kind, sequence, at)))
}
