//! What a schedule says, as people type it: choices with a field or two beside each, and a list of names.

use rusqlite::Connection;
use serde::Deserialize;

use super::terms::{HowMuch, Terms, Whom};
use crate::error::{Code, Error, Result};
use crate::identity::{member, user_by_name};
use crate::language::Language;
use crate::ledger::{Amount, Note, UserId};

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TermsForm {
    pub(super) csrf: String,
    pub(super) name: String,
    pub(super) cron: String,
    pub(super) time_zone: String,
    /// The rule by which recipients are chosen, by its word in the API.
    pub(super) whom: String,
    pub(super) active_days: String,
    pub(super) role: String,
    /// Names or ids, one on a line.
    pub(super) list: String,
    /// The rule for amounts.
    pub(super) how: String,
    pub(super) tokens: String,
    pub(super) days: String,
    pub(super) most: String,
    pub(super) account: String,
    pub(super) note: String,
    pub(super) issued_max: String,
    pub(super) reason: String,
}

impl TermsForm {
    /// An empty one, with what is usual.
    pub(super) fn usual(time_zone: &str) -> Self {
        Self {
            time_zone: time_zone.to_owned(),
            whom: "everyone".into(),
            active_days: "30".into(),
            role: "operator".into(),
            how: "fixed".into(),
            days: "30".into(),
            ..Self::default()
        }
    }

    /// One with what a schedule says.
    pub(super) fn of(conn: &Connection, terms: &Terms) -> Result<Self> {
        let mut form = Self {
            name: terms.name.clone(),
            cron: terms.cron.clone(),
            account: terms.system_account.clone().unwrap_or_default(),
            note: terms.note.as_ref().map(ToString::to_string).unwrap_or_default(),
            issued_max: terms.issued_max.to_string(),
            ..Self::usual(&terms.time_zone)
        };
        match &terms.recipients {
            Whom::Everyone {} => {}
            Whom::Active { days } => (form.whom, form.active_days) = ("active".into(), days.to_string()),
            Whom::Role { role } => (form.whom, form.role) = ("role".into(), role.as_str().into()),
            Whom::List { user_ids } => {
                let lines = user_ids.iter().map(|id| line(conn, *id)).collect::<Result<Vec<_>>>()?;
                (form.whom, form.list) = ("list".into(), lines.join("\n"));
            }
        }
        let (how, tokens, days, most) = match terms.amount {
            HowMuch::Fixed { tokens } => ("fixed", tokens, None, None),
            HowMuch::PerPayment { tokens, days, most } => ("per_payment", tokens, Some(days), Some(most)),
            HowMuch::Shared { tokens, days } => ("shared", tokens, Some(days), None),
        };
        form.how = how.into();
        form.tokens = tokens.get().to_string();
        form.days = days.map_or(form.days, |days| days.to_string());
        form.most = most.map(|most| most.get().to_string()).unwrap_or_default();
        Ok(form)
    }

    /// What it says. Numbers may be written with the digits of the reader's language.
    pub(super) fn read(&self, conn: &Connection, language: Language) -> Result<Terms> {
        let whole = |text: &str, field: &str| -> Result<i64> {
            language.digits(text).trim().parse().map_err(|_| Error::field(field, "must be a whole number"))
        };
        let tokens = |text: &str, field: &str| -> Result<Amount> {
            whole(text, field).and_then(|tokens| Amount::new(tokens).map_err(|_| Error::field(field, Amount::RULE)))
        };
        let recipients = match self.whom.as_str() {
            "everyone" => Whom::Everyone {},
            "active" => Whom::Active { days: whole(&self.active_days, "recipients.days")? },
            "role" => Whom::Role { role: self.role.parse()? },
            "list" => Whom::List { user_ids: named(conn, &self.list)? },
            _ => return Err(Error::field("recipients", "must be chosen")),
        };
        let given = tokens(&self.tokens, "amount")?;
        let days = || whole(&self.days, "amount.days");
        let amount = match self.how.as_str() {
            "fixed" => HowMuch::Fixed { tokens: given },
            "per_payment" => {
                HowMuch::PerPayment { tokens: given, days: days()?, most: tokens(&self.most, "amount.most")? }
            }
            "shared" => HowMuch::Shared { tokens: given, days: days()? },
            _ => return Err(Error::field("amount", "must be chosen")),
        };
        let note = self.note.trim();
        Ok(Terms {
            name: self.name.clone(),
            cron: self.cron.clone(),
            time_zone: self.time_zone.trim().to_owned(),
            recipients,
            amount,
            system_account: Some(self.account.clone()).filter(|account| !account.is_empty()),
            note: if note.is_empty() { None } else { Some(Note::new(note)?) },
            issued_max: whole(&self.issued_max, "issued_max")?,
        })
    }
}

/// A member on a line of their own: by name, where it means them and nobody else.
fn line(conn: &Connection, id: UserId) -> Result<String> {
    let name = member::by_id(conn, id)?.username;
    match user_by_name(conn, &name) {
        Ok(found) if found == id => Ok(name),
        Ok(_) => Ok(id.to_string()),
        Err(error) if error.is_refusal() => Ok(id.to_string()),
        Err(error) => Err(error),
    }
}

/// The members whom a list names, one on a line, by name or id.
pub fn named(conn: &Connection, list: &str) -> Result<Vec<UserId>> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|who| {
            if let Ok(id) = who.parse::<UserId>() {
                return member::by_id(conn, id).map(|member| member.id).map_err(|error| nobody(error, who));
            }
            user_by_name(conn, who).map_err(|error| nobody(error, who))
        })
        .collect()
}

/// A name that means nobody, or more than one.
fn nobody(error: Error, who: &str) -> Error {
    let words = match error.code {
        Code::UserNotFound => "schedules-list-nobody",
        Code::AmbiguousName => "schedules-list-several",
        _ => return error,
    };
    error.in_words_naming(words, who)
}
