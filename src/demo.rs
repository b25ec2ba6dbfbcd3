//! The sample community: a village in which people have been paying each other for some weeks, so
//! that someone who tries the program sees it alive. Everything goes through the same use cases as
//! in earnest, with a clock that walks from the past to now.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::error::{Error, Result};
use crate::identity::{DEVELOPER_ISSUER, Member, Register, Role};
use crate::ledger::{Amount, Authority, Books, DAY_MS, Note, Operator, Options, Reason, Seen, system_clock};
use crate::members::SetRole;
use crate::transfers::{FeeTerms, Send};
use crate::treasury::{CreateAccount, Distribute, Recipient};

const PEOPLE: [&str; 24] = [
    "maria", "tomas", "aiko", "bela", "chidi", "dora", "emil", "fatima", "gustav", "hana", "ivan", "joana", "kofi",
    "lena", "mateo", "nadia", "oskar", "priya", "quentin", "rosa", "samir", "tilda", "umut", "vera",
];

/// What people pay for: a note, and a usual amount.
const REASONS: [(&str, i64); 16] = [
    ("Eggs and honey", 12),
    ("Help with the bicycle", 25),
    ("Babysitting on Saturday", 40),
    ("Sourdough bread", 8),
    ("Piano lesson", 30),
    ("Mowed the lawn", 35),
    ("Tomatoes from the garden", 6),
    ("Ride to the station", 15),
    ("Translated a letter", 20),
    ("Repaired the lamp", 22),
    ("Coffee and cake", 9),
    ("Spanish conversation", 18),
    ("Firewood", 45),
    ("Lent the ladder", 5),
    ("Haircut", 28),
    ("Watered the plants", 10),
];

/// Days of history.
const DAYS: i64 = 45;

/// A small generator of the same numbers every time, so that every demonstration looks alike.
struct Dice(u64);

impl Dice {
    /// A number from 0 up to, not including, `bound`.
    fn roll(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }
}

/// Fills an empty database. `progress` hears how many days of how many are done.
pub fn fill(path: &Path, mut progress: impl FnMut(u64, u64)) -> Result<()> {
    let now = system_clock()();
    let clock = Arc::new(AtomicI64::new(now - DAYS * DAY_MS));
    let hand = Arc::clone(&clock);
    let options = Options { clock: Arc::new(move || hand.load(Ordering::Relaxed)), readers: 1, ..Options::default() };
    let books = Books::open(path, &options)?;
    books.execute_blocking(CreateAccount { authority: authority("Foundation of the community")? })?;
    let members = join(&books)?;
    let mut dice = Dice(20_261_120);
    for day in 0..DAYS {
        let morning = now - (DAYS - day) * DAY_MS;
        if day % 7 == 0 {
            clock.store(morning, Ordering::Relaxed);
            let amount = if day == 0 { 500 } else { 50 };
            let reason = if day == 0 {
                "Everyone's first tokens".to_owned()
            } else {
                format!("Weekly basic income, week {}", day / 7)
            };
            distribute(&books, &members, amount, &reason)?;
        }
        // The last hours before now stay free, so that nothing lies in the future.
        let payments = 4 + dice.roll(9);
        let step = (DAY_MS - DAY_MS / 6) / i64::try_from(payments).map_err(Error::internal)?;
        for turn in 0..payments {
            let turn = i64::try_from(turn).map_err(Error::internal)?;
            clock.store(morning + DAY_MS / 12 + turn * step, Ordering::Relaxed);
            pay(&books, &members, &mut dice)?;
        }
        progress(u64::try_from(day).unwrap_or(0) + 1, u64::try_from(DAYS).unwrap_or(0));
    }
    books.close();
    Ok(())
}

fn authority(reason: &str) -> Result<Authority> {
    Ok(Authority::at_the_machine(Operator::new("demo")?, Reason::new(reason)?))
}

fn join(books: &Books) -> Result<Vec<Member>> {
    let mut members = Vec::with_capacity(PEOPLE.len());
    for name in PEOPLE {
        members.push(books.execute_blocking(Register {
            issuer: DEVELOPER_ISSUER.into(),
            subject: name.into(),
            name: Some(name.into()),
        })?);
    }
    books.execute_blocking(SetRole {
        user_id: members[0].id,
        role: Role::Operator,
        granted: true,
        configured: Vec::new(),
        authority: authority("Someone has to run the sample community")?,
    })?;
    Ok(members)
}

fn distribute(books: &Books, members: &[Member], amount: i64, reason: &str) -> Result<()> {
    let amount = Amount::new(amount)?;
    let recipients = members
        .iter()
        .map(|member| Recipient { wallet_id: member.wallet_id, amount, place: member.username.clone() })
        .collect::<Vec<_>>();
    books.execute_blocking(Distribute {
        recipients_max: recipients.len(),
        recipients,
        note: Some(Note::new(reason)?),
        system_account: None,
        issued_max: None,
        authority: authority(reason)?,
        seen: Seen::default(),
    })?;
    Ok(())
}

fn pay(books: &Books, members: &[Member], dice: &mut Dice) -> Result<()> {
    let from = dice.roll(members.len());
    let to = (from + 1 + dice.roll(members.len() - 1)) % members.len();
    let (note, usual) = REASONS[dice.roll(REASONS.len())];
    let spread = i64::try_from(dice.roll(7)).map_err(Error::internal)? - 3;
    let sent = books.execute_blocking(Send {
        from: members[from].wallet_key,
        to: members[to].wallet_id,
        amount: Amount::new((usual + spread).max(1))?,
        note: Some(Note::new(note)?),
        terms: FeeTerms::default(),
    });
    // Someone who has spent everything pays another day.
    match sent {
        Err(error) if error.code != crate::error::Code::InsufficientBalance => Err(error),
        _ => Ok(()),
    }
}
