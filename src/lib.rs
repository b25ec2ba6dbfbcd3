//! A community's own currency in one program: a ledger on one `SQLite` file, a JSON API, and pages
//! where members see their balance, pay each other and watch their economy.
//!
//! # The map of the house
//! * [`config`], [`error`]: settings; refusals.
//! * [`store`]: `SQLite` itself. Knows no word of the community's.
//! * [`schema`]: the steps that build `schema.sql`.
//! * [`ledger`]: the kernel: wallets, transfers, history, the hash chain, the proof.
//! * [`identity`]: who is calling.
//! * [`web`]: what the routes of every slice need.
//! * [`wallets`], [`transfers`], [`members`], [`treasury`], [`statistics`], [`proofs`], [`audit`],
//!   [`clients`], [`sign_in`], [`passkeys`], [`invitations`]: the slices.
//!   One file per use case, `api.rs` for JSON routes, `pages.rs` for pages.
//! * [`server`]: assembles the slices. [`cli`]: one file per verb. [`demo`]: the sample community.
//!
//! Arrows run one way: `cli, server → slices → web → identity → ledger → store`. A slice may use what
//! another's `mod.rs` offers, in one direction too: `treasury → wallets → transfers → clients, members`
//! and `invitations → passkeys → sign_in`, with `invitations → members`. What would turn an arrow round
//! belongs to [`ledger`], [`identity`] or [`web`].
//!
//! # The way of a request
//! Route, caller and body, a command that is valid by its types, the writer, the command inside the
//! batch's transaction, rows, reply, and then JSON or a page. Both run the same command.

pub mod audit;
pub mod cli;
pub mod clients;
pub mod config;
pub mod demo;
pub mod error;
pub mod identity;
pub mod invitations;
pub mod ledger;
pub mod members;
pub mod passkeys;
pub mod proofs;
pub mod schema;
pub mod server;
pub mod sign_in;
pub mod statistics;
pub mod store;
pub mod transfers;
pub mod treasury;
pub mod wallets;
pub mod web;
