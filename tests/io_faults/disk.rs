//! A disk that keeps its promises and no more: what was synced is there after a power cut; of the
//! rest anything may be, in pieces, and the lengths of files may run ahead of their content.

use std::collections::BTreeMap;
use std::path::Path;

use super::recording::Event;

/// Disks write whole sectors, and pages of memory at once; a cut can fall between any two.
const SECTORS: [usize; 2] = [512, 4096];

/// The content of a file, whatever its name is by now.
#[derive(Debug, Clone, Default)]
struct Content {
    synced: Vec<u8>,
    /// What came since, with its place in the recording.
    pending: Vec<(usize, Change)>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

/// A change of the folder.
#[derive(Debug, Clone)]
struct Naming {
    at: usize,
    name: String,
    /// The content it now names; `None`: the name is gone.
    content: Option<usize>,
}

/// The folder as it is while the program runs, and what of it is on the disk for certain.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    contents: Vec<Content>,
    synced: BTreeMap<String, usize>,
    pending: Vec<Naming>,
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

fn write(file: &mut Vec<u8>, at: usize, data: &[u8]) {
    if file.len() < at + data.len() {
        file.resize(at + data.len(), 0);
    }
    file[at..at + data.len()].copy_from_slice(data);
}

impl Content {
    fn sync(&mut self, covers: usize) {
        let done = self.pending.partition_point(|(at, _)| *at < covers);
        for (_, change) in self.pending.drain(..done) {
            match change {
                Change::Write(at, data) => write(&mut self.synced, place(at), &data),
                Change::Truncate(length) => self.synced.resize(place(length), 0),
            }
        }
    }

    /// One of the files that a power cut now may leave.
    fn cut(&self, rng: &mut fastrand::Rng) -> Vec<u8> {
        let mut file = self.synced.clone();
        // None of it, all of it, the first part, or anything.
        let way = rng.u8(0..4);
        let first = rng.usize(0..=self.pending.len());
        let likely = [0.1, 0.5, 0.9][rng.usize(0..3)];
        let sector = SECTORS[rng.usize(0..2)];
        let mut length = file.len();
        for (number, (_, change)) in self.pending.iter().enumerate() {
            let torn = way == 3 || (way == 2 && number == first);
            let whole = way == 1 || (way == 2 && number < first);
            match change {
                Change::Truncate(to) => {
                    length = place(*to);
                    if whole || (torn && rng.bool()) {
                        file.resize(length, 0);
                    }
                }
                Change::Write(at, data) => {
                    length = length.max(place(*at) + data.len());
                    if whole {
                        write(&mut file, place(*at), data);
                    } else if torn {
                        pieces(place(*at), data, sector, |at, piece| {
                            if rng.f64() < likely {
                                write(&mut file, at, piece);
                            }
                        });
                    }
                }
            }
        }
        // The length is written apart from the content.
        match rng.u8(0..4) {
            0 if length > file.len() => file.resize(length, 0),
            1 if length > file.len() => file.resize(rng.usize(file.len()..=length), 0),
            2 if file.len() > self.synced.len() => file.truncate(rng.usize(self.synced.len()..=file.len())),
            _ => {}
        }
        file
    }
}

/// A write in the pieces that reach the disk one by one.
fn pieces(at: usize, data: &[u8], sector: usize, mut piece: impl FnMut(usize, &[u8])) {
    let mut from = 0;
    while from < data.len() {
        let to = (from + sector - (at + from) % sector).min(data.len());
        piece(at + from, &data[from..to]);
        from = to;
    }
}

impl Disk {
    fn named(&self, name: &str) -> usize {
        let newest = self.pending.iter().rev().find(|naming| naming.name == name).map(|naming| naming.content);
        newest.unwrap_or_else(|| self.synced.get(name).copied()).expect("a file is made before it is used")
    }

    pub fn apply(&mut self, at: usize, event: &Event) {
        match event {
            Event::Create { name } => {
                self.contents.push(Content::default());
                let content = Some(self.contents.len() - 1);
                self.pending.push(Naming { at, name: name.clone(), content });
            }
            Event::Remove { name } => self.pending.push(Naming { at, name: name.clone(), content: None }),
            Event::Link { from, to } => {
                let content = Some(self.named(from));
                self.pending.push(Naming { at, name: to.clone(), content });
            }
            Event::Write { name, at: offset, data } => {
                let content = self.named(name);
                self.contents[content].pending.push((at, Change::Write(*offset, data.clone())));
            }
            Event::Truncate { name, length } => {
                let content = self.named(name);
                self.contents[content].pending.push((at, Change::Truncate(*length)));
            }
            Event::Sync { name, covers } => {
                let content = self.named(name);
                self.contents[content].sync(*covers);
            }
            Event::SyncFolder { covers } => {
                let done = self.pending.partition_point(|naming| naming.at < *covers);
                for naming in self.pending.drain(..done).collect::<Vec<_>>() {
                    name_in(&mut self.synced, naming);
                }
            }
            Event::Acknowledged { .. } => {}
        }
    }

    /// Writes into an empty folder one of the states that a power cut now may leave.
    pub fn cut(&self, rng: &mut fastrand::Rng, folder: &Path) {
        let mut names = self.synced.clone();
        // File systems keep the changes of a folder in order.
        for naming in &self.pending[..rng.usize(0..=self.pending.len())] {
            name_in(&mut names, naming.clone());
        }
        for (name, content) in names {
            std::fs::write(folder.join(name), self.contents[content].cut(rng)).unwrap();
        }
    }
}

fn name_in(names: &mut BTreeMap<String, usize>, naming: Naming) {
    match naming.content {
        Some(content) => names.insert(naming.name, content),
        None => names.remove(&naming.name),
    };
}
