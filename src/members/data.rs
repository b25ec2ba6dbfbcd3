//! The right to one's data: everything the program holds about a member, as a file. Secrets are not
//! in it (of sessions and credentials only hashes are held), nor what is about others.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value, json};

use crate::categories::categorised_history;
use crate::error::{Error, Result};
use crate::identity::{Member, Role, member};
use crate::ledger::{Filter, Page, PageRequest, Transaction, Wallet};
use crate::web::{App, Pieces};

/// Audit lines looked at by one read.
const LINES_AT_ONCE: i64 = 5_000;

/// What is held about a member in few rows, by the name it has in the file. `?1` is the member's key.
/// A test walks the schema and knows a table or a column that was forgotten here.
pub const SECTIONS: &[(&str, &str)] = &[
    ("profile", "SELECT id, username, language, deleted_at, created_at, updated_at FROM users WHERE key = ?1"),
    (
        "wallet",
        "SELECT id, balance, is_frozen, frozen_reason, is_closed, created_at, updated_at, last_traded FROM wallets
          WHERE key = (SELECT wallet FROM users WHERE key = ?1)",
    ),
    ("identities", "SELECT issuer, subject, created_at FROM identities WHERE user = ?1 ORDER BY issuer, subject"),
    (
        "roles",
        "SELECT role, 'granted here' AS \"from\", created_at, operator, reason FROM roles JOIN audit_log ON audit_log.sequence = roles.audit
          WHERE user = ?1 ORDER BY role",
    ),
    (
        "sessions",
        "SELECT id, issuer, subject, roles, method, device, signed_in_at, seen_at, expires_at, key_id, token_expires_at FROM sessions
          WHERE user = ?1 ORDER BY key",
    ),
    ("passkeys", "SELECT id, name, created_at, used_at FROM passkeys WHERE user = ?1 ORDER BY key"),
    ("recovery_codes", "SELECT created_at, used_at FROM recovery_codes WHERE user = ?1 ORDER BY used_at"),
    (
        "links",
        "SELECT links.id, kind, name, role, links.created_at, expires_at, ended_at, ended_as, operator, reason FROM links
           JOIN audit_log ON audit_log.sequence = links.audit WHERE user = ?1 ORDER BY links.key",
    ),
    (
        "service_clients",
        "SELECT id, name, scopes, client_permissions.created_at FROM client_permissions
           JOIN service_clients ON service_clients.key = client_permissions.client WHERE user = ?1 ORDER BY name",
    ),
    (
        "service_counts",
        "SELECT service_clients.name, method, path, outcome, hour_at, count FROM service_counts
           JOIN service_clients ON service_clients.key = service_counts.client WHERE user = ?1 ORDER BY service_counts.key",
    ),
    ("browsers", "SELECT browser, seen_at FROM browsers WHERE user = ?1 ORDER BY browser"),
    ("notices", "SELECT kind, details, created_at FROM notices WHERE user = ?1 ORDER BY key"),
    ("notices_read", "SELECT read_at FROM notice_marks WHERE user = ?1"),
    (
        "notice_choices",
        "SELECT kind, channel, is_on, changed_at FROM notice_choices WHERE user = ?1 ORDER BY kind, channel",
    ),
    (
        "mail_addresses",
        "SELECT address, created_at, confirmed_at, tries, expires_at FROM mail_addresses WHERE user = ?1 ORDER BY key",
    ),
    (
        "browsers_told",
        "SELECT endpoint, created_at FROM push_browsers WHERE user = ?1 ORDER BY created_at, key",
    ),
    (
        "letters_waiting",
        "SELECT id, kind, address, details, created_at, due_at, attempts, doubts FROM letters WHERE user = ?1 ORDER BY key",
    ),
    ("letters_sent", "SELECT kind, expires_at FROM letter_exits WHERE user = ?1 ORDER BY expires_at"),
    (
        "favourites",
        "SELECT owners.wallet_id, owners.name, favourites.created_at FROM favourites JOIN owners USING (wallet)
          WHERE favourites.user = ?1 ORDER BY owners.name",
    ),
    (
        "payment_requests",
        "SELECT payment_requests.id, asker.wallet_id AS asker_wallet_id, asker.name AS asker, payer.wallet_id AS payer_wallet_id,
                payer.name AS payer, amount, note, asks_back, created_at, expires_at, ended_at, ended_as, paid_by, answer
           FROM payment_requests JOIN owners AS asker ON asker.wallet = payment_requests.asker JOIN owners AS payer ON payer.wallet = payment_requests.payer
          WHERE (SELECT wallet FROM users WHERE key = ?1) IN (payment_requests.asker, payment_requests.payer) ORDER BY payment_requests.key",
    ),
    (
        "proposals",
        "SELECT id, amount, created_at, expires_at, ended_as, proposer = ?1 AS proposed, answerer IS ?1 AS answered_it FROM proposals
          WHERE ?1 IN (proposer, answerer) ORDER BY key",
    ),
    (
        "alerts",
        "SELECT id, rule, numbers, happened_at, created_at, last_at, times, acknowledged_at FROM alerts
          WHERE wallet = (SELECT wallet FROM users WHERE key = ?1) ORDER BY key",
    ),
    (
        "alerts_muted",
        "SELECT id, rule, until, created_at FROM alert_mutes WHERE wallet = (SELECT wallet FROM users WHERE key = ?1) ORDER BY key",
    ),
    (
        "days",
        "SELECT day, count_in, amount_in, count_out, amount_out, balance, first_traded, last_traded FROM wallet_days
          WHERE wallet = (SELECT wallet FROM users WHERE key = ?1) ORDER BY day",
    ),
];

/// A row as it stands, by the names of its columns.
fn object(row: &Row<'_>, names: &[String]) -> rusqlite::Result<Value> {
    let mut object = Map::new();
    for (column, name) in names.iter().enumerate() {
        let value = match row.get_ref(column)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
            ValueRef::Blob(bytes) => crate::ledger::hex(bytes).into(),
        };
        object.insert(name.clone(), value);
    }
    Ok(Value::Object(object))
}

fn objects(conn: &Connection, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<Value>> {
    let mut statement = conn.prepare_cached(sql)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    Ok(statement.query_map(parameters, |row| object(row, &names))?.collect::<rusqlite::Result<_>>()?)
}

/// The lines of the audit log that name the member, as the one it was done to or the one who did it;
/// and where to go on.
fn lines(conn: &Connection, member: &Member, after: i64) -> Result<(Vec<Value>, Option<i64>)> {
    let last: i64 = conn.query_row("SELECT coalesce(max(sequence), 0) FROM audit_log", [], |row| row.get(0))?;
    let up_to = after + LINES_AT_ONCE;
    let found = objects(
        conn,
        "SELECT sequence, created_at, operator, action, target, reason, details, request_id FROM audit_log
          WHERE sequence > ?1 AND sequence <= ?2
            AND (target IN (?3, ?4) OR instr(operator, ?3) OR instr(details, ?3) OR instr(details, ?4))
          ORDER BY sequence",
        (after, up_to, member.id, member.wallet_id),
    )?;
    Ok((found, (up_to < last).then_some(up_to)))
}

/// The roles that nobody granted here: given by the configuration to one of their identities, or by what
/// the provider said when they came in this time.
async fn lent_roles(app: &App, member: &Member) -> Result<Vec<Value>> {
    let user = member.key;
    let identities = app.books.read(move |conn| member::identities(conn, user)).await?;
    let configured: Vec<Role> =
        identities.iter().flat_map(|(issuer, subject)| app.configured_roles(issuer, subject)).collect();
    let claimed = member.lent.iter().filter(|role| !configured.contains(role));
    let configured_rows = configured.iter().map(|role| json!({ "role": role, "from": "the configuration" }));
    Ok(configured_rows.chain(claimed.map(|role| json!({ "role": role, "from": "the provider" }))).collect())
}

/// One page of the member's history with their categories, newest first.
pub(super) async fn transactions(app: &App, member: &Member, cursor: Option<String>) -> Result<Page<Transaction>> {
    let (user, wallet, page) = (member.key, member.wallet_key, PageRequest::new(Some(200), cursor)?);
    let read = move |conn: &_| {
        categorised_history(conn, user, &Wallet::by_key(conn, wallet)?, &Filter::default(), None, &page)
    };
    app.books.read(read).await
}

/// Writes the whole file: one JSON object.
pub(super) async fn write(app: App, member: Member, pieces: Pieces) -> Result<()> {
    let (user, now) = (member.key, app.books.now());
    let lent = lent_roles(&app, &member).await?;
    pieces.send(format!("{{\"made_at\":{now}")).await?;
    let sections = app.books.read(move |conn| {
        SECTIONS.iter().map(|(name, sql)| Ok((*name, objects(conn, sql, [user])?))).collect::<Result<Vec<_>>>()
    });
    for (name, rows) in sections.await? {
        let value = match name {
            "profile" | "wallet" => rows.into_iter().next().unwrap_or_default(),
            "roles" => Value::Array([rows, lent.clone()].concat()),
            _ => Value::Array(rows),
        };
        pieces.send(format!(",\n\"{name}\":{value}")).await?;
    }
    pieces.send(",\n\"audit_log\":[").await?;
    let (mut after, mut separator) = (Some(0), "");
    while let Some(from) = after {
        let who = member.clone();
        let (found, next) = app.books.read(move |conn| lines(conn, &who, from)).await?;
        after = next;
        for line in found {
            pieces.send(format!("{separator}\n{line}")).await?;
            separator = ",";
        }
    }
    pieces.send("],\n\"transactions\":[").await?;
    let (mut cursor, mut separator) = (None, "");
    loop {
        let page = transactions(&app, &member, cursor).await?;
        let mut text = String::new();
        for transaction in &page.items {
            text.push_str(separator);
            text.push('\n');
            text.push_str(&serde_json::to_string(transaction).map_err(Error::internal)?);
            separator = ",";
        }
        pieces.send(text).await?;
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    pieces.send("]}\n").await
}
