//! Fees on payments between members: a payment and its fee are both there or neither, each is found from the
//! other, nobody pays more than was said, and what was issued is what there is, after every step.

use std::sync::Arc;

use communitytoken::config::{Fees, Percent};
use communitytoken::error::{Code, Error, Result};
use communitytoken::ledger::{
    Amount, IdempotencyKey, Kind, Note, Once, Transaction, TransactionId, Wallet, WalletId, WalletKey, by_id,
    transaction_type,
};
use communitytoken::requests::{Accept, Ask, Wanted};
use communitytoken::transfers::{FeeTerms, Reverse, Send};
use communitytoken::treasury::{AddAccount, Correct};

use super::raw_sql::refused;
use super::support::{
    Community, amount, authority, delete, distribution, freeze, issue, key, refusal, register, transfer,
};

/// So many percent, and so many tokens.
fn rule(percent: &str, fixed: i64) -> Fees {
    Fees { percent: percent.parse::<Percent>().unwrap(), fixed, ..Fees::default() }
}

fn taking(fees: Fees) -> FeeTerms {
    FeeTerms { fees: Some(Arc::new(fees)), at_most: None }
}

fn send(community: &Community, from: usize, to: WalletId, tokens: i64, terms: &FeeTerms) -> Send {
    Send { terms: terms.clone(), ..transfer(&community.members[from], to, tokens) }
}

/// Pays, and looks whether all still adds up.
fn pay(community: &Community, from: usize, to: usize, tokens: i64, terms: &FeeTerms) -> Result<Transaction> {
    let outcome = community.run(send(community, from, community.wallet(to), tokens, terms));
    community.assert_sound();
    outcome
}

fn seen(community: &Community, id: TransactionId, by: Option<WalletKey>) -> Transaction {
    community.books().read_blocking(|conn| by_id(conn, id, by)).unwrap()
}

/// What members 0, 1 and so on hold, and at last the community.
fn balances(community: &Community) -> Vec<i64> {
    let members = community.members.iter().map(|member| community.balance(member.wallet_id));
    members.chain([community.balance(community.treasury)]).collect()
}

/// Of a refusal for want of tokens: what there was, what was needed, and the fee in it.
fn too_few(error: &Error) -> [u64; 3] {
    assert_eq!(error.code, Code::InsufficientBalance);
    ["balance", "required", "fee"].map(|name| error.members[name].as_u64().unwrap())
}

#[test]
fn a_payment_and_its_fee_stand_together() {
    let community = Community::new(2);
    community.endow(500);
    let terms = taking(rule("2.5", 1));
    let paid = pay(&community, 0, 1, 100, &terms).unwrap();
    let fee = paid.fee.unwrap();
    assert_eq!((paid.amount, fee.amount, balances(&community)), (100, 3, vec![397, 600, 3]));
    // As it was answered, so it is read; and the fee names its payment.
    let [payer, recipient] = [0, 1].map(|member: usize| community.members[member].wallet_key);
    assert_eq!(seen(&community, paid.id, None), paid);
    assert_eq!(seen(&community, paid.id, Some(payer)).fee, Some(fee));
    assert_eq!(seen(&community, paid.id, Some(recipient)).fee, None, "it is the payer's affair");
    let taken = seen(&community, fee.transaction_id, Some(payer));
    assert_eq!((taken.sequence, taken.created_at), (paid.sequence + 1, paid.created_at));
    assert_eq!((taken.kind, taken.transaction_type), (Kind::Pool, transaction_type::FEE));
    assert_eq!((taken.from.wallet_id, taken.to.wallet_id), (community.wallet(0), community.treasury));
    let of = taken.fee_of.unwrap();
    assert_eq!((of.transaction_id, of.to.wallet_id), (paid.id, community.wallet(1)));
    let hidden = community.books().read_blocking(|conn| by_id(conn, fee.transaction_id, Some(recipient)));
    assert_eq!(refusal(hidden), Code::TransactionNotFound);
    // The next payment of the same member, which costs nothing, is not taken for one with a fee.
    let next = pay(&community, 0, 1, 5, &FeeTerms::default()).unwrap();
    assert_eq!((next.fee, seen(&community, next.id, None).fee), (None, None));
}

/// Twice with one key: once paid, and the same answer, with its fee, whatever the rule is by then.
#[test]
fn a_repeated_payment_has_its_fee_once() {
    let mut community = Community::new(2);
    community.endow(500);
    let once = |community: &Community, terms: &FeeTerms| {
        let command = send(community, 0, community.wallet(1), 100, terms);
        community.run(Once::new(community.members[0].key, &key("one"), command)).unwrap()
    };
    let first = once(&community, &taking(rule("3", 0)));
    assert_eq!(first.output.fee.unwrap().amount, 3);
    let rows = community.rows();
    for later in [taking(rule("3", 0)), taking(rule("50", 7)), FeeTerms::default()] {
        let again = once(&community, &later);
        assert!(again.replayed);
        assert_eq!(again.output, first.output);
        community.reopen();
    }
    let agreed = FeeTerms { at_most: Some(0), ..taking(rule("3", 0)) };
    assert_eq!(once(&community, &agreed).output, first.output, "it was agreed to then");
    assert_eq!(community.rows(), rows);
    community.assert_sound();
}

/// The wallet with exactly the amount and its fee can pay; with one token less it cannot, and nothing happens.
#[test]
fn to_the_last_token() {
    for (percent, fixed, tokens, fee) in [("0", 1, 1, 1), ("100", 0, 250, 250), ("1.5", 2, 200, 5), ("50", 0, 3, 1)] {
        let community = Community::new(2);
        let terms = taking(rule(percent, fixed));
        let give = |tokens| community.run(distribution([(community.wallet(0), tokens)])).unwrap();
        give(tokens + fee - 1);
        let rows = community.rows();
        let refused = pay(&community, 0, 1, tokens, &terms).unwrap_err();
        assert_eq!(too_few(&refused), [tokens + fee - 1, tokens + fee, fee].map(i64::unsigned_abs));
        assert_eq!(community.rows(), rows);
        give(1);
        assert_eq!(pay(&community, 0, 1, tokens, &terms).unwrap().fee.unwrap().amount, fee);
        assert_eq!(balances(&community), [0, tokens, fee]);
    }
}

/// With as many tokens as there can be, nothing wraps around.
#[test]
fn at_the_largest_amount() {
    let community = Community::new(2);
    community.run(distribution([(community.wallet(0), i64::MAX)])).unwrap();
    let rows = community.rows();
    let most = i64::MAX.unsigned_abs();
    for (percent, fixed, fee) in [("0", 1, 1), ("100", 0, most), ("100", i64::MAX, most), ("0", i64::MAX, most)] {
        let refused = pay(&community, 0, 1, i64::MAX, &taking(rule(percent, fixed))).unwrap_err();
        assert_eq!(too_few(&refused), [most, most + fee, fee]);
    }
    assert_eq!(community.rows(), rows);
    let half = i64::MAX / 2;
    assert_eq!(pay(&community, 0, 1, half, &taking(rule("100", 0))).unwrap().fee.unwrap().amount, half);
    assert_eq!(balances(&community), [1, half, half]);
}

/// Nobody pays one on what goes to the community, comes from it, or goes back; nor where one side is exempt.
#[test]
fn what_is_free() {
    let community = Community::new(4);
    community.endow(500);
    let exempt = vec![community.wallet(2)];
    let terms = taking(Fees { exempt, ..rule("10", 1) });
    let gift = community.run(send(&community, 0, community.treasury, 100, &terms)).unwrap();
    assert_eq!((gift.kind, gift.fee), (Kind::Pool, None), "the account that takes fees is paid itself");
    for (from, to) in [(2, 0), (0, 2)] {
        let paid = pay(&community, from, to, 100, &terms).unwrap();
        assert_eq!((paid.fee, seen(&community, paid.id, None).fee), (None, None));
    }
    let paid = pay(&community, 0, 1, 100, &terms).unwrap();
    assert_eq!(paid.fee.unwrap().amount, 11);
    let back = Reverse { caller: community.members[1].wallet_key, transaction_id: paid.id, amount: None, note: None };
    let back = community.run(back).unwrap();
    assert_eq!((back.amount, back.fee, seen(&community, back.id, None).fee), (100, None, None));
    assert_eq!(balances(&community), [389, 500, 500, 500, 111], "the fee stays where it is");
    // A rule that comes to nothing takes nothing, and one token is not much of one.
    for (fees, tokens) in [(rule("1", 0), 99), (Fees { at_most: Some(0), ..rule("50", 5) }, 10)] {
        let before = community.rows().len();
        let paid = pay(&community, 0, 1, tokens, &taking(fees)).unwrap();
        assert_eq!(paid.fee, None);
        assert_eq!(seen(&community, paid.id, None), paid);
        assert!(community.rows().len() > before);
    }
    community.assert_sound();
}

/// What refuses a payment refuses it with a fee as well, for the same reason, and nothing happens.
#[test]
fn what_is_refused() {
    let mut community = Community::new(4);
    community.endow(500);
    community.run(freeze(community.wallet(2), true)).unwrap();
    community.run(delete(&community.members[3], true)).unwrap();
    let terms = taking(rule("10", 1));
    let rows = community.rows();
    for (from, to, code) in [
        (0, 0, Code::SelfTransfer),
        (0, 2, Code::WalletFrozen),
        (2, 0, Code::WalletFrozen),
        (0, 3, Code::RecipientClosed),
        (3, 0, Code::Forbidden),
    ] {
        assert_eq!(refusal(pay(&community, from, to, 100, &terms)), code, "{from} to {to}");
    }
    for most in [0, 10] {
        let agreed = FeeTerms { at_most: Some(most), ..terms.clone() };
        let changed = pay(&community, 0, 1, 100, &agreed).unwrap_err();
        assert_eq!((changed.code, changed.members["fee"].as_i64()), (Code::FeeChanged, Some(11)));
    }
    let nowhere = taking(Fees { to: Some("festival".into()), ..rule("10", 1) });
    assert_eq!(refusal(pay(&community, 0, 1, 100, &nowhere)), Code::SystemAccountNotFound);
    assert_eq!(community.rows(), rows, "not the payment either");
    for most in [11, i64::MAX] {
        let agreed = FeeTerms { at_most: Some(most), ..terms.clone() };
        assert_eq!(pay(&community, 0, 1, 100, &agreed).unwrap().fee.unwrap().amount, 11);
    }
    // Before anything is served, what the ledger has not is said with its field.
    let check = |community: &Community, fees: &Fees| community.books().read_blocking(|conn| fees.check(conn));
    let field = |outcome: Result<()>| outcome.unwrap_err().errors[0].field.clone();
    let stranger = WalletId::random();
    assert_eq!(field(check(&community, nowhere.fees.as_ref().unwrap())), "fees.to");
    assert_eq!(field(check(&community, &Fees { exempt: vec![stranger], ..rule("1", 0) })), "fees.exempt");
    check(&community, &Fees { exempt: vec![community.wallet(0)], ..rule("1", 0) }).unwrap();
    community.run(AddAccount { name: "festival".into(), authority: authority("Music") }).unwrap();
    check(&community, nowhere.fees.as_ref().unwrap()).unwrap();
    let paid = pay(&community, 0, 1, 10, &nowhere).unwrap();
    assert_eq!(seen(&community, paid.fee.unwrap().transaction_id, None).to.name, "festival");
    community.run(register("late")).unwrap();
    community.reopen();
    community.assert_sound();
}

/// Whoever is asked to pay pays the fee, in the same step; a payment that is asked back costs nothing.
#[test]
fn a_request_is_paid_with_its_fee() {
    let community = Community::new(2);
    community.endow(110);
    let terms = taking(rule("10", 0));
    let ask = |asker: usize, wanted| {
        let member = &community.members[asker];
        let (caller, asker, key) = (member.key, member.wallet_key, IdempotencyKey::fresh());
        let note = Some(Note::new("For bread").unwrap());
        community.run(Ask { caller, asker, key, wanted, note, days: 30 }).unwrap().output.id
    };
    let accept = |payer: usize, id, terms: &FeeTerms| {
        let member = &community.members[payer];
        let command = Accept { payer: member.wallet_key, id, terms: terms.clone() };
        let outcome = community.run(Once::new(member.key, &IdempotencyKey::fresh(), command));
        community.assert_sound();
        outcome.map(|outcome| outcome.output)
    };
    let wanted = |tokens| Wanted::Payment { payer: community.wallet(1), amount: amount(tokens) };
    let [too_much, all] = [wanted(101), wanted(100)].map(|wanted| ask(0, wanted));
    let rows = community.rows();
    assert_eq!(too_few(&accept(1, too_much, &terms).unwrap_err()), [110, 111, 10]);
    let agreed = FeeTerms { at_most: Some(9), ..terms.clone() };
    assert_eq!(refusal(accept(1, all, &agreed)), Code::FeeChanged);
    assert_eq!(community.rows(), rows, "it waits on");
    let paid = accept(1, all, &terms).unwrap();
    assert_eq!((paid.fee.unwrap().amount, balances(&community)), (10, vec![210, 0, 10]));
    let back = ask(1, Wanted::Back { transaction_id: paid.id, amount: None });
    assert_eq!(accept(0, back, &terms).unwrap().fee, None);
    assert_eq!(balances(&community), [110, 100, 10]);
}

fn correct(community: &Community, id: TransactionId, tokens: Option<i64>) -> Result<Transaction> {
    let authority = authority("Mistaken");
    let outcome = community.run(Correct { transaction_id: id, amount: tokens.map(amount), authority });
    community.assert_sound();
    outcome
}

/// A payment that an operator gives back whole was none, so its fee goes back with it, in the same step.
#[test]
fn a_corrected_payment_cost_nothing() {
    let community = Community::new(2);
    community.endow(200);
    let terms = taking(rule("10", 0));
    let paid = pay(&community, 0, 1, 100, &terms).unwrap();
    let command = Correct { transaction_id: paid.id, amount: None, authority: authority("Mistaken") };
    let once = Once::new(community.members[0].key, &key("one"), command);
    let back = community.run(once.clone()).unwrap().output;
    community.assert_sound();
    let fee = back.fee.unwrap();
    assert_eq!((back.amount, fee.amount, balances(&community)), (100, 10, vec![200, 200, 0]));
    assert_eq!(seen(&community, back.id, None), back, "as it was answered, so it is read");
    assert_eq!(community.run(once).unwrap().output, back, "and answered again");
    let returned = seen(&community, fee.transaction_id, None);
    assert_eq!(returned.reverses, paid.fee.map(|fee| fee.transaction_id));
    let line: (String, i64, i64) = community
        .books()
        .read_blocking(|conn| {
            let sql = "SELECT action, first_sequence, last_sequence FROM audit_log ORDER BY sequence DESC LIMIT 1";
            Ok(conn.query_row(sql, [], |row| row.try_into())?)
        })
        .unwrap();
    assert_eq!(line, ("reversal".to_owned(), back.sequence, returned.sequence), "one act, one line");
    // The other side reads of the payment alone.
    assert_eq!(seen(&community, back.id, Some(community.members[1].wallet_key)).fee, None);
    assert_eq!(refusal(correct(&community, paid.id, None)), Code::AlreadyReversed);
}

/// Of a payment that goes back in part the fee stays, until the rest follows; and what went back of a fee
/// already does not go back twice.
#[test]
fn a_payment_corrected_in_part() {
    let community = Community::new(2);
    community.endow(200);
    let terms = taking(rule("10", 0));
    let paid = pay(&community, 0, 1, 100, &terms).unwrap();
    assert_eq!(correct(&community, paid.id, Some(40)).unwrap().fee, None);
    assert_eq!(balances(&community), [130, 260, 10]);
    assert_eq!(correct(&community, paid.id, Some(60)).unwrap().fee.unwrap().amount, 10);
    assert_eq!(balances(&community), [200, 200, 0]);
    // A fee alone, in part; then the payment with what is left of it.
    let paid = pay(&community, 0, 1, 100, &terms).unwrap();
    let fee = paid.fee.unwrap().transaction_id;
    assert_eq!(correct(&community, fee, Some(4)).unwrap().fee, None);
    assert_eq!(correct(&community, paid.id, None).unwrap().fee.unwrap().amount, 6);
    assert_eq!(balances(&community), [200, 200, 0]);
    // A fee alone, whole, behind a payment that the other one gave back: the two are not taken for one act.
    let paid = pay(&community, 0, 1, 100, &terms).unwrap();
    let caller = community.members[1].wallet_key;
    let back = community.run(Reverse { caller, transaction_id: paid.id, amount: None, note: None }).unwrap();
    correct(&community, paid.fee.unwrap().transaction_id, None).unwrap();
    assert_eq!(seen(&community, back.id, None).fee, None);
    assert_eq!(balances(&community), [200, 200, 0]);
}

/// Where the account has given the fee away since, nothing goes back, and it is said what would help.
#[test]
fn a_fee_that_was_spent() {
    let community = Community::new(2);
    community.endow(200);
    let paid = pay(&community, 0, 1, 100, &taking(rule("10", 0))).unwrap();
    community.run(distribution([(community.wallet(1), 3)])).unwrap();
    let rows = community.rows();
    let refused = correct(&community, paid.id, None).unwrap_err();
    assert_eq!(refused.code, Code::InsufficientBalance);
    assert!(refused.detail.contains("does not hold it any more. Issue tokens"), "{}", refused.detail);
    assert_eq!(community.rows(), rows);
    community.run(issue(3)).unwrap();
    assert_eq!(correct(&community, paid.id, None).unwrap().fee.unwrap().amount, 10);
    assert_eq!(balances(&community), [200, 203, 0]);
}

/// A shell cannot make a fee of its own, nor put anything between a payment and its fee.
#[test]
fn by_hand() {
    const NO_FEE: &str =
        "a fee goes to a system wallet, right behind the payment between members it is for, by the same payer";
    let community = Community::new(3);
    community.endow(500);
    pay(&community, 0, 1, 100, &taking(rule("10", 0))).unwrap();
    // Keys: the community's wallet is 1, those of members 2 to 4. The last row is a fee.
    let typed = |from: i64, to: i64, kind: i64, reverses: &str| {
        format!(
            "INSERT INTO audit_log (sequence, created_at, action, target, operator, reason, details, first_sequence, last_sequence)
             SELECT sequence + 1, created_at, iif({reverses} IS NULL, 'transfer', 'reversal'), 'x', 'maria', 'By hand', '{{}}',
                    (SELECT max(sequence) + 1 FROM transactions), (SELECT max(sequence) + 1 FROM transactions)
               FROM audit_log ORDER BY sequence DESC LIMIT 1;
             INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                                       from_previous, to_previous, from_balance, to_balance, reverses, audit)
             SELECT last.sequence + 1, last.created_at, {kind}, 2, sender.key, recipient.key, 5, sender.last_sequence,
                    recipient.last_sequence, sender.balance - 5, recipient.balance + 5, {reverses},
                    (SELECT max(sequence) FROM audit_log)
               FROM (SELECT * FROM transactions ORDER BY sequence DESC LIMIT 1) AS last
               JOIN wallets AS sender ON sender.key = {from} JOIN wallets AS recipient ON recipient.key = {to}"
        )
    };
    refused(
        &community,
        &[
            (typed(2, 1, 4, "NULL"), NO_FEE), // behind a fee
            (typed(3, 2, 3, "NULL"), NO_FEE), // to a member
        ],
    );
    pay(&community, 0, 1, 10, &FeeTerms::default()).unwrap();
    refused(
        &community,
        &[
            (typed(3, 1, 4, "NULL"), NO_FEE),                                     // of another payer
            (typed(3, 2, 3, "(SELECT max(sequence) FROM transactions)"), NO_FEE), // by which something goes back
        ],
    );
}

/// What a page would say beforehand is what happens.
#[test]
fn what_is_foretold_happens() {
    let community = Community::new(2);
    community.endow(1000);
    for (percent, fixed, at_most) in [("0", 0, None), ("0.5", 1, None), ("12.3456", 0, Some(7)), ("100", 3, Some(100))]
    {
        let terms = taking(Fees { at_most, ..rule(percent, fixed) });
        for tokens in [1, 7, 99, 150] {
            let foretold = community
                .books()
                .read_blocking(|conn| {
                    let wallet = |member| Wallet::by_id(conn, community.wallet(member));
                    Ok(terms.fee(&wallet(0)?, &wallet(1)?, amount(tokens)))
                })
                .unwrap();
            let paid = pay(&community, 0, 1, tokens, &terms);
            match paid {
                Ok(paid) => assert_eq!(paid.fee.map(|fee| fee.amount), foretold.map(Amount::get)),
                Err(error) => assert_eq!(error.code, Code::InsufficientBalance),
            }
        }
    }
}
