//! Everybody's transactions on pages, for operators and auditors: every filter, a file, and one by one.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::pages::FilterForm;
use crate::audit::note_export;
use crate::error::{Code, Error, Result};
use crate::identity::Role;
use crate::language::Phrase;
use crate::ledger::{
    AuditAction, Filter, Kind, Page, PageRequest, Transaction, TransactionId, Wallet, WalletId, by_id, history,
    whole_history,
};
use crate::web::spreadsheet::{harmless, row};
use crate::web::{
    App, Nav, Overseeing, Pages, Parameters, PathId, Pieces, RequestId, Section, Shell, download, form_status, page,
    page_with,
};

/// Entries on a page.
const ENTRIES: usize = 30;
/// Entries of a file that are read at once.
const AT_ONCE: usize = 200;

/// The pages of this file.
pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/admin/transactions", get(list))
        .route("/admin/transactions.csv", get(table))
        .route("/admin/transactions/{id}", get(show))
}

/// The filter as it is typed. It stays in the address.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct AllForm {
    /// Whose history, by the id of their wallet.
    wallet: String,
    /// Which program made it.
    #[serde(rename = "type")]
    made_by: String,
    #[serde(flatten)]
    common: FilterForm,
}

/// What is looked for: a wallet's history, or everybody's.
#[derive(Debug, Clone)]
struct Wanted {
    wallet: Option<WalletId>,
    filter: Filter,
}

impl Wanted {
    fn read(&self, conn: &Connection, page: &PageRequest) -> Result<Page<Transaction>> {
        match self.wallet {
            Some(id) => history(conn, &Wallet::by_id(conn, id)?, &self.filter, page),
            None => whole_history(conn, &self.filter, page),
        }
    }
}

impl AllForm {
    fn is_set(&self) -> bool {
        self.common.is_set() || !self.wallet.trim().is_empty() || !self.made_by.trim().is_empty()
    }

    fn wanted(&self, shell: &Shell) -> Result<Wanted> {
        let wrong = |rule: &str, words: &'static str| Error::new(Code::InvalidRequest, rule).in_words(words);
        let wallet = match self.wallet.trim() {
            "" => None,
            id => Some(id.parse().map_err(|_| wrong("There is no such wallet.", "wallets-no-such-wallet"))?),
        };
        let mut filter = self.common.filter(shell)?;
        if wallet.is_none() && (filter.direction.is_some() || filter.counterparty.is_some()) {
            return Err(wrong(
                "In and out mean something only for one wallet: say whose history it is.",
                "wallets-direction-of-one",
            ));
        }
        filter.transaction_type = match self.made_by.trim() {
            "" => None,
            code => Some(
                code.parse()
                    .ok()
                    .filter(|code| (1..=99).contains(code))
                    .ok_or_else(|| wrong("A type is a number from 1 to 99.", "wallets-type-rule"))?,
            ),
        };
        Ok(Wanted { wallet, filter })
    }

    /// The address of the same transactions elsewhere: of older ones, or of a file.
    fn query(&self, cursor: &str) -> String {
        let common = FilterForm { cursor: cursor.to_owned(), ..self.common.clone() };
        let form = Self { common, ..self.clone() };
        format!("?{}", serde_urlencoded::to_string(form).unwrap_or_default())
    }
}

#[derive(Template)]
#[template(path = "wallets/all.html")]
struct ListPage {
    shell: Shell,
    form: AllForm,
    problem: Option<String>,
    /// Whose history it is, where it is one wallet's.
    whose: Option<Wallet>,
    found: Vec<Transaction>,
    older: Option<String>,
    query: String,
}

async fn list(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    Parameters(form): Parameters<AllForm>,
) -> Result<Response> {
    let shell = app.shell(Some(&session), Nav::Admin(Section::Transactions));
    let cursor = Some(form.common.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let read = match form.wanted(&shell) {
        Ok(wanted) => {
            let read = move |conn: &Connection| {
                let whose = wanted.wallet.map(|id| Wallet::by_id(conn, id)).transpose()?;
                Ok((whose, wanted.read(conn, &PageRequest { limit: ENTRIES, cursor })?))
            };
            app.books.read(read).await
        }
        Err(error) => Err(error),
    };
    let ((whose, found), problem) = match read {
        Ok(found) => (found, None),
        Err(error) if error.is_refusal() => {
            ((None, Page { items: Vec::new(), next_cursor: None }), Some(shell.of_others(&error)))
        }
        Err(error) => return Err(error),
    };
    let page = ListPage {
        shell,
        whose,
        found: found.items,
        older: found.next_cursor.map(|cursor| format!("/admin/transactions{}", form.query(&cursor))),
        query: form.query(""),
        form,
        problem,
    };
    Ok(page_with(form_status(page.problem.is_some()), &page))
}

const HEADINGS: [&str; 14] = [
    "number",
    "time",
    "id",
    "kind",
    "type",
    "amount",
    "from_name",
    "from_wallet_id",
    "to_name",
    "to_wallet_id",
    "note",
    "by_program",
    "reverses",
    "fee_of",
];

async fn table(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    request_id: RequestId,
    Parameters(form): Parameters<AllForm>,
) -> Result<Response> {
    let wanted = form.wanted(&app.shell(Some(&session), Nav::None))?;
    note_export(&app, &session.member, &request_id, (AuditAction::ExportTransactions, "transactions.csv"), &form)
        .await?;
    Ok(download("transactions.csv", "text/csv; charset=utf-8", |pieces| write(app, wanted, pieces)))
}

async fn write(app: App, wanted: Wanted, pieces: Pieces) -> Result<()> {
    let (mut text, mut cursor) = (Vec::new(), None);
    row(&mut text, HEADINGS).map_err(Error::internal)?;
    loop {
        let (asked, request) = (wanted.clone(), PageRequest { limit: AT_ONCE, cursor });
        let found = app.books.read(move |conn| asked.read(conn, &request)).await?;
        for transaction in &found.items {
            line(&mut text, transaction).map_err(Error::internal)?;
        }
        pieces.send(std::mem::take(&mut text)).await?;
        cursor = found.next_cursor;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

fn line(out: &mut Vec<u8>, transaction: &Transaction) -> std::io::Result<()> {
    let time = Timestamp::from_millisecond(transaction.created_at).unwrap_or_default();
    row(
        out,
        [
            transaction.sequence.to_string(),
            format!("{time:.3}"),
            transaction.id.to_string(),
            transaction.kind.as_str().to_owned(),
            transaction.transaction_type.to_string(),
            transaction.amount.to_string(),
            harmless(&transaction.from.name),
            transaction.from.wallet_id.to_string(),
            harmless(&transaction.to.name),
            transaction.to.wallet_id.to_string(),
            transaction.note.as_deref().map(harmless).unwrap_or_default(),
            transaction.client.as_deref().map(harmless).unwrap_or_default(),
            transaction.reverses.map(|id| id.to_string()).unwrap_or_default(),
            transaction.fee_of_id().map(|id| id.to_string()).unwrap_or_default(),
        ],
    )
}

#[derive(Template)]
#[template(path = "wallets/one.html")]
struct OnePage {
    shell: Shell,
    said: Option<&'static str>,
    transaction: Transaction,
    /// Whether an operator looks at it, and some of it can still go back.
    can_correct: bool,
}

impl OnePage {
    /// What it meant.
    fn kind(&self) -> Phrase {
        self.shell.say(match self.transaction.kind {
            Kind::Issuance => "statistics-kind-issuance",
            Kind::Distribution => "statistics-kind-distribution",
            Kind::Transfer => "statistics-kind-transfer",
            Kind::Pool => "statistics-kind-pool",
        })
    }
}

/// What was just done.
#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn show(
    State(app): State<App>,
    Overseeing(session): Overseeing,
    PathId(id): PathId<TransactionId>,
    Parameters(query): Parameters<Done>,
) -> Result<Response> {
    let transaction = app.books.read(move |conn| by_id(conn, id, None)).await?;
    let is_returnable = transaction.kind != Kind::Issuance
        && transaction.reverses.is_none()
        && transaction.reversed_amount.unwrap_or(0) < transaction.amount;
    Ok(page(&OnePage {
        shell: app.shell(Some(&session), Nav::Admin(Section::Transactions)),
        said: query.done.map(|_| "wallets-one-corrected"),
        can_correct: session.member.has(Role::Operator) && is_returnable,
        transaction,
    }))
}
