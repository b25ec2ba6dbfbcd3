//! Telling members in their browsers: the same letters as by mail, in their own language, to a push service
//! instead of a mail server.

use std::time::Duration;

use serde_json::json;
use url::Url;

use crate::config::Push;
use crate::error::{Error, Result};
use crate::identity::Secret;
use crate::language::Phrase;
use crate::ledger::Books;
use crate::notices::{
    BeginLetter, Browser, Channel, ForgetBrowser, KeepPushKey, NoticeKind, Settle, Settled, Waiting, is_due, push_key,
};
use crate::outgoing::Outgoing;
use crate::outgoing::push::{PushKey, seal};
use crate::web::App;

/// How often is looked whether a letter waits.
const LOOK: Duration = Duration::from_secs(1);
/// How long what could not be read or written waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// The key by which push services know this program. Made when it first serves with push switched on.
async fn key(books: &Books) -> Result<PushKey> {
    let kept = match books.look_up(push_key).await? {
        Some(kept) => kept,
        None => books.execute(KeepPushKey(PushKey::random()?)).await?,
    };
    PushKey::read(&kept)
}

/// The half of it that browsers are given, where push is switched on; nothing before the key is there.
pub(super) async fn public_key(app: &App) -> Result<Option<String>> {
    if app.config.push.is_none() {
        return Ok(None);
    }
    app.books.look_up(push_key).await?.map(|kept| Ok(PushKey::read(&kept)?.public())).transpose()
}

/// Tells members for as long as the program serves. Does nothing where push is not configured.
pub async fn push(app: App) {
    let Some(settings) = app.config.push.clone() else { return };
    let mut ready = None;
    loop {
        if let Err(error) = send_all(&app, &settings, &mut ready).await {
            tracing::warn!(%error, cause = error.cause(), "browsers of members could not be told; tried again");
            tokio::time::sleep(TRY_AGAIN).await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What is needed to tell anybody; made once.
pub(super) struct Ready {
    key: PushKey,
    outgoing: Outgoing,
}

async fn send_all(app: &App, settings: &Push, ready: &mut Option<Ready>) -> Result<()> {
    let ready = match ready {
        Some(ready) => ready,
        None => ready.insert(Ready::new(app).await?),
    };
    if !app.books.look_up(|conn| is_due(conn, app.books.now(), Channel::Push)).await? {
        return Ok(());
    }
    loop {
        let begin = BeginLetter {
            now: app.books.now(),
            way: Channel::Push,
            exit_hash: Secret::random()?.hash(),
            code_hash: super::deliver::code_hash,
            code: String::new(),
        };
        let Some(waiting) = app.books.execute(begin).await? else { return Ok(()) };
        let Some(browser) = &waiting.browser else { return Ok(()) };
        let answer = ready.send(app, settings, &waiting, browser).await;
        match settled(&waiting, answer) {
            Some(settled) => app.books.execute(Settle { key: waiting.key, settled }).await?,
            None => app.books.execute(ForgetBrowser(browser.key)).await?,
        }
    }
}

/// What an answer of a push service means for a letter; nothing where the browser is not there any more.
pub(super) fn settled(waiting: &Waiting, answer: Result<u16, String>) -> Option<Settled> {
    Some(match answer {
        Ok(201 | 200 | 202 | 204) => Settled::Done,
        Ok(status @ (404 | 410)) => {
            tracing::debug!(letter = %waiting.id, status, "a browser is not there any more");
            return None;
        }
        Ok(status @ (400 | 401 | 403 | 413)) => {
            tracing::warn!(letter = %waiting.id, status, "a push service refused a letter for good");
            Settled::Done
        }
        Ok(status) => {
            tracing::info!(letter = %waiting.id, status, "a push service takes a letter later");
            Settled::NotSent
        }
        Err(why) => {
            tracing::info!(letter = %waiting.id, why, "a push service cannot be reached");
            Settled::NotSent
        }
    })
}

impl Ready {
    pub(super) async fn new(app: &App) -> Result<Self> {
        Ok(Self {
            key: key(&app.books).await?,
            outgoing: Outgoing::new(&app.config.outgoing.allowed).map_err(Error::internal)?,
        })
    }

    /// Gives the status of the answer.
    pub(super) async fn send(
        &self,
        app: &App,
        settings: &Push,
        waiting: &Waiting,
        browser: &Browser,
    ) -> Result<u16, String> {
        let text = text(app, waiting).map_err(|error| format!("{error:#}"))?;
        let url = Url::parse(&browser.endpoint).map_err(|error| error.to_string())?;
        let sealed =
            seal(text.as_bytes(), &browser.public_key, &browser.secret).map_err(|error| format!("{error:#}"))?;
        let headers =
            self.key.headers(&url, &settings.contact, app.books.now()).map_err(|error| format!("{error:#}"))?;
        self.outgoing.post(&url, headers, sealed).await
    }
}

/// What the browser shows: a title, a sentence, and where it leads. As in letters, no word that somebody else
/// wrote but the name of who paid.
fn text(app: &App, waiting: &Waiting) -> Result<String> {
    let kind: NoticeKind = waiting.kind.parse().map_err(|()| Error::internal("a letter of no kind"))?;
    let language = waiting.language.unwrap_or(app.config.community.language);
    let details = &waiting.details;
    let say = |key: &str| -> Phrase { language.say(key) };
    let count = details["count"].as_i64().unwrap_or(1);
    let grouped = language.grouped(details["amount"].as_i64().unwrap_or(0));
    let amount = format!("{grouped}\u{a0}{}", app.config.community.token_symbol);
    let from = details["from"].as_str().unwrap_or_default();
    let words = match kind {
        NoticeKind::PaymentReceived if count == 1 => say("push-payment").with("name", from).with("amount", amount),
        NoticeKind::PaymentReceived => say("push-payments").with("count", count).with("amount", amount),
        NoticeKind::DistributionReceived => say("push-distribution").with("amount", amount),
        NoticeKind::WalletFrozen => say("push-frozen"),
        NoticeKind::WalletUnfrozen => say("push-unfrozen"),
        NoticeKind::SignedIn => say("push-signed-in"),
        NoticeKind::WaysInChanged => say("push-ways-in"),
        NoticeKind::RolesChanged => say("push-role"),
        NoticeKind::AddressChanged => say("push-address"),
        NoticeKind::MonthlyReport => say("push-report").with("month", details["name"].as_str().unwrap_or_default()),
        NoticeKind::WebhookStopped => say("push-webhook"),
        NoticeKind::ConsentAsked => say("push-consent").with("name", from).with("amount", amount),
        NoticeKind::ScheduleFailed => say("push-schedule"),
        NoticeKind::AlertRaised => say("push-alert").with("what", super::rule(language, details)),
    };
    let place = match kind {
        NoticeKind::PaymentReceived | NoticeKind::DistributionReceived if count == 1 => {
            format!("/transactions/{}", details["transaction_id"].as_str().unwrap_or_default())
        }
        // Kept nowhere, it is not among what is new.
        NoticeKind::AlertRaised if details["alert_id"].is_null() => "/admin/alerts".to_owned(),
        _ => "/notifications".to_owned(),
    };
    let title = &app.config.community.name;
    Ok(json!({ "title": title, "body": words.to_string(), "lang": language.tag(), "url": place }).to_string())
}
