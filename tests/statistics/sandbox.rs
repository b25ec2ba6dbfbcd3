//! The sandbox against what is known without it: sums that can be done by hand, and the wealth that physics
//! knows strangers end up with who give each other a coin at random.
//!
//! Everything here comes of seeds that stand in the tests; `COMMUNITYTOKEN_SEED` tries others.
#![expect(clippy::float_cmp, reason = "what is exact is compared exactly")]

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use communitytoken::error::Result;
use communitytoken::statistics::sandbox::{
    Alias, Dice, Lived, Manner, Model, Party, Payment, Poisson, Question, Rhythm, Standing, Whom, simulate,
};

/// A seed of the test's own, or the one that is to be tried.
fn seed() -> i64 {
    std::env::var("COMMUNITYTOKEN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121)
}

fn question() -> Question {
    Question { runs: 40, seed: seed(), distribute: Some(0), ..Question::default() }
}

/// Two years whose months have the lengths that months have.
const MONTHS: [i64; 24] =
    [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS: i64 = 731;

fn by_threads(model: &Model, question: &Question, months: &[i64], threads: usize) -> Result<Lived> {
    let watch = |_| ControlFlow::Continue(());
    let threads = NonZeroUsize::new(threads).unwrap();
    simulate(model, question, months, Manner { threads, gently: false, watch: &watch })
}

/// The futures, each with its months, in an order that does not depend on the threads.
fn live(model: &Model, question: &Question, months: &[i64]) -> Vec<Vec<Standing>> {
    let lived = by_threads(model, question, months, 2).unwrap();
    let futures: Vec<Vec<Standing>> = lived.standings.chunks(months.len() + 1).map(<[Standing]>::to_vec).collect();
    assert_eq!(futures.len(), usize::try_from(question.runs).unwrap());
    for standing in futures.iter().flatten() {
        assert_eq!(standing.circulating.checked_add(standing.pool), Some(standing.issued), "nothing is lost");
        assert!(standing.circulating >= 0 && standing.pool >= 0);
    }
    futures
}

fn equal(members: usize, tokens: i64) -> Model {
    Model { balances: vec![tokens; members], ..Model::default() }
}

/// Everybody has paid everybody else once.
fn market(members: usize, tokens: i64, amount: i64, days: f64) -> Model {
    let pairs = (0..members).flat_map(|from| (0..members).map(move |to| (from, to))).filter(|(from, to)| from != to);
    let payments =
        pairs.map(|(from, to)| Payment { from: Party::Member(from), to: Party::Member(to), amount }).collect();
    Model { payments, days, ..equal(members, tokens) }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

/// Mean and variance.
fn spread(values: &[f64]) -> (f64, f64) {
    let middle = mean(values.iter().copied());
    (middle, mean(values.iter().map(|value| (value - middle).powi(2))))
}

fn sorted(lived: &Lived) -> Vec<String> {
    let mut futures: Vec<String> = lived.standings.chunks(MONTHS.len() + 1).map(|one| format!("{one:?}")).collect();
    futures.sort();
    futures
}

#[test]
fn the_same_seed_is_the_same_future_by_any_number_of_threads() {
    let model = market(12, 100, 7, 40.0);
    let asked = Question { joining_per_month: 1, leaving_per_month: 1, ..question() };
    let first = by_threads(&model, &asked, &MONTHS, 1).unwrap();
    assert!(first.made > 0 && first.missed > 0);
    for threads in [1, 2, 7] {
        let again = by_threads(&model, &asked, &MONTHS, threads).unwrap();
        assert_eq!((again.made, again.missed), (first.made, first.missed));
        assert_eq!(sorted(&again), sorted(&first), "{threads} threads");
    }
    let other = Question { seed: seed() + 1, ..asked.clone() };
    let other = sorted(&by_threads(&model, &other, &MONTHS, 2).unwrap());
    assert!(sorted(&first).iter().all(|future| !other.contains(future)), "another seed, other futures");
    // Nor is a future the same as its neighbour.
    let mut all = sorted(&first);
    all.dedup();
    assert_eq!(all.len(), 40);
    // More futures begin with the same ones.
    let more = sorted(&by_threads(&model, &Question { runs: 60, ..asked.clone() }, &MONTHS, 2).unwrap());
    assert!(sorted(&by_threads(&model, &asked, &MONTHS, 2).unwrap()).iter().all(|future| more.contains(future)));
}

/// The dice are those of the book: reference values of PCG's own C++ (`cm_setseq_dxsm_128_64`), and what
/// this program has thrown since its first day.
#[test]
fn the_dice_fall_the_same_for_ever() {
    use rand_pcg::rand_core::Rng;
    let mut reference = rand_pcg::Pcg64Dxsm::new(42, 54);
    assert_eq!([reference.next_u64(), reference.next_u64()], [17_331_114_245_835_578_256, 10_267_467_544_499_227_306]);
    let mut dice = Dice::of(1, 2);
    let thrown: Vec<u64> = (0..4).map(|_| dice.bits()).collect();
    assert_eq!(thrown, THROWN);
    let mut poisson = Poisson::default();
    poisson.set(30.5);
    let drawn: Vec<u64> = (0..8).map(|_| poisson.draw(&mut dice)).collect();
    assert_eq!(drawn, DRAWN);
}

const THROWN: [u64; 4] =
    [1_907_660_524_311_128_024, 12_763_060_393_105_007_560, 7_450_772_385_711_006_285, 5_321_832_089_075_177_458];
const DRAWN: [u64; 8] = [32, 23, 37, 22, 32, 30, 32, 36];

#[test]
fn counts_are_poisson() {
    let mut poisson = Poisson::default();
    for (number, tokens) in [0.0, 0.03, 1.0, 9.7, 400.0, 25_000.0].into_iter().enumerate() {
        poisson.set(tokens);
        let mut dice = Dice::of(seed().unsigned_abs(), number as u64);
        let drawn: Vec<f64> = (0..40_000).map(|_| poisson.draw(&mut dice) as f64).collect();
        let (middle, variance) = spread(&drawn);
        // Five standard errors: the mean's, and the variance's, which is that of a sum of squares.
        let error = (tokens / 40_000.0_f64).sqrt();
        assert!((middle - tokens).abs() <= 5.0 * error, "mean {middle} of {tokens}");
        let error = ((tokens + 2.0 * tokens * tokens) / 40_000.0_f64).sqrt();
        assert!((variance - tokens).abs() <= 5.0 * error, "variance {variance} of {tokens}");
        if tokens == 1.0 {
            let none = drawn.iter().filter(|count| **count == 0.0).count() as f64 / 40_000.0;
            assert!((none - (-1.0_f64).exp()).abs() < 0.013, "{none}");
        }
    }
}

#[test]
fn weights_are_kept() {
    let mut alias = Alias::default();
    for weights in [vec![1.0], vec![0.0, 3.0, 1.0], vec![5.0, 0.0, 0.0, 0.0], vec![0.1, 0.2, 0.3, 0.4, 10.0]] {
        alias.set(weights.iter().copied());
        let mut dice = Dice::of(seed().unsigned_abs(), 0);
        let mut counts = vec![0.0; weights.len()];
        for _ in 0..20_000 {
            counts[alias.draw(&mut dice)] += 1.0 / 20_000.0;
        }
        let whole: f64 = weights.iter().sum();
        for (weight, count) in weights.iter().zip(&counts) {
            assert!((weight / whole - count).abs() < 0.018, "{weights:?}: {counts:?}");
            assert!(*weight > 0.0 || *count == 0.0, "what has no weight is never drawn");
        }
    }
}

/// Fifty a week to each of two hundred, and nobody pays: every week has its ten thousand, to the token.
#[test]
fn what_is_given_out_is_the_sum_of_what_was_given() {
    let weeks = DAYS / 7;
    let model = Model { pool: 123_456, resting: 1_000, ..equal(200, 10) };
    let asked = Question { distribute: Some(50), runs: 3, ..question() };
    for future in live(&model, &asked, &MONTHS) {
        let mut day = 0;
        for (standing, days) in future.iter().zip([0].into_iter().chain(MONTHS)) {
            day += days;
            let given = 50 * 200 * (day / 7);
            assert_eq!(standing.circulating, 200 * 10 + 1_000 + given);
            assert_eq!(standing.pool, (123_456 - given).max(0));
            // What the pool lacks is issued, exactly.
            assert_eq!(standing.issued, 200 * 10 + 1_000 + 123_456 + (given - 123_456).max(0));
            assert_eq!((standing.volume, standing.gini), (0, 0.0));
        }
    }
    let end = |asked: Question| {
        let futures = live(&model, &Question { runs: 2, ..asked }, &MONTHS);
        assert_eq!(futures[0], futures[1], "without payments there is no chance");
        futures[0][24]
    };
    let given = |standing: Standing| standing.circulating - 3_000;
    let rhythm = |every: Rhythm| given(end(Question { distribute: Some(50), every, ..question() }));
    assert_eq!(rhythm(Rhythm::Week), 10_000 * weeks);
    assert_eq!(rhythm(Rhythm::Day), 10_000 * DAYS);
    assert_eq!(rhythm(Rhythm::TwoWeeks), 10_000 * (DAYS / 14));
    assert_eq!(rhythm(Rhythm::Month), 10_000 * 24);
    assert_eq!(rhythm(Rhythm::Quarter), 10_000 * 8);
    // Shared out: 1,050 among 200 is five for each, and fifty stay.
    let together = Question { distribute: Some(1_050), distribute_to: Whom::Together, ..question() };
    assert_eq!(given(end(together)), 1_000 * weeks);
    // Issued once, into the pool, and nothing else.
    let issued = end(Question { issue: 7_000, ..question() });
    assert_eq!((issued.pool, issued.issued, given(issued)), (130_456, 133_456, 0));
}

/// The pool gets its part of what is paid, to the token on average.
#[test]
fn the_fee_is_its_share_of_what_is_paid() {
    // Thirty a day of 25 tokens for two years; half a token each, by chance a whole one or none.
    let model = market(6, 1_000_000, 25, 1.0);
    let flow = |asked: &Question| {
        let futures = live(&model, asked, &MONTHS);
        let pool: Vec<f64> = futures.iter().map(|future| future[24].pool as f64).collect();
        let paid: Vec<f64> =
            futures.iter().map(|future| future.iter().map(|one| one.volume as f64).sum::<f64>()).collect();
        (pool, paid)
    };
    let (pool, paid) = flow(&Question { fee_percent: "2%".parse().unwrap(), ..question() });
    let (count, _) = spread(&paid.iter().map(|paid| paid / 25.0).collect::<Vec<_>>());
    // How many payments there are: Poisson, its mean thirty a day.
    assert!((count - 30.0 * DAYS as f64).abs() < 5.0 * (30.0 * DAYS as f64 / 40.0).sqrt(), "{count}");
    for (pool, paid) in pool.iter().zip(&paid) {
        // Each payment gives 1 with chance 1/2: a standard error of half the root of their number.
        let error = 0.5 * (paid / 25.0).sqrt();
        assert!((pool - paid * 0.02).abs() < 6.0 * error, "{pool} of {paid}");
    }
    // What is no matter of chance is exact: 4 % of 25 is one token, and so is one token.
    for asked in
        [Question { fee_percent: "4".parse().unwrap(), ..question() }, Question { fee_tokens: 1, ..question() }]
    {
        let (pool, paid) = flow(&asked);
        assert!(pool.iter().zip(&paid).all(|(pool, paid)| *pool * 25.0 == *paid));
    }
    // A fee is never more than the payment.
    let (pool, paid) = flow(&Question { fee_tokens: 1_000, fee_percent: "50".parse().unwrap(), ..question() });
    assert_eq!(pool, paid);
}

/// A twentieth back each month is 0.95 to the power of 24 in the end.
#[test]
fn demurrage_wears_balances_away() {
    let asked = Question { demurrage_percent: "5".parse().unwrap(), ..question() };
    for future in live(&equal(50, 1_000_000), &asked, &MONTHS) {
        for (month, standing) in (0..).zip(&future) {
            let left = 50_000_000.0 * 0.95_f64.powi(month);
            assert!((standing.circulating as f64 - left).abs() < 200.0, "month {month}: {standing:?}");
        }
    }
}

#[test]
fn unevenness_is_known_where_it_is_plain() {
    let asked = Question { runs: 1, ..question() };
    let gini = |balances: Vec<i64>| live(&Model { balances, ..Model::default() }, &asked, &[30])[0][1].gini;
    for members in [1_usize, 2, 10, 200] {
        assert_eq!(gini(vec![7; members]), 0.0);
        let mut one = vec![0; members];
        one[0] = 1_000;
        assert!((gini(one) - (1.0 - 1.0 / members as f64)).abs() < 1e-12);
    }
    assert!((gini(vec![1, 2, 3, 4]) - 0.25).abs() < 1e-12);
    assert!(gini(vec![]).is_nan() && gini(vec![0; 5]).is_nan());
}

/// Equals who give each other single tokens at random, and cannot give what they have not: in the long run
/// wealth is spread as energy is among the molecules of a gas (Dragulescu and Yakovenko, 2000). With whole
/// tokens it is a geometric distribution of mean m, whose Gini coefficient is (m + 1) / (2 m + 1).
#[test]
fn strangers_end_up_as_unequal_as_a_gas() {
    // Ten tokens each; every pair pays once a day, 9,900 payments a day.
    let model = market(100, 10, 1, 1.0);
    let futures = live(&model, &Question { runs: 12, months: 3, ..question() }, &[31, 28, 31]);
    let gini = mean(futures.iter().map(|future| future[3].gini));
    // Of a hundred members, the sample's coefficient lies a hundredth of it lower.
    let expected = 11.0 / 21.0 * 0.99;
    assert!((gini - expected).abs() < 0.03, "{gini}, not about {expected}");
    assert!(futures.iter().all(|future| future[0].gini == 0.0 && future[3].issued == 1_000));
    // A token changes hands so often as there are payments for each.
    let velocity = mean(futures.iter().map(|future| future[3].velocity));
    let paid = mean(futures.iter().map(|future| future[3].volume as f64));
    assert!((velocity - paid / 1_000.0).abs() < 1e-9, "{velocity}");
}

#[test]
fn members_come_and_go() {
    let model = market(20, 100, 5, 30.0);
    let joining = Question { joining_per_month: 3, ..question() };
    let futures = live(&model, &joining, &MONTHS);
    assert!(futures.iter().all(|future| future[24].circulating == 2_000 && future[24].issued == 2_000));
    // Each new one pays as a member does, once they have something: three and a half times as many pay more.
    let paid = |month: usize| mean(futures.iter().map(|future| future[month].volume as f64));
    assert!(paid(24) > 1.5 * paid(1), "{} and {}", paid(1), paid(24));
    // Whoever leaves gives everything back; in ten months nobody is left, and nobody pays.
    let leaving = Question { leaving_per_month: 2, ..question() };
    for future in live(&model, &leaving, &MONTHS) {
        assert_eq!((future[11].circulating, future[11].pool, future[12].volume), (0, 2_000, 0));
        assert!(future[11].gini.is_nan() && future[12].velocity.is_nan());
    }
    // As many as leave come: the tokens of those who left are in the pool.
    let both = Question { joining_per_month: 2, leaving_per_month: 2, ..question() };
    assert!(live(&model, &both, &MONTHS).iter().all(|future| future[24].pool > 0));
}

#[test]
fn what_was_given_out_goes_on_unless_asked_otherwise() {
    let mut model = market(10, 50, 5, 30.0);
    for member in 0..10 {
        model.payments.push(Payment { from: Party::Pool, to: Party::Member(member), amount: 30 });
        model.payments.push(Payment { from: Party::Member(member), to: Party::Pool, amount: 10 });
        model.payments.push(Payment { from: Party::Member(member), to: Party::Gone, amount: 1 });
    }
    let as_before = live(&model, &Question { distribute: None, runs: 200, ..question() }, &MONTHS);
    // Ten times thirty in thirty days, for 731 days.
    let given = mean(as_before.iter().map(|future| future[24].issued as f64)) - 500.0;
    let back = mean(as_before.iter().map(|future| future[24].pool as f64));
    // What comes back is given out again before anything is issued.
    let most = 300.0 * DAYS as f64 / 30.0;
    assert!(given < most && given > most / 3.0 && back < 500.0, "{given}, {back}");
    let none = live(&model, &question(), &MONTHS);
    assert!(none.iter().all(|future| future[24].issued == 500), "nothing is issued any more");
}

/// Balances as large as the ledger holds, and communities as small as there are.
#[test]
fn the_borders_hold() {
    let all = |model: &Model| {
        for asked in [
            question(),
            Question { distribute: Some(i64::MAX), fee_percent: "100".parse().unwrap(), ..question() },
            Question { distribute: Some(i64::MAX), distribute_to: Whom::Together, ..question() },
            Question { distribute: None, fee_percent: "33.33".parse().unwrap(), fee_tokens: i64::MAX, ..question() },
            Question { demurrage_percent: "99.99".parse().unwrap(), joining_per_month: 1_000, ..question() },
            Question { leaving_per_month: 1_000, distribute: Some(1), every: Rhythm::Day, ..question() },
        ] {
            live(model, &Question { runs: 3, months: 3, ..asked }, &[31, 28, 31]);
        }
    };
    all(&Model::default());
    all(&equal(1, 0));
    all(&equal(1, i64::MAX));
    all(&market(2, i64::MAX / 2, i64::MAX / 2, 1.0));
    all(&Model { pool: i64::MAX - 5_000, ..market(3, 1_000, 999, 0.5) });
    all(&Model { resting: i64::MAX, ..Model::default() });
    // A payment of the one to themselves, from and to nobody, and none at all: nothing comes of it.
    let odd =
        |from: Party, to: Party| Model { payments: vec![Payment { from, to, amount: 1 }], days: 1.0, ..equal(1, 9) };
    for model in [
        odd(Party::Member(0), Party::Member(0)),
        odd(Party::Member(0), Party::Gone),
        odd(Party::Member(7), Party::Pool),
        odd(Party::Gone, Party::Member(0)),
        odd(Party::Pool, Party::Member(0)),
        Model { days: 0.0, ..odd(Party::Pool, Party::Member(0)) },
    ] {
        all(&model);
    }
    // What no ledger could hold is refused.
    let too_much = Question { issue: 1, ..question() };
    assert_eq!(by_threads(&equal(1, i64::MAX), &too_much, &[30], 1).unwrap_err().code.as_str(), "amount_overflow");
    assert!(by_threads(&equal(2, i64::MAX), &question(), &[30], 1).is_err(), "more than there can be");
    assert!(by_threads(&equal(2, -1), &question(), &[30], 1).is_err());
}

#[test]
fn questions_have_bounds() {
    let fields = |question: Question| -> Vec<String> {
        question
            .check()
            .map_or_else(|refusal| refusal.errors.into_iter().map(|error| error.field).collect(), |()| Vec::new())
    };
    let usual = Question::default;
    assert!(fields(usual()).is_empty() && fields(Question { runs: 10_000, months: 60, ..usual() }).is_empty());
    for (asked, field) in [
        (Question { runs: 0, ..usual() }, "runs"),
        (Question { runs: 10_001, ..usual() }, "runs"),
        (Question { runs: -1, ..usual() }, "runs"),
        (Question { months: 0, ..usual() }, "months"),
        (Question { months: 61, ..usual() }, "months"),
        (Question { seed: -1, ..usual() }, "seed"),
        (Question { distribute: Some(-50), ..usual() }, "distribute"),
        (Question { fee_tokens: -1, ..usual() }, "fee_tokens"),
        (Question { issue: -1, ..usual() }, "issue"),
        (Question { joining_per_month: 1_001, ..usual() }, "joining_per_month"),
        (Question { leaving_per_month: -1, ..usual() }, "leaving_per_month"),
    ] {
        assert_eq!(fields(asked), [field]);
    }
    assert_eq!(fields(Question { runs: 0, months: 0, seed: -1, ..usual() }), ["months", "runs", "seed"]);
}

/// A future is broken off between two of them, and nothing comes of it.
#[test]
fn whoever_has_gone_needs_no_future() {
    let count = std::sync::atomic::AtomicU64::new(0);
    let watch = |over| {
        let lived = count.fetch_add(over, std::sync::atomic::Ordering::SeqCst) + over;
        if lived >= 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let threads = NonZeroUsize::new(2).unwrap();
    let asked = Question { runs: 10_000, ..question() };
    let outcome = simulate(&market(5, 10, 1, 1.0), &asked, &MONTHS, Manner { threads, gently: true, watch: &watch });
    assert!(outcome.is_err());
    assert!((5..=6).contains(&count.load(std::sync::atomic::Ordering::SeqCst)));
}
