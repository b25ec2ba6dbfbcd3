//! A community's own currency in one program: a ledger on one `SQLite` file, a JSON API, and pages
//! where members see their balance, pay each other and watch their economy.
//!
//! # The map of the house
//! * [`config`], [`error`]: settings; refusals. [`language`]: texts, numbers and dates for people.
//! * [`store`]: `SQLite` itself. Knows no word of the community's.
//! * [`schema`]: the steps that build `schema.sql`.
//! * [`ledger`]: the kernel: wallets, transfers, history, the hash chain, the proof.
//! * [`mail`]: letters, and the server that takes them. [`notices`]: what members are told, and by which way.
//! * [`print`]: documents as PDF.
//! * [`outgoing`]: sending to addresses that people have put in. [`https`]: certificates by ACME.
//! * [`backups`]: copies of the ledger, taken and proven.
//! * [`identity`]: who is calling.
//! * [`web`]: what the routes of every slice need.
//! * [`wallets`], [`transfers`], [`requests`], [`members`], [`treasury`], [`schedules`], [`statistics`], [`proofs`], [`audit`],
//!   [`alerts`], [`categories`], [`clients`], [`webhooks`], [`sign_in`], [`passkeys`], [`invitations`], [`notifications`], [`operators`]: the slices.
//!   One file per use case, `api.rs` for JSON routes, `pages.rs` for pages.
//! * [`server`]: assembles the slices. [`cli`]: one file per verb. [`demo`]: the sample community.
//!
//! Arrows run one way: `cli, server → slices → web → identity → notices → ledger → store`. A slice may use what
//! another's `mod.rs` offers, in one direction too:
//! `schedules → treasury → wallets → requests → transfers → clients, members → categories`,
//! `invitations → members → passkeys → sign_in`, `webhooks → alerts → notifications`, and from those with operators'
//! pages to `audit`. What would turn an arrow round belongs to [`ledger`], [`identity`] or [`web`].
//!
//! # The way of a request
//! Route, caller and body, a command that is valid by its types, the writer, the command inside the
//! batch's transaction, rows, reply, and then JSON or a page. Both run the same command.

pub mod alerts;
pub mod audit;
pub mod backups;
pub mod categories;
pub mod cli;
pub mod clients;
pub mod config;
pub mod demo;
pub mod error;
pub mod https;
pub mod identity;
pub mod invitations;
pub mod language;
pub mod ledger;
pub mod mail;
pub mod members;
pub mod notices;
pub mod notifications;
pub mod operators;
pub mod outgoing;
pub mod passkeys;
pub mod print;
pub mod proofs;
pub mod requests;
pub mod schedules;
pub mod schema;
pub mod server;
pub mod sign_in;
pub mod statistics;
pub mod store;
pub mod transfers;
pub mod treasury;
pub mod wallets;
pub mod web;
pub mod webhooks;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// The map as a list: each imports only what comes after it.
    const HOUSE: &[&str] = &[
        "cli",
        "demo",
        "server",
        "operators",
        "schedules",
        "treasury",
        "wallets",
        "requests",
        "transfers",
        "clients",
        "webhooks",
        "invitations",
        "members",
        "categories",
        "passkeys",
        "sign_in",
        "statistics",
        "proofs",
        "audit",
        "alerts",
        "notifications",
        "web",
        "identity",
        "notices",
        "mail",
        "print",
        "outgoing",
        "https",
        "config",
        "backups",
        "ledger",
        "schema",
        "store",
        "language",
    ];

    /// The text of a file, or of all files in a folder but those of its tests.
    fn text(path: &Path) -> String {
        if path.is_file() {
            return fs::read_to_string(path).unwrap();
        }
        let parts = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        parts.filter(|part| !part.ends_with("tests")).map(|part| text(&part)).collect()
    }

    /// No arrow of the map runs back, and whatever is built on to the house is on the map.
    #[test]
    fn arrows_run_one_way() {
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for entry in fs::read_dir(&house).unwrap() {
            let path = entry.unwrap().path();
            let part = path.file_stem().unwrap().to_str().unwrap();
            let own = text(&path);
            match HOUSE.iter().position(|name| *name == part) {
                Some(place) => {
                    for above in &HOUSE[..place] {
                        assert!(!own.contains(&format!("crate::{above}::")), "{part} imports {above}");
                    }
                }
                None => assert!(["main", "lib", "error"].contains(&part), "where does {part} belong?"),
            }
        }
    }
}
