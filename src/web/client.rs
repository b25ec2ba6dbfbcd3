//! From which address a request comes.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::App;
use crate::error::Error;

/// The address on whose account a request goes. The accept loop puts it into each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// A request that came over no connection, as in a test inside the program.
const NOWHERE: Client = Client(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

impl FromRequestParts<App> for Client {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        Ok(parts.extensions.get().copied().unwrap_or(NOWHERE))
    }
}
