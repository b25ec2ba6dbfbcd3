//! The instance's keys over the years: the first, and how each later one came. Their history stands
//! in the audit log, and nowhere else: who changed the key, when and why, chained like every line.
//!
//! A key that is changed in good order is handed over: old and new key both sign a note that names
//! them, and up to which transaction the old one counts. So whoever trusts one of them can follow to
//! the other. A key that was lost cannot sign any more: then the note carries the new key's signature
//! alone, and everyone can see that.

use std::fmt;
use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::note::{Note, PublicKey, SignatureLine, Signer};
use super::{Lines, NotProved, checkpoint};
use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, Authority, Command, Ledger};

/// What audit lines about keys are about.
const TARGET: &str = "instance.key";
/// How a handover begins.
const TITLE: &str = "communitytoken key 1";

/// One key gives way to another.
struct Handover {
    old: PublicKey,
    new: PublicKey,
    /// The last transaction for which the old key's word counts.
    until: i64,
    created_at: i64,
}

impl Handover {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = Lines(text.lines());
        if lines.whole()? != TITLE {
            return None;
        }
        let handover = Self {
            old: PublicKey::parse(lines.value("old")?).ok()?,
            new: PublicKey::parse(lines.value("new")?).ok()?,
            until: lines.read("until")?,
            created_at: lines.read("time")?,
        };
        (handover.to_string() == text && handover.old.name == handover.new.name).then_some(handover)
    }
}

impl fmt::Display for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TITLE}\nold {}\nnew {}\nuntil {}\ntime {}\n", self.old, self.new, self.until, self.created_at)
    }
}

/// A key whose word counts, and up to which transaction.
#[derive(Debug, Clone)]
struct Trusted {
    key: PublicKey,
    until: i64,
}

/// The keys whose word counts.
#[derive(Debug, Clone, Default)]
pub struct Trust(Vec<Trusted>);

impl Trust {
    /// Reads a key file: the first key in it is trusted, because whoever keeps the file says so.
    /// Everything after it counts as far as signatures carry, so a newer file can be appended.
    pub fn parse(file: &str) -> Result<Self, NotProved> {
        let mut anchor = None;
        let mut notes = Vec::new();
        let mut lines = file.lines().peekable();
        while let Some(line) = lines.next() {
            if line == TITLE {
                let mut note = format!("{line}\n");
                while let Some(line) = lines.next_if(|line| *line != TITLE && PublicKey::parse(line).is_err()) {
                    note.push_str(line);
                    note.push('\n');
                }
                notes.push(Note::parse(&format!("{}\n", note.trim_end()))?);
            } else if !line.trim().is_empty() {
                let key = PublicKey::parse(line.trim())?;
                anchor.get_or_insert(key);
            }
        }
        let key = anchor.ok_or_else(|| NotProved::new("There is no public key in this file."))?;
        Ok(Self(vec![Trusted { key, until: i64::MAX }]).following(&notes))
    }

    /// Follows handovers from the keys that are trusted to those that they lead to, both ways.
    #[must_use]
    pub fn following(mut self, notes: &[Note]) -> Self {
        let handovers: Vec<Handover> = notes
            .iter()
            .filter_map(|note| {
                let handover = Handover::parse(&note.text)?;
                (note.is_signed_by(&handover.old) && note.is_signed_by(&handover.new)).then_some(handover)
            })
            .collect();
        // Each turn reaches at least one key more, or the last.
        for _ in 0..=handovers.len() {
            for handover in &handovers {
                if self.0.iter().any(|trusted| trusted.key == handover.old || trusted.key == handover.new) {
                    self.add(&handover.old, handover.until);
                    self.add(&handover.new, i64::MAX);
                }
            }
        }
        self
    }

    fn add(&mut self, key: &PublicKey, until: i64) {
        match self.0.iter_mut().find(|trusted| trusted.key == *key) {
            Some(trusted) => trusted.until = trusted.until.min(until),
            None => self.0.push(Trusted { key: key.clone(), until }),
        }
    }

    /// Whether one of these keys signed, and could for what happened up to this transaction.
    pub fn check(&self, note: &Note, sequence: i64) -> Result<&PublicKey, NotProved> {
        let signer = self.0.iter().find(|trusted| note.is_signed_by(&trusted.key)).ok_or_else(|| {
            NotProved::new(
                "The signature is not one of the keys you trust, or what was signed has been altered. If the community has changed its key since, add its present key file to the one you keep.",
            )
        })?;
        if sequence > signer.until {
            return Err(NotProved::new(format!(
                "It is signed by a key that had been retired: that key counts up to transaction {}, and this is about {sequence}.",
                signer.until
            )));
        }
        Ok(&signer.key)
    }
}

/// How a key came.
#[derive(Debug, Clone)]
enum Entry {
    /// It was the first.
    First,
    /// By a handover.
    Handover(Note),
}

/// The keys of a ledger in their order, as its audit log tells.
#[derive(Debug, Clone, Default)]
pub struct KeyChain {
    entries: Vec<(PublicKey, Entry)>,
    trust: Trust,
    problems: Vec<(i64, &'static str)>,
}

impl KeyChain {
    /// Reads it. Lines that do not hold what they claim are no part of it; they are kept as problems.
    pub fn read(conn: &Connection) -> Result<Self> {
        Self::read_of(conn, &checkpoint::origin_of(conn)?)
    }

    /// The same for a ledger whose origin is known.
    pub fn read_of(conn: &Connection, origin: &str) -> Result<Self> {
        let mut chain = Self::default();
        let mut statement = conn.prepare_cached(
            "SELECT sequence, action, details FROM audit_log WHERE target = ?1 AND action GLOB 'key.*' ORDER BY sequence",
        )?;
        let mut rows = statement.query([TARGET])?;
        while let Some(row) = rows.next()? {
            let details: Value = serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or_default()).unwrap_or_default();
            if let Err(problem) = chain.add(origin, row.get_ref(1)?.as_str().unwrap_or_default(), &details) {
                chain.problems.push((row.get(0)?, problem));
            }
        }
        Ok(chain)
    }

    fn add(&mut self, origin: &str, action: &str, details: &Value) -> Result<(), &'static str> {
        if action == "key.introduce" {
            let key = details["key"].as_str().and_then(|text| PublicKey::parse(text).ok());
            let key = key.filter(|key| key.name == origin).ok_or("names no key of this ledger")?;
            if !self.entries.is_empty() {
                return Err("introduces a first key where there was one");
            }
            self.trust.add(&key, i64::MAX);
            self.entries.push((key, Entry::First));
            return Ok(());
        }
        let note =
            details["note"].as_str().and_then(|text| Note::parse(text).ok()).ok_or("holds no signed handover")?;
        let handover = Handover::parse(&note.text).ok_or("holds no signed handover")?;
        if self.current() != Some(&handover.old) || handover.new.name != origin {
            return Err("hands over a key that was not the ledger's");
        }
        if !note.is_signed_by(&handover.new) || (action == "key.rotate" && !note.is_signed_by(&handover.old)) {
            return Err("is not signed by the keys it names");
        }
        self.trust.add(&handover.old, handover.until);
        self.trust.add(&handover.new, i64::MAX);
        self.entries.push((handover.new, Entry::Handover(note)));
        Ok(())
    }

    /// The key that signs at present; `None` before the first checkpoint.
    pub fn current(&self) -> Option<&PublicKey> {
        self.entries.last().map(|(key, _)| key)
    }

    /// All of them, as the ledger itself says.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The handovers, in their order.
    pub fn handovers(&self) -> Vec<Note> {
        let notes = self.entries.iter().filter_map(|(_, entry)| match entry {
            Entry::First => None,
            Entry::Handover(note) => Some(note.clone()),
        });
        notes.collect()
    }

    /// Audit lines about keys that do not hold what they claim.
    pub fn problems(&self) -> &[(i64, &'static str)] {
        &self.problems
    }

    /// The key file as it is published: the present key, and the handovers that led to it.
    pub fn file(&self, present: &PublicKey) -> String {
        let key = format!("{}\n", self.current().unwrap_or(present));
        let handovers = self.handovers();
        std::iter::once(key).chain(handovers.iter().map(ToString::to_string)).collect::<Vec<_>>().join("\n")
    }
}

/// Makes sure that this key may sign: the ledger's first key is introduced by its first use.
pub(super) fn admit(ledger: &mut Ledger<'_>, key: &PublicKey) -> Result<()> {
    match KeyChain::read(ledger.conn)?.current() {
        Some(current) if current == key => Ok(()),
        Some(_) => Err(not_ours()),
        None => {
            let authority = Authority::of_the_program("The ledger's first key")?;
            let details = json!({ "key": key.to_string() });
            ledger.audit(&authority.line(AuditAction::KeyIntroduce, TARGET, details)).map(drop)
        }
    }
}

/// The refusal of a key that the ledger does not know as its own.
pub(super) fn not_ours() -> Error {
    Error::new(
        Code::Forbidden,
        "The instance's key is not the one this ledger knows. Put the right instance.key back from a backup; if it is lost, run `communitytoken key replace`.",
    )
}

/// The instance's key is changed.
///
/// With the old key at hand it is handed over, and trust passes on. Without it (lost, or no longer to
/// be relied upon) the new key stands alone, and members must be told by other means.
///
/// Refused: `forbidden` when the old key is not the ledger's.
pub struct ChangeKey {
    /// The key so far, where it is there to sign.
    pub old: Option<Arc<dyn Signer>>,
    /// The key from now on.
    pub new: Arc<dyn Signer>,
    /// Who and why.
    pub authority: Authority,
}

impl Command for ChangeKey {
    type Output = PublicKey;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<PublicKey> {
        let origin = checkpoint::origin_of(ledger.conn)?;
        let named = |signer: &dyn Signer| PublicKey { name: origin.clone(), bytes: signer.public_key() };
        if let Some(old) = &self.old {
            admit(ledger, &named(&**old))?;
        }
        let current = KeyChain::read(ledger.conn)?.current().cloned();
        let old =
            current.ok_or_else(|| Error::new(Code::Forbidden, "This ledger has no key yet that could be replaced."))?;
        let new = named(&*self.new);
        if old == new {
            return Err(Error::new(Code::Forbidden, "The instance's key is the one the ledger knows already."));
        }
        let handover = Handover { old, new: new.clone(), until: ledger.next_sequence() - 1, created_at: ledger.now() };
        let text = handover.to_string();
        let signers = self.old.iter().chain([&self.new]);
        let signatures = signers.map(|signer| SignatureLine::sign(&text, &origin, &**signer)).collect();
        let action = if self.old.is_some() { AuditAction::KeyRotate } else { AuditAction::KeyReplace };
        let note = Note { text, signatures };
        ledger.audit(&self.authority.line(action, TARGET, json!({ "note": note.to_string() })))?;
        Ok(new)
    }
}
