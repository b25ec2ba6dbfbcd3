//! The real kernel on a real database file, in memory where the machine has such a place: syncs
//! cost nothing there, and what a sync is worth is not the question here.

use std::path::{Path, PathBuf};
use std::pin::Pin;

use communitytoken::error::{Code, Result};
use communitytoken::identity::Member;
use communitytoken::ledger::{Books, WalletId, WalletKey};
use communitytoken::treasury::CreateAccount;
use tempfile::TempDir;
use uuid::Uuid;

use super::gate::{self, Gate};
use super::model::{Seen, TREASURY};
use super::support::{Hand, authority, register};

/// What a command answered: what was seen, or the code of its refusal.
pub type Answer = std::result::Result<Seen, Code>;
/// The same with what only the world needs: the member that a command brought, a refusal's cause.
pub type Reply = Result<(Seen, Option<Member>)>;
/// A queued command's reply, when it is there.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = Reply> + 'a>>;

/// The database's name in its folder.
pub const DATABASE: &str = "community.db";

/// A folder in memory, where there is such a place.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

pub struct World {
    books: Option<Books>,
    pub clock: Hand,
    folder: TempDir,
    members: Vec<Member>,
    treasury: (WalletKey, WalletId),
    /// What the ids of this ledger's transactions carry.
    pub tag: i64,
    gate: Gate,
}

impl World {
    pub fn founded(time: i64) -> Self {
        let (folder, clock) = (folder(), Hand::at(time));
        let books = Books::open(&folder.path().join(DATABASE), &gate::options(&clock)).unwrap();
        let (account, _) = books.execute_blocking(CreateAccount { authority: authority("Founding") }).unwrap();
        let tag = books.read_blocking(|conn| Ok(conn.query_row("SELECT tag FROM ledger", [], |row| row.get(0))?));
        Self {
            books: Some(books),
            clock,
            folder,
            members: Vec::new(),
            treasury: (WalletKey(1), account.wallet_id),
            tag: tag.unwrap(),
            gate: Gate::new(),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(DATABASE)
    }

    pub fn books(&self) -> &Books {
        self.books.as_ref().unwrap()
    }

    /// How many members have been told that they are members.
    pub fn known(&self) -> usize {
        self.members.len()
    }

    pub fn close(&mut self) {
        if let Some(books) = self.books.take() {
            books.close();
        }
    }

    /// Starts the program again on what lies in the folder.
    pub fn open(&mut self) -> Result<()> {
        self.books = Some(Books::open(&self.path(), &gate::options(&self.clock))?);
        Ok(())
    }

    /// The program is gone, and this is what it leaves.
    pub fn crash(&mut self, remains: TempDir) {
        self.close();
        self.folder = remains;
    }

    /// Another program on the same file.
    pub fn another_program(&self) -> Books {
        Books::open(&self.path(), &gate::options(&self.clock)).unwrap()
    }

    pub fn member(&self, who: usize) -> &Member {
        &self.members[who - 1]
    }

    /// How rows refer to a wallet; of a number nobody has, a key that no row has.
    pub fn wallet_key(&self, who: usize) -> WalletKey {
        match who {
            TREASURY => self.treasury.0,
            _ => self.members.get(who - 1).map_or(WalletKey(0), |member| member.wallet_key),
        }
    }

    /// A wallet's id; of a number nobody has, one that nobody has.
    pub fn wallet_id(&self, who: usize) -> WalletId {
        match who {
            TREASURY => self.treasury.1,
            _ => self.members.get(who - 1).map_or(WalletId(Uuid::nil()), |member| member.wallet_id),
        }
    }

    /// One batch: what `fill` queues (see [`Gate::round`]).
    pub fn round<'a>(
        &self,
        books: &'a Books,
        fill: impl FnOnce(&Self) -> Vec<Option<Waiting<'a>>>,
    ) -> Result<Vec<Option<Reply>>> {
        self.gate.round(books, || fill(self))
    }

    /// Remembers who has become a member; gives what was seen, and why not more.
    pub fn take(&mut self, reply: Reply) -> (Answer, String) {
        match reply {
            Ok((seen, member)) => {
                // In the order of their numbers: after one whose answer got lost, nobody is known yet.
                let next = name(self.known() + 1);
                self.members.extend(member.filter(|member| member.username == next));
                (Ok(seen), String::new())
            }
            Err(error) => (Err(error.code), format!("{error} {:?}", error.cause())),
        }
    }

    /// The first of those who were not told that they are members signs in again; nothing else happens.
    pub fn sign_in_again(&mut self) {
        let member = self.books().execute_blocking(register(&name(self.known() + 1))).unwrap();
        self.members.push(member);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Lets the writer go, should it still be held.
        self.gate = Gate::new();
        self.close();
    }
}

/// What a member calls themselves.
pub fn name(who: usize) -> String {
    format!("member_{who}")
}
