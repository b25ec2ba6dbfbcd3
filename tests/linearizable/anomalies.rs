//! The checker itself is checked: a small sound record passes, and each thing that may never happen,
//! planted into it, is found by its name.

use super::checker::check;
use super::record::{Asked, Leg, Line, Moment, NEVER, Operation, Record, Reply, Row};

const POOL: usize = 2;

/// A record in the making, whose ledger keeps its own balances.
#[derive(Default)]
struct Scribe {
    balances: [i64; 3],
    rows: Vec<Row>,
    operations: Vec<Operation>,
}

impl Scribe {
    fn row(&mut self, label: &str, from: usize, to: usize, amount: i64) {
        if from != to {
            self.balances[from] -= amount;
        }
        self.balances[to] += amount;
        let sequence = i64::try_from(self.rows.len() + 1).unwrap();
        let (from_balance, to_balance) = (self.balances[from], self.balances[to]);
        let (id, label) = (format!("id-{sequence}."), label.to_owned());
        self.rows.push(Row { sequence, id, label, from, to, amount, from_balance, to_balance });
    }

    fn saw(&mut self, invoked: Moment, answered: Moment, asked: Asked) {
        self.operations.push(Operation { client: 0, invoked, answered, asked });
    }

    fn asked(&mut self, invoked: Moment, answered: Moment, label: &str, legs: &[(usize, usize, i64)], reply: Reply) {
        let legs = legs.iter().map(|&(from, to, amount)| Leg { from, to, amount }).collect();
        self.saw(invoked, answered, Asked::Move { label: label.into(), legs, reply });
    }

    fn line(&self, sequence: usize, wallet: usize) -> Line {
        let row = &self.rows[sequence - 1];
        let (change, after) =
            if row.to == wallet { (row.amount, row.to_balance) } else { (-row.amount, row.from_balance) };
        Line { sequence: row.sequence, change, before: after - change, after }
    }
}

fn done(replayed: bool, sequences: &[i64]) -> Reply {
    let body = sequences.iter().map(|sequence| format!("id-{sequence}.")).collect::<Vec<_>>().concat();
    Reply::Done { replayed, body, sequences: sequences.to_vec() }
}

fn refused(code: &str, balance: Option<i64>) -> Reply {
    Reply::Refused { code: code.into(), balance }
}

/// A morning in which all goes as it must.
fn sound() -> Record {
    let mut scribe = Scribe::default();
    scribe.row("founding", POOL, POOL, 200);
    scribe.row("founding", POOL, 0, 100);
    scribe.row("founding", POOL, 1, 100);
    // 0 and 1: a payment, and a look afterwards.
    scribe.row("a", 0, 1, 80);
    scribe.asked(10, 20, "a", &[(0, 1, 80)], done(false, &[4]));
    scribe.saw(30, 40, Asked::Balance { wallet: 0, balance: 20 });
    // 2 and 3: twins.
    scribe.row("b", 1, 0, 10);
    scribe.asked(50, 60, "b", &[(1, 0, 10)], done(false, &[5]));
    scribe.asked(52, 65, "b", &[(1, 0, 10)], done(true, &[5]));
    // 4: an overdraft.
    scribe.asked(70, 80, "c", &[(0, 1, 500)], refused("insufficient_balance", Some(30)));
    // 5 and 6: a distribution, for which tokens are issued, and the supply.
    scribe.row("d", POOL, POOL, 10);
    scribe.row("d", POOL, 0, 5);
    scribe.row("d", POOL, 1, 5);
    scribe.asked(90, 100, "d", &[(POOL, 0, 5), (POOL, 1, 5)], done(false, &[6, 7, 8]));
    scribe.saw(110, 120, Asked::Supply { issued: 210, pool: 0 });
    // 7 and 8: a history, whole, and a page of it.
    let lines = [8, 5, 4, 3].map(|sequence| scribe.line(sequence, 1));
    scribe.saw(130, 140, Asked::History { wallet: 1, lines: lines.to_vec(), whole: true });
    scribe.saw(131, 141, Asked::History { wallet: 1, lines: lines[..2].to_vec(), whole: false });
    // 9 and 10: a payment whose answer is lost, which happens later, while someone looks.
    scribe.row("e", 0, 1, 1);
    scribe.asked(150, NEVER, "e", &[(0, 1, 1)], Reply::Lost);
    scribe.saw(155, 165, Asked::Balance { wallet: 0, balance: 35 });
    // 11: a key used for something else. 12: someone sees the lost payment.
    scribe.asked(170, 180, "a", &[(0, 1, 81)], refused("idempotency_key_reused", None));
    scribe.saw(190, 200, Asked::Balance { wallet: 0, balance: 34 });
    Record { wallets: 3, foundation: 3, rows: scribe.rows, operations: scribe.operations }
}

/// Plants something, and expects it to be found by this name.
#[track_caller]
fn finds(what: &str, plant: impl FnOnce(&mut Record)) {
    let mut record = sound();
    plant(&mut record);
    let anomalies = check(&record);
    assert!(anomalies.iter().any(|anomaly| anomaly.what == what), "{what} was not found: {anomalies:#?}");
}

fn set_balance(record: &mut Record, operation: usize, value: i64) {
    let Asked::Balance { balance, .. } = &mut record.operations[operation].asked else { panic!("not a balance") };
    *balance = value;
}

fn set_reply(record: &mut Record, operation: usize, value: Reply) {
    let Asked::Move { reply, .. } = &mut record.operations[operation].asked else { panic!("not a movement") };
    *reply = value;
}

fn set_moments(record: &mut Record, operation: usize, invoked: Moment, answered: Moment) {
    (record.operations[operation].invoked, record.operations[operation].answered) = (invoked, answered);
}

/// Takes the last row away, as a crash that loses it would.
fn lose_last_row(record: &mut Record) {
    record.rows.pop();
    record.operations.truncate(12);
}

#[test]
fn a_sound_record_passes() {
    assert_eq!(check(&sound()), []);
}

#[test]
fn a_lost_acknowledgement_is_found() {
    finds("lost acknowledgement", |record| {
        lose_last_row(record);
        set_reply(record, 9, done(false, &[9]));
    });
}

/// A payment that was never acknowledged may be lost: nobody was told.
#[test]
fn a_lost_request_may_have_no_effect() {
    let mut record = sound();
    lose_last_row(&mut record);
    assert_eq!(check(&record), []);
}

#[test]
fn a_double_effect_is_found() {
    // The row is there twice.
    finds("double effect", |record| {
        let twice = Row { sequence: 10, from_balance: 33, to_balance: 177, ..record.rows[8].clone() };
        record.rows.push(twice);
    });
    // Two twins were both told that they did it.
    finds("double effect", |record| set_reply(record, 3, done(false, &[5])));
    // The ledger moved something else than was asked.
    finds("double effect", |record| {
        record.rows[8].amount = 2;
        (record.rows[8].from_balance, record.rows[8].to_balance) = (33, 177);
    });
}

#[test]
fn an_effect_nobody_asked_for_is_found() {
    finds("phantom effect", |record| record.rows[8].label = "nobody".into());
    finds("refused, but done", |record| set_reply(record, 9, refused("overloaded", None)));
}

/// What a distribution lacks is issued for it, and no token more.
#[test]
fn an_issuance_without_need_is_found() {
    finds("issued too much", |record| {
        let issuance = &mut record.rows[5];
        issuance.amount += 1;
        for balance in [&mut issuance.from_balance, &mut issuance.to_balance] {
            *balance += 1;
        }
        record.rows[6].from_balance += 1;
        record.rows[7].from_balance += 1;
    });
}

#[test]
fn a_repetition_with_another_answer_is_found() {
    finds("another answer to the same request", |record| {
        let body = "id-5. in other words".to_owned();
        set_reply(record, 3, Reply::Done { replayed: true, body, sequences: vec![5] });
    });
    finds("wrong answer", |record| {
        let body = "id-8.".to_owned();
        set_reply(record, 0, Reply::Done { replayed: false, body, sequences: vec![4] });
    });
}

#[test]
fn a_refusal_without_need_is_found() {
    finds("refused without need", |record| set_reply(record, 4, refused("insufficient_balance", Some(500))));
    finds("refused without need", |record| set_reply(record, 4, refused("wallet_frozen", None)));
    finds("refused without need", |record| set_reply(record, 11, refused("idempotency_key_expired", None)));
    // Of a balance that was another at that moment.
    finds("stale read", |record| set_reply(record, 4, refused("insufficient_balance", Some(20))));
    // Refused for want of tokens after the effect was there.
    finds("stale read", |record| {
        let mut late = record.operations[0].clone();
        (late.invoked, late.answered) = (210, 220);
        record.operations.push(late);
        set_reply(record, 13, refused("insufficient_balance", Some(34)));
    });
}

#[test]
fn a_stale_read_is_found() {
    // Before the payment that was acknowledged ten moments earlier.
    finds("stale read", |record| set_balance(record, 1, 100));
    // After one read has seen the lost payment, a later one has not.
    finds("stale read", |record| {
        let mut later = record.operations[12].clone();
        (later.invoked, later.answered) = (210, 220);
        record.operations.push(later);
        set_balance(record, 13, 35);
    });
    // A supply of yesterday; a history without its newest line.
    finds("stale read", |record| record.operations[6].asked = Asked::Supply { issued: 200, pool: 0 });
    finds("stale read", |record| {
        let Asked::History { lines, .. } = &mut record.operations[7].asked else { panic!("not a history") };
        lines.remove(0);
    });
}

#[test]
fn a_balance_that_never_was_is_found() {
    finds("phantom read", |record| set_balance(record, 1, 21));
    // What nobody had asked for yet.
    finds("phantom read", |record| set_moments(record, 12, 105, 115));
    // In the middle of a distribution: issued, and not yet given.
    finds("phantom read", |record| record.operations[6].asked = Asked::Supply { issued: 210, pool: 10 });
    // Two figures of different moments.
    finds("phantom read", |record| record.operations[6].asked = Asked::Supply { issued: 200, pool: 5 });
}

#[test]
fn a_reversed_order_is_found() {
    // The second payment was acknowledged before the first was asked for.
    finds("order reversed", |record| {
        set_moments(record, 2, 1, 5);
        set_moments(record, 3, 1, 5);
    });
    // A twin was told of an effect before anyone can have had it.
    finds("order reversed", |record| set_moments(record, 3, 41, 45));
}

#[test]
fn books_that_do_not_add_up_are_found() {
    finds("conservation", |record| record.rows[3].to_balance += 1);
    finds("gap", |record| record.rows[8].sequence = 10);
    finds("negative balance", |record| record.rows[3].amount = 180);
}

#[test]
fn a_broken_history_is_found() {
    for spoil in [
        |lines: &mut Vec<Line>| lines.retain(|line| line.sequence != 5),
        |lines: &mut Vec<Line>| lines[1].before += 1,
        |lines: &mut Vec<Line>| lines[1].change = -lines[1].change,
        |lines: &mut Vec<Line>| lines.truncate(2),
        |lines: &mut Vec<Line>| lines.clear(),
        |lines: &mut Vec<Line>| lines.swap(0, 1),
    ] {
        finds("history", |record| {
            let Asked::History { lines, .. } = &mut record.operations[7].asked else { panic!("not a history") };
            spoil(lines);
        });
    }
}
