//! Payment requests as they are kept, and as the two whom they concern see them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::ledger::{Direction, Owner, Page, PageRequest, Party, TransactionId, WalletKey, bad_cursor};
use crate::web::path_id;

path_id!(
    /// A payment request, as people know it.
    pub PaymentRequestId, request_not_found
);

/// How it stands with a payment request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It waits for an answer.
    Open,
    /// It was paid.
    Accepted,
    /// Whom it asks said no.
    Declined,
    /// Who asked took it back.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

impl RequestState {
    /// The word in the API and, but for what no row says, in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// What the row says, at this time. The last moment is the one before `expires_at`.
    fn read(ended_as: Option<&str>, expires_at: i64, now: i64) -> Self {
        match ended_as {
            Some("accepted") => Self::Accepted,
            Some("declined") => Self::Declined,
            Some(_) => Self::Withdrawn,
            None if expires_at <= now => Self::Expired,
            None => Self::Open,
        }
    }
}

/// A payment request, seen by one of its two members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentRequest {
    /// Its id.
    pub id: Uuid,
    /// `in`: you are asked. `out`: you ask.
    pub direction: Direction,
    /// How it stands.
    pub state: RequestState,
    /// Who asks, and is paid.
    pub asker: Party,
    /// Who is asked, and pays.
    pub payer: Party,
    /// Whole tokens.
    pub amount: i64,
    /// What the asker wrote. It becomes the note of the payment.
    pub note: Option<String>,
    /// The payment that is asked back, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks_back: Option<TransactionId>,
    /// The payment by which it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// What was said to decline it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// From when on it can no longer be answered.
    pub expires_at: i64,
    /// When it was accepted, declined or withdrawn.
    pub ended_at: Option<i64>,
    /// How rows refer to it.
    #[serde(skip)]
    pub(super) key: i64,
}

impl PaymentRequest {
    /// Whether it waits for an answer.
    pub fn is_open(&self) -> bool {
        self.state == RequestState::Open
    }

    /// Whether the one who looks is asked.
    pub fn is_incoming(&self) -> bool {
        self.direction == Direction::In
    }

    /// The other of the two.
    pub fn other(&self) -> &Party {
        if self.is_incoming() { &self.asker } else { &self.payer }
    }

    /// Refuses one that was answered, withdrawn or has expired.
    pub(super) fn check_open(&self) -> Result<()> {
        let (detail, words) = match self.state {
            RequestState::Open => return Ok(()),
            RequestState::Accepted => ("This request was accepted already, and is paid.", "refusal-request-accepted"),
            RequestState::Declined => ("This request was declined already.", "refusal-request-declined"),
            RequestState::Withdrawn => {
                ("This request was withdrawn by the one who asked.", "refusal-request-withdrawn")
            }
            RequestState::Expired => {
                ("This request has expired. Whoever asked can ask again.", "refusal-request-expired")
            }
        };
        Err(Error::new(Code::RequestEnded, detail).with("state", self.state.as_str()).in_words(words))
    }
}

/// The refusal for an id that is nobody's, or of others: the two are not told apart.
pub(super) fn request_not_found() -> Error {
    Error::new(Code::RequestNotFound, "There is no payment request with this id that concerns you.")
}

/// What every request is read by, from the rows `found` of keys.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.key, r.id, asker.id, asking.username, payer.id, paying.username, r.amount, r.note,
                    r.asks_back, original.created_at, r.paid_by, payment.created_at, r.answer, r.created_at,
                    r.expires_at, r.ended_at, r.ended_as, r.payer, (SELECT tag FROM ledger)
               FROM payment_requests AS r
               JOIN wallets AS asker ON asker.key = r.asker JOIN users AS asking ON asking.wallet = r.asker
               JOIN wallets AS payer ON payer.key = r.payer JOIN users AS paying ON paying.wallet = r.payer
               LEFT JOIN transactions AS original ON original.sequence = r.asks_back
               LEFT JOIN transactions AS payment ON payment.sequence = r.paid_by ",
            $rest
        )
    };
}

fn from_row(row: &Row<'_>, seen_from: WalletKey, now: i64) -> rusqlite::Result<PaymentRequest> {
    let id: String = row.get(1)?;
    let member = |place: usize| -> rusqlite::Result<Party> {
        Ok(Party { wallet_id: row.get(place)?, name: row.get(place + 1)?, owner: Owner::User })
    };
    let tag: i64 = row.get(18)?;
    let transaction = |place: usize| -> rusqlite::Result<Option<TransactionId>> {
        let (sequence, created_at): (Option<i64>, Option<i64>) = (row.get(place)?, row.get(place + 1)?);
        Ok(sequence.zip(created_at).map(|(sequence, created_at)| TransactionId::new(created_at, tag, sequence)))
    };
    let expires_at = row.get(14)?;
    let ended_as: Option<String> = row.get(16)?;
    let payer: WalletKey = row.get(17)?;
    Ok(PaymentRequest {
        id: id.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
        direction: if payer == seen_from { Direction::In } else { Direction::Out },
        state: RequestState::read(ended_as.as_deref(), expires_at, now),
        asker: member(2)?,
        payer: member(4)?,
        amount: row.get(6)?,
        note: row.get(7)?,
        asks_back: transaction(8)?,
        transaction_id: transaction(10)?,
        answer: row.get(12)?,
        created_at: row.get(13)?,
        expires_at,
        ended_at: row.get(15)?,
        key: row.get(0)?,
    })
}

/// The request with this id, if it concerns this wallet.
pub fn by_id(conn: &Connection, id: Uuid, wallet: WalletKey, now: i64) -> Result<PaymentRequest> {
    conn.prepare_cached(select!("WHERE r.id = ?1 AND ?2 IN (r.asker, r.payer)"))?
        .query_row((id.hyphenated().to_string(), wallet), |row| from_row(row, wallet, now))
        .optional()?
        .ok_or_else(request_not_found)
}

/// Which requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListedRequests {
    /// Those by which one is asked, or those by which one asks.
    pub direction: Option<Direction>,
    /// Those that stand like this.
    pub state: Option<RequestState>,
}

/// A page of a member's requests, the newest first. It goes on behind the last one shown.
pub fn list(
    conn: &Connection,
    wallet: WalletKey,
    listed: ListedRequests,
    now: i64,
    page: &PageRequest,
) -> Result<Page<PaymentRequest>> {
    let before = match &page.cursor {
        Some(id) => {
            let id: Uuid = id.parse().map_err(|_| bad_cursor())?;
            by_id(conn, id, wallet, now).map_err(|_| bad_cursor())?.key
        }
        None => i64::MAX,
    };
    let asks = |direction| listed.direction.is_none_or(|wanted| wanted == direction);
    // Each side by its own index, and then the two together.
    let rows = conn
        .prepare_cached(select!(
            "WHERE r.key IN (
                SELECT key FROM (SELECT key FROM payment_requests
                                  WHERE ?5 AND payer = ?1 AND key < ?2
                                    AND coalesce(?4 = coalesce(ended_as, iif(expires_at <= ?3, 'expired', 'open')), 1)
                                  ORDER BY key DESC LIMIT ?7)
                UNION ALL
                SELECT key FROM (SELECT key FROM payment_requests
                                  WHERE ?6 AND asker = ?1 AND key < ?2
                                    AND coalesce(?4 = coalesce(ended_as, iif(expires_at <= ?3, 'expired', 'open')), 1)
                                  ORDER BY key DESC LIMIT ?7))
             ORDER BY r.key DESC LIMIT ?7"
        ))?
        .query_map(
            params![
                wallet,
                before,
                now,
                listed.state.map(RequestState::as_str),
                asks(Direction::In),
                asks(Direction::Out),
                page.rows()
            ],
            |row| from_row(row, wallet, now),
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(page.cut(rows, |last: &PaymentRequest| last.id.hyphenated().to_string()))
}

/// What waits for a member's answer, the newest first; `most` of it at most, and how much it is in all.
pub fn waiting(conn: &Connection, wallet: WalletKey, now: i64, most: usize) -> Result<(Vec<PaymentRequest>, i64)> {
    let count: i64 = conn
        .prepare_cached(
            "SELECT count(*) FROM payment_requests WHERE payer = ?1 AND ended_at IS NULL AND expires_at > ?2",
        )?
        .query_row((wallet, now), |row| row.get(0))?;
    if count == 0 {
        return Ok((Vec::new(), 0));
    }
    let listed = ListedRequests { direction: Some(Direction::In), state: Some(RequestState::Open) };
    let page = PageRequest { limit: most, cursor: None };
    Ok((list(conn, wallet, listed, now, &page)?.items, count))
}

/// By which it is seen that something happened to the requests by which a member is asked: how many
/// there were, and how many wait.
pub fn news(conn: &Connection, wallet: WalletKey, now: i64) -> Result<(i64, i64)> {
    Ok(conn
        .prepare_cached(
            "SELECT (SELECT coalesce(max(key), 0) FROM payment_requests WHERE payer = ?1),
                    (SELECT count(*) FROM payment_requests WHERE payer = ?1 AND ended_at IS NULL AND expires_at > ?2)",
        )?
        .query_row((wallet, now), |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The request that a transaction accepted, and the latest one that asks it back.
pub fn about_transaction(
    conn: &Connection,
    sequence: i64,
    wallet: WalletKey,
    now: i64,
) -> Result<(Option<PaymentRequest>, Option<PaymentRequest>)> {
    let accepted = conn
        .prepare_cached(select!("WHERE r.paid_by = ?1 AND ?2 IN (r.asker, r.payer)"))?
        .query_row((sequence, wallet), |row| from_row(row, wallet, now))
        .optional()?;
    let asked_back = conn
        .prepare_cached(select!("WHERE r.asks_back = ?1 AND ?2 IN (r.asker, r.payer) ORDER BY r.key DESC LIMIT 1"))?
        .query_row((sequence, wallet), |row| from_row(row, wallet, now))
        .optional()?;
    Ok((accepted, asked_back))
}
