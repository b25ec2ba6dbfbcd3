//! How verbs answer: sentences for people, JSON for programs, and the exit code.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::store::StoreFailure;

/// Why a verb did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// Refused by the rules, or the machine did not allow it: exit code 1.
    Refused(String),
    /// Refused by the ledger, with its code: exit code 1.
    Ledger(Box<Error>),
    /// The verb did its work and found something wanting; said already: exit code 1.
    Wanting,
    /// Wrong use: exit code 2.
    Usage(String),
}

impl Failure {
    /// Why, in a sentence.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Refused(text) | Self::Usage(text) => text.clone(),
            Self::Ledger(error) => {
                error.cause().map_or_else(|| error.detail.clone(), |cause| format!("{} ({cause})", error.detail))
            }
            Self::Wanting => "what was looked at is not as it should be".into(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ledger(Box::new(error))
    }
}

impl From<StoreFailure> for Failure {
    fn from(failure: StoreFailure) -> Self {
        Self::Refused(sentence(&failure.0))
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        StoreFailure::from(error).into()
    }
}

/// A text with a capital at its start, unless that is a file's name, and a stop at its end.
fn sentence(text: &str) -> String {
    let is_path = text.split(' ').next().is_some_and(|word| word.contains(['/', '.']));
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .map(|character| if is_path { character.to_string() } else { character.to_uppercase().collect() })
        .unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

/// Prints the failure, if any, and gives the exit code.
pub(super) fn exit(json: bool, outcome: Result<(), Failure>) -> ExitCode {
    let (code, problem) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Wanting) => return ExitCode::from(1),
        Err(Failure::Refused(text)) => (1, json!({ "code": "refused", "detail": text })),
        Err(Failure::Usage(text)) => (2, json!({ "code": "usage", "detail": text })),
        Err(Failure::Ledger(error)) => {
            let mut members = (*error.members).clone();
            members.insert("code".into(), error.code.as_str().into());
            members.insert("detail".into(), error.detail.clone().into());
            if let Some(cause) = error.cause() {
                members.insert("cause".into(), cause.into());
            }
            (1, Value::Object(members))
        }
    };
    if json {
        eprintln!("{problem}");
    } else {
        eprintln!("{}", readable(problem["detail"].as_str().unwrap_or_default()));
        if let Some(cause) = problem["cause"].as_str() {
            eprintln!("({})", readable(cause));
        }
    }
    ExitCode::from(code)
}

/// A text without the signs by which a terminal is steered: it may quote a file that somebody else wrote.
fn readable(text: &str) -> String {
    let is_steering = |character: char| character.is_control() && character != '\n';
    text.chars().map(|character| if is_steering(character) { '\u{fffd}' } else { character }).collect()
}

/// Prints an answer: the JSON, or the words. A reader that has gone away is no failure.
pub(super) fn print(json: bool, value: &impl Serialize, words: impl FnOnce() -> String) {
    let text = if json { serde_json::to_string_pretty(value).unwrap_or_default() } else { readable(&words()) };
    let _reader_gone = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// Says something beside the answer, to people.
pub(super) fn remark(json: bool, text: &str) {
    if !json {
        eprintln!("{}", readable(text));
    }
}

/// Says what went wrong beside the answer and is no reason to fail: to people and, as an object, to programs.
pub(super) fn warn(json: bool, text: &str) {
    if json { eprintln!("{}", json!({ "code": "warning", "detail": text })) } else { remark(json, text) }
}

/// A bar for long work; silent where nobody looks.
pub(super) fn progress(what: &'static str, json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length().with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {human_pos}/{human_len} ({eta})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// So many things, in words that fit one and several.
pub(super) fn counted(count: i64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Columns of text, each as wide as its widest entry.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|text| text.chars().count()).collect();
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    let line = |row: &[String]| {
        let padded: Vec<String> = row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let head: Vec<String> = head.iter().map(|text| (*text).to_owned()).collect();
    std::iter::once(line(&head)).chain(rows.iter().map(|row| line(row))).collect::<Vec<_>>().join("\n")
}
