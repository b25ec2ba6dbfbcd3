//! Speaking to the mail server.

use std::fmt;
use std::time::Duration;

use lettre::address::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::Letter;
use crate::config::{Mail, MailTls};

/// How long the server may take for one answer. Those that take longer to look at a letter take it by then.
const PATIENCE: Duration = Duration::from_secs(20);

/// What stands between the program and its mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers there. What the system says of it.
    Unreachable(String),
    /// It did not answer in time.
    Silent,
    /// It offers no encryption, and none is sent without.
    NoStartTls,
    /// The encryption failed: its certificate is not for this name, or of nobody this machine trusts.
    Tls(String),
    /// It does not let the program in with this name and password.
    Login(Option<u16>),
    /// It takes nothing from this sender.
    Sender(Option<u16>),
    /// It broke off, or does not speak as mail servers do.
    BrokeOff,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = |code: &Option<u16>| code.map_or_else(String::new, |code| format!(" (it answered {code})"));
        match self {
            Self::Unreachable(why) => write!(f, "the mail server cannot be reached ({why})"),
            Self::Silent => write!(f, "the mail server did not answer within {} seconds", PATIENCE.as_secs()),
            Self::NoStartTls => f.write_str("the mail server offers no encryption"),
            Self::Tls(why) => write!(f, "the connection to the mail server cannot be encrypted ({why})"),
            Self::Login(code) => write!(f, "the mail server refuses our name and password{}", answer(code)),
            Self::Sender(code) => write!(f, "the mail server takes no mail from our address{}", answer(code)),
            Self::BrokeOff => f.write_str("the mail server broke off"),
        }
    }
}

impl Trouble {
    /// What is wrong and what to do, in sentences.
    pub fn explained(&self) -> String {
        let said = self.to_string();
        let mut letters = said.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{}. {}", letters.as_str(), self.way_on())
    }

    /// What the one who runs the program can do about it.
    pub const fn way_on(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => {
                "Check mail.host and mail.port, and whether this machine may reach it: many networks close port 25."
            }
            Self::Silent => {
                "Check mail.port and mail.tls: a server that expects encryption from the start (465, \"tls\") says nothing to one who waits for a greeting."
            }
            Self::NoStartTls => {
                "Set mail.tls to \"tls\" with the port for it (465); \"none\" only for a server on this machine or your own network."
            }
            Self::Tls(_) => {
                "Check that mail.host is the name in the server's certificate, and that mail.tls fits mail.port (587: \"starttls\", 465: \"tls\"). A certificate of your own must be among those this machine trusts."
            }
            Self::Login(_) => "Check mail.user and mail.password. Many providers want a password made for programs.",
            Self::Sender(_) => {
                "Check mail.from: most servers take mail only from the address one signed in with. Some want mail.user and mail.password first."
            }
            Self::BrokeOff => {
                "Check that a mail server is what listens at mail.host and mail.port, and that mail.tls is what it expects."
            }
        }
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken the letter.
    Sent,
    /// It will never take it. Its number for why.
    RefusedForGood(u16),
    /// It does not take it now.
    RefusedForNow(u16),
    /// It came to no letter.
    NotTried(Trouble),
    /// The letter was on its way when the connection broke: it went out, or it did not.
    InDoubt,
}

/// The mail server that the configuration names.
#[derive(Debug, Clone)]
pub struct MailServer(Mail);

/// An open connection to it.
pub struct Connection<'a> {
    server: &'a MailServer,
    smtp: AsyncSmtpConnection,
}

impl MailServer {
    /// This one.
    pub fn new(settings: Mail) -> Self {
        Self(settings)
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("{}:{}", self.0.host, self.0.port)
    }

    /// Looks whether it lets the program in, and takes leave. No letter is spoken of, and nobody waits for longer
    /// than for one answer.
    pub async fn look_in(&self) -> Result<(), Trouble> {
        in_time(Box::pin(self.connect())).await??.close().await;
        Ok(())
    }

    /// Opens a connection, encrypts it and signs in, as the configuration says.
    pub async fn connect(&self) -> Result<Connection<'_>, Trouble> {
        let Mail { host, port, tls, login, .. } = &self.0;
        let parameters = || TlsParameters::new(host.clone()).map_err(|error| Trouble::Tls(plain(&error)));
        let from_the_start = (*tls == MailTls::Tls).then(parameters).transpose()?;
        let hello = ClientId::default();
        let connecting =
            AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), Some(PATIENCE), &hello, from_the_start, None);
        let mut smtp = in_time(connecting).await?.map_err(|error| unreachable(&error))?;
        if *tls == MailTls::StartTls {
            if !smtp.can_starttls() {
                return Err(Trouble::NoStartTls);
            }
            in_time(smtp.starttls(parameters()?, &hello)).await?.map_err(|error| Trouble::Tls(plain(&error)))?;
        }
        if let Some((user, password)) = login {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            let signed_in = in_time(smtp.auth(DEFAULT_MECHANISMS, &credentials)).await?;
            signed_in.map_err(|error| Trouble::Login(number(&error)))?;
        }
        Ok(Connection { server: self, smtp })
    }
}

impl Connection<'_> {
    /// Hands over one letter. After anything but [`Outcome::Sent`] the connection is to be opened anew.
    pub async fn send(&mut self, letter: &Letter) -> Outcome {
        let from = &self.server.0.from;
        // What cannot be written now cannot be written later.
        let Ok(bytes) = letter.written(from) else { return Outcome::RefusedForGood(0) };
        match self.announce(&from.email, &letter.to).await {
            Ok(()) => {}
            Err(outcome) => return outcome,
        }
        match timeout(PATIENCE, self.smtp.message(&bytes)).await {
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) => refused(&error).unwrap_or(Outcome::InDoubt),
            Err(_) => Outcome::InDoubt,
        }
    }

    /// Says who writes to whom. Up to here nothing is sent.
    async fn announce(&mut self, from: &Address, to: &Address) -> Result<(), Outcome> {
        let trouble = |trouble| Outcome::NotTried(trouble);
        let sender = MailFrom::new(Some(from.clone()), Vec::new());
        in_time(self.smtp.command(sender)).await.map_err(trouble)?.map_err(|error| match number(&error) {
            Some(code) => Outcome::NotTried(Trouble::Sender(Some(code))),
            None => Outcome::NotTried(Trouble::BrokeOff),
        })?;
        let recipient = Rcpt::new(to.clone(), Vec::new());
        let answered = in_time(self.smtp.command(recipient)).await.map_err(trouble)?;
        answered.map_err(|error| refused(&error).unwrap_or(Outcome::NotTried(Trouble::BrokeOff)))?;
        let answered = in_time(self.smtp.command(Data)).await.map_err(trouble)?;
        answered.map_err(|error| refused(&error).unwrap_or(Outcome::NotTried(Trouble::BrokeOff)))?;
        Ok(())
    }

    /// Takes leave. A server that does not answer to that is left as it is.
    pub async fn close(mut self) {
        let _left_anyway = timeout(Duration::from_secs(2), self.smtp.quit()).await;
    }
}

async fn in_time<T>(step: impl Future<Output = T>) -> Result<T, Trouble> {
    timeout(PATIENCE, step).await.map_err(|_| Trouble::Silent)
}

/// The number of the server's answer, where there was one.
fn number(error: &SmtpError) -> Option<u16> {
    error.status().map(Into::into)
}

/// A refusal by the server's own word.
fn refused(error: &SmtpError) -> Option<Outcome> {
    let code = number(error)?;
    Some(if error.is_permanent() { Outcome::RefusedForGood(code) } else { Outcome::RefusedForNow(code) })
}

fn unreachable(error: &SmtpError) -> Trouble {
    match () {
        () if error.is_timeout() => Trouble::Silent,
        () if error.is_tls() || is_of_encryption(error) => Trouble::Tls(plain(error)),
        () if error.is_response() || error.status().is_some() => Trouble::BrokeOff,
        () => Trouble::Unreachable(plain(error)),
    }
}

/// Whether it is the encryption that failed: its library says so as data that it cannot use.
fn is_of_encryption(error: &SmtpError) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        source = inner.source();
    }
    false
}

/// What the system or the encryption says is wrong; never what the server says.
fn plain(error: &SmtpError) -> String {
    let mut source = std::error::Error::source(error);
    let mut text = None;
    while let Some(inner) = source {
        text = Some(inner.to_string());
        source = inner.source();
    }
    text.unwrap_or_else(|| "no further word".into())
}
