//! What is asked: the one thing, or the few, that would be otherwise.

use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::config::Percent;
use crate::error::{Code, Error, FieldError, Result};

/// Months to look ahead at most.
pub const MONTHS_MAX: i64 = 60;
/// Futures at most.
pub const RUNS_MAX: i64 = 10_000;
/// Members who may join, or leave, in a month at most.
const CHANGES_MAX: i64 = 1_000;
/// The largest seed: numbers up to here are exact in every JSON reader.
const SEED_MAX: i64 = 9_007_199_254_740_991;

/// How often something is given out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Every day.
    Day,
    /// Every seven days.
    #[default]
    Week,
    /// Every fourteen days.
    TwoWeeks,
    /// At the end of each month that is looked at.
    Month,
    /// At the end of every third.
    Quarter,
}

/// What the number of tokens given out means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Each member gets so many.
    #[default]
    Each,
    /// All members together get so many, alike; what cannot be shared stays in the pool.
    Together,
}

/// A word with a default, as the API's document says it: the library takes every default beside a named
/// type for an object's.
fn words(description: &str, words: &[&str], usual: &str) -> Schema {
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()));
    schema.default(Some(usual.into())).description(Some(description)).build().into()
}

fn whom_in_document() -> Schema {
    words("Whether each member gets them, or all together so many, alike.", &["each", "together"], "each")
}

fn rhythm_in_document() -> Schema {
    let description = "How often: after each month, or third month, that is looked at; else by days.";
    words(description, &["day", "week", "two_weeks", "month", "quarter"], "week")
}

/// What if? Everything may be left out; what is left out stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Question {
    /// How many months to look ahead.
    #[schema(minimum = 1, maximum = 60, default = 24)]
    pub months: i64,
    /// How many futures to live. Members and programs may ask for 1,000 of them, operators and auditors
    /// for 10,000; fewer where the community is so busy that it would take too long.
    #[schema(minimum = 1, maximum = 10_000, default = 1000)]
    pub runs: i64,
    /// The same seed and question on the same day give the same answer, while nothing moves.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, default = 1)]
    pub seed: i64,
    /// Tokens given out each time, in the place of all that was given out before. Null: that goes on as it was.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    pub distribute: Option<i64>,
    /// Whether each member gets them, or all together.
    #[schema(schema_with = whom_in_document)]
    pub distribute_to: Whom,
    /// How often.
    #[schema(schema_with = rhythm_in_document)]
    pub every: Rhythm,
    /// Of each payment between members, what part goes to the pool. The recipient gets so much less. Where
    /// it is no whole token, chance decides so that the mean is right. Rounded to four digits after the point.
    #[schema(value_type = f64, minimum = 0, maximum = 100, default = 0)]
    pub fee_percent: Percent,
    /// Of each payment between members, how many tokens go to the pool besides; never more than the payment.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64, default = 0)]
    pub fee_tokens: i64,
    /// What part of each balance goes back to the pool at the end of each month.
    #[schema(value_type = f64, minimum = 0, maximum = 100, default = 0)]
    pub demurrage_percent: Percent,
    /// Tokens issued into the pool at the beginning.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64, default = 0)]
    pub issue: i64,
    /// Members who join in a month, with empty wallets; each then does as a member does whom chance chooses.
    #[schema(minimum = 0, maximum = 1000, default = 0)]
    pub joining_per_month: i64,
    /// Members who leave in a month, whoever they are; what they hold goes back to the pool.
    #[schema(minimum = 0, maximum = 1000, default = 0)]
    pub leaving_per_month: i64,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            months: 24,
            runs: 1000,
            seed: 1,
            distribute: None,
            distribute_to: Whom::Each,
            every: Rhythm::Week,
            fee_percent: Percent::default(),
            fee_tokens: 0,
            demurrage_percent: Percent::default(),
            issue: 0,
            joining_per_month: 0,
            leaving_per_month: 0,
        }
    }
}

impl Question {
    /// What each whole number is, and between which it must lie.
    pub fn bounds(&self) -> [(&'static str, i64, i64, i64); 8] {
        [
            ("months", self.months, 1, MONTHS_MAX),
            ("runs", self.runs, 1, RUNS_MAX),
            ("seed", self.seed, 0, SEED_MAX),
            ("distribute", self.distribute.unwrap_or(0), 0, i64::MAX),
            ("fee_tokens", self.fee_tokens, 0, i64::MAX),
            ("issue", self.issue, 0, i64::MAX),
            ("joining_per_month", self.joining_per_month, 0, CHANGES_MAX),
            ("leaving_per_month", self.leaving_per_month, 0, CHANGES_MAX),
        ]
    }

    /// Refuses what is out of bounds, field by field.
    pub fn check(&self) -> Result<()> {
        let wrong = self.bounds().into_iter().filter(|(_, value, least, most)| !(least..=most).contains(&value));
        let errors: Vec<FieldError> = wrong
            .map(|(field, _, least, most)| FieldError {
                field: field.to_owned(),
                message: if most == i64::MAX {
                    format!("must be a whole number from {least} up")
                } else {
                    format!("must be a whole number from {least} to {most}")
                },
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::fields(errors)) }
    }
}

/// A refusal of more than fits, for a reason that lies in the community or the caller and not in the question.
pub(super) fn too_large(field: &str, message: impl Into<String>) -> Error {
    let mut refusal = Error::field(field, message);
    refusal.code = Code::SimulationTooLarge;
    refusal
}

/// The same as a form sends it: texts, of which an empty one says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::statistics) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) distribute: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) distribute_to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) every: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) fee_percent: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) fee_tokens: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) demurrage_percent: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) issue: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) joining_per_month: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) leaving_per_month: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) months: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) runs: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::statistics) seed: String,
}

impl Asked {
    /// The question that is meant, or what is wrong, field by field.
    pub(in crate::statistics) fn question(&self) -> Result<Question> {
        let usual = Question::default();
        let mut reading = Reading(Vec::new());
        let whole = |text: &str| {
            text.replace([' ', '\u{202f}', '\u{a0}'], "").parse().map_err(|_| "must be a whole number".to_owned())
        };
        let percent = |text: &str| text.parse::<Percent>().map_err(str::to_owned);
        let question = Question {
            months: reading.read("months", &self.months, whole, usual.months),
            runs: reading.read("runs", &self.runs, whole, usual.runs),
            seed: reading.read("seed", &self.seed, whole, usual.seed),
            distribute: reading.read("distribute", &self.distribute, |text| whole(text).map(Some), None),
            distribute_to: reading.read("distribute_to", &self.distribute_to, word, usual.distribute_to),
            every: reading.read("every", &self.every, word, usual.every),
            fee_percent: reading.read("fee_percent", &self.fee_percent, percent, usual.fee_percent),
            fee_tokens: reading.read("fee_tokens", &self.fee_tokens, whole, usual.fee_tokens),
            demurrage_percent: reading.read(
                "demurrage_percent",
                &self.demurrage_percent,
                percent,
                usual.demurrage_percent,
            ),
            issue: reading.read("issue", &self.issue, whole, usual.issue),
            joining_per_month: reading.read(
                "joining_per_month",
                &self.joining_per_month,
                whole,
                usual.joining_per_month,
            ),
            leaving_per_month: reading.read(
                "leaving_per_month",
                &self.leaving_per_month,
                whole,
                usual.leaving_per_month,
            ),
        };
        if reading.0.is_empty() { Ok(question) } else { Err(Error::fields(reading.0)) }
    }
}

/// What was found wrong while texts are read.
struct Reading(Vec<FieldError>);

impl Reading {
    fn read<T>(&mut self, field: &str, text: &str, read: impl Fn(&str) -> Result<T, String>, usual: T) -> T {
        let text = text.trim();
        if text.is_empty() {
            return usual;
        }
        read(text).unwrap_or_else(|message| {
            self.0.push(FieldError { field: field.to_owned(), message });
            usual
        })
    }
}

/// One of our words, as the API writes it.
pub fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text)).map_err(|error| error.to_string())
}
