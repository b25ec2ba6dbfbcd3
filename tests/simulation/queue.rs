//! From a step in the model's words to the kernel's command, on its way to the writer.

use std::task::{Context, Poll, Waker};

use communitytoken::ledger::{Books, Command, Note, Once, Outcome, Repeatable, TransactionId, WalletKey};
use communitytoken::transfers::{FeeTerms, Reverse, Send};
use communitytoken::treasury::Correct;

use super::commands::{Blow, Look, Register, Spoiled, Tell, Turn, Watched};
use super::model::{Doing, Key, Model, Request, Step};
use super::support::{amount, authority, delete, distribution, freeze, issue, key, register};
use super::world::{Waiting, World, name};

/// A command once per caller and key, or, without them, as it is.
type Keyed<'k> = Option<(usize, &'k Key)>;

impl World {
    /// Queues one command.
    pub fn queue<'a>(&self, books: &'a Books, step: &Step, model: &Model) -> Waiting<'a> {
        match step {
            Step::Keyed(Request { caller, key, doing }) => self.queue_doing(books, doing, Some((*caller, key)), model),
            Step::Plain(doing) => self.queue_doing(books, doing, None, model),
            Step::Spoiled { caller, key, to, amount, panics } => {
                let command = self.once(*caller, key, self.send(*caller, *to, *amount, None));
                submit(books, Spoiled { command, panics: *panics }, Vec::new())
            }
            Step::Freeze { who, on } => submit(books, freeze(self.wallet_id(*who), *on), Vec::new()),
            Step::Delete { who, on } => submit(books, delete(self.member(*who), *on), Vec::new()),
            Step::Register { who } => submit(books, Register(register(&name(*who))), Vec::new()),
            Step::Look { who, lines } => {
                submit(books, Look { wallet: self.wallet_key(*who), lines: *lines }, Vec::new())
            }
            Step::Turn { by } => submit(books, Turn { clock: self.clock.clone(), by: *by }, Vec::new()),
        }
    }

    fn queue_doing<'a>(&self, books: &'a Books, doing: &Doing, keyed: Keyed<'_>, model: &Model) -> Waiting<'a> {
        let wallets = doing.touched().into_iter().map(|who| self.wallet_key(who)).collect();
        let authority = authority("A mistake");
        match doing {
            Doing::Send { from, to, amount, note } => {
                self.send_off(books, self.send(*from, *to, *amount, *note), keyed, wallets)
            }
            Doing::GiveBack { caller, which, amount: tokens } => {
                let (caller, transaction_id) = (self.wallet_key(*caller), self.id(*which, model));
                let command = Reverse { caller, transaction_id, amount: tokens.map(amount), note: None };
                self.send_off(books, command, keyed, wallets)
            }
            Doing::Correct { which, amount: tokens } => {
                let command = Correct { transaction_id: self.id(*which, model), amount: tokens.map(amount), authority };
                self.send_off(books, command, keyed, wallets)
            }
            Doing::Issue { amount } => self.send_off(books, issue(*amount), keyed, wallets),
            Doing::Distribute { shares } => {
                let shares = shares.iter().map(|(who, tokens)| (self.wallet_id(*who), *tokens));
                self.send_off(books, distribution(shares), keyed, wallets)
            }
        }
    }

    fn send_off<'a, C: Repeatable<Output: Tell>>(
        &self,
        books: &'a Books,
        command: C,
        keyed: Keyed<'_>,
        wallets: Vec<WalletKey>,
    ) -> Waiting<'a>
    where
        Outcome<C::Output>: Tell,
    {
        match keyed {
            Some((caller, key)) => submit(books, self.once(caller, key, command), wallets),
            None => submit(books, command, wallets),
        }
    }

    fn send(&self, from: usize, to: usize, tokens: i64, note: Option<u32>) -> Send {
        let note = note.map(|number| Note::new(&format!("Note {number}")).unwrap());
        Send {
            from: self.wallet_key(from),
            to: self.wallet_id(to),
            amount: amount(tokens),
            note,
            terms: FeeTerms::default(),
        }
    }

    fn once<C: Repeatable>(&self, caller: usize, name: &Key, command: C) -> Once<C> {
        Once::new(self.member(caller).key, &key(&name.text), command)
    }

    fn id(&self, which: i64, model: &Model) -> TransactionId {
        TransactionId::new(model.transaction(which).map_or(0, |row| row.at), self.tag, which)
    }
}

/// Queues a blow of fate.
pub fn strike(books: &Books, blow: Blow) -> Waiting<'_> {
    submit(books, blow, Vec::new())
}

/// Queues a command: polled once, it is on its way. Where the queue is full, that is its reply.
fn submit<C: Command<Output: Tell>>(books: &Books, command: C, wallets: Vec<WalletKey>) -> Waiting<'_> {
    let mut waiting: Waiting<'_> = Box::pin(books.execute(Watched { command, wallets }));
    match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => waiting,
        Poll::Ready(reply) => Box::pin(std::future::ready(reply)),
    }
}
