//! Every component of the pages in every state, on one page, for whoever works on them: made of the same
//! macros and classes as the pages themselves. There only where the developer identity is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::ledger::{Direction, FeeOf, Kind, Owner, Party, Transaction, TransactionId, WalletId};
use crate::transfers::Person;
use crate::web::{App, Nav, Pages, Session, Shell, Square, Visitor, page};

/// The route of this file.
pub(super) fn routes() -> Pages {
    Pages::new().route("/style", get(style))
}

/// A name as long as names can get.
const LONG: &str =
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewarenwohlgepflege";
/// When everything in the samples happened: the page is the same whenever it is asked for.
const WHEN: i64 = 1_771_234_567_000;
/// The own wallet in the samples.
const OWN: WalletId = WalletId(Uuid::from_u128(1));

#[derive(Template)]
#[template(path = "server/style.html")]
struct StylePage {
    shell: Shell,
    long: &'static str,
    own: WalletId,
    most: i64,
    when: i64,
    entries: Vec<Transaction>,
    people: Vec<Person>,
    chosen: Option<WalletId>,
    square: Square,
}

async fn style(State(app): State<App>, session: Option<Session>, visitor: Visitor) -> Result<Response> {
    if app.developer.is_none() {
        return Err(Error::new(Code::NotFound, "Nothing lives at this address."));
    }
    let people = people();
    Ok(page(&StylePage {
        shell: app.shell(session.as_ref(), Nav::None).for_visitor(&visitor),
        long: LONG,
        own: OWN,
        most: i64::MAX,
        when: WHEN,
        entries: entries(),
        chosen: people.first().map(|person| person.wallet_id),
        people,
        square: Square::of("https://tokens.example.org/pay/00000000-0000-4000-8000-000000000001?amount=3")?,
    }))
}

fn party(number: u128, name: &str, owner: Owner) -> Party {
    Party { wallet_id: WalletId(Uuid::from_u128(number)), name: name.to_owned(), owner }
}

/// Entries of a history in every state.
fn entries() -> Vec<Transaction> {
    let entry = |kind, incoming: bool, other: Party, amount: i64| {
        let own = party(1, "you", Owner::User);
        let (from, to) = if incoming { (other, own) } else { (own, other) };
        let id = TransactionId::new(WHEN, 0, 1);
        Transaction {
            id,
            sequence: 1,
            kind,
            transaction_type: 1,
            from,
            to,
            amount,
            note: None,
            created_at: WHEN,
            hash: None,
            reverses: None,
            reversed_by: None,
            reversed_amount: None,
            fee: None,
            fee_of: None,
            client: None,
            direction: Some(if incoming { Direction::In } else { Direction::Out }),
            balance_before: None,
            balance_after: Some(amount),
            category: None,
        }
    };
    let user = |name| party(2, name, Owner::User);
    let pool = || party(3, "pool", Owner::System);
    let text = |text: &str| Some(text.to_owned());
    let back = Some(TransactionId::new(WHEN, 0, 2));
    vec![
        entry(Kind::Transfer, true, user("aiko"), 12),
        Transaction { note: text("Eggs, and the crate back"), ..entry(Kind::Transfer, false, user("tomas"), 3) },
        Transaction { category: text("Food"), ..entry(Kind::Transfer, false, user("tomas"), 3) },
        Transaction { client: text("chat-bot"), ..entry(Kind::Transfer, true, user("maria"), 1) },
        Transaction { reversed_by: back, reversed_amount: Some(2), ..entry(Kind::Transfer, true, user("aiko"), 5) },
        Transaction { reverses: back, ..entry(Kind::Transfer, false, user("aiko"), 2) },
        entry(Kind::Distribution, true, pool(), 1_000),
        entry(Kind::Pool, false, pool(), 40),
        Transaction {
            fee_of: Some(FeeOf { transaction_id: TransactionId::new(WHEN, 0, 2), to: user("aiko") }),
            ..entry(Kind::Pool, false, pool(), 2)
        },
        Transaction {
            note: text(LONG),
            category: text(&LONG[..40]),
            ..entry(Kind::Transfer, true, user(LONG), i64::MAX)
        },
    ]
}

/// People to choose from: chosen, a favourite, and one of a long name.
fn people() -> Vec<Person> {
    let names =
        [("aiko", "transfers-hint-chosen"), ("tomas", "transfers-hint-favourite"), (LONG, "transfers-hint-lately")];
    names
        .into_iter()
        .zip(2..)
        .map(|((name, hint), number)| Person {
            wallet_id: WalletId(Uuid::from_u128(number)),
            name: name.to_owned(),
            initial: name.chars().take(1).collect::<String>().to_uppercase(),
            hint,
            is_favourite: hint == "transfers-hint-favourite",
        })
        .collect()
}
