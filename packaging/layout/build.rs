//! Has the linker lay what runs at every start side by side in the released program (`start.ld`): the system maps a
//! program in pieces of sixteen pages, and in nearly every piece there was something that a start needs. See
//! docs/decisions.md, "Memory at rest".

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=packaging/layout");
    let says = |name: &str| env::var(name).unwrap_or_default();
    // Whoever has chosen a linker may have one that takes no such scripts, and a bigger program beats none.
    let chosen = says("CARGO_ENCODED_RUSTFLAGS").contains("link");
    if says("PROFILE") == "release" && says("CARGO_CFG_TARGET_OS") == "linux" && !chosen {
        let script = format!("{}/packaging/layout/start.ld", says("CARGO_MANIFEST_DIR"));
        println!("cargo::rustc-link-arg-bin=communitytoken=-T{script}");
    }
}
