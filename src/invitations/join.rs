//! Using a link. Each is one command: of two people with the same link at the same moment, one gets
//! in and the other is told.

use serde_json::json;
use uuid::Uuid;
use webauthn_rs::prelude::Passkey;

use super::link::{LinkKind, OpenLink, link_not_found, mark_used, open_link};
use super::make::refuse_claimed;
use crate::error::Result;
use crate::identity::{Member, bind_local, local_identity, local_subject, member, register_local};
use crate::ledger::{AuditAction, Authority, Command, Ledger, Operator, Reason, UserId};
use crate::members::SetRole;
use crate::passkeys::{self, Codes};
use crate::web::RequestId;

/// Someone new comes in by an invitation, or claims the community: a member with a wallet, a passkey
/// and recovery codes, in one step.
///
/// Refused: `link_not_found`, `already_claimed`, `passkey_refused`.
pub struct Join {
    /// The hash of the link's secret.
    pub link: [u8; 32],
    /// The name they chose; checked when their passkey was asked for.
    pub username: String,
    /// The user handle of their passkey.
    pub handle: Uuid,
    /// What they call the passkey.
    pub passkey_name: String,
    /// Its public half.
    pub passkey: Passkey,
    /// Their recovery codes.
    pub codes: Codes,
    /// Whether the configuration names operators.
    pub others_operate: bool,
    /// The request it came by.
    pub request_id: RequestId,
}

impl Command for Join {
    /// The new member, and their recovery codes.
    type Output = (Member, Codes);

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let link = open_link(ledger.conn, &self.link, ledger.now())?;
        if link.kind == LinkKind::SignIn {
            return Err(link_not_found());
        }
        check_claim(ledger, &link, self.others_operate)?;
        let key = register_local(ledger, self.handle, &self.username)?;
        let user = member::by_key(ledger.conn, key)?;
        let own = Authority::of_member(user.id, "Came in by a one-time link", &self.request_id.0)?;
        use_link(ledger, &link, &user, &own)?;
        passkeys::insert(ledger, &user, &self.passkey_name, &self.passkey, &own)?;
        passkeys::replace_codes(ledger, &user, &self.codes, &own)?;
        let user = grant(ledger, &link, &user, &self.request_id)?;
        Ok((user, self.codes))
    }
}

/// A member who is signed in claims the community.
///
/// Refused: `link_not_found`, `already_claimed`.
pub struct Claim {
    /// The hash of the link's secret.
    pub link: [u8; 32],
    /// Who.
    pub user_id: UserId,
    /// Whether the configuration names operators.
    pub others_operate: bool,
    /// The request it came by.
    pub request_id: RequestId,
}

impl Command for Claim {
    type Output = Member;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Member> {
        let link = open_link(ledger.conn, &self.link, ledger.now())?;
        if link.kind != LinkKind::Claim {
            return Err(link_not_found());
        }
        check_claim(ledger, &link, self.others_operate)?;
        let user = member::by_id(ledger.conn, self.user_id)?;
        let own = Authority::of_member(user.id, "Claimed the community by the one-time link", &self.request_id.0)?;
        use_link(ledger, &link, &user, &own)?;
        grant(ledger, &link, &user, &self.request_id)
    }
}

/// A member who was locked out comes in by the link an operator made for them.
///
/// Refused: `link_not_found`, also for someone who has left since.
pub struct EnterByLink {
    /// The hash of the link's secret.
    pub link: [u8; 32],
    /// The request it came by.
    pub request_id: RequestId,
}

impl Command for EnterByLink {
    /// The member, and the identity by which they come in.
    type Output = (Member, (String, String));

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let link = open_link(ledger.conn, &self.link, ledger.now())?;
        let (LinkKind::SignIn, Some(key)) = (link.kind, link.user) else { return Err(link_not_found()) };
        let user = member::by_key(ledger.conn, key)?;
        let own = Authority::of_member(user.id, "Signed in by a one-time link", &self.request_id.0)?;
        use_link(ledger, &link, &user, &own)?;
        let handle = if let Some(handle) = local_subject(ledger.conn, key)? {
            handle
        } else {
            let handle = Uuid::new_v4();
            bind_local(ledger, key, handle)?;
            handle
        };
        Ok((user, local_identity(handle)))
    }
}

/// The community may have got an operator since the link was made.
fn check_claim(ledger: &Ledger<'_>, link: &OpenLink, others_operate: bool) -> Result<()> {
    if link.kind == LinkKind::Claim { refuse_claimed(ledger.conn, others_operate) } else { Ok(()) }
}

fn use_link(ledger: &mut Ledger<'_>, link: &OpenLink, user: &Member, own: &Authority) -> Result<()> {
    ledger.audit(&own.line(AuditAction::LinkUse, &link.id, json!({ "kind": link.kind, "user_id": user.id })))?;
    mark_used(ledger, link, user.key)
}

/// The role that comes with the link is granted with the authority of whoever made it.
fn grant(ledger: &mut Ledger<'_>, link: &OpenLink, user: &Member, request_id: &RequestId) -> Result<Member> {
    let Some(role) = link.role else { return member::by_id(ledger.conn, user.id) };
    if !link.promise_holds {
        return Err(link_not_found());
    }
    let authority = Authority {
        operator: Operator::new(&link.operator)?,
        reason: Reason::new(&link.reason)?,
        request_id: Some(request_id.0.clone()),
        acting: None,
        consent: None,
    };
    // Who else operates matters where a role is taken.
    SetRole { user_id: user.id, role, granted: true, configured: Vec::new(), authority }.run(ledger)
}
