//! How members are written to: the mail server, and in whose name.

use lettre::message::Mailbox;
use url::Host;

use super::Secret;
use super::reader::Reader;

/// The mail server that takes letters to members.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from others' eyes.
    pub tls: MailTls,
    /// The name and password by which the program signs in there.
    pub login: Option<(String, Secret)>,
    /// Whom letters come from.
    pub from: Mailbox,
}

/// How a connection to the mail server is kept from others' eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// It begins in the open and is encrypted before anything is said, or nothing is sent.
    StartTls,
    /// It begins encrypted.
    Tls,
    /// Not at all.
    None,
}

impl MailTls {
    const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

impl Reader {
    /// The section on mail; `None` where no server is named.
    pub(super) fn mail(&mut self) -> Option<Mail> {
        let host = self.text("mail.host");
        let port = self.number("mail.port", 0, u16::MAX.into());
        let tls = match self.needed("mail.tls").as_str() {
            "starttls" => MailTls::StartTls,
            "tls" => MailTls::Tls,
            "none" => MailTls::None,
            _ => {
                self.wrong("mail.tls", "must be \"starttls\", \"tls\" or \"none\"");
                MailTls::StartTls
            }
        };
        let user = self.text("mail.user");
        let password = self.secret("mail.password");
        let from = self.text("mail.from");
        let host = host?;
        let here = is_this_machine(&host);
        let login = match (user, password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => {
                self.wrong("mail.user", "and mail.password are set together or not at all");
                None
            }
        };
        if login.is_some() && tls == MailTls::None && !here {
            self.wrong(
                "mail.tls",
                "is \"none\" and there is a password, which everybody on the way to another machine could read; use \"starttls\" or \"tls\"",
            );
        }
        let from = from.and_then(|from| from.parse().ok()).or_else(|| {
            self.wrong(
                "mail.from",
                "must be the address letters come from, as in tokens@example.org or Our community <tokens@example.org>",
            );
            None
        })?;
        let port = u16::try_from(port).ok().filter(|port| *port > 0).unwrap_or(tls.port());
        Some(Mail { host, port, tls, login, from })
    }
}

fn is_this_machine(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()),
    }
}
