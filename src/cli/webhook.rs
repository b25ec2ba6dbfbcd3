//! `webhook`: programs of the community that are told what happens.

use clap::{Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use super::{Act, Common, Failure, output};
use crate::error::Result;
use crate::ledger::{Authority, Books, PageRequest};
use crate::webhooks::{
    self, CreateWebhook, EventKind, RemoveWebhook, ResumeWebhook, RotateWebhook, SendAgain, SigningSecret, StopWebhook,
    Stopped, TestWebhook, letters,
};

/// A webhook is named by its id.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Webhook {
    /// Make a webhook and print its secret, once
    Create(Create),
    /// List the webhooks, and how each goes
    List,
    /// Show a webhook and its messages that were set apart
    Show(Show),
    /// Send a test; the server that runs sends it
    Test(Change),
    /// Send messages that were set apart once more
    SendAgain(Again),
    /// Stop a webhook; it misses nothing
    Stop(Change),
    /// Let a webhook go on, or try one at once that waits
    Resume(Change),
    /// Give a webhook a new secret; messages carry both signatures for a day
    Rotate(Change),
    /// Remove a webhook with its secret
    Remove(Change),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Where messages are sent: https:// and a public address, or one that the settings allow
    url: String,
    /// Of what it is told, as in transfer.created; say it once for each, or "all"
    #[arg(long, required = true, value_name = "KIND")]
    kind: Vec<String>,
    /// Tell the notes of payments, too
    #[arg(long)]
    notes: bool,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id
    id: Uuid,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// Its id
    id: Uuid,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Again {
    /// Its id
    id: Uuid,
    /// The webhook-id of one of them [default: all]
    #[arg(long, value_name = "ID")]
    message: Option<String>,
    #[command(flatten)]
    act: Act,
}

impl Webhook {
    pub(super) fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(common),
            Self::List => list(common),
            Self::Show(show) => show.run(common),
            Self::Test(change) => change.run(common, |books, id, authority| {
                let message = books.execute_blocking(TestWebhook { id, authority })?;
                Ok((json!({ "id": message }), "The server that runs sends a test.".to_owned()))
            }),
            Self::SendAgain(again) => again.run(common),
            Self::Stop(change) => change.run(common, |books, id, authority| {
                let webhook = books.execute_blocking(StopWebhook { id, by: Stopped::Operator, authority })?;
                Ok((json!(webhook), "The webhook is told nothing until it goes on.".to_owned()))
            }),
            Self::Resume(change) => change.run(common, |books, id, authority| {
                let webhook = books.execute_blocking(ResumeWebhook { id, authority })?;
                Ok((json!(webhook), "The webhook goes on, and is told first what it missed.".to_owned()))
            }),
            Self::Rotate(change) => change.run(common, |books, id, authority| {
                let secret = SigningSecret::random()?;
                let webhook = books.execute_blocking(RotateWebhook { id, secret: secret.clone(), authority })?;
                Ok(hand_out(&webhook, &secret))
            }),
            Self::Remove(change) => change.run(common, |books, id, authority| {
                books.execute_blocking(RemoveWebhook { id, authority })?;
                Ok((json!({ "id": id }), "The webhook is gone.".to_owned()))
            }),
        }
    }
}

/// What is printed: for programs, and for people.
type Said = (serde_json::Value, String);

fn hand_out(webhook: &webhooks::Webhook, secret: &SigningSecret) -> Said {
    let mut answer = json!(webhook);
    answer["secret"] = secret.reveal().into();
    let words = format!(
        "Messages to {} are signed with this secret; it is shown only now:\n\n  {}\n\nIts id is {}.",
        webhook.url,
        secret.reveal(),
        webhook.id
    );
    (answer, words)
}

fn say(common: &Common, (answer, words): &Said) {
    output::print(common.json, answer, || words.clone());
}

impl Create {
    fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        let authority = self.act.authority()?;
        let kinds = if self.kind == ["all"] {
            EventKind::ALL.to_vec()
        } else {
            self.kind.iter().map(|kind| kind.parse()).collect::<Result<_>>()?
        };
        let (books, config) = common.books()?;
        let secret = SigningSecret::random()?;
        let (notes, allowed) = (self.notes, config.outgoing.allowed);
        let command = CreateWebhook { url: self.url, kinds, notes, secret: secret.clone(), allowed, authority };
        let webhook = books.execute_blocking(command)?;
        books.close();
        say(common, &hand_out(&webhook, &secret));
        Ok(())
    }
}

fn state(webhook: &webhooks::Webhook) -> String {
    let answer = webhook.last_answer.as_deref().unwrap_or_default();
    match (webhook.stopped_by, webhook.failing_since) {
        (Some(Stopped::Operator), _) => "stopped".to_owned(),
        (Some(_), _) => format!("stopped: {answer}"),
        (None, Some(_)) => format!("fails: {answer}"),
        (None, None) => String::new(),
    }
}

fn list(common: &Common) -> std::result::Result<(), Failure> {
    let (books, _) = common.books()?;
    let webhooks = books.read_blocking(webhooks::list)?;
    books.close();
    output::print(common.json, &webhooks, || {
        let row = |webhook: &webhooks::Webhook| {
            let apart = if webhook.set_apart > 0 { webhook.set_apart.to_string() } else { String::new() };
            vec![webhook.url.clone(), webhook.id.to_string(), apart, state(webhook)]
        };
        output::table(&["ADDRESS", "ID", "SET APART", ""], &webhooks.iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

impl Show {
    fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        let (books, _) = common.books()?;
        let (webhook, apart) = books.read_blocking(|conn| {
            let webhook = webhooks::by_id(conn, self.id)?;
            let apart = letters(conn, &webhook, &PageRequest::new(Some(200), None)?)?.items;
            Ok((webhook, apart))
        })?;
        books.close();
        output::print(common.json, &json!({ "webhook": webhook, "messages": apart }), || {
            let kinds: Vec<&str> = webhook.kinds.iter().map(|kind| kind.as_str()).collect();
            let rows: Vec<Vec<String>> = apart
                .iter()
                .map(|one| {
                    vec![one.id.clone(), one.kind.as_str().to_owned(), one.last_answer.clone().unwrap_or_default()]
                })
                .collect();
            let table = output::table(&["SET APART", "KIND", "LAST ANSWER"], &rows);
            let contents: Vec<String> = apart
                .iter()
                .filter_map(|one| one.content.as_ref().map(|content| format!("\n\n{}\n{content}", one.id)))
                .collect();
            format!("{}\n{}\n{}\n{table}{}", webhook.url, kinds.join(" "), state(&webhook), contents.concat())
        });
        Ok(())
    }
}

impl Change {
    fn run(
        self,
        common: &Common,
        act: impl FnOnce(&Books, Uuid, Authority) -> Result<Said>,
    ) -> std::result::Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let said = act(&books, self.id, authority)?;
        books.close();
        say(common, &said);
        Ok(())
    }
}

impl Again {
    fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        Change { id: self.id, act: self.act }.run(common, |books, id, authority| {
            let count = books.execute_blocking(SendAgain { id, message: self.message, authority })?;
            Ok((json!({ "count": count }), format!("The server that runs sends {count} again.")))
        })
    }
}
