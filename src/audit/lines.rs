//! Lines of the audit log as people read them: what was done in words, and to whom.

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use crate::alerts::Rule;
use crate::error::Result;
use crate::language::Language;
use crate::ledger::{AuditEntry, AuditFilter, Page, PageRequest, audit_history};
use crate::web::Shell;

/// A line for people.
#[derive(Debug, Clone)]
pub struct AuditView {
    /// The line itself.
    pub entry: AuditEntry,
    /// Who did it: a name, where the log holds an id, too.
    pub by: String,
    /// To what: a name, where the log holds an id.
    target: String,
    /// The page of what it was done to.
    pub href: Option<String>,
    /// Further facts, by the names under which they are recorded.
    pub facts: Vec<(String, String)>,
}

/// One page of the log, for people.
pub fn lines(conn: &Connection, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditView>> {
    let found = audit_history(conn, filter, page)?;
    let items = found.items.into_iter().map(|entry| AuditView::of(conn, entry)).collect::<Result<_>>()?;
    Ok(Page { items, next_cursor: found.next_cursor })
}

impl AuditView {
    /// What was done, in words.
    pub fn meaning(&self, shell: &Shell) -> String {
        did(&self.entry.action, shell.language)
    }

    /// Why: what somebody wrote, or the program's own words in the reader's language.
    pub fn reason(&self, shell: &Shell) -> String {
        why(&self.entry.reason, shell.language)
    }

    /// To what: a name, or how much where tokens were made or given.
    pub fn shown(&self, shell: &Shell) -> String {
        let number = |name: &str| self.entry.details[name].as_i64().unwrap_or(0);
        match self.entry.action.as_str() {
            "distribution" => shell
                .say("audit-shares")
                .with("amount", shell.tokens(&number("distributed")))
                .with("count", number("recipients"))
                .into(),
            "transfer" => match self.entry.details["from"].as_str() {
                Some(from) => shell
                    .say("audit-moved")
                    .with("amount", shell.tokens(&number("amount")))
                    .with("from", from)
                    .with("to", &self.target)
                    .into(),
                None => self.target.clone(),
            },
            "issuance" | "consent.asked" | "consent.given" | "consent.refused" | "consent.withdrawn" => {
                shell.tokens(&number("amount"))
            }
            "alert.acknowledge" | "alert.mute" | "alert.unmute" => {
                let rule = self.entry.details["rule"].as_str().and_then(|rule| rule.parse::<Rule>().ok());
                rule.map_or_else(String::new, |rule| shell.say(rule.key()).into())
            }
            _ => self.target.clone(),
        }
    }

    /// By which transactions it was carried out, if by any.
    pub fn transactions(&self, shell: &Shell) -> Option<String> {
        let first = self.entry.first_sequence?;
        Some(match self.entry.last_sequence {
            Some(last) if last != first => {
                shell.say("audit-from-to").with("first", first.to_string()).with("last", last.to_string()).into()
            }
            _ => first.to_string(),
        })
    }

    fn of(conn: &Connection, entry: AuditEntry) -> Result<Self> {
        let (target, href) = match entry.action.as_str() {
            "distribution" => (String::new(), Some(format!("/admin/distributions/{}", entry.target))),
            "issuance" => (String::new(), Some("/admin/accounts".to_owned())),
            // Between accounts; what somebody who leaves gives to the community is a transfer, too.
            "transfer" if entry.details["from"].is_string() => {
                (entry.target.clone(), Some("/admin/accounts".to_owned()))
            }
            "consent.asked" | "consent.given" | "consent.refused" | "consent.withdrawn" => {
                (String::new(), Some(format!("/admin/consents/{}", entry.target)))
            }
            "reversal" => (entry.target.clone(), Some(format!("/admin/transactions/{}", entry.target))),
            "alert.acknowledge" => (String::new(), Some(format!("/admin/alerts/{}", entry.target))),
            "alert.mute" | "alert.unmute" => (String::new(), Some("/admin/alerts".to_owned())),
            action if action.starts_with("schedule.") => {
                (entry.details["name"].as_str().unwrap_or(&entry.target).to_owned(), None)
            }
            _ => match owner(conn, &entry.target)? {
                Some((id, name)) => (name, Some(format!("/admin/members/{id}"))),
                None => (entry.target.clone(), None),
            },
        };
        let facts = match &entry.details {
            Value::Object(details) => details.iter().filter_map(|(name, value)| fact(name, value)).collect(),
            _ => Vec::new(),
        };
        Ok(Self { by: doer(conn, &entry.operator)?, entry, target, href, facts })
    }
}

fn fact(name: &str, value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some((name.to_owned(), text))
}

/// The name of who did it: operators stand in the log with their id behind it, members with their id alone.
fn doer(conn: &Connection, operator: &str) -> Result<String> {
    if let Some(id) = operator.strip_prefix("member ")
        && let Some((_, name)) = owner(conn, id)?
    {
        return Ok(name);
    }
    let name = operator.rsplit_once(" (").filter(|(_, id)| id.len() == 37).map_or(operator, |(name, _)| name);
    Ok(name.to_owned())
}

/// The member whom an id means, or whose wallet it is.
fn owner(conn: &Connection, id: &str) -> Result<Option<(String, String)>> {
    Ok(conn
        .prepare_cached(
            "SELECT id, username FROM users WHERE id = ?1
              UNION ALL
             SELECT users.id, users.username FROM wallets JOIN users ON users.wallet = wallets.key WHERE wallets.id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// What was done, in words; an act without any is shown by its own name.
pub(super) fn did(action: &str, language: Language) -> String {
    language.say(format!("audit-did-{}", action.replace(['.', '_'], "-"))).or_else(|| action.to_owned())
}

/// What the program gives as a reason where nobody else does, in a language; every other reason as it is.
fn why(reason: &str, language: Language) -> String {
    let words = reason.to_ascii_lowercase();
    let words = words.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    language.say(format!("audit-why-{}", words.collect::<Vec<_>>().join("-"))).or_else(|| reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AuditAction;

    /// What an act is called in a database is for nobody to read.
    #[test]
    fn every_act_has_words() {
        for action in AuditAction::ALL {
            for language in Language::ALL {
                assert_ne!(did(action.as_str(), language), action.as_str(), "{language:?}");
            }
        }
        assert_eq!(did("something.new", Language::German), "something.new");
    }

    #[test]
    fn the_programs_own_reasons_are_in_the_readers_language() {
        assert_eq!(why("The ledger's first key", Language::German), "Der erste Schlüssel des Hauptbuchs");
        assert_eq!(why("Signed in", Language::English), "Signed in");
        for others in ["For the harvest", "", "’", "Signed in twice"] {
            assert_eq!(why(others, Language::Japanese), others);
        }
    }
}
