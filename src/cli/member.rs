//! `member`: the members, and their roles.

use clap::{Args, Subcommand};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Act, Common, Failure, link, output};
use crate::error::{Code, Result};
use crate::identity::session::{SessionInfo, of_member};
use crate::identity::{self, left_user_by_name, member, user_by_name};
use crate::ledger::{UserId, Wallet};
use crate::members::{By, Erase, Remaining, SetDeleted, SetRole};
use crate::sign_in;

/// Members are named by their username, where only one carries it, or by their user id.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Member {
    /// List the members
    List(List),
    /// Show one member
    Show(Whom),
    /// Delete a member: the wallet is closed, the history stays
    Delete(Change),
    /// Restore a deleted member
    Restore(Change),
    /// Erase a member who asked for it, for good: name, identities, passkeys, sessions and notes
    Erase(EraseMember),
    /// Grant a role
    Grant(Grant),
    /// Revoke a role
    Revoke(Grant),
    /// Invite someone: a one-time link by which they choose a name and make a passkey
    Invite(link::Invite),
    /// Make a one-time link that signs a member in who is locked out; it works for half an hour
    SignInLink(link::SignInLink),
    /// Make a one-time link by which the first operator claims the community; it works for half an hour
    ClaimLink(link::ClaimLink),
    /// List the one-time links that still work, the newest first
    Links(link::Links),
    /// Withdraw a one-time link: it opens nothing any more
    WithdrawLink(link::WithdrawLink),
    /// Show where a member is signed in on the pages; sign them out
    Sessions(Sessions),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those who have left, too
    #[arg(long)]
    deleted: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Whom {
    /// Username or user id
    member: String,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// Username or user id
    member: String,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct EraseMember {
    /// Username or user id
    member: String,
    /// What becomes of their tokens: given to the pool, or kept in the closed wallet for ever
    #[arg(long)]
    remaining: Remaining,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// Username or user id
    member: String,
    /// The role
    #[arg(value_parser = ["operator", "auditor"])]
    role: String,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Sessions {
    /// Username or user id
    member: String,
    /// End this session
    #[arg(long, value_name = "ID", requires = "reason")]
    revoke: Option<Uuid>,
    /// End all of them
    #[arg(long, requires = "reason", conflicts_with = "revoke")]
    all: bool,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    reason: Option<crate::ledger::Reason>,
    /// Who does it, for the audit log [default: your login name]
    #[arg(long, value_name = "NAME")]
    operator: Option<crate::ledger::Operator>,
}

impl Member {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(common),
            Self::Show(whom) => whom.run(common),
            Self::Delete(change) => change.run(common, true),
            Self::Restore(change) => change.run(common, false),
            Self::Erase(erase) => erase.run(common),
            Self::Grant(grant) => grant.run(common, true),
            Self::Revoke(grant) => grant.run(common, false),
            Self::Invite(invite) => invite.run(common),
            Self::SignInLink(link) => link.run(common),
            Self::ClaimLink(link) => link.run(common),
            Self::Links(links) => links.run(common),
            Self::WithdrawLink(link) => link.run(common),
            Self::Sessions(sessions) => sessions.run(common),
        }
    }
}

pub(super) fn find(conn: &Connection, name: &str) -> Result<UserId> {
    name.parse().or_else(|_| user_by_name(conn, name))
}

/// The same among those who have left; who of this name is there again already is found, too.
fn find_left(conn: &Connection, name: &str) -> Result<UserId> {
    name.parse().or_else(|_| match left_user_by_name(conn, name) {
        Err(nobody) if nobody.code == Code::UserNotFound => user_by_name(conn, name).map_err(|_| nobody),
        found => found,
    })
}

fn describe(conn: &Connection, member: &identity::Member) -> Result<Value> {
    let wallet = Wallet::by_key(conn, member.wallet_key)?;
    let identities: Vec<Value> = member::identities(conn, member.key)?
        .into_iter()
        .map(|(issuer, subject)| json!({ "issuer": issuer, "subject": subject }))
        .collect();
    Ok(json!({
        "id": member.id,
        "username": member.username,
        "wallet_id": member.wallet_id,
        "balance": wallet.balance,
        "is_frozen": wallet.frozen_reason.is_some(),
        "frozen_reason": wallet.frozen_reason,
        "roles": member.roles,
        "identities": identities,
        "deleted_at": member.deleted_at,
        "created_at": member.created_at,
        "updated_at": member.updated_at,
    }))
}

fn roles(member: &Value) -> String {
    let names: Vec<&str> = member["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    names.join(", ")
}

impl List {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let (books, _) = common.books()?;
        let members: Vec<Value> = books.read_blocking(|conn| {
            member::list(conn, self.deleted)?.iter().map(|member| describe(conn, member)).collect()
        })?;
        books.close();
        output::print(common.json, &members, || {
            let rows: Vec<Vec<String>> = members
                .iter()
                .map(|member| {
                    let text = |key: &str| member[key].as_str().unwrap_or_default().to_owned();
                    let state = if member["deleted_at"].is_null() {
                        if member["is_frozen"] == true { "frozen" } else { "" }
                    } else {
                        "left"
                    };
                    vec![
                        text("username"),
                        member["balance"].to_string(),
                        roles(member),
                        text("wallet_id"),
                        state.to_owned(),
                    ]
                })
                .collect();
            output::table(&["NAME", "BALANCE", "ROLES", "WALLET", ""], &rows)
        });
        Ok(())
    }
}

fn show(common: &Common, member: &Value) {
    output::print(common.json, member, || lines(member));
}

/// A member as people read them.
fn lines(member: &Value) -> String {
    let text = |key: &str| member[key].as_str().unwrap_or_default().to_owned();
    let at = |key: &str| member[key].as_i64().map(|at| format!("{} UTC", moment(at)));
    let frozen = member["frozen_reason"].as_str().map(|reason| format!("frozen: {reason}"));
    let identities = member["identities"].as_array().into_iter().flatten().map(|identity| {
        let word = |key: &str| identity[key].as_str().unwrap_or_default();
        ("Known as", Some(format!("{} at {}", word("subject"), word("issuer"))))
    });
    let first = [
        ("User", Some(text("id"))),
        ("Wallet", Some(text("wallet_id"))),
        (
            "Balance",
            Some([Some(member["balance"].to_string()), frozen].into_iter().flatten().collect::<Vec<_>>().join(", ")),
        ),
        ("Roles", Some(roles(member))),
    ];
    let last = [("Joined", at("created_at")), ("Changed", at("updated_at")), ("Left", at("deleted_at"))];
    let rows: Vec<Vec<String>> = first
        .into_iter()
        .chain(identities)
        .chain(last)
        .filter_map(|(label, text)| Some(vec![format!("  {label}"), text?]))
        .collect();
    let name = text("username");
    output::table(&[&name, ""], &rows)
}

impl Whom {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let (books, _) = common.books()?;
        let member = books.read_blocking(|conn| {
            let id = find(conn, &self.member)?;
            let member = member::by_id(conn, id)?;
            describe(conn, &member)
        })?;
        books.close();
        show(common, &member);
        Ok(())
    }
}

impl Change {
    fn run(self, common: &Common, deleted: bool) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, config) = common.books()?;
        let found = if deleted { find } else { find_left };
        let user_id = books.read_blocking(|conn| found(conn, &self.member))?;
        let configured = config.identity.operators;
        let member = books.execute_blocking(SetDeleted { user_id, deleted, configured, authority })?;
        let member = books.read_blocking(|conn| describe(conn, &member))?;
        books.close();
        show(common, &member);
        Ok(())
    }
}

impl EraseMember {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let by = By::Operator(self.act.authority()?);
        let (books, config) = common.books()?;
        let user_id = books.read_blocking(|conn| find(conn, &self.member))?;
        let configured = config.identity.operators;
        let farewell = books.execute_blocking(Erase { user_id, remaining: self.remaining, configured, by })?;
        books.close();
        output::print(common.json, &farewell, || {
            format!(
                "The member is erased, with {} notes. {} tokens went to the pool.",
                farewell.notes_erased, farewell.given_to_pool
            )
        });
        Ok(())
    }
}

impl Grant {
    fn run(self, common: &Common, granted: bool) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, config) = common.books()?;
        let user_id = books.read_blocking(|conn| find(conn, &self.member))?;
        let role = self.role.parse()?;
        let configured = config.identity.operators;
        let member = books.execute_blocking(SetRole { user_id, role, granted, configured, authority })?;
        let member = books.read_blocking(|conn| describe(conn, &member))?;
        books.close();
        show(common, &member);
        Ok(())
    }
}

impl Sessions {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let (books, config) = common.books()?;
        let user_id = books.read_blocking(|conn| find(conn, &self.member))?;
        if let Some(reason) = self.reason.filter(|_| self.all || self.revoke.is_some()) {
            let authority = Act { reason, operator: self.operator }.authority()?;
            let ended = books.execute_blocking(sign_in::Revoke { user_id, session: self.revoke, authority })?;
            books.close();
            if ended == 0 && self.revoke.is_some() {
                return Err(Failure::Refused("This member has no such session; it may have ended already.".into()));
            }
            output::print(common.json, &json!({ "ended": ended }), || format!("Sessions ended: {ended}."));
            return Ok(());
        }
        let now = books.now();
        let sessions = books.read_blocking(|conn| {
            let member = member::by_id(conn, user_id)?;
            of_member(conn, member.key, now, &config.sessions)
        })?;
        books.close();
        output::print(common.json, &sessions, || {
            let row = |session: &SessionInfo| {
                vec![
                    session.id.to_string(),
                    session.method.as_str().to_owned(),
                    moment(session.signed_in_at),
                    moment(session.seen_at),
                    session.device.clone(),
                ]
            };
            let rows: Vec<Vec<String>> = sessions.iter().map(row).collect();
            output::table(&["SESSION", "METHOD", "SIGNED IN", "LAST USED", "DEVICE"], &rows)
        });
        Ok(())
    }
}

/// A time of the ledger, in UTC.
pub(super) fn moment(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}
