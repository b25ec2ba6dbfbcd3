//! Sends what waits, one letter after the other over one connection, for as long as the program serves.
//! Nothing waits for it: neither a payment nor the program's end.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;

use super::words::letter;
use crate::error::{Error, Result};
use crate::identity::Secret;
use crate::ledger::UserKey;
use crate::mail::{Connection, MailServer, Outcome, Trouble};
use crate::notices::{BeginLetter, Channel, Settle, Settled, Waiting, is_due};
use crate::web::App;

/// How often is looked whether a letter waits.
const LOOK: Duration = Duration::from_secs(1);
/// The wait after the mail server could not be used; each after it is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
/// Digits of a code.
const DIGITS: usize = 8;
/// So many codes there are.
const CODES: u64 = 100_000_000;

/// Sends letters for as long as the program serves. Does nothing where no mail server is configured.
pub async fn deliver(app: App) {
    let Some(settings) = app.config.mail.clone() else { return };
    let server = MailServer::new(settings);
    let mut wait = FIRST_WAIT;
    loop {
        tokio::time::sleep(LOOK).await;
        match send_all(&app, &server).await {
            Ok(None) => wait = FIRST_WAIT,
            Ok(Some(trouble)) => {
                tracing::warn!(%trouble, seconds = wait.as_secs(), "letters to members wait; try \"communitytoken mail test\"");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            Err(error) => {
                tracing::warn!(%error, cause = error.cause(), "letters to members wait for the ledger");
                tokio::time::sleep(LONGEST_WAIT.min(wait * 5)).await;
            }
        }
    }
}

/// Sends everything whose time has come. Gives what stands in the way, where something does.
async fn send_all(app: &App, server: &MailServer) -> Result<Option<Trouble>> {
    let mut open: Option<Connection<'_>> = None;
    while app.books.look_up(|conn| is_due(conn, app.books.now(), Channel::Mail)).await? {
        let mut connection = match open.take() {
            Some(connection) => connection,
            // Before any letter is marked: a server that is not there costs no letter anything.
            None => match server.connect().await {
                Ok(connection) => connection,
                Err(trouble) => return Ok(Some(trouble)),
            },
        };
        let (code, exit) = (code()?, Secret::random()?);
        let begin = BeginLetter {
            now: app.books.now(),
            way: Channel::Mail,
            exit_hash: exit.hash(),
            code_hash,
            code: code.clone(),
        };
        let Some(waiting) = app.books.execute(begin).await? else {
            connection.close().await;
            return Ok(None);
        };
        let outcome = connection.send(&letter(&app.config, &waiting, &code, Some(&exit))?).await;
        settle(app, &waiting, &outcome).await?;
        match outcome {
            Outcome::Sent => open = Some(connection),
            Outcome::NotTried(trouble) => return Ok(Some(trouble)),
            _ => connection.close().await,
        }
    }
    if let Some(connection) = open {
        connection.close().await;
    }
    Ok(None)
}

/// Writes down what became of an attempt. Which letter it was stands in the log, and whose it was does not.
async fn settle(app: &App, waiting: &Waiting, outcome: &Outcome) -> Result<()> {
    let (letter, kind) = (waiting.id, waiting.kind.as_str());
    let settled = match outcome {
        Outcome::Sent => {
            tracing::debug!(%letter, kind, "a letter is out");
            Settled::Done
        }
        Outcome::RefusedForGood(code) => {
            tracing::warn!(%letter, kind, code, "the mail server refused a letter for good");
            Settled::Done
        }
        Outcome::RefusedForNow(code) => {
            tracing::info!(%letter, kind, code, "the mail server takes a letter later");
            Settled::NotSent
        }
        Outcome::NotTried(_) => Settled::NotTried,
        Outcome::InDoubt => {
            tracing::warn!(%letter, kind, "a letter may have gone out or not: the connection broke");
            return Ok(());
        }
    };
    app.books.execute(Settle { key: waiting.key, settled }).await
}

/// A code that nobody has seen yet.
fn code() -> Result<String> {
    let mut bytes = [0_u8; 8];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
    Ok(format!("{:0DIGITS$}", u64::from_le_bytes(bytes) % CODES))
}

/// What is kept of a code. Five may be tried within an hour, so that nobody guesses one; who reads the file
/// could find one by trying them all, and would have confirmed an address of somebody whose session they
/// do not have.
pub(super) fn code_hash(user: UserKey, code: &str) -> [u8; 32] {
    let digits: String = code.chars().filter(char::is_ascii_digit).take(DIGITS + 1).collect();
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, format!("communitytoken mail code {} {digits}", user.0).as_bytes()).as_ref());
    hash
}
