//! How much is found of what was planted, and how often something is found for nothing.

use std::collections::{BTreeMap, BTreeSet};

use communitytoken::alerts::{Cooling, Finding, Rule, Watch};
use communitytoken::config::Alerts;

use super::life::{DAY, Seen};
use super::support::setting::{number, rounds};
use super::year::{Year, year};

/// As the configuration has them by itself.
pub const SETTINGS: Alerts =
    Alerts { on: true, times_the_usual: 10, payments_in_an_hour: 20, new_accounts: 5, refused_sign_ins: 50 };
/// The seeds 1 to 8 were looked at while the rules were made. These were not.
const UNSEEN: u64 = 1001;

/// About four times what is paid for usually.
const WORTH_TAKING: i64 = 40;
/// Fewer payments in a row are nothing that anybody would want to hear of.
const MANY: usize = 15;

#[derive(Debug, Default, Clone, Copy)]
struct Score {
    planted: usize,
    found: usize,
    raised: usize,
    false_alarms: usize,
}

/// Runs the rules over a year, as an operator would live it who sees to each alert at once.
fn run(year: &Year) -> Vec<(Finding, BTreeSet<usize>)> {
    let (mut watch, mut cooling) = (Watch::new(SETTINGS), Cooling::default());
    let mut part_of: BTreeMap<i64, usize> = BTreeMap::new();
    let mut raised = Vec::new();
    for (seen, planted) in &year.seen {
        let found = match seen {
            Seen::Movement(movement) => {
                if let Some(planted) = planted {
                    part_of.insert(movement.sequence, *planted);
                }
                watch.movement(movement)
            }
            Seen::Act(act) => watch.act(*act).into_iter().collect(),
        };
        for finding in found.into_iter().filter(|finding| cooling.is_new(finding)) {
            let mut rests_on: BTreeSet<usize> =
                finding.transactions.iter().filter_map(|sequence| part_of.get(sequence).copied()).collect();
            // Acts have no number.
            rests_on.extend(planted.filter(|_| finding.transactions.is_empty()));
            raised.push((finding, rests_on));
        }
    }
    raised
}

fn score(year: &Year, scores: &mut BTreeMap<Rule, Score>) -> usize {
    let raised = run(year);
    let mut false_alarms = 0;
    for (finding, rests_on) in &raised {
        let score = scores.entry(finding.numbers.rule()).or_default();
        score.raised += 1;
        if rests_on.is_empty() {
            score.false_alarms += 1;
            false_alarms += 1;
            if number("COMMUNITYTOKEN_SHOW").is_some() {
                println!("for nothing, day {}: {finding:?}", (finding.at - super::life::BEGIN) / DAY);
            }
        }
    }
    for (number_of, planted) in year.planted.iter().enumerate() {
        if !has_happened(year, number_of, planted.rule) {
            continue;
        }
        let is_found = raised.iter().any(|(finding, rests_on)| {
            finding.numbers.rule() == planted.rule
                && planted.subjects.contains(&finding.subject)
                && rests_on.contains(&number_of)
        });
        let score = scores.entry(planted.rule).or_default();
        score.planted += 1;
        score.found += usize::from(is_found);
        if !is_found && number("COMMUNITYTOKEN_SHOW").is_some() {
            let parts = year.seen.iter().filter(|(_, part)| *part == Some(number_of));
            println!("missed: {planted:?}: {:?}", parts.take(3).map(|(seen, _)| seen).collect::<Vec<_>>());
        }
    }
    false_alarms
}

/// Nobody can take what is not there: where a wallet held next to nothing, nothing unusual has happened.
fn has_happened(year: &Year, number_of: usize, rule: Rule) -> bool {
    let mut parts = year.seen.iter().filter(|(_, part)| *part == Some(number_of)).map(|(seen, _)| seen);
    match rule {
        Rule::Amount => parts.any(|seen| matches!(seen, Seen::Movement(movement) if movement.amount >= WORTH_TAKING)),
        Rule::Frequency => parts.count() >= MANY,
        _ => parts.next().is_some(),
    }
}

fn share(part: usize, whole: usize) -> String {
    let share = (part * 100 + whole / 2).checked_div(whole);
    share.map_or_else(|| "-".to_owned(), |share| format!("{share} %"))
}

/// At most one alert a week is for nothing, in every year, and most of what was planted is found.
#[test]
fn most_is_found_and_little_for_nothing() {
    let (first, years) = (number("COMMUNITYTOKEN_SEED").unwrap_or(UNSEEN), rounds(8));
    let mut scores: BTreeMap<Rule, Score> = BTreeMap::new();
    let (mut weeks, mut payments, mut worst) = (0, 0, 0);
    for seed in (first..).take(years) {
        let year = year(seed);
        payments += year.seen.iter().filter(|(seen, _)| matches!(seen, Seen::Movement(_))).count();
        let false_alarms = score(&year, &mut scores);
        println!("seed {seed}: {false_alarms} for nothing");
        worst = worst.max(false_alarms);
        weeks += usize::try_from(year.weeks).unwrap();
        assert!(false_alarms <= usize::try_from(year.weeks).unwrap(), "seed {seed}: more than one a week for nothing");
    }
    println!("{years} years from seed {first}, {payments} transactions, at worst {worst} a year for nothing");
    println!("| rule | planted | found | missed | raised | for nothing | precision | recall | for nothing a week |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut all = Score::default();
    let line = |name: &str, score: &Score| {
        let Score { planted, found, raised, false_alarms } = *score;
        let (precision, recall) = (share(raised - false_alarms, raised), share(found, planted));
        let weekly = u32::try_from(false_alarms).map(f64::from).unwrap() / u32::try_from(weeks).map(f64::from).unwrap();
        println!(
            "| {name} | {planted} | {found} | {} | {raised} | {false_alarms} | {precision} | {recall} | {weekly:.2} |",
            planted - found
        );
    };
    for (rule, score) in &scores {
        line(rule.as_str(), score);
        all.planted += score.planted;
        all.found += score.found;
        all.raised += score.raised;
        all.false_alarms += score.false_alarms;
    }
    line("all", &all);
    if years >= 4 {
        assert!(all.found * 100 >= all.planted * 70, "too little is found");
        for (rule, floor) in [
            (Rule::Frequency, 70),
            (Rule::NewAccounts, 60),
            (Rule::Issuance, 40),
            (Rule::SignIns, 50),
            (Rule::Circle, 80),
            (Rule::Amount, 60),
        ] {
            let Score { planted, found, .. } = scores[&rule];
            assert!(found * 100 >= planted * floor, "{}: {found} of {planted}", rule.as_str());
        }
    }
}
