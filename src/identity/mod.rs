//! Who is calling: the tokens of the community's identity provider, the keys they are checked with,
//! the identity the program brings along for trying it out, sign-in at providers, sessions, passkeys,
//! service clients, members and their roles, and registration on first sight.
//!
//! Nothing here knows HTTP servers. [`Verifier`] turns the text of a bearer token into [`Claims`],
//! that is: into the pair of issuer and subject to which one member of the community is bound.
//! The [`DeveloperIdentity`] signs its tokens with the [`InstanceKey`], and they pass through the
//! very same verifier as everybody else's.

pub mod client;
mod developer;
mod fetch;
mod instance;
mod jwk;
mod kept_keys;
mod keys;
mod known;
mod local;
pub mod member;
pub mod oidc;
mod overseers;
pub mod passkey;
mod provider;
mod register;
mod remembered;
mod secret;
pub mod session;
mod strict_json;
mod token;
mod unverified;

#[cfg(test)]
mod tests;

pub use developer::{AUDIENCE, DEVELOPER_ISSUER, DeveloperIdentity, has_travelled, is_local_host};
pub use instance::InstanceKey;
pub use keys::{Change, KeySet, Source};
pub use known::{Known, Payer};
pub use local::{LOCAL_ISSUER, bind_local, local_identity, local_subject, register_local};
pub use member::{Member, Role};
pub use overseers::Overseers;
pub use provider::Provider;
pub use register::{Register, check_name, check_username, left_user_by_name, user_by_name, wallet_of};
pub use secret::Secret;
pub use token::{Claims, IdToken, Verifier};

/// Chooses the cryptography that checks tokens. Called once when the program starts; calling it
/// again changes nothing.
///
/// The token library finds its cryptography by itself only as long as exactly one of its two
/// choices is compiled in, and otherwise panics at the first token. Saying it here keeps that from
/// depending on what some other crate switches on.
pub fn install_crypto() {
    // An error means that a choice stands already, which is what was asked for.
    let _chosen_already = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
