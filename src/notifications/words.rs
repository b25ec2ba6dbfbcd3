//! What letters say. Each sentence stands whole in the template. What other people typed, a note or a
//! reason, is in none of them: whoever pays one token could otherwise write to anybody in the community's
//! name. It is read on the page, after signing in.

use askama::Template;
use uuid::Uuid;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::identity::Secret;
use crate::language::Language;
use crate::mail::{Letter, Links, MailServer, Outcome, Trouble};
use crate::notices::Waiting;

/// The first line is the subject.
#[derive(Template)]
#[template(path = "notifications/letter.txt")]
struct LetterText<'a> {
    community: &'a str,
    address: &'a str,
    username: &'a str,
    kind: &'a str,
    /// How many payments.
    count: i64,
    amount: String,
    from: &'a str,
    transaction: &'a str,
    role: &'a str,
    granted: bool,
    what: &'a str,
    removed: bool,
    code: &'a str,
    unsubscribe: &'a str,
}

/// The letter that tells this.
pub(super) fn letter(config: &Config, waiting: &Waiting, code: &str, exit: &Secret) -> Result<Letter> {
    let address = config.server.address();
    let unsubscribe = format!("{address}/unsubscribe/{}", exit.reveal());
    let has_exit = waiting.kind != crate::notices::CONFIRM_ADDRESS;
    let details = &waiting.details;
    let text = |name: &str| details[name].as_str().unwrap_or_default();
    let is = |name: &str| details[name].as_bool().unwrap_or(false);
    let spaced = format!("{} {}", &code[..code.len() / 2], &code[code.len() / 2..]);
    let written = LetterText {
        community: &config.community.name,
        address: &address,
        username: &waiting.username,
        kind: &waiting.kind,
        count: details["count"].as_i64().unwrap_or(1),
        amount: format!(
            "{}\u{a0}{}",
            Language::English.grouped(details["amount"].as_i64().unwrap_or(0)),
            config.community.token_symbol
        ),
        from: text("from"),
        transaction: text("transaction_id"),
        role: text("role"),
        granted: is("granted"),
        what: text("what"),
        removed: is("removed"),
        code: &spaced,
        unsubscribe: &unsubscribe,
    };
    let text = written.render().map_err(Error::internal)?;
    let (subject, body) = text.split_once('\n').unwrap_or((&text, ""));
    Ok(Letter {
        id: waiting.id,
        to: waiting.address.parse().map_err(Error::internal)?,
        subject: subject.to_owned(),
        text: body.trim_start().to_owned(),
        links: has_exit.then_some(Links { unsubscribe: unsubscribe.clone() }),
    })
}

/// A letter by which the one who runs the program sees that mail arrives.
pub fn test_letter(config: &Config, to: &str) -> Result<Letter> {
    let community = &config.community.name;
    Ok(Letter {
        id: Uuid::new_v4(),
        to: to.parse().map_err(|_| Error::field("address", "must be an e-mail address, such as ann@example.org"))?,
        subject: format!("Mail from {community} arrives"),
        text: format!(
            "This letter was sent by \"communitytoken mail test\". Members of {community} can now put in an address on their profile, and choose what they want to hear.\n\n{}\n",
            config.server.address()
        ),
        links: None,
    })
}

/// Sends one letter at once. What stands in the way, if anything does, and what can be done about it.
pub async fn try_out(server: &MailServer, letter: &Letter) -> Result<(), String> {
    let explained = |trouble: &Trouble| format!("{}. {}", capital(&trouble.to_string()), trouble.way_on());
    let mut connection = server.connect().await.map_err(|trouble| explained(&trouble))?;
    let outcome = connection.send(letter).await;
    connection.close().await;
    match outcome {
        Outcome::Sent => Ok(()),
        Outcome::NotTried(trouble) => Err(explained(&trouble)),
        Outcome::RefusedForGood(code) => Err(format!(
            "The mail server refused the letter for good (it answered {code}). Check the address, and whether mail.from may send there."
        )),
        Outcome::RefusedForNow(code) => Err(format!(
            "The mail server does not take the letter now (it answered {code}). Many servers let a stranger wait for some minutes at first: try again then. Letters to members are repeated by themselves."
        )),
        Outcome::InDoubt => Err(
            "The connection broke while the letter was on its way, so it may have gone out. Look into the mailbox, and try again.".into(),
        ),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
