//! `token`: a token of the developer identity, for trying the API with curl.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::trace::{Given, Trace};
use super::{Common, Failure, output};
use crate::error::{Code, Error};
use crate::identity::{DEVELOPER_ISSUER, DeveloperIdentity, check_username, member, user_by_name};
use crate::ledger::AuditAction;
use crate::proofs;

#[derive(Debug, Args)]
pub(crate) struct Token {
    /// The member's username
    #[arg(long, value_name = "NAME")]
    member: String,
    /// For how many hours
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=8760))]
    hours: u64,
    #[command(flatten)]
    trace: Trace,
}

impl Token {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config = common.settings()?;
        if !config.uses_developer_identity() {
            return Err(Failure::Refused(
                "This community has passkeys or an identity provider, so the developer identity is off. Get a token from the provider; for a program, `communitytoken client create` makes a credential.".into(),
            ));
        }
        let (books, _) = common.books()?;
        let name = self.member;
        let known = books.read_blocking(|conn| {
            let id = match user_by_name(conn, &name) {
                Err(error) if error.code == Code::UserNotFound => return Ok(None),
                other => other?,
            };
            let member = member::by_id(conn, id)?;
            let identities = member::identities(conn, member.key)?;
            let subject =
                identities.into_iter().find(|(issuer, _)| issuer == DEVELOPER_ISSUER).map(|(_, subject)| subject);
            subject
                .map(|subject| Some((id, subject)))
                .ok_or_else(|| Error::new(Code::Forbidden, format!("{name} signs in with an identity provider.")))
        })?;
        let key = proofs::key(&books)?;
        if known.is_none() {
            check_username(&name)?;
        }
        // By their id, so that their name can be forgotten; whom nobody knows yet has none.
        self.trace.leave_in(
            &books,
            common,
            Given {
                action: AuditAction::TokenIssue,
                target: known.as_ref().map_or_else(|| "somebody new".to_owned(), |(id, _)| id.to_string()),
                details: json!({ "hours": self.hours }),
                reason: "Issued at the command line",
            },
        );
        books.close();
        if known.is_none() {
            output::remark(
                common.json,
                &format!("Nobody is called {name} yet: the token's first use makes this member."),
            );
        }
        let subject = known.map_or_else(|| name.to_lowercase(), |(_, subject)| subject);
        let developer = DeveloperIdentity::new(key);
        let token = developer.issue(&subject, &name, Duration::from_hours(self.hours));
        output::print(
            common.json,
            &json!({ "token": token, "subject": subject, "expires_in": self.hours * 3600 }),
            || token.clone(),
        );
        Ok(())
    }
}
