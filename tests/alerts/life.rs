//! How members live: what they earn, spend and pay, so far that it looks like a community's year. Balances are
//! real: nobody pays what they do not have.

use communitytoken::alerts::{Act, Movement};
use communitytoken::ledger::{Kind, WalletKey};

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;
/// A Monday, at midnight.
pub const BEGIN: i64 = 20_094 * DAY;
/// The community's own wallet.
pub const TREASURY: usize = 0;

/// What happens, with its time; put in order at the end.
#[derive(Debug, Clone, Copy)]
pub enum Planned {
    /// Who pays whom how much; `true`: whatever of it there is.
    Pay {
        from: usize,
        to: usize,
        amount: i64,
        all_there_is: bool,
    },
    /// Somebody is there from now on, and is welcomed with so much.
    Join {
        wallet: usize,
        welcome: i64,
    },
    /// Issued into the pool.
    Issue {
        amount: i64,
    },
    /// Given to each, out of the pool; issued where it lacks.
    Give {
        to: usize,
        amount: i64,
    },
    SignIn {
        wallet: usize,
    },
    Refused {
        count: i64,
    },
}

#[derive(Debug, Clone, Copy)]
pub struct Event {
    pub at: i64,
    pub what: Planned,
    /// Of which anomaly it is a part.
    pub planted: Option<usize>,
}

/// What the rules see.
#[derive(Debug, Clone, Copy)]
pub enum Seen {
    Movement(Movement),
    Act(Act),
}

pub fn key(wallet: usize) -> WalletKey {
    WalletKey(i64::try_from(wallet).unwrap() + 1)
}

/// Plays what was planned: gives what the rules see, each with the anomaly of which it is a part.
pub fn play(mut events: Vec<Event>, wallets: usize) -> Vec<(Seen, Option<usize>)> {
    events.sort_by_key(|event| event.at);
    let (mut balances, mut since) = (vec![0_i64; wallets], vec![i64::MAX; wallets]);
    since[TREASURY] = BEGIN;
    let mut seen: Vec<(Seen, Option<usize>)> = Vec::new();
    let mut sequence = 0;
    for Event { at, what, planted } in events {
        let mut moves: Vec<(Kind, usize, usize, i64)> = Vec::new();
        match what {
            Planned::Pay { from, to, amount, all_there_is } => {
                let amount = if all_there_is { amount.min(balances[from]) } else { amount };
                let is_there = since[from] <= at && since[to] <= at;
                if is_there && amount > 0 && balances[from] >= amount && from != to {
                    let kind = if to == TREASURY { Kind::Pool } else { Kind::Transfer };
                    moves.push((kind, from, to, amount));
                }
            }
            Planned::Join { wallet, welcome } => {
                since[wallet] = at;
                give(&mut moves, &balances, wallet, welcome);
            }
            Planned::Issue { amount } => moves.push((Kind::Issuance, TREASURY, TREASURY, amount)),
            Planned::Give { to, amount } if since[to] <= at => give(&mut moves, &balances, to, amount),
            Planned::SignIn { wallet } if since[wallet] <= at => {
                seen.push((Seen::Act(Act::SignedIn { at, wallet: key(wallet) }), planted));
            }
            Planned::Give { .. } | Planned::SignIn { .. } => {}
            Planned::Refused { count } => seen.push((Seen::Act(Act::Refused { at, count }), planted)),
        }
        for (kind, from, to, amount) in moves {
            sequence += 1;
            if kind != Kind::Issuance {
                balances[from] -= amount;
            }
            balances[to] += amount;
            assert!(balances[from] >= 0);
            let movement = Movement {
                sequence,
                at,
                kind,
                from: key(from),
                to: key(to),
                amount,
                left: balances[from],
                from_since: since[from],
                to_since: since[to],
                gives_back: false,
            };
            seen.push((Seen::Movement(movement), planted));
        }
    }
    seen
}

/// Out of the pool, after an issuance of what lacks there.
fn give(moves: &mut Vec<(Kind, usize, usize, i64)>, balances: &[i64], to: usize, amount: i64) {
    if balances[TREASURY] < amount {
        moves.push((Kind::Issuance, TREASURY, TREASURY, amount - balances[TREASURY]));
    }
    moves.push((Kind::Distribution, TREASURY, to, amount));
}

/// A number around one: seldom less than a third, seldom more than three times.
pub fn about(dice: &mut fastrand::Rng, mean: f64, spread: f64) -> i64 {
    let normal: f64 = (0..12).map(|_| dice.f64()).sum::<f64>() - 6.0;
    #[expect(clippy::cast_possible_truncation, reason = "amounts of a village are small")]
    let amount = (mean * (normal * spread).exp()).round() as i64;
    amount.max(1)
}

/// A moment of a day, between two hours.
pub fn moment(dice: &mut fastrand::Rng, day: i64, hours: std::ops::Range<i64>) -> i64 {
    BEGIN + day * DAY + dice.i64(hours.start * HOUR..hours.end * HOUR)
}
