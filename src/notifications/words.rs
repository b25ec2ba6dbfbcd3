//! What letters say, in the language of whoever reads them. What other people typed, a note or a reason, is
//! in none of them: whoever pays one token could otherwise write to anybody in the community's name. It is
//! read on the page, after signing in.

use uuid::Uuid;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::identity::Secret;
use crate::language::Phrase;
use crate::mail::{Letter, Links, MailServer, Outcome};
use crate::notices::{CONFIRM_ADDRESS, Waiting};

/// What a letter is made of: its text, of which the subject is the first line; the name of the sentence that
/// says what happened; and where there is more to see.
fn parts(waiting: &Waiting) -> (&'static str, &'static str, String) {
    let details = &waiting.details;
    let text = |name: &str| details[name].as_str().unwrap_or_default();
    let is = |name: &str| details[name].as_bool().unwrap_or(false);
    let is_one = details["count"].as_i64().unwrap_or(1) == 1;
    let receipt = || format!("/transactions/{}", text("transaction_id"));
    match waiting.kind.as_str() {
        CONFIRM_ADDRESS => ("notifications-letter-code", "text", "/profile/notifications".into()),
        "payment_received" if is_one => ("notifications-letter-paid", "text", receipt()),
        "payment_received" => ("notifications-letter-paid-often", "text", "/history".into()),
        "distribution_received" if is_one => ("notifications-letter-given", "text", receipt()),
        "distribution_received" => ("notifications-letter-given-often", "text", "/history".into()),
        "wallet_frozen" => ("notifications-letter-frozen", "text", "/".into()),
        "wallet_unfrozen" => ("notifications-letter-unfrozen", "text", "/".into()),
        "signed_in" => ("notifications-letter-signed-in", "text", "/profile/sessions".into()),
        "roles_changed" => {
            ("notifications-letter-role", if is("granted") { "given" } else { "taken" }, "/profile".into())
        }
        "address_changed" => (
            "notifications-letter-address",
            if is("removed") { "removed" } else { "changed" },
            "/profile/sessions".into(),
        ),
        "monthly_report" => ("notifications-letter-report", "text", format!("/statistics/report/{}", text("month"))),
        "webhook_stopped" => (
            "notifications-letter-webhook",
            if text("what") == "gone" { "gone" } else { "silent" },
            "/admin/webhooks".into(),
        ),
        "consent_asked" => ("notifications-letter-consent", "text", format!("/admin/consents/{}", text("proposal"))),
        "schedule_failed" => {
            ("notifications-letter-schedule", "text", format!("/admin/schedules/{}", text("schedule_id")))
        }
        // The one that is kept nowhere, and so has no page of its own.
        "alert_raised" if details["alert_id"].is_null() => {
            ("notifications-letter-invariant", "text", "/admin/alerts".into())
        }
        "alert_raised" => ("notifications-letter-alert", "text", format!("/admin/alerts/{}", text("alert_id"))),
        _ => (
            "notifications-letter-ways",
            match text("what") {
                "passkey.add" => "passkey-added",
                "passkey.remove" => "passkey-removed",
                "recovery_codes.create" => "codes-made",
                "recovery_code.use" => "code-used",
                _ => "link-made",
            },
            "/profile/sessions".into(),
        ),
    }
}

/// The letter that tells this. Without a way out, where none can be kept.
pub(super) fn letter(config: &Config, waiting: &Waiting, code: &str, exit: Option<&Secret>) -> Result<Letter> {
    let language = waiting.language.unwrap_or(config.community.language);
    let (community, address, details) = (&config.community, config.server.address(), &waiting.details);
    let number = |name: &str| details[name].as_i64();
    let text = |name: &str| details[name].as_str().unwrap_or_default();
    let spaced = format!("{} {}", &code[..code.len() / 2], &code[code.len() / 2..]);
    let say = |key: &str| -> Phrase {
        language
            .say(key)
            .with("community", &community.name)
            .with("name", &waiting.username)
            .with("code", &spaced)
            .with("count", number("count").unwrap_or(1))
            .with(
                "amount",
                format!("{}\u{a0}{}", language.grouped(number("amount").unwrap_or(0)), community.token_symbol),
            )
            .with("from", text("from"))
            .with("month", text("name"))
            .with("role", String::from(language.say(format!("role-{}", text("role")))))
            .with("what", super::rule(language, details))
    };
    let (key, said, place) = parts(waiting);
    let part = |name: &str| say(&format!("{key}.{name}"));
    let mut paragraphs = vec![say("notifications-letter-hello").to_string(), part(said).to_string()];
    let brings_code = waiting.kind == CONFIRM_ADDRESS;
    if brings_code {
        paragraphs.push(format!("    {spaced}"));
    }
    let sentences = details["sentences"].as_array().into_iter().flatten();
    paragraphs.extend(sentences.filter_map(|sentence| sentence.as_str().map(str::to_owned)));
    paragraphs.push(format!("{}\n{address}{place}", part("link")));
    if part("else").exists() {
        paragraphs.push(part("else").to_string());
    }
    let unsubscribe = exit.filter(|_| !brings_code).map(|exit| format!("{address}/unsubscribe/{}", exit.reveal()));
    if !brings_code {
        let mut foot = format!("--\n{}\n{address}/profile/notifications", say("notifications-letter-foot"));
        if let Some(unsubscribe) = &unsubscribe {
            foot = format!("{foot}\n{}\n{unsubscribe}", say("notifications-letter-foot.leave"));
        }
        paragraphs.push(foot);
    }
    Ok(Letter {
        id: waiting.id,
        to: waiting.address.parse().map_err(Error::internal)?,
        subject: say(key).to_string(),
        text: paragraphs.join("\n\n") + "\n",
        links: unsubscribe.map(|unsubscribe| Links { unsubscribe }),
        paper: waiting.enclosure.clone().map(|enclosure| (enclosure.name, enclosure.content)),
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
        paper: None,
    })
}

/// Sends one letter at once. What stands in the way, if anything does, and what can be done about it.
pub async fn try_out(server: &MailServer, letter: &Letter) -> Result<(), String> {
    let mut connection = server.connect().await.map_err(|trouble| trouble.explained())?;
    let outcome = connection.send(letter).await;
    connection.close().await;
    match outcome {
        Outcome::Sent => Ok(()),
        Outcome::NotTried(trouble) => Err(trouble.explained()),
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
