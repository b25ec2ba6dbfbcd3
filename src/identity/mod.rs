//! Who is calling.
pub mod member;
mod register;
pub use member::{Member, Role};
pub use register::{Register, check_username, user_by_name, wallet_of};
