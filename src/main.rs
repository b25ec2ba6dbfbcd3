//! Parses the command line and hands over.

use std::process::ExitCode;

/// Requests make and drop many small pieces on several threads, which the system's own allocator
/// serves slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    communitytoken::identity::install_crypto();
    communitytoken::cli::run()
}
