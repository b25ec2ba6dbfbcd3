//! The languages in which the community speaks with people: their texts, numbers and dates.
//!
//! The texts lie beside the templates, in `templates/languages`: for each language a folder, for each
//! part of the program a file (Fluent, <https://projectfluent.org>). Programs are spoken to in English:
//! the API, the command line, the log and the headings of tables as files.

mod dates;
mod numbers;
mod phrase;
#[cfg(test)]
mod tests;

pub use numbers::whole_number;
pub use phrase::{Argument, MarkedPhrase, Phrase};

use std::str::FromStr;

use rusqlite::types::{ToSql, ToSqlOutput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language that the pages can be read in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Japanese.
    #[serde(rename = "ja")]
    Japanese,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// German.
    #[serde(rename = "de")]
    German,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::English, Self::Japanese, Self::Spanish, Self::German];

    /// The word for it in addresses, headers, settings and the database: `ja`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
            Self::Spanish => "es",
            Self::German => "de",
        }
    }

    /// What those who speak it call it: whoever cannot read a page must find their own language on it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Japanese => "日本語",
            Self::Spanish => "Español",
            Self::German => "Deutsch",
        }
    }

    /// What stands under this key in this language.
    pub fn say(self, key: impl AsRef<str>) -> Phrase {
        Phrase::new(self, key.as_ref())
    }
}

/// The tag, and no other word.
impl FromStr for Language {
    type Err = ();

    fn from_str(tag: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|language| language.tag() == tag).ok_or(())
    }
}

impl ToSql for Language {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.tag()))
    }
}
