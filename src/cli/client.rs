//! `client`: service clients, programs that act for members who allow it.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Act, Common, Failure, output};
use crate::clients::{CreateClient, RevokeClient, RotateClient};
use crate::error::Result;
use crate::identity::client::{self, Credential, Scope, ServiceClient, client_not_found};

/// A client is named by its name or by its id.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Client {
    /// Make a service client and print its credential, once
    Create(Create),
    /// List the service clients
    List,
    /// Give a service client a new credential; the old one ends at once
    Rotate(Change),
    /// Revoke a service client, for good
    Revoke(Change),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What members will know it by: 3 to 64 letters, digits, _ or -
    name: String,
    /// What it may do: transfers:write, wallet:read, activities:write, statistics:read; say it once for each
    #[arg(long, required = true, value_name = "SCOPE")]
    scope: Vec<String>,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// Name or id
    client: String,
    #[command(flatten)]
    act: Act,
}

impl Client {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(common),
            Self::List => list(common),
            Self::Rotate(change) => change.rotate(common),
            Self::Revoke(change) => change.revoke(common),
        }
    }
}

fn hand_out(common: &Common, client: &ServiceClient, credential: &Credential) {
    let mut answer = json!(client);
    answer["credential"] = credential.reveal().into();
    output::print(common.json, &answer, || {
        format!(
            "{} can call now. This is its credential; it is shown only now:\n\n  {}\n\nMembers allow it on their profile page.",
            client.name,
            credential.reveal()
        )
    });
}

impl Create {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let scopes = self.scope.iter().map(|scope| scope.parse()).collect::<Result<Vec<Scope>>>()?;
        let (books, _) = common.books()?;
        let credential = Credential::random()?;
        let command = CreateClient { name: self.name, scopes, credential: credential.clone(), authority };
        let client = books.execute_blocking(command)?;
        books.close();
        hand_out(common, &client, &credential);
        Ok(())
    }
}

fn list(common: &Common) -> Result<(), Failure> {
    let (books, _) = common.books()?;
    let clients = books.read_blocking(client::list)?;
    books.close();
    output::print(common.json, &clients, || {
        let rows: Vec<Vec<String>> = clients
            .iter()
            .map(|client| {
                let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.as_str()).collect();
                let state = if client.revoked_at.is_some() { "revoked" } else { "" };
                vec![client.name.clone(), scopes.join(" "), client.id.to_string(), state.to_owned()]
            })
            .collect();
        output::table(&["NAME", "SCOPES", "ID", ""], &rows)
    });
    Ok(())
}

/// The client with this id, or the one with this name that is not revoked.
fn find(conn: &rusqlite::Connection, name: &str) -> Result<ServiceClient> {
    if let Ok(id) = name.parse() {
        return client::by_id(conn, id);
    }
    client::list(conn)?
        .into_iter()
        .find(|client| client.revoked_at.is_none() && client.name.eq_ignore_ascii_case(name))
        .ok_or_else(client_not_found)
}

impl Change {
    fn rotate(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let id = books.read_blocking(|conn| find(conn, &self.client))?.id;
        let credential = Credential::random()?;
        let client = books.execute_blocking(RotateClient { id, credential: credential.clone(), authority })?;
        books.close();
        hand_out(common, &client, &credential);
        Ok(())
    }

    fn revoke(self, common: &Common) -> Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let id = books.read_blocking(|conn| find(conn, &self.client))?.id;
        let client = books.execute_blocking(RevokeClient { id, authority })?;
        books.close();
        output::print(common.json, &client, || format!("{} is revoked and acts for nobody.", client.name));
        Ok(())
    }
}
