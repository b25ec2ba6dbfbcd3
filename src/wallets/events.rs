//! What happens to one's wallet, while it happens (server-sent events): for programs as JSON, for the
//! wallet's page as that part of it which changes.
//!
//! A stream ends by itself after a few minutes, and whoever goes on listening comes back with a new
//! request. Before they are told of a change, the listener is judged as if they had just come.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::unfold;
use rusqlite::Connection;
use serde::Serialize;
use tokio::time::{Instant, timeout};

use super::WalletView;
use super::pages::{Now, NowPart};
use crate::error::{Error, Result};
use crate::identity::Member;
use crate::language::Language;
use crate::ledger::{UserKey, Wallet, WalletKey, since};
use crate::requests;
use crate::web::{App, BearerListener, Calls, Ear, Nav, PageListener, Pages, Pass, calls};

/// After so much silence a word is said that means nothing, so that no proxy takes the line for dead,
/// and whoever may listen no longer is noticed.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// How long a stream goes on at most.
const LIFE: Duration = Duration::from_mins(5);
/// After how long a listener whose stream has ended comes back.
const COME_BACK: Duration = Duration::from_secs(2);
/// How long the words for one change may wait to be taken before the listener is judged again.
const JUDGED_FOR: Duration = Duration::from_secs(1);
/// Transactions that are told of at once at most.
const MISSED_MAX: usize = 200;

/// The route for programs.
pub(super) fn routes() -> Calls {
    calls!(events)
}

/// The route for the wallet's page.
pub(super) fn pages() -> Pages {
    Pages::new().route("/events", get(events_for_page))
}

/// What happens to your wallet
///
/// Server-sent events. `transaction` carries one, as it stands in your history; `balance` carries your
/// wallet, at first and after every change. The id of each event is the `sequence` of your latest
/// transaction by then: who comes back with it in `Last-Event-ID` is told what came since, oldest first.
/// Of more than 200, the newest are told, and the first one's `balance_before` shows the gap; your
/// history has them all. A stream ends after five minutes, when its token does, and when you leave; come
/// back with the last id. At most 8 streams for each member.
#[utoipa::path(get, path = "/v1/events", tag = "Wallet",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard. One that was never given begins anew.")),
    responses((status = 200, description = "`transaction` and `balance` events, as they happen.", body = String, content_type = "text/event-stream")))]
async fn events(
    State(app): State<App>,
    BearerListener(member, pass): BearerListener,
    headers: HeaderMap,
) -> Result<Response> {
    let heard = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok()?.parse().ok());
    let heard = heard.filter(|sequence| *sequence >= 0);
    Ok(Listener::new(app, &member, pass, Telling::Events { heard })?.answer())
}

async fn events_for_page(
    State(app): State<App>,
    PageListener(member, pass, language): PageListener,
) -> Result<Response> {
    Ok(Listener::new(app, &member, pass, Telling::Page { language })?.answer())
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a listener is told.
#[derive(Debug, Clone, Copy)]
enum Telling {
    /// Each transaction and each balance, as JSON. `heard` is the latest transaction that they know of;
    /// `None`: they ask for none from before.
    Events { heard: Option<i64> },
    /// The part of the wallet's page that changes.
    Page { language: Language },
}

/// How it stands with a wallet: by which it is seen that there is something to tell.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    sequence: i64,
    wallet: WalletView,
    /// The payment requests to its owner, for the page that shows them.
    asked: Option<(i64, i64)>,
}

/// One stream.
struct Listener {
    app: App,
    user: UserKey,
    wallet: WalletKey,
    pass: Pass,
    ear: Ear,
    end: Instant,
    telling: Telling,
    /// How the wallet stood when it was told of last, with its latest transaction.
    told: Option<Standing>,
    /// When the listener was last found to be one who may hear.
    judged: Option<Instant>,
    /// What is still to be said.
    words: VecDeque<Event>,
}

impl Listener {
    fn new(app: App, member: &Member, pass: Pass, telling: Telling) -> Result<Self> {
        let (user, wallet) = (member.key, member.wallet_key);
        let ear = app.feed.listen(&app.books, wallet)?;
        let words = VecDeque::from([Event::default().retry(COME_BACK)]);
        Ok(Self { app, user, wallet, pass, ear, end: Instant::now() + LIFE, telling, told: None, judged: None, words })
    }

    fn answer(self) -> Response {
        // Proxies that gather an answer before they pass it on would make old news of it.
        let at_once = [(HeaderName::from_static("x-accel-buffering"), "no")];
        let mut answer = (at_once, Sse::new(unfold(self, Self::next))).into_response();
        // The frame says "no-store", which is more than the "no-cache" that comes with it.
        answer.headers_mut().remove(axum::http::header::CACHE_CONTROL);
        answer
    }

    /// The next word, once there is one; `None` ends the stream. It is asked for only when the client
    /// takes it, so that one who takes nothing costs no memory.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        while self.words.is_empty() {
            let left = self.end.checked_duration_since(Instant::now())?;
            if self.told.is_some() {
                match timeout(left.min(SILENCE_MAX), self.ear.news()).await {
                    Ok(news) => news.ok()?,
                    Err(_silence) => {
                        self.words.push_back(Event::default().comment(""));
                        break;
                    }
                }
            }
            if let Err(error) = self.look().await {
                tracing::debug!(%error, "a stream of events ended early");
                return None;
            }
        }
        if self.judged.is_none_or(|at| at.elapsed() >= JUDGED_FOR) {
            // What could not be judged is not said; who may come in comes back.
            self.app.would_admit(&self.pass, self.user).await.ok().filter(|may_hear| *may_hear)?;
            self.judged = Some(Instant::now());
        }
        let word = self.words.pop_front()?;
        Some((Ok(word), self))
    }

    /// Finds the words for what has changed.
    async fn look(&mut self) -> Result<()> {
        let (app, key, told, telling) = (self.app.clone(), self.wallet, self.told.take(), self.telling);
        let user = self.user;
        let read = move |conn: &_| {
            let wallet = Wallet::by_key(conn, key)?;
            let asked = match telling {
                Telling::Page { .. } => Some(requests::news(conn, key, app.books.now())?),
                Telling::Events { .. } => None,
            };
            let stands = Standing { sequence: wallet.last_sequence, wallet: WalletView::from(wallet.clone()), asked };
            let words =
                if told.as_ref() == Some(&stands) { Vec::new() } else { telling.words(&app, conn, user, &wallet)? };
            Ok((stands, words))
        };
        let (stands, words) = self.app.books.read(read).await?;
        // After what was read, so that whoever was shut out before it hears nothing of it.
        self.judged = None;
        if let Telling::Events { heard } = &mut self.telling {
            *heard = Some(stands.sequence);
        }
        self.told = Some(stands);
        self.words.extend(words);
        Ok(())
    }
}

impl Telling {
    /// What there is to say of a wallet that has changed.
    fn words(self, app: &App, conn: &Connection, user: UserKey, wallet: &Wallet) -> Result<Vec<Event>> {
        match self {
            Self::Events { heard } => {
                // Who knows of none yet has missed none; who knows of one that is not there yet, neither.
                let missed = heard.map_or(Ok(Vec::new()), |heard| since(conn, wallet, heard, MISSED_MAX))?;
                let transactions = missed.iter().map(|one| word("transaction", one.sequence, one));
                let balance = word("balance", wallet.last_sequence, &WalletView::from(wallet.clone()));
                transactions.chain([balance]).collect()
            }
            Self::Page { language } => {
                let shell = app.shell(None, Nav::Wallet).in_language(language);
                let part = NowPart { shell, now: Now::read(conn, app, user, wallet)? };
                Ok(vec![Event::default().event("wallet").data(part.render().map_err(Error::internal)?)])
            }
        }
    }
}

fn word(name: &str, id: i64, content: &impl Serialize) -> Result<Event> {
    Event::default().event(name).id(id.to_string()).json_data(content).map_err(Error::internal)
}
