//! The community's books: the one way to write and to read. Every use case of every slice, from the
//! API, the pages and the command line, goes through here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use rusqlite::Connection;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::chain;
use super::journal::Journal;
use super::kept_head::KeptHead;
use super::post::{Command, Ledger};
use super::supply::{Supply, supply};
use super::trail::SharedTrail;
use crate::error::{Code, Error, Result};
use crate::schema;
use crate::store::{
    self, Batches, Checkpoints, FileState, PageCheck, ReadFailure, Readers, Receipt, Seats, StoreFailure, WriteFailure,
    Writer, WriterFigures,
};

/// Gives the time in Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The machine's own clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|passed| i64::try_from(passed.as_millis()).ok())
            .unwrap_or(0)
    })
}

/// How the books are opened.
#[derive(Clone)]
pub struct Options {
    /// Where time comes from.
    pub clock: Clock,
    /// For how many days a repeated request is recognised.
    pub idempotency_days: i64,
    /// Reading connections at most.
    pub readers: u32,
    /// How commands share a commit.
    pub batches: Batches,
    /// Who folds the write-ahead log into the database file.
    pub checkpoints: Checkpoints,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: system_clock(),
            idempotency_days: 7,
            readers: 4,
            batches: Batches::default(),
            checkpoints: Checkpoints::Own,
        }
    }
}

/// A command that was queued and is not answered yet.
#[derive(Debug)]
pub struct Pending<T>(Receipt<T, Error>);

impl<T> Pending<T> {
    /// Waits for the answer; when it is a success, its effect is on disk. For threads that may wait.
    pub fn wait_blocking(self) -> Result<T> {
        self.0.blocking_recv().unwrap_or(Err(WriteFailure::Broken)).map_err(refused)?
    }
}

/// The open books. Cheap to clone.
#[derive(Clone)]
pub struct Books {
    writer: Writer<Journal>,
    readers: Readers,
    /// One for each connection that reads lists.
    seats: Arc<Seats>,
    /// One for each connection that looks up by key: so payments need not wait behind lists.
    places: Arc<Semaphore>,
    trail: Arc<SharedTrail>,
    path: Arc<PathBuf>,
    clock: Clock,
    checkpoints: Checkpoints,
    /// What the living proof last found.
    adds_up: Arc<AtomicBool>,
}

impl Books {
    /// Opens the books; makes the database and its one ledger where there is none, and brings an
    /// older schema up to date. A file that is not ours is refused and stays as it was.
    pub fn open(path: &Path, options: &Options) -> Result<Self, StoreFailure> {
        let now = (options.clock)();
        if store::inspect(path, schema::APPLICATION_ID, schema::NEWEST)? == FileState::Missing {
            KeptHead::refuse_founding(path)?;
            make_folder(path)?;
            if !path.exists() {
                store::create(path, schema::APPLICATION_ID, schema::NEWEST, |conn| prepare(conn, now))?;
            }
        }
        let mut conn = store::open_writing(path, schema::APPLICATION_ID, schema::NEWEST)?;
        options.checkpoints.set(&conn)?;
        prepare(&mut conn, now)?;
        drop(conn);
        let (file, checkpoints) = (path.to_owned(), options.checkpoints);
        let writer = Writer::start(
            move || {
                let conn = store::open_writing(&file, schema::APPLICATION_ID, schema::NEWEST)?;
                checkpoints.set(&conn)?;
                Ok(conn)
            },
            Journal::new(Arc::clone(&options.clock), options.idempotency_days),
            options.batches,
        )?;
        // For seats and places, and for what runs beside the requests: the proof, and the following of tokens.
        let readers = Readers::open(path, 2 * options.readers + 2, checkpoints)?;
        let seats = Arc::new(Seats::new(options.readers as usize));
        let places = Arc::new(Semaphore::new(options.readers as usize));
        let path = Arc::new(path.to_owned());
        let (trail, clock, adds_up) = (Arc::default(), Arc::clone(&options.clock), Arc::default());
        Ok(Self { writer, readers, seats, places, trail, path, clock, checkpoints, adds_up })
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the tokens of distributions went.
    pub fn trail(&self) -> &Arc<SharedTrail> {
        &self.trail
    }

    /// The time by the clock the books were opened with.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Runs a command in the writer's next batch; when this returns, its effect is on disk.
    pub async fn execute<C: Command>(&self, mut command: C) -> Result<C::Output> {
        if C::LOOKS_AHEAD {
            command = self.read(move |conn| command.look_ahead(conn).map(|()| command)).await?;
        }
        let answer = self.submit(command)?;
        answer.0.await.unwrap_or(Err(WriteFailure::Broken)).map_err(refused)?
    }

    /// The same, for threads that may wait.
    pub fn execute_blocking<C: Command>(&self, mut command: C) -> Result<C::Output> {
        if C::LOOKS_AHEAD {
            self.read_blocking(|conn| command.look_ahead(conn))?;
        }
        self.submit(command)?.wait_blocking()
    }

    /// Queues a command, to be waited for later.
    pub fn submit<C: Command>(&self, command: C) -> Result<Pending<C::Output>> {
        let job = move |conn: &Connection, journal: &mut Journal| command.run(&mut Ledger::open(conn, journal)?);
        Ok(Pending(self.writer.submit(job).map_err(refused)?))
    }

    /// Reads on a connection that cannot write, off the async threads.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let readers = self.readers.clone();
        self.seats.run(move || readers.read_blocking(read)).await?
    }

    /// A look-up by key, some microseconds long, on this thread: the way to another would cost more
    /// than the read. A place is taken first, so a connection is free and nothing is waited for.
    pub async fn look_up<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _place = self.places.acquire().await.map_err(Error::internal)?;
        self.readers.read_blocking(read)
    }

    /// The same, for threads that may wait.
    pub fn read_blocking<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.read_blocking(read)
    }

    /// Why the ledger cannot be written at present; `None`: it can.
    pub fn write_failure(&self) -> Option<String> {
        self.writer.health().failure()
    }

    /// What the writer measures of itself.
    pub fn figures(&self) -> &WriterFigures {
        self.writer.figures()
    }

    /// How many commands wait to be written.
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// Whether the ledger added up when it was proved last.
    pub fn adds_up(&self) -> bool {
        self.adds_up.load(Ordering::Relaxed)
    }

    /// The living proof: counts the supply from the rows, and takes no more writes if it does not add
    /// up, rather than build on damage.
    pub fn prove(&self) -> Result<Supply> {
        let now = self.now();
        let supply = self.read_blocking(|conn| supply(conn, now))?;
        if supply.is_consistent {
            // What was found once stands until the program is started anew, as the refusal to write does.
            if !self.writer.health().is_halted() {
                self.adds_up.store(true, Ordering::Relaxed);
            }
        } else {
            self.adds_up.store(false, Ordering::Relaxed);
            self.writer.health().halt(&format!(
                "the ledger does not add up: {} tokens were issued, members hold {} and the pool {}; run `communitytoken verify`",
                supply.total_issuance, supply.circulating_supply, supply.system_pool
            ));
        }
        Ok(supply)
    }

    /// Looks at every page on a thread of its own, table by table, and takes no more writes if one
    /// is damaged. For databases too large to be looked at whole before they are served.
    pub fn check_pages(&self) -> Result<PageCheck, StoreFailure> {
        let health = self.writer.health().clone();
        PageCheck::start(&self.path, self.checkpoints, move |finding| {
            health.halt(&format!(
                "the database is damaged ({finding}); run `communitytoken verify` and restore a backup"
            ));
        })
    }

    /// Writes what is queued and closes the books, once the last clone is closed.
    pub fn close(self) {
        self.writer.stop();
        self.readers.close();
    }
}

/// Makes the folder of a database where there is none, for its owner alone.
pub fn make_folder(path: &Path) -> Result<(), StoreFailure> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    if folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        StoreFailure(format!("the folder {} cannot be made ({error}).", whole.display()))
    })
}

/// Brings the schema up to date and makes sure of the ledger.
fn prepare(conn: &mut Connection, now: i64) -> Result<(), StoreFailure> {
    if schema::version(conn)? < schema::NEWEST {
        schema::migrate(conn, schema::NEWEST)?;
    }
    found(conn, now)
}

/// Gives a new database its one ledger, with an identity of its own.
fn found(conn: &mut Connection, now: i64) -> Result<(), StoreFailure> {
    let transaction = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let founded: bool = transaction.query_row("SELECT EXISTS (SELECT 1 FROM ledger)", [], |row| row.get(0))?;
    if !founded {
        let mut tag = [0_u8; 4];
        rand::fill(&mut tag).map_err(|_| StoreFailure("the system gave no random bytes.".into()))?;
        let id = Uuid::new_v4();
        transaction.execute(
            "INSERT INTO ledger (only, id, tag, sealed_hash, audit_sealed_hash, created_at) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
            (
                id.hyphenated().to_string(),
                u32::from_be_bytes(tag) >> 2,
                chain::genesis(id, chain::TRANSACTIONS),
                chain::genesis(id, chain::AUDIT),
                now,
            ),
        )?;
    }
    transaction.commit()?;
    Ok(())
}

fn refused(failure: WriteFailure) -> Error {
    match failure {
        WriteFailure::Full => Error::new(Code::Overloaded, "More is waiting to be written than the ledger takes at once. Nothing was changed; try again in a moment.")
            .with("retry_after_seconds", 1),
        WriteFailure::Unavailable(reason) => Error::new(
            Code::StorageUnavailable,
            "The ledger cannot be written at present. Nothing was changed; try again later.",
        )
        .with("retry_after_seconds", 5)
        .because(reason),
        WriteFailure::Unknown(reason) => Error::new(
            Code::OutcomeUnknown,
            "The ledger could not confirm that this was written. Repeat the request with the same Idempotency-Key: it will be executed once.",
        )
        .with("retry_after_seconds", 2)
        .because(reason),
        WriteFailure::Broken => Error::internal("a command broke off"),
    }
}

impl From<ReadFailure> for Error {
    fn from(failure: ReadFailure) -> Self {
        match failure {
            ReadFailure::Crowded => {
                Self::new(Code::Overloaded, "More is asked for than can be read at once. Try again in a moment.")
                    .with("retry_after_seconds", 1)
            }
            ReadFailure::Broken => Self::internal("a read broke off"),
        }
    }
}

impl From<StoreFailure> for Error {
    fn from(failure: StoreFailure) -> Self {
        Self::new(Code::StorageUnavailable, "The database cannot be read at present. Try again in a moment.")
            .with("retry_after_seconds", 1)
            .because(failure)
    }
}
