//! Question and answer: what was learnt, what is assumed, and what came of it.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::fan::{FanPoint, point};
use super::learn::{Learnt, learn};
use super::plan::Plan;
use super::question::{Question, too_large};
use super::simulate::{Lived, Manner, Standing, live};
use crate::error::Result;
use crate::language::{Language, Phrase};
use crate::statistics::calendar::{Bucket, Calendar};
use crate::statistics::real;
use crate::statistics::transactions::ratio;

/// A question that is ready to be lived.
#[derive(Debug)]
pub struct Simulation {
    plan: Plan,
    learnt: Learnt,
    /// The beginning, and the end of each month.
    times: Vec<i64>,
}

/// What came of all futures.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Outcomes {
    /// What was asked, with everything that was not said.
    pub question: Question,
    /// What the ledger told of how the community lives.
    pub learnt: Learnt,
    /// What was assumed, in sentences.
    pub assumptions: Vec<String>,
    /// When the futures begin: with today.
    pub from_time: i64,
    /// The part of all payments for which the tokens were missing, and which were not made; null where none
    /// was tried.
    pub missed_share: Option<f64>,
    /// Every token there is.
    pub total_issuance: Vec<FanPoint<i64>>,
    /// What members hold.
    pub circulating_supply: Vec<FanPoint<i64>>,
    /// What the community itself holds.
    pub system_pool: Vec<FanPoint<i64>>,
    /// What members paid each other in a month.
    pub volume: Vec<FanPoint<i64>>,
    /// How unevenly members hold it: 0 for all the same. None where nobody holds anything.
    pub gini: Vec<FanPoint<f64>>,
    /// How often a token changed hands in a month. None where there was none.
    pub velocity: Vec<FanPoint<f64>>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// Learns what there is to know, and makes ready.
pub fn prepare(conn: &Connection, calendar: &Calendar, question: &Question, now: i64) -> Result<Simulation> {
    let (model, learnt) = learn(conn, calendar, now)?;
    let times = calendar.months_from(calendar.start(Bucket::Day, now), question.months);
    let months: Vec<i64> = times.windows(2).map(|pair| calendar.days_between(pair[0], pair[1])).collect();
    Ok(Simulation { plan: Plan::new(&model, question, &months)?, learnt, times })
}

impl Simulation {
    /// Refuses what would take more work than this, in payments: names what could be less.
    pub fn check_effort(&self, most: f64) -> Result<()> {
        let each = self.plan.effort();
        if each * ratio(self.plan.question.runs.into(), 1) <= most {
            return Ok(());
        }
        let fits = (most / each).floor();
        Err(if fits >= 1.0 {
            too_large("runs", format!("must be at most {fits} for a community as busy as this one and so many months"))
        } else {
            let message = "would take too long for a community as busy as this one: ask the command line";
            too_large("months", message)
        })
    }

    /// Lives all futures.
    pub fn run(
        &self,
        threads: NonZeroUsize,
        gently: bool,
        watch: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
        now: i64,
    ) -> Result<Outcomes> {
        let lived = live(&self.plan, Manner { threads, gently, watch })?;
        let fans = Fans { lived: &lived, times: &self.times };
        let tried = lived.made + lived.missed;
        Ok(Outcomes {
            question: self.plan.question.clone(),
            learnt: self.learnt.clone(),
            assumptions: assumptions(&self.learnt, &self.plan.question, Language::English),
            from_time: self.times.first().copied().unwrap_or(now),
            missed_share: (tried > 0).then(|| ratio(lived.missed.into(), tried.into())),
            total_issuance: fans.tokens(0, |standing| standing.issued),
            circulating_supply: fans.tokens(0, |standing| standing.circulating),
            system_pool: fans.tokens(0, |standing| standing.pool),
            volume: fans.tokens(1, |standing| i64::try_from(standing.volume).unwrap_or(i64::MAX)),
            gini: fans.ratios(0, |standing| standing.gini),
            velocity: fans.ratios(1, |standing| standing.velocity),
            calculated_at: now,
        })
    }
}

/// Standings by time instead of by future.
struct Fans<'a> {
    lived: &'a Lived,
    times: &'a [i64],
}

impl Fans<'_> {
    fn at<T>(&self, place: usize, value: impl Fn(&Standing) -> T) -> Vec<T> {
        self.lived.standings.iter().skip(place).step_by(self.times.len()).map(value).collect()
    }

    fn tokens(&self, from: usize, value: impl Fn(&Standing) -> i64 + Copy) -> Vec<FanPoint<i64>> {
        let mean = |all: &[i64]| ratio(all.iter().map(|one| i128::from(*one)).sum(), all.len() as i128);
        let points = self.times.iter().enumerate().skip(from);
        points.filter_map(|(place, at)| point(*at, self.at(place, value), Ord::cmp, mean)).collect()
    }

    fn ratios(&self, from: usize, value: impl Fn(&Standing) -> f64 + Copy) -> Vec<FanPoint<f64>> {
        let mean = |all: &[f64]| all.iter().sum::<f64>() / real(all.len());
        let points = self.times.iter().enumerate().skip(from);
        points
            .filter_map(|(place, at)| {
                let mut outcomes = self.at(place, value);
                outcomes.retain(|value| value.is_finite());
                point(*at, outcomes, f64::total_cmp, mean)
            })
            .collect()
    }
}

/// What is assumed, said aloud.
pub(in crate::statistics) fn assumptions(learnt: &Learnt, question: &Question, language: Language) -> Vec<String> {
    let days = || language.decimal(learnt.days, 0);
    let mut all: Vec<Phrase> = Vec::new();
    if learnt.days <= 0.0 {
        all.push(language.say("statistics-assumed-no-day"));
    } else if learnt.payments == 0 {
        all.push(language.say("statistics-assumed-no-payments").with("days", days()));
    } else {
        if !learnt.is_enough {
            let few = language.say("statistics-assumed-few");
            all.push(few.with("payments", language.grouped(learnt.payments)).with("days", days()));
        }
        all.push(language.say("statistics-assumed-payments").with("days", days()));
    }
    if question.distribute.is_some() {
        all.push(language.say("statistics-assumed-new-distribution"));
    } else if learnt.distributed_per_month > 0.0 {
        all.push(language.say("statistics-assumed-distribution"));
    }
    if question.joining_per_month == 0 && question.leaving_per_month == 0 {
        all.push(language.say("statistics-assumed-members"));
    }
    all.push(language.say("statistics-assumed-ways"));
    all.into_iter().map(String::from).collect()
}
