//! The system's limit on open files, which connections count against.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files the program needs besides its members' connections: the database, the log, the provider,
/// and the words with which a connection too many is refused.
const RESERVED: u64 = 128;
/// Connections that are served even where the system allows next to nothing.
const LEAST: usize = 16;

/// How many connections of those wished for the system gives us. Raises its limit as far as it may be
/// raised without special rights.
pub(super) fn room_for(connections: usize) -> usize {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(RESERVED);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let mut allowed = current.unwrap_or(u64::MAX);
    if allowed < needed {
        let raised = maximum.unwrap_or(u64::MAX).min(needed);
        if setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok() {
            allowed = raised;
        }
    }
    let room = usize::try_from(allowed.saturating_sub(RESERVED)).unwrap_or(usize::MAX).max(LEAST);
    if room < connections {
        tracing::warn!(
            open_files = allowed,
            connections = room,
            "the system allows fewer open files than limits.connections asks for"
        );
    }
    room.min(connections)
}
