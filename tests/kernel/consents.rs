//! A second operator's consent: what is too large for one alone, by itself and within a day; what happens
//! when another consents, and what cannot any more. What was issued is what there is, after every step.

use std::sync::Arc;

use communitytoken::config::Fees;
use communitytoken::error::{Code, Result};
use communitytoken::identity::{Member, Overseers, Role};
use communitytoken::ledger::{
    Acting, Authority, DAY_MS, Once, Operator, Outcome, Reason, Repeatable, Seen, Transaction, UserKey, WalletId,
};
use communitytoken::members::SetRole;
use communitytoken::transfers::{FeeTerms, Send};
use communitytoken::treasury::consents::{
    Consent, End, EndProposal, Proposal, ProposalState, Rules, Weighed, Weighing, Weighty, by_id, waiting,
};
use communitytoken::treasury::{Correct, Distribute, Issue, Unfreeze};
use uuid::Uuid;

use super::support::{Community, MORNING, amount, authority, delete, distribution, freeze, key, refusal, transfer};

const HOUR: i64 = 3_600_000;

/// Two operators, 0 and 1, and two members, 2 and 3; from 100 tokens on nobody acts alone.
struct Council(Community);

fn by(member: &Member, reason: &str) -> Authority {
    Authority {
        operator: Operator::new(&format!("{} ({})", member.username, member.id)).unwrap(),
        reason: Reason::new(reason).unwrap(),
        request_id: Some("request-1".into()),
        acting: Some(Acting { user: member.key, by_grant: true, session: None }),
        consent: None,
    }
}

impl Council {
    fn new() -> Self {
        let community = Community::founded(4, MORNING);
        for operator in 0..2 {
            let user_id = community.members[operator].id;
            let role = Role::Operator;
            let command =
                SetRole { user_id, role, granted: true, configured: Vec::new(), authority: authority("Elected") };
            community.run(command).unwrap();
        }
        Self(community)
    }

    fn act(&self, operator: usize, reason: &str) -> Authority {
        by(&self.0.members[operator], reason)
    }

    fn rules() -> Rules {
        Rules {
            above: 100,
            valid_ms: 72 * HOUR,
            claimed_ms: HOUR,
            operators: Vec::new(),
            overseers: Overseers::default(),
        }
    }

    fn weigh<C: Weighty>(&self, command: C) -> Result<Weighing<C::Output>> {
        let outcome = self.0.run(Weighed { rules: Some(Self::rules()), command });
        self.0.assert_sound();
        outcome
    }

    fn once<C: Repeatable>(&self, operator: usize, name: &str, command: C) -> Once<C> {
        Once::new(self.0.members[operator].key, &key(name), command)
    }

    fn issue(&self, operator: usize, name: &str, tokens: i64) -> Weighing<Outcome<Transaction>> {
        let authority = self.act(operator, "Stock");
        let command = Issue { amount: amount(tokens), system_account: None, authority };
        self.weigh(self.once(operator, name, command)).unwrap()
    }

    fn shares(&self, operator: usize, shares: &[(WalletId, i64)]) -> Distribute {
        Distribute { authority: self.act(operator, "Rewards"), ..distribution(shares.iter().copied()) }
    }

    fn consent(&self, operator: usize, id: Uuid) -> Result<Proposal> {
        let authority = self.act(operator, "Looked at it");
        let outcome =
            self.0.run(Consent { id, recipients_max: 100, operators: Vec::new(), authority, seen: Seen::default() });
        self.0.assert_sound();
        outcome
    }

    fn end(&self, operator: usize, id: Uuid, end: End) -> Result<Proposal> {
        self.0.run(EndProposal { id, end, authority: self.act(operator, "No") })
    }

    fn stands(&self, id: Uuid) -> ProposalState {
        let now = self.0.clock.time();
        self.0.books().read_blocking(|conn| by_id(conn, id, now)).unwrap().state
    }

    fn issued(&self) -> i64 {
        self.0.supply().total_issuance
    }

    /// The last lines of the audit log: who did what, and who consented.
    fn lines(&self, count: i64) -> Vec<(String, String, Option<String>)> {
        let read = |conn: &rusqlite::Connection| {
            Ok(conn
                .prepare(
                    "SELECT action, operator, details ->> 'consented_by' FROM
                       (SELECT * FROM audit_log ORDER BY sequence DESC LIMIT ?1) ORDER BY sequence",
                )?
                .query_map([count], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?)
        };
        self.0.books().read_blocking(read).unwrap()
    }
}

#[track_caller]
fn done<T: std::fmt::Debug>(weighing: Weighing<T>) -> T {
    match weighing {
        Weighing::Done(output) => output,
        Weighing::Waits(waits) => panic!("it waits: {waits:?}"),
    }
}

#[track_caller]
fn waits<T: std::fmt::Debug>(weighing: Weighing<T>) -> Proposal {
    match weighing {
        Weighing::Waits(waits) => waits.output,
        Weighing::Done(output) => panic!("it is done: {output:?}"),
    }
}

/// Exactly as much as the limit goes through, and one more asks; by itself, and together with what the same
/// operator did alone in the last 24 hours, however it is split. Each operator and each kind of act for itself.
#[test]
fn the_limit_is_the_days() {
    let council = Council::new();
    assert!(!done(council.issue(0, "all", 100)).replayed);
    let asked = waits(council.issue(0, "one", 1));
    assert_eq!((asked.amount, asked.state, council.issued()), (1, ProposalState::Pending, 100));
    // What was done is not asked for again, whatever came after it.
    assert!(done(council.issue(0, "all", 100)).replayed);
    // Ten of eleven: nine go through, and the tenth asks.
    let mut passed = 0;
    for number in 0..10 {
        if let Weighing::Done(_) = council.issue(1, &format!("part-{number}"), 11) {
            passed += 1;
        }
    }
    assert_eq!((passed, council.issued()), (9, 199));
    // Another kind of act has a sum of its own.
    let shares = council.shares(0, &[(council.0.wallet(2), 60), (council.0.wallet(3), 40)]);
    done(council.weigh(council.once(0, "shares", shares)).unwrap());
    // A minute before the day is over it still counts.
    council.0.clock.turn(DAY_MS - 60_000);
    waits(council.issue(0, "two", 100));
    council.0.clock.turn(60_000);
    done(council.issue(0, "three", 100));
    assert_eq!(council.issued(), 299);
}

/// What another operator consented to is not what somebody did alone.
#[test]
fn what_two_did_is_not_what_one_did() {
    let council = Council::new();
    let large = waits(council.issue(0, "large", 5_000));
    assert_eq!(council.issued(), 0);
    council.consent(1, large.id).unwrap();
    assert_eq!(council.issued(), 5_000);
    done(council.issue(0, "small", 100));
    waits(council.issue(0, "smaller", 1));
}

/// A proposal is made once for each key, and stays what its key asked for.
#[test]
fn one_key_is_one_proposal() {
    let council = Council::new();
    let first = waits(council.issue(0, "large", 101));
    let before = council.0.rows();
    assert_eq!(waits(council.issue(0, "large", 101)).id, first.id);
    let authority = council.act(0, "Stock");
    let other = council.once(0, "large", Issue { amount: amount(102), system_account: None, authority });
    assert_eq!(refusal(council.weigh(other)), Code::IdempotencyKeyReused);
    assert_eq!(council.0.rows(), before, "a repetition writes nothing");
    council.consent(1, first.id).unwrap();
    // Even where nobody is asked any more, what was proposed with this key is not done beside it.
    let authority = council.act(0, "Stock");
    let again = council.once(0, "large", Issue { amount: amount(101), system_account: None, authority });
    let again = waits(council.0.run(Weighed { rules: None, command: again }).unwrap());
    assert_eq!((again.id, again.state, council.issued()), (first.id, ProposalState::Consented, 101));
}

/// A distribution happens as it was proposed, in one step with the consent, and the lines name both.
#[test]
fn what_was_proposed_happens() {
    let council = Council::new();
    let shares = [(council.0.wallet(2), 70), (council.0.wallet(3), 31)];
    let command = council.once(0, "shares", council.shares(0, &shares));
    let asked = waits(council.weigh(command).unwrap());
    let before = council.0.rows();
    assert_eq!(refusal(council.consent(0, asked.id)), Code::OwnProposal);
    assert_eq!(refusal(council.end(0, asked.id, End::Refused)), Code::OwnProposal);
    assert_eq!(refusal(council.end(1, asked.id, End::Withdrawn)), Code::Forbidden);
    assert_eq!(refusal(council.consent(2, asked.id)), Code::Forbidden, "a member is no operator");
    assert_eq!(refusal(council.consent(1, Uuid::new_v4())), Code::ProposalNotFound);
    assert_eq!(council.0.rows(), before, "a refusal changes nothing");
    let given = council.consent(1, asked.id).unwrap();
    assert_eq!((given.state, council.issued()), (ProposalState::Consented, 101));
    assert!(given.distribution_id.is_some() && given.transaction_id.is_none());
    assert_eq!([2, 3].map(|member| council.0.balance(council.0.wallet(member))), [70, 31]);
    let [proposer, other] = [0, 1].map(|member| council.act(member, "x").operator.as_str().to_owned());
    let expected =
        [("consent.given".to_owned(), other.clone(), None), ("distribution".to_owned(), proposer, Some(other))];
    assert_eq!(council.lines(2), expected);
    let before = council.0.rows();
    assert_eq!(council.consent(1, asked.id).unwrap().distribution_id, given.distribution_id);
    assert_eq!(refusal(council.end(1, asked.id, End::Refused)), Code::ProposalEnded);
    assert_eq!(council.0.rows(), before, "said twice, it happened once");
}

/// What cannot happen any more is refused with its own code, and waits on; what could not happen at all is not
/// even proposed.
#[test]
fn what_cannot_happen_waits_on() {
    let council = Council::new();
    let shares = [(council.0.wallet(2), 200)];
    council.0.run(freeze(council.0.wallet(2), true)).unwrap();
    let before = council.0.rows();
    let command = council.once(0, "frozen", council.shares(0, &shares));
    assert_eq!(refusal(council.weigh(command)), Code::WalletFrozen);
    assert_eq!(council.0.rows(), before);
    council.0.run(freeze(council.0.wallet(2), false)).unwrap();
    let asked = waits(council.weigh(council.once(0, "shares", council.shares(0, &shares))).unwrap());
    council.0.run(freeze(council.0.wallet(2), true)).unwrap();
    let before = council.0.rows();
    assert_eq!(refusal(council.consent(1, asked.id)), Code::WalletFrozen);
    assert_eq!((council.0.rows(), council.stands(asked.id)), (before, ProposalState::Pending));
    council.0.run(freeze(council.0.wallet(2), false)).unwrap();
    council.consent(1, asked.id).unwrap();
    // A payment that was given back meanwhile.
    let paid = council.0.send(2, 3, 150).unwrap();
    let correct = |name: &str| {
        let authority = council.act(0, "By mistake");
        council.once(0, name, Correct { transaction_id: paid.id, amount: None, authority })
    };
    let [first, second] = ["first", "second"].map(|name| waits(council.weigh(correct(name)).unwrap()));
    assert_eq!((first.amount, council.0.balance(council.0.wallet(3))), (150, 150));
    assert!(council.consent(1, first.id).unwrap().transaction_id.is_some());
    assert_eq!(council.0.balance(council.0.wallet(3)), 0);
    assert_eq!(refusal(council.consent(1, second.id)), Code::AlreadyReversed);
    assert_eq!(council.end(1, second.id, End::Refused).unwrap().state, ProposalState::Refused);
    assert_eq!(refusal(council.consent(1, second.id)), Code::ProposalEnded);
}

/// A correction weighs what goes back with it, too: the fee.
#[test]
fn a_correction_weighs_its_fee() {
    let council = Council::new();
    council.0.run(distribution([(council.0.wallet(2), 400)])).unwrap();
    let fees = Fees { percent: "10".parse().unwrap(), ..Fees::default() };
    let terms = FeeTerms { fees: Some(Arc::new(fees)), at_most: None };
    let pay = |tokens| {
        let paid = transfer(&council.0.members[2], council.0.wallet(3), tokens);
        council.0.run(Send { terms: terms.clone(), ..paid }).unwrap()
    };
    let correct = |name: &str, paid: &Transaction| {
        let authority = council.act(0, "By mistake");
        council.weigh(council.once(0, name, Correct { transaction_id: paid.id, amount: None, authority })).unwrap()
    };
    let asked = waits(correct("large", &pay(95)));
    assert_eq!(asked.amount, 104);
    council.consent(1, asked.id).unwrap();
    assert_eq!((council.0.balance(council.0.wallet(2)), council.0.balance(council.0.treasury)), (400, 0));
    assert_eq!(done(correct("half", &pay(50))).output.with_fee(), 55);
    // 55 were given back alone today; 44 and their fee of 4 are too much besides.
    assert_eq!(waits(correct("rest", &pay(44))).amount, 48);
    done(correct("little", &pay(41)));
}

/// A wallet with much in it is opened by two; and a proposal about one freezing is none about another.
#[test]
fn a_full_wallet_is_opened_by_two() {
    let council = Council::new();
    let wallet_id = council.0.wallet(2);
    let unfreeze = |operator: usize| Unfreeze { wallet_id, frozen_by: None, authority: council.act(operator, "Found") };
    let frozen = |is_frozen: bool| council.0.run(freeze(wallet_id, is_frozen)).unwrap().frozen_reason.is_some();
    council.0.run(distribution([(wallet_id, 100)])).unwrap();
    frozen(true);
    assert!(done(council.weigh(unfreeze(0)).unwrap()).wallet.frozen_reason.is_none(), "as much as the limit");
    assert!(done(council.weigh(unfreeze(0)).unwrap()).frozen_by.is_none(), "it is open already");
    frozen(true);
    // The same operator opened it alone today already: it counts twice.
    let asked = waits(council.weigh(unfreeze(0)).unwrap());
    council.end(0, asked.id, End::Withdrawn).unwrap();
    council.0.run(distribution([(council.0.wallet(3), 1)])).unwrap();
    council.0.clock.turn(DAY_MS);
    frozen(false);
    council.0.send(3, 2, 1).unwrap();
    frozen(true);
    let asked = waits(council.weigh(unfreeze(0)).unwrap());
    assert_eq!(waits(council.weigh(unfreeze(1)).unwrap()).id, asked.id, "it is proposed once");
    assert!(!frozen(false) && frozen(true), "somebody at the machine");
    assert_eq!(refusal(council.consent(1, asked.id)), Code::ProposalOutdated);
    assert_eq!(council.stands(asked.id), ProposalState::Pending);
    let anew = waits(council.weigh(unfreeze(0)).unwrap());
    assert_ne!(anew.id, asked.id);
    assert_eq!(council.consent(1, anew.id).unwrap().state, ProposalState::Consented);
    assert!(!frozen(false), "it was open");
    assert_eq!(refusal(council.consent(1, asked.id)), Code::ProposalOutdated);
}

/// Nobody consents after the time, nor to what somebody proposed who is no operator any more or has left.
#[test]
fn time_and_roles_pass() {
    let council = Council::new();
    let role = |member: usize, granted: bool| {
        let user_id = council.0.members[member].id;
        let configured = Vec::new();
        council
            .0
            .run(SetRole { user_id, role: Role::Operator, granted, configured, authority: authority("Election") })
            .unwrap();
    };
    let asked = waits(council.issue(0, "late", 101));
    council.0.clock.turn(72 * HOUR - 1);
    assert_eq!(council.stands(asked.id), ProposalState::Pending);
    council.0.clock.turn(1);
    assert_eq!(council.stands(asked.id), ProposalState::Expired);
    let now = council.0.clock.time();
    assert_eq!(council.0.books().read_blocking(|conn| waiting(conn, now)).unwrap(), 0);
    assert_eq!(refusal(council.consent(1, asked.id)), Code::ProposalEnded);
    assert_eq!(refusal(council.end(0, asked.id, End::Withdrawn)), Code::ProposalEnded);
    let asked = waits(council.issue(0, "in-time", 101));
    role(0, false);
    assert_eq!(refusal(council.consent(1, asked.id)), Code::ProposerNoOperator);
    role(0, true);
    council.0.run(delete(&council.0.members[0], true)).unwrap();
    assert_eq!(refusal(council.consent(1, asked.id)), Code::ProposerNoOperator);
    assert_eq!((council.stands(asked.id), council.issued()), (ProposalState::Pending, 0));
    council.0.run(delete(&council.0.members[0], false)).unwrap();
    role(0, true);
    council.consent(1, asked.id).unwrap();
    assert_eq!(council.issued(), 101);
}

/// Who is an operator by a provider's word is one for as long as the word counts.
#[test]
fn a_providers_word_passes() {
    let council = Council::new();
    let claimed = |name: &str| {
        let member = &council.0.members[2];
        let mut authority = by(member, "Stock");
        authority.acting = Some(Acting { user: member.key, by_grant: false, session: None });
        let command = Issue { amount: amount(101), system_account: None, authority };
        waits(council.weigh(Once::new(member.key, &key(name), command)).unwrap())
    };
    let [first, second] = ["first", "second"].map(claimed);
    council.0.clock.turn(HOUR - 1);
    council.consent(1, first.id).unwrap();
    council.0.clock.turn(1);
    assert_eq!(refusal(council.consent(1, second.id)), Code::ProposerNoOperator);
    assert_eq!(council.issued(), 101);
}

/// The database itself takes no consent of the same person, none without its lines, and no proposal back.
#[test]
fn the_database_guards_proposals() {
    let council = Council::new();
    let asked = waits(council.issue(0, "large", 101));
    let UserKey(other) = council.0.members[1].key;
    let shell = council.0.shell();
    for (statement, sentence) in [
        ("DELETE FROM proposals".to_owned(), "proposals are never deleted"),
        ("UPDATE proposals SET act = json_set(act, '$.amount', 1)".to_owned(), "a proposal stays what it was made"),
        ("UPDATE proposals SET expires_at = expires_at + 1".to_owned(), "a proposal stays what it was made"),
        (
            format!("UPDATE proposals SET ended_as = 'consented', answerer = {other}, answered = asked, done = asked"),
            "an answer to a proposal needs a line in the audit log",
        ),
        (
            "INSERT INTO proposals SELECT key + 1, id || '', act, amount, proposer, NULL, asked, created_at, expires_at, NULL, NULL, NULL, NULL, NULL, NULL FROM proposals".to_owned(),
            "this proposal exists already",
        ),
    ] {
        let refused = shell.execute(&statement, []).unwrap_err().to_string();
        assert!(refused.contains(sentence), "{statement}: {refused}");
    }
    drop(shell);
    assert_eq!(council.stands(asked.id), ProposalState::Pending);
}
