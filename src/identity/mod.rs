//! Who is calling: providers' keys and tokens, the developer identity, the instance's own key,
//! members and their roles, and registration on first sight. Knows no routes.

mod developer;
mod instance;
mod keys;
pub mod member;
mod register;
mod token;

pub use developer::{DEVELOPER_ISSUER, DeveloperIdentity, FORWARDING_HEADERS, is_local_host};
pub use instance::InstanceKey;
pub use keys::{KeySet, KeySource};
pub use member::{Member, Role};
pub use register::{Register, check_username, user_by_name, wallet_of};
pub use token::{Claims, Provider, Verifier};
