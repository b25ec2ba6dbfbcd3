//! A list of who gets what, as a table out of a spreadsheet: a CSV file (RFC 4180) or what was copied out
//! of its cells. Each line is judged by itself, so that whoever wrote the list reads all that is wrong
//! with it at once.

use csv::{ByteRecord, Position, ReaderBuilder, StringRecord, Trim};
use rusqlite::Connection;

use super::Recipient;
use crate::error::{Code, Error, Result};
use crate::identity::{user_by_name, wallet_of};
use crate::ledger::{Amount, WalletId};

/// Bytes of a list at most.
pub const LIST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A line of the list.
#[derive(Debug, Clone)]
pub struct ListLine {
    /// On which line of the file it begins.
    pub line: usize,
    /// Who is named there, as it was written.
    pub who: String,
    /// Whom it means and how much they get, or what is wrong with it.
    pub recipient: Result<Recipient>,
}

fn broken(detail: &str, words: &'static str) -> Error {
    Error::new(Code::InvalidRequest, detail).in_words(words)
}

/// Whom the list names by which column.
#[derive(Debug, Clone, Copy)]
enum By {
    Wallet,
    User,
    Name,
}

impl By {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Wallet, "wallet_id"), (Self::User, "user_id"), (Self::Name, "username")];

    fn wallet(self, conn: &Connection, who: &str) -> Result<WalletId> {
        match self {
            Self::Wallet => who.parse().map_err(no_id),
            Self::User => wallet_of(conn, who.parse().map_err(no_id)?),
            Self::Name => wallet_of(conn, user_by_name(conn, who).map_err(|error| no_one(error, who))?),
        }
    }
}

fn no_id(error: Error) -> Error {
    error.in_words("treasury-list-no-id")
}

/// A name that means nobody, or more than one.
fn no_one(error: Error, who: &str) -> Error {
    match error.code {
        Code::UserNotFound => error.in_words_naming("treasury-list-nobody", who),
        Code::AmbiguousName => error.in_words_naming("treasury-list-several", who),
        _ => error,
    }
}

/// Reads a list. A byte order mark and Windows line ends are fine: that is what spreadsheets write; so are
/// semicolons and tabs between the cells, where the heading has them.
pub fn read_list(conn: &Connection, bytes: &[u8]) -> Result<Vec<ListLine>> {
    if bytes.len() > LIST_BYTES_MAX {
        return Err(broken("The list is larger than 16 MiB.", "treasury-list-large"));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") || text.contains(&0) {
        return Err(broken("The list is in UTF-16. Save it as CSV in UTF-8 and try again.", "treasury-list-utf16"));
    }
    let mut reader = ReaderBuilder::new().trim(Trim::All).delimiter(divider(text)).from_reader(text);
    let headings = reader
        .headers()
        .map_err(|_| {
            broken("The first line cannot be read: it must name the columns, in UTF-8.", "treasury-list-headings")
        })?
        .clone();
    let column = |name: &str| headings.iter().position(|heading| heading.eq_ignore_ascii_case(name));
    let amount = column("amount")
        .ok_or_else(|| broken("The first line must name a column amount.", "treasury-list-no-amount"))?;
    let (by, who) = By::ALL.into_iter().find_map(|(by, name)| Some((by, column(name)?))).ok_or_else(|| {
        broken("The first line must name a column wallet_id, user_id or username.", "treasury-list-no-who")
    })?;
    let (mut lines, mut record, mut count) = (Vec::new(), ByteRecord::new(), Count { text, start: 0, line: 1 });
    loop {
        let outcome = reader.read_byte_record(&mut record);
        let mut line_of = |position: Option<&Position>| position.map_or(0, |at| count.line_of(at));
        let place = |line: usize| format!("line {line}");
        let unreadable = |place: &str| {
            broken("it must have as many columns as the first line, in UTF-8.", "treasury-list-broken").about(place)
        };
        match outcome {
            Ok(false) => return Ok(lines),
            Ok(true) => {
                let line = line_of(record.position());
                let place = place(line);
                lines.push(match StringRecord::from_byte_record(record.clone()) {
                    Ok(cells) => {
                        let (who, amount) = (&cells[who], &cells[amount]);
                        let recipient = recipient(conn, by, who, amount, &place).map_err(|error| error.about(&place));
                        ListLine { line, who: who.to_owned(), recipient }
                    }
                    Err(_) => ListLine { line, who: String::new(), recipient: Err(unreadable(&place)) },
                });
            }
            Err(error) => {
                let line = line_of(error.position());
                lines.push(ListLine { line, who: String::new(), recipient: Err(unreadable(&place(line))) });
            }
        }
    }
}

fn recipient(conn: &Connection, by: By, who: &str, amount: &str, place: &str) -> Result<Recipient> {
    let wallet_id = by.wallet(conn, who)?;
    Ok(Recipient { wallet_id, amount: amount.parse::<Amount>()?, place: place.to_owned() })
}

/// What stands between the cells, by the first line.
fn divider(text: &[u8]) -> u8 {
    let heading = text.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|divider| heading.contains(divider)).unwrap_or(b',')
}

/// Counts the lines as records come. The reader's own count stops before empty lines, which it skips.
struct Count<'a> {
    text: &'a [u8],
    start: usize,
    line: usize,
}

impl Count<'_> {
    /// The number of the line on which the next record stands.
    fn line_of(&mut self, position: &Position) -> usize {
        let at = usize::try_from(position.byte()).unwrap_or(0).clamp(self.start, self.text.len());
        let skipped = self.text[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = &self.text[self.start..at + skipped];
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.start = at + skipped;
        self.line
    }
}
