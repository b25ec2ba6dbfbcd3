//! Members: their profiles, the directory in which they find each other, their roles, and how they
//! leave and come back.

mod directory;
mod profile;
mod roles;
mod state;

pub use directory::{DirectoryEntry, directory};
pub use profile::Rename;
pub use roles::SetRole;
pub use state::SetDeleted;
