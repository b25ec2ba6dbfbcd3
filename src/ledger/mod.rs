//! The kernel: what a wallet, an amount and a transfer are, what is refused, how history is read,
//! the hash chain, and the proof that all of it is sound.
//!
//! Everything here is a transfer from a wallet to a wallet. A use case never touches a balance: it
//! is a [`Command`], runs inside the writer's transaction, and asks the [`Ledger`] to post.
//! Knows SQLite rows; knows nothing of HTTP, rewards or shops.

mod alone;
mod audit;
mod audit_action;
mod audit_history;
mod books;
pub mod chain;
mod entries;
mod examine;
mod fold;
mod folds;
mod held;
mod history;
mod idempotency;
mod journal;
mod kept_head;
mod keys;
mod notes;
mod post;
mod posted;
pub mod proof;
mod rollups;
mod row;
mod seen;
mod series;
mod standing;
mod supply;
mod system_account;
pub mod trail;
mod transaction;
mod transaction_id;
mod types;
mod unfolded;
pub mod verify;
mod wallet;
mod whole_history;

pub use alone::audit_alone;
pub use audit::{Acting, AuditLine, Authority, Consented, PROGRAM};
pub use audit_action::AuditAction;
pub use audit_history::{AuditEntry, AuditFilter, audit_history};
pub use books::{Books, Clock, Options, Pending, make_folder, system_clock};
pub use chain::{HexHash, hex};
pub use entries::{Entry, Range, balances, for_each_entry};
pub use examine::{Examined, examine};
pub use folds::{Flow, Folded, Line, Moved, SLOT_MS, first_made_at, first_since};
pub use held::held_before;
pub use history::{Direction, Filter, Page, PageRequest, bad_cursor, history, history_among, since};
pub use idempotency::{IdempotencyKey, Once, Outcome, Repeatable, key_reused, request_digest};
pub use journal::{Journal, ends};
pub use kept_head::{KeptHead, ReadHead};
pub use notes::erase_notes;
pub use post::{Command, Ledger, Posting};
pub use seen::Seen;
pub use series::{Series, Shares};
pub use standing::lost_by;
pub use supply::{Supply, supply};
pub use system_account::{SYSTEM_ACCOUNT, treasury};
pub use transaction::{Fee, FeeOf, Owner, Party, Transaction, as_made, by_id, by_sequence, party};
pub use transaction_id::{TransactionId, transaction_not_found};
pub use types::{
    Amount, CATEGORY_CHARS_MAX, Category, ClientKey, DAY_MS, Kind, NOTE_CHARS_MAX, Note, Operator, REASON_CHARS_MAX,
    Reason, UserId, UserKey, WalletId, WalletKey, transaction_type, wallet_not_found,
};
pub use unfolded::Recent;
pub use wallet::Wallet;
pub use whole_history::{sequences_within, whole_history};
