//! Signed notes: a text, an empty line, and below it who signed it. The form is that of C2SP
//! (`signed-note`), which transparency logs and their witnesses use, so that their tools read ours.
//!
//! ```text
//! any lines of text
//!
//! — name base64(key id, 4 bytes ‖ Ed25519 signature over the text, 64 bytes)
//! ```
//!
//! Each kind of text begins with a line of its own, so that a signature over one kind is never one
//! over another.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::NotProved;
use crate::ledger::hex;

/// Says in the key's own text that it is one for Ed25519.
const ED25519_KEY: u8 = 1;
/// How a signature's line begins: an em dash, as in a letter.
const DASH: &str = "— ";

/// Whoever holds the instance's secret key.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public_key(&self) -> [u8; 32];
    /// The Ed25519 signature over a message.
    fn sign_message(&self, message: &[u8]) -> [u8; 64];
}

/// A public key and whose it is. Its text form is `name+id+base64`, the C2SP verifier key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The ledger it signs for, its origin.
    pub name: String,
    /// Ed25519.
    pub bytes: [u8; 32],
}

impl PublicKey {
    /// The key's short name: the start of a hash over its name and itself.
    pub fn id(&self) -> [u8; 4] {
        let mut message = format!("{}\n", self.name).into_bytes();
        message.push(ED25519_KEY);
        message.extend_from_slice(&self.bytes);
        let digest = digest(&SHA256, &message);
        let mut id = [0; 4];
        id.copy_from_slice(&digest.as_ref()[..4]);
        id
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, NotProved> {
        let refused = || NotProved::new("This is not a public key of the form name+id+base64.");
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(refused());
        };
        let bytes = STANDARD.decode(key).map_err(|_| refused())?;
        let Some((&ED25519_KEY, bytes)) = bytes.split_first() else { return Err(refused()) };
        let key = Self { name: name.to_owned(), bytes: bytes.try_into().map_err(|_| refused())? };
        // The id is checked by this: the same key is written the same way.
        if key.to_string() == text && is_name(name) { Ok(key) } else { Err(refused()) }
    }

    fn fits(&self, text: &str, line: &SignatureLine) -> bool {
        line.name == self.name
            && line.key_id == self.id()
            && UnparsedPublicKey::new(&ED25519, self.bytes).verify(text.as_bytes(), &line.signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_KEY];
        key.extend_from_slice(&self.bytes);
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(key))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|character: char| character.is_whitespace() || character == '+')
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: String,
    /// Its id.
    pub key_id: [u8; 4],
    /// Ed25519 over the text.
    pub signature: [u8; 64],
}

impl SignatureLine {
    /// Signs a text for a ledger.
    pub fn sign(text: &str, name: &str, signer: &dyn Signer) -> Self {
        let key = PublicKey { name: name.to_owned(), bytes: signer.public_key() };
        Self { key_id: key.id(), name: key.name, signature: signer.sign_message(text.as_bytes()) }
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes: [u8; 68] = STANDARD.decode(encoded).ok()?.try_into().ok()?;
        let (key_id, signature) = bytes.split_first_chunk()?;
        Some(Self { name: name.to_owned(), key_id: *key_id, signature: signature.try_into().ok()? })
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.signature].concat();
        writeln!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A text and who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, to its last line break.
    pub text: String,
    /// Who signed it.
    pub signatures: Vec<SignatureLine>,
}

impl Note {
    /// Reads a note. What is not exactly as a note is written is refused, so that two different files
    /// are never the same note.
    pub fn parse(file: &str) -> Result<Self, NotProved> {
        let refused = || NotProved::new("This is not a signed text: it must end with an empty line and signatures.");
        let (text, lines) = file.rsplit_once("\n\n").ok_or_else(refused)?;
        let signatures: Option<Vec<SignatureLine>> = lines.lines().map(SignatureLine::parse).collect();
        let note = Self { text: format!("{text}\n"), signatures: signatures.ok_or_else(refused)? };
        if note.to_string() == file && !note.signatures.is_empty() { Ok(note) } else { Err(refused()) }
    }

    /// Whether this key signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.signatures.iter().any(|line| key.fits(&self.text, line))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of C2SP's `signed-note` page (from the Go implementation's documentation): key and
    /// note of another program are read, and the signature fits.
    #[test]
    fn a_note_of_another_program_is_read() {
        let key = PublicKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
        let file = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let note = Note::parse(file).unwrap();
        assert!(note.is_signed_by(&key));
        let other = PublicKey { name: "Someone".into(), ..key.clone() };
        assert!(!note.is_signed_by(&other), "the name is part of who signed");
        for place in 0..file.len() {
            let mut altered = file.as_bytes().to_vec();
            altered[place] ^= 1;
            let fits =
                String::from_utf8(altered).is_ok_and(|text| Note::parse(&text).is_ok_and(|n| n.is_signed_by(&key)));
            assert!(!fits, "byte {place}");
        }
    }
}
