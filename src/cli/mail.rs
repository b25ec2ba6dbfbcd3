//! `mail`: whether letters reach anybody.

use clap::Subcommand;
use serde_json::json;

use super::{Common, Failure, output};
use crate::error::Error;
use crate::mail::{MailServer, is_address};
use crate::notifications::{test_letter, try_out};

/// Try out the mail server
#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// Send one letter by the settings in [mail]; where it does not go out, say why and what to do
    Test {
        /// To whom
        #[arg(value_name = "ADDRESS")]
        address: String,
    },
}

impl Mail {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let Self::Test { address } = self;
        let config = common.settings()?;
        let Some(settings) = config.mail.clone() else {
            return Err(Failure::Refused(
                "No mail server is configured, so nobody is written to. Set mail.host and mail.from, as config.example.toml shows.".into(),
            ));
        };
        if !is_address(&address) {
            return Err(Error::field("address", "must be an e-mail address, such as ann@example.org").into());
        }
        let letter = test_letter(&config, &address)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("The program cannot start its threads ({error}).")))?;
        runtime.block_on(try_out(&MailServer::new(settings), &letter)).map_err(Failure::Refused)?;
        output::print(common.json, &json!({ "sent": true }), || {
            "The mail server has taken the letter. Look into the mailbox, and into the folder for unwanted mail.".into()
        });
        Ok(())
    }
}
