//! A receipt as a picture, to be kept, printed or shown around. It carries its proof: the square holds the
//! signed receipt itself, so whoever reads it can check it with the public key alone, without asking us.

use askama::Template;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::receipt::receipt;
use crate::error::{Error, Result};
use crate::ledger::{Transaction, TransactionId, by_id};
use crate::web::{App, Nav, Pages, PathId, Session, Shell, Square};

/// Characters of a note on one line of the picture.
const LINE: usize = 44;

/// Characters of a name.
const NAME: usize = 34;

/// The route of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/transactions/{id}/receipt.svg", get(picture))
}

#[derive(Template)]
#[template(path = "proofs/receipt.svg")]
struct Picture {
    shell: Shell,
    transaction: Transaction,
    note: Vec<String>,
    /// The square and its side; none while nothing is signed, or where it is more than a square holds.
    square: Option<(usize, String)>,
}

impl Picture {
    /// Where the square begins: below the lines of the note.
    fn square_top(&self) -> usize {
        430 + 28 * self.note.len()
    }

    /// A name as far as it fits.
    fn short(name: &str) -> String {
        if name.chars().count() <= NAME {
            name.to_owned()
        } else {
            name.chars().take(NAME - 1).chain(['…']).collect()
        }
    }

    fn height(&self) -> usize {
        self.square_top() + if self.square.is_some() { 640 } else { 60 }
    }
}

async fn picture(State(app): State<App>, session: Session, PathId(id): PathId<TransactionId>) -> Result<Response> {
    let wallet = session.member.wallet_key;
    let transaction = app.books.read(move |conn| by_id(conn, id, Some(wallet))).await?;
    let text = receipt(&app, Some(&session.member), id).await?.text;
    let shell = app.shell(Some(&session), Nav::None);
    let mut note = fee_lines(&shell, &transaction);
    note.extend(transaction.note.as_deref().map(lines).unwrap_or_default());
    let picture = Picture {
        shell,
        note,
        square: text.and_then(|text| Square::of_much(&text).ok()).map(|square| (square.side, square.path())),
        transaction,
    };
    let body = picture.render().map_err(Error::internal)?;
    Ok(([(CONTENT_TYPE, "image/svg+xml")], body).into_response())
}

/// What a payment's fee was, or what a fee was for.
fn fee_lines(shell: &Shell, transaction: &Transaction) -> Vec<String> {
    let fee = transaction.fee.filter(|_| transaction.reverses.is_none());
    let fee = fee.map(|fee| format!("Fee paid besides: {}", shell.tokens(&fee.amount)));
    let fee_of = transaction.fee_of.as_ref();
    let fee_of = fee_of.map(|paid| format!("Fee for the payment to {}", Picture::short(shell.name(&paid.to))));
    fee.into_iter().chain(fee_of).flat_map(|text| lines(&text)).collect()
}

/// A text in lines: pictures break none by themselves. Between words, where there is a blank in time.
fn lines(text: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for (place, part) in letters.chunks(LINE).enumerate() {
            let taken = line.chars().count();
            if taken > 0 && place == 0 && taken + 1 + part.len() <= LINE {
                line.push(' ');
            } else if taken > 0 {
                lines.push(std::mem::take(&mut line));
            }
            line.extend(part);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No line is longer than the picture is wide, and no letter is lost.
    #[test]
    fn a_note_in_lines() {
        assert_eq!(lines("Two loaves"), ["Two loaves"]);
        for note in ["a ".repeat(140), "a".repeat(280), format!("{} b", "a".repeat(100)), "one two three ".repeat(20)] {
            let lines = lines(&note);
            assert!(lines.iter().all(|line| (1..=LINE).contains(&line.chars().count())), "{lines:?}");
            let without_blanks = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(without_blanks(&lines.join(" ")), without_blanks(&note));
        }
    }
}
