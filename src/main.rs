//! Parses the command line and hands over.

use std::process::ExitCode;

/// Requests make and drop many small pieces on several threads, which the system's own allocator
/// serves slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Memory comes in small pages: with large ones, ten megabytes that nobody uses would count as ours.
    let _or_as_it_is = rustix::thread::disable_transparent_huge_pages(true);
    communitytoken::identity::install_crypto();
    communitytoken::cli::run()
}
