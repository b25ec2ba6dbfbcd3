//! `member invite`, `member sign-in-link`, `member claim-link`, `member links`, `member withdraw-link`:
//! one-time links.

use clap::Args;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{Act, Common, Failure, member, output};
use crate::config::Config;
use crate::identity::Secret;
use crate::invitations::{self, Link, LinkKind, LinkState, MadeLink, MakeLink, Wanted, list, nobody_operates, url};
use crate::ledger::{Authority, Books, Operator, PageRequest, Reason};
use crate::web::Square;

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// A name to propose to them
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A role they get with it
    #[arg(long, value_name = "ROLE", value_parser = ["operator", "auditor"])]
    role: Option<String>,
    /// For how many days it works: 1 to 90
    #[arg(long, value_name = "N", default_value_t = 7)]
    days: u32,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct SignInLink {
    /// Username or user id
    member: String,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct ClaimLink {
    /// Who does it, for the audit log [default: your login name]
    #[arg(long, value_name = "NAME")]
    operator: Option<Operator>,
}

#[derive(Debug, Args)]
pub(crate) struct Links {
    /// Those that were used, withdrawn or have expired, too
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WithdrawLink {
    /// The link's id, as `member links` lists it
    id: Uuid,
    #[command(flatten)]
    act: Act,
}

impl Links {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let (books, _) = common.books()?;
        let now = books.now();
        let (links, can_be_claimed) = books.read_blocking(|conn| Ok((every(conn, now)?, nobody_operates(conn)?)))?;
        books.close();
        let works = |link: &Link| link.state == LinkState::Open && (link.kind != LinkKind::Claim || can_be_claimed);
        let links: Vec<Link> = links.into_iter().filter(|link| self.all || works(link)).collect();
        output::print(common.json, &links, || {
            let row = |link: &Link| {
                let whom = link.username.as_ref().or(link.name.as_ref());
                vec![
                    link.id.to_string(),
                    link.kind.as_str().replace('_', "-"),
                    link.state.as_str().to_owned(),
                    whom.cloned().unwrap_or_default(),
                    member::moment(link.expires_at),
                    format!("{}: {}", link.maker(), link.reason),
                ]
            };
            let rows: Vec<Vec<String>> = links.iter().map(row).collect();
            output::table(&["LINK", "KIND", "STATE", "FOR", "UNTIL (UTC)", "MADE BY"], &rows)
        });
        Ok(())
    }
}

/// All links there are, page by page.
fn every(conn: &Connection, now: i64) -> crate::error::Result<Vec<Link>> {
    let (mut links, mut cursor) = (Vec::new(), None);
    loop {
        let page = list(conn, &LinkKind::ALL, now, &PageRequest::new(Some(200), cursor)?)?;
        links.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(links);
        }
    }
}

impl WithdrawLink {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        books.execute_blocking(invitations::WithdrawLink { id: self.id, authority })?;
        books.close();
        output::print(common.json, &json!({ "id": self.id }), || "The link opens nothing any more.".to_owned());
        Ok(())
    }
}

impl Invite {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let role = self.role.map(|role| role.parse()).transpose()?;
        let wanted = Wanted::Invitation { name: self.name, role, days: self.days };
        let authority = self.act.authority()?;
        let (books, config) = common.books()?;
        if !config.identity.passkeys {
            return Err(Failure::Refused(
                "The invited sign in with passkeys, and this community does not use them: set identity.passkeys = true, and server.public_url to the https address that members type, or to http://localhost and the port to try it on this machine."
                    .into(),
            ));
        }
        make(common, books, &config, wanted, authority)
    }
}

impl SignInLink {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, config) = common.books()?;
        let user = books.read_blocking(|conn| member::find(conn, &self.member))?;
        make(common, books, &config, Wanted::SignIn(user), authority)
    }
}

impl ClaimLink {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let authority = Act { reason: claim_reason()?, operator: self.operator }.authority()?;
        let (books, config) = common.books()?;
        let others_operate = !config.identity.operators.is_empty();
        make(common, books, &config, Wanted::Claim { others_operate }, authority)
    }
}

fn claim_reason() -> Result<Reason, Failure> {
    Ok(Reason::new("Nobody operates the community yet")?)
}

/// The address that links lead to. The developer identity answers to this machine alone, whatever address
/// members will type one day.
pub(super) fn address(config: &Config) -> String {
    if config.uses_developer_identity() {
        return format!("http://{}", config.server.bind);
    }
    config.server.address()
}

fn made(books: &Books, wanted: Wanted, authority: Authority) -> Result<(Secret, MadeLink), Failure> {
    let secret = Secret::random()?;
    let made = books.execute_blocking(MakeLink { wanted, secret: secret.clone(), authority })?;
    Ok((secret, made))
}

fn make(common: &Common, books: Books, config: &Config, wanted: Wanted, authority: Authority) -> Result<(), Failure> {
    let (secret, made) = made(&books, wanted, authority)?;
    books.close();
    let url = url(&address(config), &secret);
    let square = Square::of(&url)?.text();
    output::print(common.json, &json!({ "id": made.id, "url": url, "expires_at": made.expires_at }), || {
        let until = jiff::Timestamp::from_millisecond(made.expires_at)
            .map(|at| at.to_zoned(config.community.time_zone.clone()).strftime("%-d %B %Y, %H:%M").to_string());
        let until = until.unwrap_or_default();
        let port = if address(config).ends_with(":0") {
            "\n  The server takes any free port: put the one that `communitytoken serve` said in the place of the 0."
        } else {
            ""
        };
        format!("{square}\n{url}\n  It works once, until {until}, and is shown only now.{port}")
    });
    Ok(())
}

/// The link by which the first operator claims a community that nobody operates: a new one with each
/// start, so that one from an old log opens nothing.
pub(super) fn claim_link(
    books: &Books,
    config: &Config,
    operator: Operator,
) -> Result<Option<(Secret, MadeLink)>, Failure> {
    let others_operate = !config.identity.operators.is_empty();
    if others_operate || !books.read_blocking(nobody_operates)? {
        return Ok(None);
    }
    let authority = Authority::at_the_machine(operator, claim_reason()?);
    made(books, Wanted::Claim { others_operate }, authority).map(Some)
}
