//! The JSON calls of a slice: their routes, and apart from them what describes them in the API's own
//! document. A description takes far more to make than a route, and few communities ever ask for one.

use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use axum::{Extension, Router};
use utoipa_axum::PathItemExt;
use utoipa_axum::router::OpenApiRouter;

use super::App;

/// Routes that answer in JSON. Built by [`calls!`] from the handlers.
#[derive(Default)]
pub struct Calls {
    router: Router<App>,
    described: Vec<fn() -> OpenApiRouter<App>>,
}

impl Calls {
    /// Calls with this description, before the first is [added](Self::call).
    pub fn described_by(describe: fn() -> OpenApiRouter<App>) -> Self {
        Self { router: Router::new(), described: vec![describe] }
    }

    /// One more, at the address and by the method that its description has.
    #[must_use]
    pub fn call<P: utoipa::Path, H: Handler<T, App>, T: 'static>(mut self, handler: H) -> Self {
        let methods = P::methods().iter().map(PathItemExt::to_method_filter).reduce(MethodFilter::or);
        if let Some(methods) = methods {
            self.router = self.router.route(&P::path(), on(methods, handler));
        }
        self
    }

    /// Hands something to each of these.
    #[must_use]
    pub fn with<T: Clone + Send + Sync + 'static>(self, shared: T) -> Self {
        Self { router: self.router.layer(Extension(shared)), ..self }
    }

    /// These and the others'.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self { router: self.router.merge(other.router), described: [self.described, other.described].concat() }
    }

    /// All of them, as a part of the program's router.
    pub fn into_router(self) -> Router<App> {
        self.router
    }

    /// Their part of the API's document, added to what is there.
    pub fn describe_in(self, document: OpenApiRouter<App>) -> OpenApiRouter<App> {
        self.described.into_iter().fold(document, |document, describe| document.merge(describe()))
    }
}

/// The calls of these handlers, each with its `#[utoipa::path]`.
macro_rules! calls {
    ($($handler:ident),+ $(,)?) => {{
        let calls = $crate::web::Calls::described_by(|| {
            utoipa_axum::router::OpenApiRouter::new()$(.routes(utoipa_axum::routes!($handler)))+
        });
        pastey::paste! { calls$(.call::<[<__path_ $handler>], _, _>($handler))+ }
    }};
}
pub(crate) use calls;
