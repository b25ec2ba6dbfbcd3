//! A letter, as mail servers take it.

use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use uuid::Uuid;

use crate::error::{Error, Result};

/// The longest address there is (RFC 5321, 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;

/// Text for one reader, with a file at most: no HTML, no pictures, nothing that tells who has read it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is known by; the same at a second attempt, so that a reader who gets both sees one.
    pub id: Uuid,
    /// To whom.
    pub to: Address,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// How its reader gets no more of them.
    pub links: Option<Links>,
    /// A PDF that goes with it, by its name.
    pub paper: Option<(String, Vec<u8>)>,
}

/// The way out of a kind of letter.
#[derive(Debug, Clone)]
pub struct Links {
    /// The address that a reader's mail program calls by itself when they ask it to (RFC 8058).
    pub unsubscribe: String,
}

impl Letter {
    /// The letter as bytes. Whatever stands in a subject or a name, a header ends where it should: each is
    /// encoded here, and there is no other way to write one.
    pub fn written(&self, from: &Mailbox) -> Result<Vec<u8>> {
        let own = |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let mut message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, self.to.clone()))
            .subject(one_line(&self.subject))
            .message_id(Some(format!("<{}@{}>", self.id, from.email.domain())))
            // No robot answers a robot (RFC 3834).
            .raw_header(own("Auto-Submitted", "auto-generated".into()));
        if let Some(links) = &self.links {
            message = message
                .raw_header(own("List-Unsubscribe", format!("<{}>", links.unsubscribe)))
                .raw_header(own("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        let letter = match &self.paper {
            None => message.header(ContentType::TEXT_PLAIN).body(self.text.clone()),
            Some((name, content)) => {
                let pdf = ContentType::parse("application/pdf").map_err(Error::internal)?;
                let paper = Attachment::new(name.clone()).body(content.clone(), pdf);
                message.multipart(MultiPart::mixed().singlepart(SinglePart::plain(self.text.clone())).singlepart(paper))
            }
        };
        Ok(letter.map_err(Error::internal)?.formatted())
    }
}

/// The text without what would begin another line.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Whether a letter can be sent to this: one address, of plain characters, as people type them.
pub fn is_address(text: &str) -> bool {
    let is_plain = text.len() <= ADDRESS_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    // A quoted name or an address in brackets is allowed by the standards and used by nobody but testers.
    let is_usual = !text.contains(['"', '\'', '<', '>', '(', ')', ',', ';', ':', '\\', '[', ']']);
    let has_dot = text.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.') || domain == "localhost");
    is_plain && is_usual && has_dot && text.parse::<Address>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str, text: &str) -> String {
        let letter = Letter {
            id: Uuid::nil(),
            to: "ann@example.org".parse().unwrap(),
            subject: subject.into(),
            text: text.into(),
            links: Some(Links { unsubscribe: "https://tokens.example.org/unsubscribe/x".into() }),
            paper: None,
        };
        let from: Mailbox = "Our community <tokens@example.org>".parse().unwrap();
        String::from_utf8(letter.written(&from).unwrap()).unwrap()
    }

    /// Whatever a subject holds, it begins no header and no body.
    #[test]
    fn a_subject_begins_no_header() {
        for evil in
            ["Hi\r\nBcc: eve@example.org", "Hi\nBcc: eve@example.org\n\nBody", "Hi\rBcc: eve@example.org", "Hi\0"]
        {
            let text = letter(evil, "Text\r\n.\r\nMAIL FROM:<eve@example.org>");
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.lines().all(|line| !line.to_lowercase().starts_with("bcc")), "{head}");
            assert_eq!(head.matches("\r\nSubject:").count(), 1, "{head}");
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a line that ends by halves: {text:?}");
        }
    }

    /// Any language, in seven bits: no mail server on the way has to know more.
    #[test]
    fn any_language_passes_any_server() {
        let text = letter("山田さんから 5 🍃", "ようこそ\nGrüße");
        assert!(text.is_ascii(), "{text}");
        for header in [
            "List-Unsubscribe: <https://tokens.example.org/unsubscribe/x>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Auto-Submitted: auto-generated",
            "Message-ID: <00000000-0000-0000-0000-000000000000@example.org>",
        ] {
            assert!(text.contains(header), "{header} is not in {text}");
        }
    }

    /// What people type is taken; what could be read as two addresses, or as a header, is not.
    #[test]
    fn an_address_is_one_address() {
        for right in ["ann@example.org", "ann.lee+tokens@mail.example.co.uk", "a@b.cd", "root@localhost"] {
            assert!(is_address(right), "{right}");
        }
        let long = format!("ann@{}.org", "a".repeat(260));
        for wrong in [
            "",
            "ann",
            "ann@",
            "@example.org",
            "ann@example",
            "ann@@example.org",
            "ann@example.org,bob@example.org",
            "ann@example.org bob@example.org",
            "ann@example.org\r\nBcc: bob@example.org",
            "<ann@example.org>",
            "Ann <ann@example.org>",
            "\"ann\"@example.org",
            "ann@[127.0.0.1]",
            "änn@example.org",
            "ann@exämple.org",
            "ann@example.org\0",
            &long,
        ] {
            assert!(!is_address(wrong), "{wrong:?}");
        }
    }
}
