//! Telling what cannot be written down any more, by mail and in browsers, from memory: until everybody is told, or
//! the program ends.

use std::time::Duration;

use serde_json::Value;

use super::push::Ready;
use super::words::letter;
use crate::error::Result;
use crate::identity::Member;
use crate::mail::{Connection, MailServer, Outcome};
use crate::notices::{NoticeKind, Waiting, unkept};
use crate::web::App;

/// The wait after not everybody could be told; each after it is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// Tells these members by mail and in their browsers, as far as they want to hear it there. Ends when all are told:
/// where a mail server is away, that may be never.
pub async fn tell_unkept(app: &App, members: Vec<Member>, kind: NoticeKind, details: Value) -> Result<()> {
    let now = app.books.now();
    let mut waiting = app
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
    waiting.retain(|letter| match letter.browser {
        None => app.config.mail.is_some(),
        Some(_) => app.config.push.is_some(),
    });
    let mut wait = FIRST_WAIT;
    loop {
        waiting = left(app, waiting).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        tracing::warn!(letters = waiting.len(), seconds = wait.as_secs(), "not everybody could be told; tried again");
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Tries each once. Gives those that are to be tried again.
async fn left(app: &App, waiting: Vec<Waiting>) -> Result<Vec<Waiting>> {
    let (to_browsers, by_mail): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|letter| letter.browser.is_some());
    let mut left = Vec::new();
    if let (Some(settings), false) = (&app.config.push, to_browsers.is_empty()) {
        let ready = Ready::new(app).await?;
        for waiting in to_browsers {
            let Some(browser) = &waiting.browser else { continue };
            match ready.send(app, settings, &waiting, browser).await {
                // What a push service refuses for good it will not take later either.
                Ok(status) if (200..500).contains(&status) && status != 429 => {}
                _ => left.push(waiting),
            }
        }
    }
    let (Some(settings), false) = (&app.config.mail, by_mail.is_empty()) else { return Ok(left) };
    let server = MailServer::new(settings.clone());
    let mut open: Option<Connection<'_>> = None;
    for waiting in by_mail {
        let mut connection = match open.take() {
            Some(connection) => connection,
            None => match server.connect().await {
                Ok(connection) => connection,
                Err(trouble) => {
                    tracing::warn!(%trouble, "no letter can be sent");
                    left.push(waiting);
                    continue;
                }
            },
        };
        match connection.send(&letter(&app.config, &waiting, "", None)?).await {
            Outcome::Sent => open = Some(connection),
            Outcome::RefusedForGood(code) => {
                tracing::warn!(letter = %waiting.id, code, "the mail server refused a letter for good");
                connection.close().await;
            }
            _ => {
                left.push(waiting);
                connection.close().await;
            }
        }
    }
    if let Some(connection) = open {
        connection.close().await;
    }
    Ok(left)
}
