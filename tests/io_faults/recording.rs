//! What a running server did to its files, call by call, as `strace` saw it: every write with its
//! bytes, every sync, and every answer that told a client about a transaction.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One thing that happened, in order.
#[derive(Debug, Clone)]
pub enum Event {
    /// A file came to be under this name.
    Create {
        name: String,
    },
    Write {
        name: String,
        at: u64,
        data: Vec<u8>,
    },
    Truncate {
        name: String,
        length: u64,
    },
    Remove {
        name: String,
    },
    /// A file got a second name.
    Link {
        from: String,
        to: String,
    },
    /// A sync of a file has ended. It holds for the events before `covers`, where it began.
    Sync {
        name: String,
        covers: usize,
    },
    /// The same for the folder: which names there are.
    SyncFolder {
        covers: usize,
    },
    /// A client was told of this transaction.
    Acknowledged {
        sequence: i64,
    },
}

/// The calls that matter. The program's own `-shm` is left out: nothing in it outlives a crash.
const CALLS: &str = "trace=openat,pwrite64,write,writev,sendto,sendmsg,ftruncate,fdatasync,fsync,unlink,linkat,rename";

/// Wraps a command so that its calls are recorded into `trace`. `-D`: the child is the program
/// itself, so that signals reach it and not the recorder.
pub fn recorded(command: &Command, trace: &Path) -> Command {
    let mut recorder = Command::new("strace");
    recorder.args(["-D", "-f", "-qq", "-y", "-xx", "-s", "10000000", "-e", "signal=none", "-e", CALLS, "-o"]);
    recorder.arg(trace);
    wrapped(recorder, command)
}

/// Runs a command by another one, in the same place.
pub fn wrapped(mut by: Command, command: &Command) -> Command {
    by.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        by.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => by.env(name, value),
            None => by.env_remove(name),
        };
    }
    by
}

/// What happened in a folder, over one life of the program after another.
#[derive(Default)]
pub struct Recording {
    pub events: Vec<Event>,
    folder: PathBuf,
    /// Calls that had begun when another thread's was printed: their text, and when they began.
    unfinished: HashMap<String, (String, usize)>,
    present: HashSet<String>,
    /// How much was written to a file that is written from its beginning to its end.
    written: HashMap<String, u64>,
}

/// Waits until the recorder has written everything.
fn wait(trace: &Path) {
    let began = Instant::now();
    let mut length = 0;
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = std::fs::metadata(trace).unwrap().len();
        if now == length && now > 0 {
            break;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "the recorder does not end");
        length = now;
    }
}

impl Recording {
    /// Of the files in this folder, which the recorded program may make itself.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..Self::default() }
    }

    /// Adds the life whose calls lie in this file.
    pub fn read(&mut self, trace: &Path) {
        wait(trace);
        for line in std::fs::read_to_string(trace).unwrap().lines() {
            self.line(line);
        }
    }

    fn line(&mut self, line: &str) {
        let Some((thread, call)) = line.split_once(' ') else { return };
        let call = call.trim_start();
        if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
            // An answer may be with the client before its call returns.
            self.answer(begun);
            self.unfinished.insert(thread.to_owned(), (begun.to_owned(), self.events.len()));
        } else if let Some(rest) = call.strip_prefix("<... ") {
            let Some((begun, covers)) = self.unfinished.remove(thread) else { return };
            let (_, rest) = rest.split_once(" resumed>").expect("strace says what is resumed");
            self.file_call(&format!("{begun}{rest}"), covers);
        } else {
            self.answer(call);
            self.file_call(call, self.events.len());
        }
    }

    /// Transactions named in what goes to a socket.
    fn answer(&mut self, call: &str) {
        let Some((_, rest)) = call.split_once('<') else { return };
        let Some((descriptor, arguments)) = rest.split_once('>') else { return };
        if !text(descriptor).starts_with("socket:") {
            return;
        }
        let sent = String::from_utf8_lossy(&bytes(arguments)).into_owned();
        for found in sent.split("\"sequence\":").skip(1) {
            let digits: String = found.chars().take_while(char::is_ascii_digit).collect();
            self.events.push(Event::Acknowledged { sequence: digits.parse().unwrap() });
        }
    }

    fn file_call(&mut self, call: &str, covers: usize) {
        let Some((name, rest)) = call.split_once('(') else { return };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { return };
        let Some(result) = result.split(['<', ' ']).next().and_then(|number| number.parse::<i64>().ok()) else {
            return;
        };
        if result < 0 {
            return;
        }
        let arguments = arguments.trim_end().strip_suffix(')').unwrap_or(arguments);
        match name {
            "openat" => {
                // The opened path stands behind the result; the flags say whether it may have come to be.
                let path = call.rsplit_once('<').and_then(|(_, path)| path.strip_suffix('>')).unwrap_or_default();
                let Some(name) = self.own(&text(path)) else { return };
                self.written.insert(name.clone(), 0);
                if arguments.contains("O_CREAT") && self.present.insert(name.clone()) {
                    self.events.push(Event::Create { name });
                } else if arguments.contains("O_TRUNC") {
                    self.events.push(Event::Truncate { name, length: 0 });
                }
            }
            "unlink" => {
                if let Some(name) = quoted(arguments).next().and_then(|path| self.own(&text(path))) {
                    self.present.remove(&name);
                    self.events.push(Event::Remove { name });
                }
            }
            "linkat" | "rename" => {
                let mut names = quoted(arguments).map(|path| self.own(&text(path)));
                let (Some(Some(from)), Some(Some(to))) = (names.next(), names.next()) else { return };
                self.present.insert(to.clone());
                self.events.push(Event::Link { from: from.clone(), to });
                if name == "rename" {
                    self.present.remove(&from);
                    self.events.push(Event::Remove { name: from });
                }
            }
            _ => self.descriptor_call(name, arguments, result, covers),
        }
    }

    fn descriptor_call(&mut self, call: &str, arguments: &str, result: i64, covers: usize) {
        let Some((_, rest)) = arguments.split_once('<') else { return };
        let Some((path, rest)) = rest.split_once('>') else { return };
        let path = text(path);
        if Path::new(&path) == self.folder && call == "fsync" {
            self.events.push(Event::SyncFolder { covers });
            return;
        }
        let Some(name) = self.own(&path) else { return };
        let last = || rest.rsplit(", ").next().unwrap().parse::<u64>().unwrap();
        self.events.push(match call {
            "pwrite64" => {
                let mut data = bytes(rest);
                data.truncate(usize::try_from(result).unwrap());
                Event::Write { name, at: last(), data }
            }
            "write" => {
                let at = self.written.entry(name.clone()).or_default();
                let data = bytes(rest);
                *at += data.len() as u64;
                Event::Write { name, at: *at - data.len() as u64, data }
            }
            "ftruncate" => Event::Truncate { name, length: last() },
            "fsync" | "fdatasync" => Event::Sync { name, covers },
            _ => panic!("the database is written with {call}, which the recording does not know"),
        });
    }

    /// The name of a file that counts after a crash; paths may be relative.
    fn own(&self, path: &str) -> Option<String> {
        let path = Path::new(path);
        let name = path.file_name()?.to_str()?;
        (self.folder.ends_with(path.parent()?) && name.starts_with("communitytoken.db") && !name.ends_with("-shm"))
            .then(|| name.to_owned())
    }
}

/// The strings of a call, as `-xx` writes them: every byte as `\x41`.
fn quoted(arguments: &str) -> impl Iterator<Item = &str> {
    arguments.split('"').skip(1).step_by(2)
}

fn bytes(arguments: &str) -> Vec<u8> {
    quoted(arguments).flat_map(hex).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).expect("a hexadecimal digit")).unwrap();
    text.as_bytes().chunks_exact(4).map(|byte| digit(byte[2]) << 4 | digit(byte[3])).collect()
}

/// A path as `-xx` shows it.
fn text(path: &str) -> String {
    if path.starts_with("\\x") { String::from_utf8_lossy(&hex(path)).into_owned() } else { path.to_owned() }
}
