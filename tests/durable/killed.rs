//! Killing a verb at each of its steps: `strace` sends the kill at the n-th call of one kind, for
//! n = 1, 2, 3 and so on until the verb comes to its end.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use super::support::Server;
use super::support::server::for_tests;
use super::{files, rounds};
use fastrand::Rng;

/// Everything that changes a file or a name.
const CALLS: [&str; 9] = [
    "pwrite64",
    "fdatasync",
    "fsync",
    "ftruncate",
    "unlink",
    "link,linkat",
    "rename,renameat,renameat2",
    "write",
    "chmod",
];
/// Of a kind of which there are very many, so many are tried in the short form.
const SAMPLE: usize = 12;

/// Runs the verb from the same start again and again, killed each time at another step; `check`
/// looks at what is left, and hears at which step it was.
pub fn killed_at_each_step(server: &Server, verb: &[&str], dice: &mut Rng, mut check: impl FnMut(&str)) {
    let start = [files(&server.path("data")), files(&server.path("kept"))];
    let mut kills = BTreeMap::new();
    for calls in CALLS {
        let steps = steps(server, verb, calls, &start);
        let mut chosen: Vec<usize> = (1..=steps).collect();
        let sample = rounds(SAMPLE);
        while chosen.len() > sample {
            chosen.remove(dice.usize(..chosen.len()));
        }
        for step in &chosen {
            put_back(server, &start);
            assert!(run_killed(server, verb, calls, *step), "{calls} {step} was not reached");
            check(&format!("killed at {calls} {step}"));
        }
        kills.insert(calls, format!("{} of {steps}", chosen.len()));
    }
    put_back(server, &start);
    println!("{verb:?}: {kills:?}");
}

/// How many calls of this kind the verb makes.
fn steps(server: &Server, verb: &[&str], calls: &str, start: &[BTreeMap<String, Vec<u8>>; 2]) -> usize {
    put_back(server, start);
    let log = server.path("strace.txt");
    let status = traced(server, verb, &["-e", &format!("trace={calls}"), "-o", log.to_str().unwrap()]);
    assert!(status.success());
    fs::read_to_string(log).unwrap().lines().filter(|line| line.contains(" = ")).count()
}

fn run_killed(server: &Server, verb: &[&str], calls: &str, step: usize) -> bool {
    // Counted for each kind of call by itself; where a verb uses one name of several, only that counts.
    let inject = format!("inject={calls}:signal=KILL:when={step}");
    traced(server, verb, &["-e", &format!("trace={calls}"), "-e", &inject, "-o", "/dev/null"]).signal() == Some(9)
}

fn traced(server: &Server, verb: &[&str], options: &[&str]) -> std::process::ExitStatus {
    let mut command = Command::new("strace");
    for_tests(&mut command);
    command
        .arg("-qq")
        .args(options)
        .arg(env!("CARGO_BIN_EXE_communitytoken"))
        .args(verb)
        .current_dir(server.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap_or_else(|error| panic!("strace cannot run ({error}); tests/run installs it"))
}

fn put_back(server: &Server, start: &[BTreeMap<String, Vec<u8>>; 2]) {
    for (folder, content) in ["data", "kept"].into_iter().zip(start) {
        fs::remove_dir_all(server.path(folder)).unwrap();
        fs::create_dir(server.path(folder)).unwrap();
        for (name, bytes) in content {
            fs::write(server.path(folder).join(name), bytes).unwrap();
        }
    }
}
