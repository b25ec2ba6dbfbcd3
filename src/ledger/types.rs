//! The words of the ledger as types, so that a wrong call does not compile. Constructors check
//! once, at the edge.

use std::fmt;
use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::error::{Code, Error, Result};

/// Milliseconds of a UTC day.
pub const DAY_MS: i64 = 86_400_000;
/// The longest note a transaction carries, in characters.
pub const NOTE_CHARS_MAX: usize = 280;
/// Letters of a category at most.
pub const CATEGORY_CHARS_MAX: usize = 40;
/// The longest reason in the audit log, in characters.
pub const REASON_CHARS_MAX: usize = 500;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $field:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new random one.
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| Error::field($field, "must be a UUID such as 1b4e28ba-2fa1-4d2e-883f-0016d3cca427"))
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0.hyphenated().to_string()))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Uuid::try_parse(value.as_str()?)
                    .map(Self)
                    .map_err(|error| FromSqlError::Other(Box::new(error)))
            }
        }
    };
}

uuid_id!(
    /// A wallet, as people and APIs know it.
    WalletId, "wallet_id"
);
uuid_id!(
    /// A member, as people and APIs know them.
    UserId, "user_id"
);

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(pub i64);

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_i64().map(Self)
            }
        }
    };
}

key!(
    /// A wallet, as rows refer to it. Never leaves the program.
    WalletKey
);
key!(
    /// A user, as rows refer to them. Never leaves the program.
    UserKey
);

key!(
    /// A service client, as rows refer to it. Never leaves the program.
    ClientKey
);

/// A number of whole tokens, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 1, maximum = 9_223_372_036_854_775_807_i64)]
pub struct Amount(i64);

impl Amount {
    /// What every wrong amount is told.
    pub const RULE: &'static str = "must be a whole number from 1 to 9223372036854775807";

    /// Checks the range.
    pub fn new(tokens: i64) -> Result<Self> {
        if tokens < 1 {
            return Err(Error::field("amount", Self::RULE));
        }
        Ok(Self(tokens))
    }

    /// The number of tokens.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl FromStr for Amount {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        text.trim().parse().map_err(|_| Error::field("amount", Self::RULE)).and_then(Self::new)
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// Whole numbers alone: a text, a fraction and an exponent are refused, not rounded.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;

        impl serde::de::Visitor<'_> for Whole {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 1 to 9223372036854775807")
            }

            fn visit_i64<E: serde::de::Error>(self, tokens: i64) -> Result<Amount, E> {
                Amount::new(tokens).map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(tokens), &self))
            }

            fn visit_u64<E: serde::de::Error>(self, tokens: u64) -> Result<Amount, E> {
                i64::try_from(tokens)
                    .ok()
                    .and_then(|tokens| Amount::new(tokens).ok())
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Unsigned(tokens), &self))
            }
        }

        deserializer.deserialize_i64(Whole)
    }
}

/// Text a person wrote, checked once: not empty, not too long, no control characters.
fn checked(field: &'static str, text: &str, longest: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field(field, "must not be empty"));
    }
    bounded(field, text, longest)?;
    Ok(text.to_owned())
}

/// Length and characters, as they are written. People's blanks at the ends are cut off before, programs' are
/// held to what the API's document says.
fn bounded(field: &'static str, text: &str, longest: usize) -> Result<()> {
    if text.chars().count() > longest {
        return Err(Error::field(field, format!("must not be longer than {longest} characters")));
    }
    if text.chars().any(is_harmful) {
        return Err(Error::field(field, "must not contain control characters"));
    }
    Ok(())
}

/// The same as a pattern, for the API's document: something to read, and none of the characters below.
const READABLE: &str = concat!(
    r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]*",
    r"[^\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]",
    r"[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]*$",
);

/// Control characters, and those that turn the direction of the text around them.
fn is_harmful(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $longest:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks length and characters.
            pub fn new(text: &str) -> Result<Self> {
                checked($field, text, $longest).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ToSchema for $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
                text.max_length(Some($longest)).pattern(Some(READABLE)).into()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                // The field is named by where it stands.
                bounded($field, &text, $longest).and_then(|()| Self::new(&text)).map_err(|error| {
                    serde::de::Error::custom(error.errors.first().map_or(error.detail.as_str(), |wrong| &wrong.message))
                })
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// What a member writes to a payment: up to 280 characters, seen by both sides.
    Note, "note", NOTE_CHARS_MAX
);
text!(
    /// What a member calls an entry of their own history: up to 40 characters, seen by nobody else.
    Category, "category", CATEGORY_CHARS_MAX
);
text!(
    /// Why an operator does something: up to 500 characters, kept in the audit log.
    Reason, "reason", REASON_CHARS_MAX
);
text!(
    /// Who does it: an operator's name as the audit log keeps it.
    Operator, "operator", 255
);

/// What a transfer means, by the wallets it joins (Transaction Semantics).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A system wallet pays itself: new tokens.
    Issuance,
    /// A system wallet pays a member.
    Distribution,
    /// A member pays a member.
    Transfer,
    /// Anyone pays a system wallet.
    Pool,
}

impl Kind {
    /// All of them, in the order of their codes.
    pub const ALL: [Kind; 4] = [Kind::Issuance, Kind::Distribution, Kind::Transfer, Kind::Pool];

    /// What the two wallets make it.
    pub const fn between(sender_is_system: bool, recipient_is_system: bool, same: bool) -> Self {
        match (sender_is_system, recipient_is_system) {
            _ if same => Self::Issuance,
            (_, true) => Self::Pool,
            (true, false) => Self::Distribution,
            (false, false) => Self::Transfer,
        }
    }

    /// The number in the row.
    pub const fn code(self) -> i64 {
        match self {
            Self::Issuance => 1,
            Self::Distribution => 2,
            Self::Transfer => 3,
            Self::Pool => 4,
        }
    }

    /// What the number in a row says.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issuance => "issuance",
            Self::Distribution => "distribution",
            Self::Transfer => "transfer",
            Self::Pool => "pool",
        }
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_i64()?;
        Self::ALL.into_iter().find(|kind| kind.code() == code).ok_or(FromSqlError::OutOfRange(code))
    }
}

/// Which program made a transaction, 1 to 99. One table of codes: here and in `schema.sql`.
pub mod transaction_type {
    /// A plain movement of tokens: all but what follows.
    pub const TRANSFER: i64 = 1;
    /// What a payment between members costs. It stands right behind its payment, by the same payer.
    pub const FEE: i64 = 2;
}

/// A refusal for an id nobody has.
pub fn wallet_not_found() -> Error {
    Error::new(Code::WalletNotFound, "There is no wallet with this id.")
}
