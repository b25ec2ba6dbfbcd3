//! Telling what cannot be written down any more, by mail and in browsers, from memory: until everybody is told, or
//! the program ends.

use serde_json::Value;

use super::push::{Ready, settled};
use super::words::letter;
use crate::error::Result;
use crate::identity::Member;
use crate::mail::{Connection, Letter, MailServer, Outcome};
use crate::notices::{NoticeKind, Settled, Waiting, unkept};
use crate::outgoing::rest;
use crate::web::App;

/// A letter of which nobody knows so often whether it went out is not sent again.
const DOUBTS_MAX: u32 = 2;

/// Tells these members by mail and in their browsers, as far as they want to hear it there. Ends when all are told:
/// where a mail server is away, that may be never.
pub async fn tell_unkept(app: &App, members: Vec<Member>, kind: NoticeKind, details: Value) -> Result<()> {
    let now = app.books.now();
    let waiting = app
        .books
        .read(move |conn| {
            let mut letters = Vec::new();
            for member in &members {
                let whom = (member.key, member.username.as_str(), member.language);
                letters.append(&mut unkept(conn, whom, kind, &details, now)?);
            }
            Ok(letters)
        })
        .await?;
    let (to_browsers, by_mail) = waiting.into_iter().partition(|letter| letter.browser.is_some());
    tokio::join!(mail(app, by_mail), push(app, to_browsers));
    Ok(())
}

/// Mails them, one after the other over one connection, and again those that are not out.
async fn mail(app: &App, waiting: Vec<Waiting>) {
    let Some(settings) = app.config.mail.clone() else { return };
    let server = MailServer::new(settings);
    let written = |waiting: Waiting| match letter(&app.config, &waiting, "", None) {
        Ok(letter) => Some((letter, 0)),
        Err(error) => {
            tracing::error!(letter = %waiting.id, %error, cause = error.cause(), "a letter cannot be written");
            None
        }
    };
    let mut letters: Vec<(Letter, u32)> = waiting.into_iter().filter_map(written).collect();
    let mut attempts = 0;
    while !letters.is_empty() {
        letters = not_out(&server, letters).await;
        attempts += 1;
        rest(if letters.is_empty() { 0 } else { attempts }).await;
    }
}

/// Tries each once, as long as there is a server. Gives those to be tried again, with how often it is in doubt whether
/// they are out.
async fn not_out(server: &MailServer, letters: Vec<(Letter, u32)>) -> Vec<(Letter, u32)> {
    let (mut left, mut letters) = (Vec::new(), letters.into_iter());
    let mut open: Option<Connection<'_>> = None;
    while let Some((letter, doubts)) = letters.next() {
        let mut connection = match open.take() {
            Some(connection) => connection,
            None => match server.connect().await {
                Ok(connection) => connection,
                Err(trouble) => {
                    tracing::warn!(%trouble, "no letter can be sent; tried again");
                    left.push((letter, doubts));
                    left.extend(letters);
                    return left;
                }
            },
        };
        match connection.send(&letter).await {
            Outcome::Sent => {
                open = Some(connection);
                continue;
            }
            Outcome::RefusedForGood(code) => {
                tracing::warn!(letter = %letter.id, code, "the mail server refused a letter for good");
            }
            Outcome::InDoubt => {
                tracing::warn!(letter = %letter.id, "a letter may have gone out or not: the connection broke");
                if doubts + 1 < DOUBTS_MAX {
                    left.push((letter, doubts + 1));
                }
            }
            Outcome::RefusedForNow(_) | Outcome::NotTried(_) => left.push((letter, doubts)),
        }
        connection.close().await;
    }
    if let Some(connection) = open {
        connection.close().await;
    }
    left
}

/// Tells them in their browsers, and again those whose push service did not take it.
async fn push(app: &App, mut waiting: Vec<Waiting>) {
    let Some(settings) = &app.config.push else { return };
    let mut attempts = 0;
    while !waiting.is_empty() {
        match Ready::new(app).await {
            Ok(ready) => {
                let mut left = Vec::new();
                for letter in waiting {
                    let Some(browser) = &letter.browser else { continue };
                    let answer = ready.send(app, settings, &letter, browser).await;
                    if settled(&letter, answer) == Some(Settled::NotSent) {
                        left.push(letter);
                    }
                }
                waiting = left;
            }
            Err(error) => tracing::warn!(%error, cause = error.cause(), "no browser can be told; tried again"),
        }
        attempts += 1;
        rest(if waiting.is_empty() { 0 } else { attempts }).await;
    }
}
