//! The pages of a slice, with a list of their addresses: a router cannot be asked what it serves, and
//! the tests of the closed door want to know of every address there is.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;

use super::App;
use super::arrival::counted;

/// Routes that answer people. Built like a [`Router`].
#[derive(Default)]
pub struct Pages {
    closed: Router<App>,
    open: Router<App>,
    paths: Vec<&'static str>,
}

impl Pages {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page. It asks for a [`Session`](super::Session), or shows the same to everyone at no cost.
    #[must_use]
    pub fn route(mut self, path: &'static str, methods: MethodRouter<App>) -> Self {
        self.paths.push(path);
        self.closed = self.closed.route(path, methods);
        self
    }

    /// A page at which strangers show who they are, or that costs something without showing it: each
    /// call counts against the address it comes from.
    #[must_use]
    pub fn open(mut self, path: &'static str, methods: MethodRouter<App>) -> Self {
        self.paths.push(path);
        self.open = self.open.route(path, methods);
        self
    }

    /// These and the others'.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            closed: self.closed.merge(other.closed),
            open: self.open.merge(other.open),
            paths: [self.paths, other.paths].concat(),
        }
    }

    /// The address of each.
    pub fn paths(&self) -> &[&'static str] {
        &self.paths
    }

    /// All of them, as a part of the program's router.
    pub fn into_router(self, app: &App) -> Router<App> {
        if self.open.has_routes() {
            self.closed.merge(self.open.route_layer(from_fn_with_state(app.clone(), counted)))
        } else {
            self.closed
        }
    }
}
