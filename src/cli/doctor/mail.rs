//! Mail: can the program hand letters over.

use tokio::runtime::Runtime;

use super::Findings;
use crate::config::Config;
use crate::mail::MailServer;

/// Whether the mail server lets the program in, as it does for a letter; none is sent.
pub(super) fn server(config: &Config, runtime: &Runtime, findings: &mut Findings) {
    let Some(settings) = &config.mail else {
        return findings.ok("mail", "No mail server is set ([mail]), so nobody is written to.");
    };
    let server = MailServer::new(settings.clone());
    match runtime.block_on(server.look_in()) {
        Ok(()) => findings.ok(
            "mail",
            format!(
                "{} lets the program in. Whether letters arrive, `communitytoken mail test ADDRESS` shows.",
                server.address()
            ),
        ),
        Err(trouble) => findings.bad(
            "mail",
            format!("{}: {} Until then letters wait, for two days at most.", server.address(), trouble.explained()),
        ),
    }
}
