//! x
pub mod error;
pub mod identity;
pub mod ledger;
pub mod members;
pub mod schema;
pub mod store;
pub mod transfers;
pub mod treasury;
