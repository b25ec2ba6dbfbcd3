//! An episode: from the founding of a community through thousands of steps to the proof of its books.
//! The dice decide what happens; kernel and model say what comes of it; the first difference ends it.

use std::hash::{DefaultHasher, Hash, Hasher};

use communitytoken::error::Code;
use communitytoken::ledger::DAY_MS;
use fastrand::Rng;

use super::commands::{Blow, copy_database};
use super::evidence::State;
use super::faults::Fault;
use super::model::{ByHand, Model, Request, Step, TREASURY};
use super::queue::strike;
use super::world::{Answer, DATABASE, World, folder};

/// A day far ahead, so that rows by hand, which bear today's time, never move the ledger's time.
const BEGINNING: i64 = 40_000 * DAY_MS + 9 * 3_600_000;
/// How an episode is played.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Steps, at least.
    pub steps: usize,
    /// Steps of one round at most.
    pub round: usize,
    /// Whether all is proved after each round, and not only at the end.
    pub thorough: bool,
}

/// As many as fit: the writer takes a thousand commands as one batch.
pub const FAST: Pace = Pace { steps: 20_000, round: 600, thorough: false };
/// Little at a time, and everything looked at.
pub const THOROUGH: Pace = Pace { steps: 100, round: 1, thorough: true };
/// Commands that can wait for the writer.
const QUEUE: usize = 4096;

/// Kernel and model disagree.
#[derive(Debug, Clone)]
pub struct Divergence {
    pub step: usize,
    pub told: String,
}

/// How an episode went.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    pub steps: usize,
    pub transactions: usize,
    /// Of every outcome of every step, in order.
    pub hash: u64,
}

pub struct Episode {
    pub(super) dice: Rng,
    pub(super) model: Model,
    pub(super) world: World,
    /// Everything asked with a key so far, to be asked again.
    pub(super) requests: Vec<Request>,
    steps: usize,
    hash: DefaultHasher,
    pace: Pace,
    fault: Option<Fault>,
}

type Outcome<T = ()> = Result<T, Divergence>;

/// A step, and what must come of it.
type Planned = (Step, Answer);

/// What happens around a round.
#[derive(Debug)]
enum Around {
    Nothing,
    /// Another program on the same file does it.
    Another,
    /// Some callers hang up before they are answered; everything is done all the same.
    SomeLeave,
    /// Nobody is answered, and all of it is done.
    AllLeave,
    /// Something befalls the batch, and everyone hears the same; nothing of it is done.
    Fails(Blow, Code),
    /// The program dies in the middle; nobody is answered, and nothing of it is done.
    Dies(Blow),
}

impl Around {
    fn callers_leave(&self) -> bool {
        matches!(self, Self::SomeLeave | Self::AllLeave)
    }

    fn blow(&self) -> Option<&Blow> {
        match self {
            Self::Fails(blow, _) | Self::Dies(blow) => Some(blow),
            _ => None,
        }
    }
}

/// Says whose story it was when something breaks off in the middle of it.
struct Teller(u64);

impl Drop for Teller {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this was COMMUNITYTOKEN_SEED={}", self.0);
        }
    }
}

/// Plays an episode.
pub fn play(seed: u64, pace: Pace, fault: Option<Fault>) -> Outcome<Trace> {
    let _teller = Teller(seed);
    let mut episode = Episode {
        dice: Rng::with_seed(seed),
        model: Model::new(BEGINNING),
        world: World::founded(BEGINNING),
        requests: Vec::new(),
        steps: 0,
        hash: DefaultHasher::new(),
        pace,
        fault,
    };
    if let Some(fault) = fault {
        fault.plant(&episode.world.shell());
    }
    episode.begin()?;
    while episode.steps < pace.steps {
        episode.something()?;
        episode.settle()?;
    }
    episode.prove()?;
    Ok(Trace { steps: episode.steps, transactions: episode.model.moved.len(), hash: episode.hash.finish() })
}

impl Episode {
    fn something(&mut self) -> Outcome {
        if !self.pace.thorough {
            return self.anything();
        }
        // Where the model says that nothing has changed, no row of any table has.
        let (expected, rows) = (self.expected_state(), self.world.everything());
        self.anything()?;
        if self.expected_state() == expected && self.world.everything() != rows {
            return self.diverged(0, "something has changed where nothing should".into());
        }
        self.prove()
    }

    fn anything(&mut self) -> Outcome {
        match self.dice.u32(0..200) {
            0..12 => self.go_on(&Around::SomeLeave),
            12..20 => self.crash_before_the_commit(),
            20..26 => self.crash_after_the_commit(),
            26..32 => self.go_on(&Around::Fails(Blow::EndTransaction, Code::StorageUnavailable)),
            32..38 => self.go_on(&Around::Fails(Blow::RefuseCommit, Code::OutcomeUnknown)),
            38..44 => self.go_on(&Around::Another),
            44..50 => self.restart(),
            50..70 => self.by_hand(),
            70..90 => {
                self.time_passes();
                Ok(())
            }
            90 if !self.pace.thorough => self.queue_is_full(),
            _ => self.go_on(&Around::Nothing),
        }
    }

    fn diverged<T>(&self, place: usize, told: String) -> Outcome<T> {
        Err(Divergence { step: self.steps + place, told })
    }

    /// Somebody has to be there before anything can happen.
    fn begin(&mut self) -> Outcome {
        self.model.begin();
        let founders: Vec<Step> = (1..=3).map(|who| Step::Register { who }).collect();
        let plan: Vec<Planned> = founders.into_iter().map(|step| (step.clone(), self.model.run(&step))).collect();
        self.carry_out(&plan, &Around::Nothing, None)
    }

    /// A round of whatever the dice say: first the model, then the kernel, then the comparison.
    fn go_on(&mut self, around: &Around) -> Outcome {
        // The gate is a batch of its own, and what waits behind it the next.
        self.model.begin();
        let before = around.blow().map(|_| self.model.clone());
        self.model.begin();
        let count = self.dice.usize(1..=self.pace.round);
        let mut plan = Vec::with_capacity(count);
        for _ in 0..count {
            // Whoever turns the clock in a batch that comes to nothing has turned it all the same: leave that.
            let step = self.next_step(before.is_none());
            let outcome = self.model.run(&step);
            plan.push((step, if let Around::Fails(_, code) = around { Err(*code) } else { outcome }));
        }
        self.carry_out(&plan, around, before)
    }

    /// Gives the kernel a round as one batch, and compares what comes of each step. Where the batch
    /// comes to nothing, the model goes back to what was `before`.
    fn carry_out(&mut self, plan: &[Planned], around: &Around, before: Option<Model>) -> Outcome {
        let other = matches!(around, Around::Another).then(|| self.world.another_program());
        let books = other.clone().unwrap_or_else(|| self.world.books().clone());
        let struck = self.dice.usize(0..=plan.len());
        let Self { dice, model, world, .. } = self;
        let replies = world.round(&books, |world| {
            let mut replies = Vec::with_capacity(plan.len());
            let mut blow = None;
            for place in 0..=plan.len() {
                if place == struck {
                    blow = around.blow().map(|blow| strike(&books, blow.clone()));
                }
                let Some((step, _)) = plan.get(place) else { break };
                let reply = world.queue(&books, step, model);
                let leaves = match around {
                    Around::SomeLeave => dice.bool(),
                    Around::AllLeave => true,
                    _ => false,
                };
                replies.push((!leaves).then_some(reply));
            }
            // These are waited for last: the blow, whenever it struck; and, where callers have left, one
            // who stays to the end of the batch.
            replies.extend(blow.map(Some));
            if around.callers_leave() {
                replies.push(Some(world.queue(&books, &Step::Turn { by: 0 }, model)));
            }
            replies
        });
        let replies = replies.or_else(|error| self.diverged(0, format!("no batch begins: {:?}", error.cause())));
        drop(books);
        if let Some(other) = other {
            other.close();
        }
        let replies = replies?;
        if let Some(before) = before {
            self.model = before;
        }
        for (place, ((step, expected), reply)) in plan.iter().zip(replies).enumerate() {
            let Some(reply) = reply.filter(|_| !matches!(around, Around::Dies(_))) else { continue };
            let (seen, cause) = self.world.take(reply);
            seen.as_ref().map_err(|code| *code as u32).hash(&mut self.hash);
            if seen != *expected {
                return self.diverged(place, format!("{step:?}\nkernel: {seen:?} {cause}\nmodel:  {expected:?}"));
            }
        }
        self.steps += plan.len();
        // Whoever was not told that they are a member signs in again.
        for _ in self.world.known()..self.model.members() {
            self.model.begin();
            self.world.sign_in_again();
        }
        Ok(())
    }

    fn crash_before_the_commit(&mut self) -> Outcome {
        let remains = folder();
        let copy = Blow::Copy { from: self.world.path(), to: remains.path().join(DATABASE) };
        self.go_on(&Around::Dies(copy))?;
        self.world.crash(remains);
        self.start()
    }

    fn crash_after_the_commit(&mut self) -> Outcome {
        let remains = folder();
        self.go_on(&Around::AllLeave)?;
        copy_database(&self.world.path(), &remains.path().join(DATABASE)).unwrap();
        if let Some(fault) = self.fault {
            fault.befall(remains.path());
        }
        self.world.crash(remains);
        self.start()
    }

    /// The program is stopped and started, as for an update.
    fn restart(&mut self) -> Outcome {
        self.world.close();
        self.start()
    }

    fn start(&mut self) -> Outcome {
        self.world.open().or_else(|error| self.diverged(0, format!("the program does not start: {:?}", error.cause())))
    }

    /// A moment or weeks, forward more often than back.
    fn time_passes(&mut self) {
        let hour = DAY_MS / 24;
        let leaps = [1, hour, DAY_MS, 3 * DAY_MS, 9 * DAY_MS, 40 * DAY_MS, -hour, -DAY_MS, -9 * DAY_MS, -30 * DAY_MS];
        let by = leaps[self.dice.usize(0..leaps.len())];
        self.model.clock += by;
        self.world.clock.turn(by);
    }

    /// An operator works on the database itself.
    fn by_hand(&mut self) -> Outcome {
        for _ in 0..self.dice.usize(1..=3) {
            let who = self.dice.usize(0..=self.world.known());
            let action = match self.dice.u32(0..10) {
                0..2 => ByHand::Issue { amount: self.amount(TREASURY) },
                2..5 => ByHand::Distribute { shares: self.shares() },
                5 => ByHand::Freeze { who },
                6..8 => ByHand::Unfreeze { who },
                _ => ByHand::Forbidden { which: self.dice.usize(0..100) },
            };
            let (seen, expected) = (self.world.by_hand(&action), self.model.by_hand(&action));
            seen.is_ok().hash(&mut self.hash);
            if seen.is_ok() != expected {
                return self.diverged(0, format!("{action:?}: the database says {seen:?}, the model {expected}"));
            }
            self.steps += 1;
        }
        Ok(())
    }

    /// More is asked than the queue takes: the rest is told so at once, and what waits is done.
    fn queue_is_full(&mut self) -> Outcome {
        self.model.begin();
        self.model.begin();
        let mut plan: Vec<Planned> = Vec::with_capacity(QUEUE);
        for place in 0..QUEUE + 5 {
            // Without keys: the batches may begin and end where they like.
            let step = Step::Plain(self.send());
            let outcome = if place < QUEUE { self.model.run(&step) } else { Err(Code::Overloaded) };
            plan.push((step, outcome));
        }
        self.carry_out(&plan, &Around::Nothing, None)?;
        // One more batch, before which all of them are through.
        self.model.begin();
        self.carry_out(&[], &Around::Nothing, None)
    }

    /// Everything agrees, after each round.
    fn settle(&mut self) -> Outcome {
        let state = self.world.state();
        let state =
            state.or_else(|error| self.diverged(0, format!("the books cannot be read: {:?}", error.cause())))?;
        let expected = self.expected_state();
        state.hash(&mut self.hash);
        if state == expected {
            return Ok(());
        }
        self.diverged(0, format!("after a round\nkernel: {state:?}\nmodel:  {expected:?}"))
    }

    fn expected_state(&self) -> State {
        let wallets = self.model.accounts.iter().map(|account| {
            let latest = account.history.last().map_or(0, |line| line.0);
            (account.balance, account.frozen, account.closed, latest)
        });
        State {
            wallets: wallets.collect(),
            issued: self.model.issued,
            transactions: self.model.moved.len(),
            audit_lines: self.model.audit_lines,
            records: self.model.records(),
            is_consistent: true,
        }
    }

    /// Every row is as it was made, every history tells it, and the program's own proof finds nothing.
    fn prove(&self) -> Outcome {
        let expected = self.model.moved.iter().map(|row| (row.from, row.to, row.amount, row.at, row.reverses));
        for (place, (row, expected)) in self.world.rows().into_iter().zip(expected).enumerate() {
            if row != expected {
                return self.diverged(0, format!("row {}: {row:?}, and not {expected:?}", place + 1));
            }
        }
        for (who, account) in self.model.accounts.iter().enumerate() {
            let history = self.world.history(who);
            if history != account.history {
                return self.diverged(0, format!("history of {who}: {history:?}, and not {:?}", account.history));
            }
        }
        let findings = self.world.findings();
        if findings.is_empty() { Ok(()) } else { self.diverged(0, format!("verify finds {findings:#?}")) }
    }
}
