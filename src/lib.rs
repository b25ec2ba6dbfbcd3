//! x
pub mod error;
pub mod ledger;
pub mod schema;
pub mod store;
