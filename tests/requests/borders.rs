//! The borders of what can be asked and answered, with a clock that the test turns.

use communitytoken::error::{Code, Result};
use communitytoken::identity::Member;
use communitytoken::ledger::PageRequest;
use communitytoken::ledger::{DAY_MS, IdempotencyKey, Note, Once, Outcome, Transaction};
use communitytoken::members::{By, Erase, Remaining};
use communitytoken::requests::{
    Accept, Ask, Decline, ListedRequests, OPEN_MAX, OPEN_TO_ONE_MAX, PaymentRequest, RequestState, Wanted, Withdraw,
    by_id, list,
};
use communitytoken::transfers::{FAVOURITES_MAX, FeeTerms, Reverse, SetFavourite};
use uuid::Uuid;

use super::kernel::{Community, MORNING, amount, delete, freeze, refusal};

const DAYS: u32 = 30;

/// What `asker` would like from `payer`.
fn asking(asker: &Member, payer: &Member, tokens: i64) -> Ask {
    Ask {
        caller: asker.key,
        asker: asker.wallet_key,
        key: IdempotencyKey::fresh(),
        wanted: Wanted::Payment { payer: payer.wallet_id, amount: amount(tokens) },
        note: Some(Note::new("For bread").unwrap()),
        days: DAYS,
    }
}

fn asking_back(asker: &Member, paid: &Transaction, tokens: Option<i64>) -> Ask {
    let wanted = Wanted::Back { transaction_id: paid.id, amount: tokens.map(amount) };
    Ask { wanted, note: None, ..asking(asker, asker, 1) }
}

impl Community {
    fn ask(&self, asker: usize, payer: usize, tokens: i64) -> Result<PaymentRequest> {
        self.run(asking(&self.members[asker], &self.members[payer], tokens)).map(|outcome| outcome.output)
    }

    fn accept(&self, payer: usize, id: Uuid) -> Result<Outcome<Transaction>> {
        let payer = &self.members[payer];
        let command = Accept { payer: payer.wallet_key, id, terms: FeeTerms::default() };
        self.run(Once::new(payer.key, &IdempotencyKey::fresh(), command))
    }

    fn request(&self, member: usize, id: Uuid) -> PaymentRequest {
        let (wallet, now) = (self.members[member].wallet_key, self.clock.time());
        self.books().read_blocking(|conn| by_id(conn, id, wallet, now)).unwrap()
    }

    fn requests(&self, member: usize, state: Option<RequestState>) -> Vec<Uuid> {
        let (wallet, now) = (self.members[member].wallet_key, self.clock.time());
        let (listed, page) = (ListedRequests { direction: None, state }, PageRequest::new(Some(200), None).unwrap());
        let found = self.books().read_blocking(|conn| list(conn, wallet, listed, now, &page)).unwrap();
        found.items.iter().map(|request| request.id).collect()
    }

    /// This is refused with this code, and changes nothing.
    #[track_caller]
    fn refuses<T: std::fmt::Debug>(&self, code: Code, attempt: impl FnOnce() -> Result<T>) {
        let before = self.rows();
        assert_eq!(refusal(attempt()), code);
        assert_eq!(self.rows(), before, "{code} changed something");
    }
}

/// Paid and marked in one step, with the words of the one who asked; each names the other, and it lasts.
#[test]
fn accepting_pays() {
    let mut community = Community::founded(3, MORNING);
    community.endow(100);
    let asked = community.ask(0, 1, 40).unwrap();
    assert_eq!((asked.state, asked.amount, asked.note.as_deref()), (RequestState::Open, 40, Some("For bread")));
    assert_eq!(asked.expires_at - asked.created_at, i64::from(DAYS) * DAY_MS);
    community.clock.turn(1_000);
    let paid = community.accept(1, asked.id).unwrap().output;
    assert_eq!((paid.amount, paid.note.as_deref(), paid.reverses), (40, Some("For bread"), None));
    assert_eq!((community.balance(community.wallet(0)), community.balance(community.wallet(1))), (140, 60));
    community.reopen();
    let (his, hers) = (community.request(1, asked.id), community.request(0, asked.id));
    assert_eq!(
        (his.state, his.transaction_id, his.ended_at),
        (RequestState::Accepted, Some(paid.id), Some(paid.created_at))
    );
    assert!(his.is_incoming() && !hers.is_incoming());
    for attempt in
        [community.accept(1, asked.id).map(drop), decline(&community, 1, asked.id), withdraw(&community, 0, asked.id)]
    {
        let error = attempt.unwrap_err();
        assert_eq!((error.code, &error.members["state"]), (Code::RequestEnded, &"accepted".into()));
    }
    community.assert_sound();
}

fn decline(community: &Community, member: usize, id: Uuid) -> Result<()> {
    let payer = community.members[member].wallet_key;
    community.run(Decline { payer, id, answer: Some(Note::new("Not now").unwrap()) }).map(drop)
}

fn withdraw(community: &Community, member: usize, id: Uuid) -> Result<()> {
    community.run(Withdraw { asker: community.members[member].wallet_key, id }).map(drop)
}

/// Each answer is for one of the two alone, and once.
#[test]
fn who_may_answer() {
    let community = Community::founded(3, MORNING);
    community.endow(100);
    let asked = community.ask(0, 1, 40).unwrap().id;
    community.refuses(Code::RequestNotFound, || community.accept(2, asked));
    community.refuses(Code::RequestNotFound, || decline(&community, 2, asked));
    community.refuses(Code::RequestNotFound, || withdraw(&community, 2, asked));
    community.refuses(Code::Forbidden, || community.accept(0, asked));
    community.refuses(Code::Forbidden, || decline(&community, 0, asked));
    community.refuses(Code::Forbidden, || withdraw(&community, 1, asked));
    community.refuses(Code::RequestNotFound, || community.accept(1, Uuid::new_v4()));
    decline(&community, 1, asked).unwrap();
    let declined = community.request(0, asked);
    assert_eq!((declined.state, declined.answer.as_deref()), (RequestState::Declined, Some("Not now")));
    community.refuses(Code::RequestEnded, || community.accept(1, asked));
    let other = community.ask(0, 1, 40).unwrap().id;
    withdraw(&community, 0, other).unwrap();
    community.refuses(Code::RequestEnded, || community.accept(1, other));
    community.refuses(Code::RequestEnded, || withdraw(&community, 0, other));
    assert_eq!(community.requests(0, None), [other, asked], "the newest first");
    assert_eq!(community.requests(1, Some(RequestState::Declined)), [asked]);
    assert_eq!(community.requests(2, None), Vec::<Uuid>::new());
    community.assert_sound();
}

/// The last moment is the one before it expires.
#[test]
fn expiry_is_exact() {
    let community = Community::founded(2, MORNING);
    community.endow(100);
    let asks: Vec<Uuid> = (0..4).map(|_| community.ask(0, 1, 5).unwrap().id).collect();
    community.clock.turn(i64::from(DAYS) * DAY_MS - 1);
    community.accept(1, asks[0]).unwrap();
    community.clock.turn(1);
    assert_eq!(community.request(0, asks[1]).state, RequestState::Expired);
    community.refuses(Code::RequestEnded, || community.accept(1, asks[1]));
    community.refuses(Code::RequestEnded, || decline(&community, 1, asks[2]));
    community.refuses(Code::RequestEnded, || withdraw(&community, 0, asks[3]));
    assert_eq!(community.requests(1, Some(RequestState::Expired)).len(), 3);
    assert_eq!(community.requests(1, Some(RequestState::Open)).len(), 0);
    // What has expired stands in nobody's way.
    for _ in 0..OPEN_TO_ONE_MAX {
        community.ask(0, 1, 5).unwrap();
    }
    community.assert_sound();
}

/// What could not be paid is not asked for; what cannot be paid at the moment stays open.
#[test]
fn refused_and_still_open() {
    let mut community = Community::founded(4, MORNING);
    community.endow(100);
    community.refuses(Code::SelfTransfer, || community.ask(0, 0, 1));
    let (asker, treasury) = (community.members[0].clone(), community.treasury);
    let of_all = Ask { wanted: Wanted::Payment { payer: treasury, amount: amount(1) }, ..asking(&asker, &asker, 1) };
    community.refuses(Code::SystemWallet, || community.run(of_all));
    let nobody = communitytoken::ledger::WalletId::random();
    let of_none = Ask { wanted: Wanted::Payment { payer: nobody, amount: amount(1) }, ..asking(&asker, &asker, 1) };
    community.refuses(Code::WalletNotFound, || community.run(of_none));
    // Anything up to the largest amount can be asked; it is the payer who does not have it.
    let most = community.ask(0, 1, i64::MAX).unwrap().id;
    community.refuses(Code::InsufficientBalance, || community.accept(1, most));
    let more = community.ask(0, 1, 101).unwrap().id;
    community.refuses(Code::InsufficientBalance, || community.accept(1, more));
    assert_eq!(community.request(1, more).state, RequestState::Open);
    community.send(2, 1, 1).unwrap();
    community.accept(1, more).unwrap();
    let one = community.ask(0, 2, 1).unwrap().id;
    for frozen in [0, 2] {
        community.run(freeze(community.wallet(frozen), true)).unwrap();
        community.refuses(Code::WalletFrozen, || community.accept(2, one));
        community.refuses(Code::WalletFrozen, || community.ask(0, 2, 1));
        community.run(freeze(community.wallet(frozen), false)).unwrap();
    }
    let two = community.ask(3, 2, 1).unwrap().id;
    community.run(delete(&community.members[3], true)).unwrap();
    community.refuses(Code::RecipientClosed, || community.accept(2, two));
    community.refuses(Code::RecipientClosed, || community.ask(0, 3, 1));
    community.refuses(Code::Forbidden, || community.ask(3, 0, 1));
    community.refuses(Code::Forbidden, || withdraw(&community, 3, two));
    community.accept(2, one).unwrap();
    community.reopen();
    assert_eq!(community.request(2, two).state, RequestState::Open);
    community.assert_sound();
}

/// One member asks another only so often, and all together only so often; an answer makes room.
#[test]
fn asking_is_bounded() {
    let mut community = Community::founded(2, MORNING);
    let first: Vec<Uuid> = (0..OPEN_TO_ONE_MAX).map(|_| community.ask(0, 1, 1).unwrap().id).collect();
    community.refuses(Code::TooManyRequestsOpen, || community.ask(0, 1, 1));
    decline(&community, 1, first[0]).unwrap();
    community.ask(0, 1, 1).unwrap();
    let others = usize::try_from(OPEN_MAX / OPEN_TO_ONE_MAX).unwrap();
    for number in 0..others {
        community.join(&format!("other_{number}"));
    }
    let open = || community.requests(0, Some(RequestState::Open)).len();
    for other in 2..=others {
        for _ in 0..OPEN_TO_ONE_MAX {
            community.ask(0, other, 1).unwrap();
        }
    }
    assert_eq!(open(), usize::try_from(OPEN_MAX).unwrap());
    community.refuses(Code::TooManyRequestsOpen, || community.ask(0, others + 1, 1));
    withdraw(&community, 0, first[1]).unwrap();
    community.ask(0, others + 1, 1).unwrap();
    community.assert_sound();
}

/// Asking is answered once for each key, also after a restart, and whatever became of the request.
#[test]
fn asking_twice_asks_once() {
    let mut community = Community::founded(3, MORNING);
    community.endow(10);
    let ask = asking(&community.members[0], &community.members[1], 3);
    let first = community.run(ask.clone()).unwrap();
    assert!(!first.replayed);
    community.accept(1, first.output.id).unwrap();
    community.clock.turn(400 * DAY_MS);
    community.reopen();
    let again = community.run(ask.clone()).unwrap();
    assert!(again.replayed);
    assert_eq!(again.output, first.output, "the first answer again");
    let other = Ask { note: None, ..ask.clone() };
    community.refuses(Code::IdempotencyKeyReused, || community.run(other));
    // Another caller's key is another key.
    let theirs = Ask { key: ask.key, ..asking(&community.members[2], &community.members[1], 3) };
    assert!(!community.run(theirs).unwrap().replayed);
    community.assert_sound();
}

/// A payment that is asked back goes back by accepting, never more than it was, and linked both ways.
#[test]
fn asked_back() {
    let community = Community::founded(3, MORNING);
    community.endow(100);
    let paid = community.send(0, 1, 30).unwrap();
    let [ann, bob, eve] = [0, 1, 2].map(|number| community.members[number].clone());
    community.refuses(Code::TransactionNotFound, || community.run(asking_back(&eve, &paid, None)));
    community.refuses(Code::Forbidden, || community.run(asking_back(&bob, &paid, None)));
    community.refuses(Code::AlreadyReversed, || community.run(asking_back(&ann, &paid, Some(31))));
    let asked = community.run(asking_back(&ann, &paid, Some(20))).unwrap().output;
    assert_eq!((asked.asks_back, asked.amount), (Some(paid.id), 20));
    community.refuses(Code::TooManyRequestsOpen, || community.run(asking_back(&ann, &paid, Some(5))));
    // Part of it went back by itself meanwhile: 20 of 15 cannot.
    let back =
        |tokens| Reverse { caller: bob.wallet_key, transaction_id: paid.id, amount: Some(amount(tokens)), note: None };
    community.run(back(15)).unwrap();
    community.refuses(Code::AlreadyReversed, || community.accept(1, asked.id));
    withdraw(&community, 0, asked.id).unwrap();
    let rest = community.run(asking_back(&ann, &paid, None)).unwrap().output;
    assert_eq!(rest.amount, 15, "all that is left");
    let returned = community.accept(1, rest.id).unwrap().output;
    assert_eq!((returned.reverses, returned.amount), (Some(paid.id), 15));
    community.refuses(Code::AlreadyReversed, || community.run(asking_back(&ann, &paid, None)));
    community.refuses(Code::AlreadyReversed, || community.run(back(1)));
    community.refuses(Code::NotReversible, || community.run(asking_back(&bob, &returned, None)));
    let fee = community.run(super::kernel::transfer(&ann, community.treasury, 1)).unwrap();
    community.refuses(Code::NotReversible, || community.run(asking_back(&ann, &fee, None)));
    assert_eq!(community.balance(ann.wallet_id), 99);
    community.assert_sound();
}

/// Of one who is erased, no word is left in any request, none waits, and no favourite.
#[test]
fn the_erased_leave_no_word() {
    let community = Community::founded(3, MORNING);
    community.endow(100);
    let (accepted, open) = (community.ask(0, 1, 7).unwrap().id, community.ask(0, 2, 8).unwrap().id);
    let (declined, to_her) = (community.ask(1, 0, 9).unwrap().id, community.ask(2, 0, 9).unwrap().id);
    let paid = community.accept(1, accepted).unwrap().output;
    decline(&community, 0, declined).unwrap();
    let ann = community.members[0].clone();
    let star =
        |user: &Member, other: &Member| SetFavourite { user: user.key, wallet_id: other.wallet_id, is_favourite: true };
    community.run(star(&ann, &community.members[1])).unwrap();
    community.run(star(&community.members[1], &ann)).unwrap();
    let erase =
        Erase { user_id: ann.id, remaining: Remaining::Keep, configured: Vec::new(), by: By::Themselves("r".into()) };
    community.run(erase).unwrap();
    assert_eq!(community.request(2, open).state, RequestState::Withdrawn);
    assert_eq!(community.request(2, to_her).state, RequestState::Declined);
    assert_eq!(community.request(1, accepted).transaction_id, Some(paid.id), "the payment stays");
    for (member, id) in [(1, accepted), (2, open)] {
        assert_eq!(community.request(member, id).note, None);
    }
    let seen = community.request(1, declined);
    assert_eq!((seen.answer, seen.note.as_deref()), (None, Some("For bread")), "others' own words stay");
    let notes: i64 = community
        .shell()
        .query_row("SELECT count(*) FROM transactions WHERE note IS NOT NULL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(notes, 0, "what she wrote and another confirmed is hers too");
    let tried: i64 = community
        .shell()
        .query_row("SELECT count(*) FROM payment_requests WHERE asker = 2 AND request <> zeroblob(16)", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(tried, 0, "nothing is left against which words could be tried");
    let kept: i64 = community.shell().query_row("SELECT count(*) FROM favourites", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 1, "whom others like is theirs");
    community.assert_sound();
}

/// Favourites are others, each once, and so many at most.
#[test]
fn favourites_are_bounded() {
    let mut community = Community::founded(1, MORNING);
    for number in 0..=FAVOURITES_MAX {
        community.join(&format!("other_{number}"));
    }
    let user = community.members[0].key;
    let set = |wallet_id, is_favourite| SetFavourite { user, wallet_id, is_favourite };
    community.refuses(Code::SelfTransfer, || community.run(set(community.wallet(0), true)));
    community.refuses(Code::WalletNotFound, || community.run(set(communitytoken::ledger::WalletId::random(), true)));
    let most = usize::try_from(FAVOURITES_MAX).unwrap();
    for other in 1..=most {
        community.run(set(community.wallet(other), true)).unwrap();
    }
    let before = community.rows();
    community.run(set(community.wallet(1), true)).unwrap();
    assert_eq!(community.rows(), before, "twice is once");
    community.refuses(Code::TooManyFavourites, || community.run(set(community.wallet(most + 1), true)));
    for _ in 0..2 {
        community.run(set(community.wallet(1), false)).unwrap();
    }
    community.run(set(community.wallet(most + 1), true)).unwrap();
    community.assert_sound();
}
