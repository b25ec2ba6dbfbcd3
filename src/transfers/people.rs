//! Whom to offer where a member chooses somebody: the one chosen already, favourites, those they had to
//! do with lately, and then the directory.

use rusqlite::Connection;

use super::favourites::favourites;
use crate::error::Result;
use crate::ledger::{Direction, Filter, Owner, PageRequest, Party, UserKey, Wallet, WalletId, history, party};
use crate::members::directory;

/// People shown to choose from, beside favourites; more are found by name.
const SHOWN_MAX: usize = 12;
/// Payments looked through for the people one has to do with.
const LOOKED_THROUGH: usize = 50;

/// Someone to pay, or to ask.
pub(crate) struct Person {
    pub(crate) wallet_id: WalletId,
    pub(crate) name: String,
    pub(crate) initial: String,
    /// Why they are offered: a text of ours.
    pub(crate) hint: &'static str,
    pub(crate) is_favourite: bool,
}

/// Those whose names hold the words of `q`, favourites before others; without words, favourites, those
/// paid lately and the directory, where it is `open`.
pub(crate) fn people(
    conn: &Connection,
    user: UserKey,
    wallet: &Wallet,
    chosen: Option<WalletId>,
    q: &str,
    open: bool,
) -> Result<Vec<Person>> {
    let starred = favourites(conn, user)?;
    let most = SHOWN_MAX + starred.len();
    let mut people: Vec<Person> = Vec::new();
    let mut add = |wallet_id: WalletId, name: String, hint| {
        if wallet_id != wallet.id && people.len() < most && people.iter().all(|person| person.wallet_id != wallet_id) {
            let initial = name.chars().take(1).collect::<String>().to_uppercase();
            let is_favourite = starred.iter().any(|favourite| favourite.wallet_id == wallet_id);
            people.push(Person { wallet_id, name, initial, hint, is_favourite });
        }
    };
    if let Some(id) = chosen
        && let Ok(party) = party(conn, id)
    {
        let hint = if party.owner == Owner::System { "transfers-hint-pool" } else { "transfers-hint-chosen" };
        add(id, party.name, hint);
    }
    let words = q.trim().to_lowercase();
    for favourite in starred.iter().filter(|favourite| favourite.name.to_lowercase().contains(&words)) {
        add(favourite.wallet_id, favourite.name.clone(), "transfers-hint-favourite");
    }
    if words.is_empty() {
        let lately = PageRequest { limit: LOOKED_THROUGH, cursor: None };
        let parties =
            history(conn, wallet, &Filter::default(), &lately)?.items.into_iter().map(|entry| match entry.direction {
                Some(Direction::Out) => entry.to,
                _ => entry.from,
            });
        for party in parties.filter(|party: &Party| party.owner == Owner::User) {
            add(party.wallet_id, party.name, "transfers-hint-lately");
        }
    }
    if open {
        // One more than fits, as one of them may be oneself.
        let some = PageRequest { limit: SHOWN_MAX + 1, cursor: None };
        for entry in directory(conn, q, &some)?.items {
            add(entry.wallet_id, entry.username, "transfers-hint-member");
        }
    }
    Ok(people)
}
