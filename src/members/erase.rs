//! Leaving for good: the right to be forgotten. What the community needs for its books stays, as of
//! a former member; what says who that was goes.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::last_operator::{Taken, keep_one};
use super::{SetDeleted, SetRole};
use crate::config::IdentityName;
use crate::error::{Code, Error, Result};
use crate::identity::{Member, Role, member};
use crate::ledger::{
    Amount, AuditAction, Authority, Command, Ledger, Posting, TransactionId, UserId, Wallet, WalletId, erase_notes,
    treasury,
};

/// Tables whose rows are about a member alone, by their column `user`. None of it is left of someone
/// who is erased. A test walks the schema and knows a table that was forgotten here.
const PERSONAL: &[&str] = &[
    "sessions",
    "client_permissions",
    "passkeys",
    "recovery_codes",
    "identities",
    "favourites",
    "categories",
    "browsers",
    "notices",
    "notice_marks",
    "notice_choices",
    "mail_addresses",
    "letters",
    "letter_exits",
];

/// What becomes of the tokens of someone who leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// They go to the community's pool.
    #[default]
    Pool,
    /// They stay in the closed wallet, where nobody can use them.
    Keep,
}

/// Erases a member: the wallet is closed; name, identities, passkeys, recovery codes, sessions,
/// permissions, favourites, categories, roles and the notes they wrote go, also those to payment requests, which end; transactions and their hashes stay. Cannot be undone. Whoever comes with
/// one of the identities later is somebody new.
///
/// Refused: `user_not_found`, `user_erased` for one who is erased already, `last_operator`, and
/// `wallet_frozen` where a frozen wallet would pay the pool, or its owner do this themselves: a
/// freeze holds things as they are until an operator has looked.
#[derive(Debug, Clone)]
pub struct Erase {
    /// Who.
    pub user_id: UserId,
    /// What becomes of their tokens.
    pub remaining: Remaining,
    /// The operators whom the configuration names.
    pub configured: Vec<IdentityName>,
    /// By whom.
    pub by: By,
}

/// Who has a member erased.
#[derive(Debug, Clone)]
pub enum By {
    /// They do it themselves. The request it came by.
    Themselves(String),
    /// An operator does, because they asked.
    Operator(Authority),
}

/// What was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Farewell {
    /// The former member, who has no name any more.
    pub id: UserId,
    /// Their closed wallet.
    pub wallet_id: WalletId,
    /// How many tokens went to the pool.
    pub given_to_pool: i64,
    /// By which transaction, where any did.
    pub transaction_id: Option<TransactionId>,
    /// How many notes were erased.
    pub notes_erased: i64,
}

/// Whether this member was erased.
pub(crate) fn is_erased(conn: &Connection, user: &Member) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM audit_log WHERE target = ?1 AND action = 'user.erase')")?
        .query_row([user.id], |row| row.get(0))?)
}

/// The refusal for someone who was erased.
pub(crate) fn erased() -> Error {
    Error::new(Code::UserErased, "This member was erased, and nobody knows any more who they were.")
}

impl Command for Erase {
    type Output = Farewell;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Farewell> {
        let user = member::by_id(ledger.conn, self.user_id)?;
        if is_erased(ledger.conn, &user)? {
            return Err(erased());
        }
        keep_one(ledger.conn, &user, Taken::Membership, &self.configured)?;
        refuse_configured(ledger.conn, &user, &self.configured)?;
        let wallet = Wallet::by_key(ledger.conn, user.wallet_key)?;
        if wallet.frozen_reason.is_some() && matches!(self.by, By::Themselves(_)) {
            return Err(Error::new(
                Code::WalletFrozen,
                "Your wallet is frozen, so you cannot close your account now. Ask an operator.",
            )
            .in_words("refusal-close-frozen"));
        }
        let given = match self.remaining {
            Remaining::Pool => self.give_to_pool(ledger, wallet)?,
            Remaining::Keep => None,
        };
        let authority = self.authority(&user)?;
        self.take_everything(ledger, &user, &authority)?;
        let wallet = Wallet::by_key(ledger.conn, user.wallet_key)?;
        forget(ledger, &user)?;
        let notes_erased = erase_notes(ledger.conn, &wallet)?;
        let (given_to_pool, transaction_id) = given.map_or((0, None), |(amount, id)| (amount, Some(id)));
        Ok(Farewell { id: user.id, wallet_id: user.wallet_id, given_to_pool, transaction_id, notes_erased })
    }
}

impl Erase {
    /// On whose word.
    fn authority(&self, user: &Member) -> Result<Authority> {
        match &self.by {
            By::Operator(authority) => Ok(authority.clone()),
            By::Themselves(request_id) => {
                Authority::of_member(user.id, "They closed their account themselves", request_id)
            }
        }
    }

    /// Pays everything that is left into the pool: a transfer like any other of theirs, or an
    /// operator's act with its line in the audit log.
    fn give_to_pool(&self, ledger: &mut Ledger<'_>, mut wallet: Wallet) -> Result<Option<(i64, TransactionId)>> {
        let Ok(amount) = Amount::new(wallet.balance) else { return Ok(None) };
        let audit = match &self.by {
            By::Themselves(_) => None,
            By::Operator(authority) => {
                let next = ledger.next_sequence();
                let details = json!({ "amount": amount });
                let target = wallet.id.to_string();
                Some(
                    ledger
                        .audit(&authority.line(AuditAction::Transfer, &target, details).accounting_for(next, next))?,
                )
            }
        };
        let mut pool = treasury(ledger.conn, None)?;
        let made = ledger.post(&mut wallet, &mut pool, &Posting { audit, ..Posting::of(amount) })?;
        Ok(Some((made.amount, made.id)))
    }

    /// Takes roles and membership, each with its line, and says that the rest follows.
    fn take_everything(&self, ledger: &mut Ledger<'_>, user: &Member, authority: &Authority) -> Result<()> {
        let user_id = user.id;
        for role in Role::GRANTED {
            let (configured, authority) = (self.configured.clone(), authority.clone());
            SetRole { user_id, role, granted: false, configured, authority }.run(ledger)?;
        }
        let (configured, by) = (self.configured.clone(), authority.clone());
        SetDeleted { user_id, deleted: true, configured, authority: by }.run(ledger)?;
        ledger.audit(&authority.line(
            AuditAction::UserErase,
            &user_id.to_string(),
            json!({ "remaining": self.remaining }),
        ))?;
        Ok(())
    }
}

/// Whom the configuration names is nobody we know once they are erased, and could be anybody who comes.
fn refuse_configured(conn: &Connection, user: &Member, configured: &[IdentityName]) -> Result<()> {
    for (issuer, subject) in member::identities(conn, user.key)? {
        if configured.iter().any(|name| name.issuer == issuer && name.subject == subject) {
            return Err(Error::new(
                Code::LastOperator,
                "The configuration names this member as an operator. They can be erased once it does so no longer.",
            ));
        }
    }
    Ok(())
}

/// Drops what says who they were.
fn forget(ledger: &Ledger<'_>, user: &Member) -> Result<()> {
    let conn = ledger.conn;
    let name = format!("former_member_{}", &user.id.to_string()[..4]);
    conn.execute(
        "UPDATE users SET username = ?2, language = NULL, updated_at = ?3 WHERE key = ?1",
        (user.key, name, ledger.now()),
    )?;
    for table in PERSONAL {
        conn.execute(&format!("DELETE FROM {table} WHERE user = ?1"), [user.key])?;
    }
    forget_requests(ledger, user)
}

/// Ends the payment requests that wait for them or for an answer to them, and erases what they wrote in any;
/// also where it became the note of the payment by which somebody accepted.
fn forget_requests(ledger: &Ledger<'_>, user: &Member) -> Result<()> {
    let (conn, wallet) = (ledger.conn, user.wallet_key);
    for (side, ended_as) in [("asker", "withdrawn"), ("payer", "declined")] {
        conn.execute(
            &format!(
                "UPDATE payment_requests SET ended_at = ?2, ended_as = '{ended_as}'
                  WHERE {side} = ?1 AND ended_at IS NULL AND expires_at > ?2"
            ),
            (wallet, ledger.now()),
        )?;
    }
    conn.execute(
        "UPDATE transactions SET note = NULL, note_salt = NULL
          WHERE note IS NOT NULL AND sequence IN (SELECT paid_by FROM payment_requests WHERE asker = ?1 AND paid_by IS NOT NULL)",
        [wallet],
    )?;
    // With the digest of what they asked, against which words could be tried.
    conn.execute("UPDATE payment_requests SET note = NULL, request = zeroblob(16) WHERE asker = ?1", [wallet])?;
    conn.execute("UPDATE payment_requests SET answer = NULL WHERE payer = ?1 AND answer IS NOT NULL", [wallet])?;
    Ok(())
}
