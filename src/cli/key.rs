//! `key`: the public key for whoever checks receipts, and changing the key.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Act, Common, Failure, output};
use crate::ledger::proof::{KeyChain, PublicKey, Signer, origin_of};
use crate::proofs;

#[derive(Debug, Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    verb: Option<KeyVerb>,
}

#[derive(Debug, Subcommand)]
enum KeyVerb {
    /// Print the public key file (the default)
    Show,
    /// Make a new key, endorsed by the present one
    ///
    /// Old receipts and checkpoints stay good. Tokens and sessions of the developer identity end;
    /// restart the server to sign in anew.
    Rotate(Act),
    /// Make a new key without the present one's word, because that one was lost or stolen
    ///
    /// Everyone can see that nobody endorsed it: tell your members by other means.
    Replace(Act),
}

impl Key {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let verb = match self.verb {
            None | Some(KeyVerb::Show) => None,
            Some(KeyVerb::Rotate(act)) => Some((act.authority()?, true)),
            Some(KeyVerb::Replace(act)) => Some((act.authority()?, false)),
        };
        let (books, _) = common.books()?;
        match verb {
            Some((authority, true)) => drop(proofs::rotate_key(&books, authority)?),
            Some((authority, false)) => drop(proofs::replace_key(&books, authority)?),
            None => {}
        }
        let present = PublicKey { name: books.read_blocking(origin_of)?, bytes: proofs::key(&books)?.public_key() };
        let (key, file) = books.read_blocking(|conn| {
            let chain = KeyChain::read(conn)?;
            Ok((chain.current().unwrap_or(&present).to_string(), chain.file(&present)))
        })?;
        books.close();
        output::print(common.json, &json!({ "public_key": key, "keys": file }), || file.clone());
        Ok(())
    }
}
