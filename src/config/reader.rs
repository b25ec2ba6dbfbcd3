//! Reading single values: the value in force, where it came from, and what is wrong with it.

use toml::Value;

use super::layers::Values;
use super::settings::entry;
use super::{Origin, Secret, Setting};

/// Reads values one by one, noting what is in force and what is wrong.
pub(super) struct Reader {
    pub(super) values: Values,
    pub(super) report: Vec<Setting>,
    /// The secrets in force, which are never shown, by the keys of their settings.
    pub(super) secrets: Vec<(String, Secret)>,
}

impl Reader {
    pub(super) fn new(values: Values) -> Self {
        Self { values, report: Vec::new(), secrets: Vec::new() }
    }

    /// Notes what is wrong with the value of this key.
    pub(super) fn wrong(&mut self, key: &str, why: impl std::fmt::Display) {
        let origin = self.origin(key);
        self.values.problems.push(format!("{key} ({origin}) {why}."));
    }

    fn origin(&self, key: &str) -> Origin {
        let set = self.values.set.get(key);
        set.map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    pub(super) fn note(&mut self, key: &str, value: impl Into<String>) {
        self.report.push(Setting { key: key.to_owned(), value: value.into(), origin: self.origin(key) });
    }

    pub(super) fn is_set(&self, key: &str) -> bool {
        self.values.set.get(key).is_some_and(|(value, _)| value.as_str() != Some(""))
    }

    /// What is in force for a key that nobody set, and that follows from others.
    pub(super) fn follows(&mut self, key: &str, value: &str) {
        for setting in self.report.iter_mut().filter(|setting| setting.key == key) {
            value.clone_into(&mut setting.value);
        }
    }

    /// The value as text, `None` where it is empty or not set. Never shown here: see `text`.
    pub(super) fn raw(&mut self, key: &str) -> Option<String> {
        let default = entry(key).map_or("", |(_, _, default)| default);
        let text = match self.values.set.get(key) {
            None => default.to_owned(),
            Some((Value::String(text), _)) => text.trim().to_owned(),
            Some(_) => {
                self.wrong(key, "must be text in quotes");
                default.to_owned()
            }
        };
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let text = self.raw(key);
        self.note(key, text.clone().unwrap_or_default());
        text
    }

    pub(super) fn needed(&mut self, key: &str) -> String {
        self.text(key).unwrap_or_else(|| {
            self.wrong(key, "must not be empty");
            String::new()
        })
    }

    pub(super) fn number(&mut self, key: &str, least: u32, most: u32) -> u32 {
        let default = entry(key).and_then(|(_, _, default)| default.parse().ok());
        let number = match self.values.set.get(key) {
            None => default,
            Some((value, _)) => value
                .as_integer()
                .and_then(|number| u32::try_from(number).ok())
                .filter(|number| (least..=most).contains(number)),
        };
        let number = number.unwrap_or_else(|| {
            self.wrong(key, format!("must be a whole number from {least} to {most}"));
            least
        });
        self.note(key, number.to_string());
        number
    }

    /// A number of tokens that need not be set.
    pub(super) fn tokens_if_set(&mut self, key: &str) -> Option<i64> {
        let set = self.values.set.get(key).map(|(value, _)| value).filter(|value| value.as_str() != Some(""));
        let tokens = set.map(|value| value.as_integer().filter(|tokens| *tokens >= 0));
        if tokens == Some(None) {
            self.wrong(key, "must be a whole number of tokens, 0 or more");
        }
        self.note(key, tokens.flatten().map(|tokens| tokens.to_string()).unwrap_or_default());
        tokens.flatten()
    }

    pub(super) fn switch(&mut self, key: &str) -> bool {
        let default = entry(key).is_some_and(|(_, _, default)| *default == "true");
        let switch = self.switch_if_set(key).unwrap_or(default);
        self.note(key, switch.to_string());
        switch
    }

    /// A switch whose default depends on other settings; what is in force is noted by the caller.
    pub(super) fn switch_if_set(&mut self, key: &str) -> Option<bool> {
        let (value, _) = self.values.set.get(key)?;
        let switch = value.as_bool();
        if switch.is_none() {
            self.wrong(key, "must be true or false");
        }
        switch
    }

    pub(super) fn list(&mut self, key: &str) -> Vec<String> {
        let list = match self.values.set.get(key) {
            None => {
                let default = entry(key).map_or("", |(_, _, default)| default);
                Some(default.split(", ").filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
            }
            Some((Value::Array(list), _)) => {
                list.iter().map(|entry| entry.as_str().map(|text| text.trim().to_owned())).collect()
            }
            Some(_) => None,
        };
        let list = list.unwrap_or_else(|| {
            self.wrong(key, "must be a list of texts, as in [\"one\", \"two\"]");
            Vec::new()
        });
        self.note(key, list.join(", "));
        list
    }
}
