//! Parses the command line and hands over.

use std::process::ExitCode;

fn main() -> ExitCode {
    communitytoken::identity::install_crypto();
    communitytoken::cli::run()
}
