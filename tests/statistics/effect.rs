//! What distributions did: every single token followed by itself, one after the other, from the first
//! transaction on; and by example.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use communitytoken::ledger::trail::Trail;
use communitytoken::ledger::{DAY_MS, PageRequest, TransactionId};
use communitytoken::statistics::{Asking, DistributionEffect, Effects, Together, effect, effects};
use communitytoken::transfers::{FeeTerms, Reverse, Send};
use communitytoken::treasury::{Correct, Distribute};
use rusqlite::Connection;

use crate::history::Story;
use crate::kernel::{Community, Hand, MORNING, amount, authority, delete, distribution, freeze};
use crate::support::setting;

/// What one member got by one distribution.
struct Gift {
    audit: i64,
    at: i64,
    account: i64,
    tokens: i64,
    /// How old each token was when it was spent.
    spent: Vec<i64>,
    taken_back: i64,
    returned: i64,
}

/// One token: of which gift, and whether it lies where it was given to.
#[derive(Clone, Copy)]
struct Token {
    gift: Option<u32>,
    home: bool,
}

/// Of a distribution: when, recipients, recipients who spent and tokens spent within 7, 30, 90 days and
/// ever, and given, taken back, still, out of reach, returned.
type Figures = (i64, i64, [i64; 4], [i64; 4], [i64; 5]);

/// Every token by itself.
#[derive(Default)]
struct Tokens {
    gifts: Vec<Gift>,
    wallets: HashMap<i64, VecDeque<Token>>,
}

impl Tokens {
    fn follow(conn: &Connection) -> Self {
        let mut tokens = Self::default();
        let mut statement = conn
            .prepare(
                "SELECT t.created_at, t.kind, t.from_wallet, t.to_wallet, t.amount, t.audit, t.reverses, o.audit,
                        sender.is_system
                   FROM transactions AS t JOIN wallets AS sender ON sender.key = t.from_wallet
                   LEFT JOIN transactions AS o ON o.sequence = t.reverses ORDER BY t.sequence",
            )
            .unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (at, kind): (i64, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
            let (from, to, amount): (i64, i64, i64) = (row.get(2).unwrap(), row.get(3).unwrap(), row.get(4).unwrap());
            let corrects = row.get::<_, Option<i64>>(6).unwrap().is_some();
            let many = usize::try_from(amount).unwrap();
            if kind == 2 && corrects {
                let wallet = tokens.wallets.entry(to).or_default();
                (0..many).for_each(|_| wallet.push_front(Token { gift: None, home: false }));
            } else if kind == 2 {
                let gift = Some(u32::try_from(tokens.gifts.len()).unwrap());
                tokens.wallets.entry(to).or_default().extend((0..many).map(|_| Token { gift, home: true }));
                let audit = row.get(5).unwrap();
                let (spent, taken_back, returned) = (Vec::new(), 0, 0);
                tokens.gifts.push(Gift { audit, at, account: from, tokens: amount, spent, taken_back, returned });
            } else if kind >= 3 && !row.get::<_, bool>(8).unwrap() {
                let paid = if corrects {
                    tokens.take_back(from, many, row.get(7).unwrap())
                } else {
                    let mut paid: Vec<Token> = tokens.wallets.get_mut(&from).unwrap().drain(..many).collect();
                    paid.sort_by_key(|token| tokens.audit(*token));
                    paid
                };
                tokens.count(&paid, at, corrects, kind == 4);
                if kind == 3 {
                    let paid = paid.into_iter().map(|token| Token { home: false, ..token });
                    let wallet = tokens.wallets.entry(to).or_default();
                    if corrects {
                        paid.rev().for_each(|token| wallet.push_front(token));
                    } else {
                        wallet.extend(paid);
                    }
                }
            }
        }
        tokens
    }

    fn audit(&self, token: Token) -> i64 {
        token.gift.map_or(0, |gift| self.gifts[gift as usize].audit)
    }

    /// First the tokens of the distribution itself, then those that came last.
    fn take_back(&mut self, from: i64, many: usize, given_by: Option<i64>) -> Vec<Token> {
        let mut taken = Vec::new();
        let mut left = VecDeque::new();
        for token in self.wallets.remove(&from).unwrap() {
            let own = given_by.is_some() && token.home && given_by == Some(self.audit(token));
            if own && taken.len() < many { taken.push(token) } else { left.push_back(token) }
        }
        taken.extend(left.split_off(left.len() - (many - taken.len())));
        self.wallets.insert(from, left);
        taken
    }

    fn count(&mut self, paid: &[Token], at: i64, corrects: bool, comes_back: bool) {
        for token in paid {
            let Some(gift) = token.gift else { continue };
            let gift = &mut self.gifts[gift as usize];
            if token.home && corrects {
                gift.taken_back += 1;
            } else if token.home {
                gift.spent.push(at - gift.at);
            }
            gift.returned += i64::from(comes_back);
        }
    }

    fn figures(&self, locked: &HashSet<i64>) -> BTreeMap<i64, Figures> {
        let mut figures: BTreeMap<i64, Figures> = BTreeMap::new();
        for gift in &self.gifts {
            let sum = figures.entry(gift.audit).or_default();
            sum.0 = gift.at;
            sum.1 += 1;
            for (place, days) in [7, 30, 90, i64::MAX / DAY_MS].into_iter().enumerate() {
                let spent = gift.spent.iter().filter(|age| **age < days * DAY_MS).count();
                sum.2[place] += i64::from(spent > 0);
                sum.3[place] += spent as i64;
            }
            let given = [gift.tokens, gift.taken_back, 0, 0, gift.returned];
            given.into_iter().zip(&mut sum.4).for_each(|(part, sum)| *sum += part);
        }
        for (wallet, tokens) in &self.wallets {
            for token in tokens.iter().filter(|token| token.home) {
                let sum = figures.get_mut(&self.audit(*token)).unwrap();
                sum.4[2] += 1;
                sum.4[3] += i64::from(locked.contains(wallet));
            }
        }
        figures
    }
}

fn numbers(together: &Together) -> ([i64; 4], [i64; 5]) {
    let number = |tokens: i128| i64::try_from(tokens).unwrap();
    (
        [together.spent_7d, together.spent_30d, together.spent_90d, together.spent].map(number),
        [together.distributed, together.taken_back, together.still, together.out_of_reach, together.returned]
            .map(number),
    )
}

const OPERATOR: Asking = Asking { oversees: true, now: 0 };
const MEMBER: Asking = Asking { oversees: false, now: 0 };

fn page(conn: &Connection, trail: &Trail, cursor: Option<String>, asking: Asking) -> Effects {
    let request = PageRequest::new(Some(30), cursor).unwrap();
    effects(conn, trail, (0, i64::MAX), &request, asking).unwrap()
}

/// The trail that was kept on the way is the one that is made from nothing, in pieces of any length; and what
/// it says is what becomes of every single token.
fn check(conn: &Connection, kept: &Trail, dice: &mut fastrand::Rng) {
    let mut anew = Trail::default();
    while !anew.follow(conn, dice.i64(1..5_000)).unwrap() {}
    assert!(anew == *kept, "the trail that was kept is not the one that the rows give");
    let mut statement = conn.prepare("SELECT key, balance FROM wallets WHERE NOT is_system AND balance > 0").unwrap();
    let balances: BTreeMap<i64, i64> =
        statement.query_map([], |row| row.try_into()).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    assert_eq!(kept.balances().filter(|(_, balance)| *balance > 0).collect::<BTreeMap<_, _>>(), balances);

    let mut statement = conn.prepare("SELECT key FROM wallets WHERE is_frozen OR is_closed").unwrap();
    let locked = statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    let tokens = Tokens::follow(conn);
    let expected = tokens.figures(&locked);
    for asking in [OPERATOR, MEMBER] {
        let (mut listed, mut cursor): (Vec<DistributionEffect>, _) = (Vec::new(), None);
        let total = loop {
            let page = page(conn, kept, cursor, asking);
            listed.extend(page.page.items);
            cursor = page.page.next_cursor;
            if cursor.is_none() {
                break (page.distributions, page.total);
            }
        };
        let shown: Vec<_> = expected.iter().rev().filter(|(_, sum)| asking.oversees || sum.1 >= 5).collect();
        assert_eq!((listed.len(), total.0), (shown.len(), shown.len() as i64));
        let (mut spent, mut rest) = ([0; 4], [0; 5]);
        for (one, (audit, sum)) in listed.iter().zip(shown) {
            let spenders = [one.spenders_7d, one.spenders_30d, one.spenders_90d, one.spenders];
            let (one_spent, one_rest) = numbers(&one.tokens);
            assert_eq!((one.created_at, one.recipients, spenders, one_spent, one_rest), *sum, "line {audit}");
            assert_eq!(one_rest[0], one_spent[3] + one_rest[1] + one_rest[2], "given is spent, taken back and still");
            spent.iter_mut().zip(one_spent).for_each(|(sum, part)| *sum += part);
            rest.iter_mut().zip(one_rest).for_each(|(sum, part)| *sum += part);
            let gift = tokens.gifts.iter().find(|gift| gift.audit == *audit).unwrap();
            let (id, name, reason): (String, String, String) = conn
                .query_row(
                    "SELECT target, name, reason FROM audit_log, system_accounts WHERE sequence = ?1 AND wallet = ?2",
                    [gift.audit, gift.account],
                    |row| row.try_into(),
                )
                .unwrap();
            let reason = asking.oversees.then_some(reason);
            assert_eq!((&one.distribution_id, &one.system_account, &one.reason), (&id, &name, &reason));
            assert_eq!(effect(conn, kept, &id, asking).unwrap(), *one);
        }
        assert_eq!(numbers(&total.1), (spent, rest));
    }
}

/// Checks a community whose trail was asked for before.
pub fn look(story: &mut Story) {
    let trail = story.community.books().trail();
    let mut dice = story.dice.fork();
    let books = story.community.books();
    let read = |conn: &Connection| {
        check(conn, &*trail.newest(conn)?, &mut dice);
        Ok(())
    };
    books.read_blocking(read).unwrap();
}

#[test]
fn every_token_is_followed_to_where_it_is() {
    let mut story = Story::new(setting::dice(), 1_690_000_000_000);
    // The first weeks of a community, and then years that pass quickly.
    for days in [2, 2, 2, 5, 5, 10, 10, 20, 40, 80, 160, 300] {
        story.live(120, days);
        for _ in 0..5 {
            story.happening();
        }
        look(&mut story);
    }
}

/// What the newest distribution did, in the words of the API.
fn newest(community: &Community) -> DistributionEffect {
    let trail = community.books().trail();
    community
        .books()
        .read_blocking(|conn| Ok(page(conn, &*trail.newest(conn)?, None, OPERATOR).page.items.remove(0)))
        .unwrap()
}

fn days(clock: &Hand, days: i64) {
    clock.turn(days * DAY_MS);
}

fn sent(community: &Community, from: usize, to: usize, tokens: i64) -> TransactionId {
    community.send(from, to, tokens).unwrap().id
}

/// Spent within 7, 30, 90 days and at all; taken back; still; returned.
fn tokens(one: &DistributionEffect) -> [i64; 7] {
    let ([seven, thirty, ninety, ever], [_, back, still, _, returned]) = numbers(&one.tokens);
    [seven, thirty, ninety, ever, back, still, returned]
}

fn spenders(one: &DistributionEffect) -> [i64; 4] {
    [one.spenders_7d, one.spenders_30d, one.spenders_90d, one.spenders]
}

/// A distribution of 100 tokens each to five members.
fn five() -> Community {
    let community = Community::founded(5, MORNING);
    community.endow(100);
    community
}

fn to_pool(community: &Community, from: usize, tokens: i64) -> TransactionId {
    let from = community.members[from].wallet_key;
    community
        .run(Send { from, to: community.treasury, amount: amount(tokens), note: None, terms: FeeTerms::default() })
        .unwrap()
        .id
}

#[test]
fn what_is_spent_counts_once_and_by_the_time_it_took() {
    let community = five();
    let nothing = newest(&community);
    assert_eq!((tokens(&nothing), spenders(&nothing)), ([0, 0, 0, 0, 0, 500, 0], [0; 4]));
    community.clock.turn(7 * DAY_MS - 1);
    sent(&community, 0, 1, 10);
    // Seven days are over: from now on it is within thirty.
    community.clock.turn(1);
    sent(&community, 0, 1, 20);
    sent(&community, 2, 1, 5);
    let one = newest(&community);
    assert_eq!((tokens(&one), spenders(&one)), ([10, 35, 35, 35, 0, 465, 0], [1, 2, 2, 2]));
    days(&community.clock, 23);
    sent(&community, 2, 3, 5);
    days(&community.clock, 60);
    sent(&community, 3, 4, 1);
    let one = newest(&community);
    assert_eq!((tokens(&one), spenders(&one)), ([10, 35, 40, 41, 0, 459, 0], [1, 2, 2, 3]));
    // Bob passes on his own hundred first, for they came first; then what he received, which was spent already.
    sent(&community, 1, 0, 135);
    assert_eq!(tokens(&newest(&community))[3..], [141, 0, 359, 0]);
    // It comes back to the pool from whoever has it.
    to_pool(&community, 0, 205);
    let one = newest(&community);
    assert_eq!((tokens(&one)[3..].to_vec(), one.recipients), (vec![211, 0, 289, 205], 5));
}

#[test]
fn a_later_distribution_lies_behind_an_earlier_one() {
    let community = five();
    days(&community.clock, 1);
    let second = community.endow(50);
    sent(&community, 0, 1, 120);
    let one = newest(&community);
    assert_eq!(one.distribution_id, second.distribution_id.to_string());
    assert_eq!((tokens(&one), spenders(&one)), ([20, 20, 20, 20, 0, 230, 0], [1; 4]));
    // What arrives lies behind what is there, whatever its age.
    to_pool(&community, 1, 160);
    // 100 and 50 of one's own, and of what came 10 of the first distribution.
    assert_eq!(tokens(&newest(&community)), [70, 70, 70, 70, 0, 180, 50]);
}

#[test]
fn a_correction_spends_nothing() {
    let community = five();
    let by_mistake = sent(&community, 0, 1, 40);
    let caller = community.members[1].wallet_key;
    community.run(Reverse { caller, transaction_id: by_mistake, amount: None, note: None }).unwrap();
    // What was spent by mistake stays counted; the one who gives it back gives just that, and spends nothing.
    let one = newest(&community);
    assert_eq!((tokens(&one), spenders(&one)), ([40, 40, 40, 40, 0, 460, 0], [1; 4]));
    // It lies in front again: it goes first.
    to_pool(&community, 0, 40);
    assert_eq!(tokens(&newest(&community)), [40, 40, 40, 40, 0, 460, 40]);

    // A share is taken back: of the distribution it names, though an earlier one's lies before it.
    let second = community.endow(50);
    let share = second.transactions.each().find(|share| share.to.wallet_id == community.wallet(2)).unwrap().id;
    let correct = |transaction_id, tokens| Correct {
        transaction_id,
        amount: Some(amount(tokens)),
        authority: authority("Given twice"),
    };
    community.run(correct(share, 30)).unwrap();
    let one = newest(&community);
    assert_eq!((tokens(&one), spenders(&one)), ([0, 0, 0, 0, 30, 220, 30], [0; 4]));
    // Whoever spends the rest has spent.
    sent(&community, 2, 3, 110);
    let one = newest(&community);
    assert_eq!((tokens(&one), spenders(&one)), ([10, 10, 10, 10, 30, 210, 30], [1; 4]));

    // What comes out of the pool by a correction is of no distribution any more.
    let paid = to_pool(&community, 4, 150);
    assert_eq!(tokens(&newest(&community)), [60, 60, 60, 60, 30, 160, 80]);
    community.run(correct(paid, 150)).unwrap();
    sent(&community, 4, 3, 150);
    to_pool(&community, 3, 410);
    assert_eq!(tokens(&newest(&community)), [110, 110, 110, 110, 30, 110, 140]);
    community.assert_sound();
}

#[test]
fn what_is_frozen_or_left_behind_lies_still_out_of_reach() {
    let community = five();
    community.run(freeze(community.wallet(0), true)).unwrap();
    community.run(delete(&community.members[1], true)).unwrap();
    assert_eq!(numbers(&newest(&community).tokens), ([0; 4], [500, 0, 500, 200, 0]));
    community.run(freeze(community.wallet(0), false)).unwrap();
    assert_eq!(numbers(&newest(&community).tokens), ([0; 4], [500, 0, 500, 100, 0]));
    sent(&community, 0, 2, 1);
    assert_eq!(numbers(&newest(&community).tokens), ([1; 4], [500, 0, 499, 100, 0]));
}

/// With four recipients a distribution would say what a person did.
#[test]
fn small_distributions_are_the_operators_to_see() {
    let community = five();
    let few: Distribute = distribution((0..4).map(|member| (community.wallet(member), 7)));
    let few = community.run(few).unwrap().distribution_id.to_string();
    let trail = community.books().trail();
    let see = |asking| {
        let read = |conn: &Connection| {
            let trail = trail.newest(conn)?;
            Ok((page(conn, &trail, None, asking), effect(conn, &trail, &few, asking).is_ok()))
        };
        let (seen, one) = community.books().read_blocking(read).unwrap();
        (seen.distributions, seen.page.items.len(), seen.total.distributed, one)
    };
    assert_eq!(see(OPERATOR), (2, 2, 528, true));
    assert_eq!(see(MEMBER), (1, 1, 500, false));
}
