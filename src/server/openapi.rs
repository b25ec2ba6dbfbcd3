//! The API's own document, OpenAPI 3.1: made from the routes themselves, so that it is complete.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

use super::{SLICES, own_calls};
use crate::error::{Code, Error, FieldError};
use crate::identity::client::Scope;
use crate::web::Pages;

/// The document. Made when somebody asks for it first: it takes more memory than all else that a small
/// community needs, and its members never ask.
pub(super) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let calls = SLICES.iter().fold(own_calls(), |calls, slice| calls.merge(slice().calls));
    complete(calls.describe_in(OpenApiRouter::with_openapi(beginning())).into_openapi())
});

/// What every refusal looks like (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// `about:blank`: the code says more.
    #[serde(rename = "type")]
    kind: String,
    /// A short title, the same for every occurrence.
    title: String,
    /// The HTTP status.
    status: u16,
    /// One sentence for a person.
    detail: String,
    /// The stable code for a program.
    code: String,
    /// By which the request is found in the log.
    request_id: String,
    /// What is wrong, field by field.
    errors: Option<Vec<FieldErrorShape>>,
}

/// One thing that is wrong with one field.
#[derive(Serialize, ToSchema)]
struct FieldErrorShape {
    /// The field.
    field: String,
    /// What is wrong with it.
    message: String,
}

impl From<FieldError> for FieldErrorShape {
    fn from(error: FieldError) -> Self {
        Self { field: error.field, message: error.message }
    }
}

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Problem)))]
struct Shapes;

/// The document before the routes are in it.
fn beginning() -> OpenApi {
    let shapes = <Shapes as utoipa::OpenApi>::openapi();
    OpenApiBuilder::from(shapes)
        .info(
            utoipa::openapi::InfoBuilder::new()
                .title("communitytoken")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(INTRODUCTION))
                .license(Some(
                    utoipa::openapi::LicenseBuilder::new()
                        .name("MIT OR Apache-2.0")
                        .identifier(Some("MIT OR Apache-2.0"))
                        .build(),
                ))
                .build(),
        )
        .build()
}

const INTRODUCTION: &str = "A community's own currency: wallets, payments, history and statistics. \
Amounts are whole tokens from 1 to 9223372036854775807; many JSON readers, browsers among them, are exact only up to 9007199254740991. \
Times are Unix milliseconds. Every call that moves tokens takes an Idempotency-Key: the same key and request again gives the first answer again, \
with `Idempotency-Replayed: true`. A service client sends its credential as the bearer token; what it does for a member it says with \
`On-Behalf-Of: <issuer>|<subject>`, the identity of a member who lets it act for them; what its scopes do not open is refused with 403. Refusals are problem details (RFC 9457) with a stable `code`.";

/// Adds what holds for all routes: the bearer token, and the refusals every call can meet.
fn complete(document: OpenApi) -> Value {
    let mut value = serde_json::to_value(document).unwrap_or_default();
    value["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "A token of the community's identity provider." },
        "service_client": { "type": "http", "scheme": "bearer", "bearerFormat": "ctk_",
            "description": "The credential of a service client with the scope that the call names." },
        "metrics": { "type": "http", "scheme": "bearer",
            "description": "The token that the settings have for figures." },
    });
    value["security"] = json!([{ "bearer": [] }]);
    let Some(paths) = value["paths"].as_object_mut() else { return value };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        if acts_for_members(operation) {
            let parameters =
                operation.as_object_mut().map(|operation| operation.entry("parameters").or_insert(json!([])));
            parameters.and_then(Value::as_array_mut).into_iter().for_each(|parameters| parameters.push(on_behalf_of()));
        }
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
        for key in parameters.filter(|parameter| parameter["name"] == "Idempotency-Key") {
            key["schema"] = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" });
        }
        let statuses = refusals(operation);
        if let Some(responses) = operation["responses"].as_object_mut() {
            for response in responses.values_mut().filter(|response| response["description"].is_null()) {
                response["description"] = "Done.".into();
            }
            for status in statuses {
                responses.entry(status.to_string()).or_insert_with(|| refusal(status));
            }
        }
    }
    value
}

/// Whether service clients make this call for a member.
fn acts_for_members(operation: &Value) -> bool {
    let ways = operation["security"].as_array().into_iter().flatten();
    let mut scopes = ways.filter_map(|way| way["service_client"].as_array()).flatten().filter_map(Value::as_str);
    scopes.any(|scope| scope.parse().is_ok_and(Scope::is_for_members))
}

fn on_behalf_of() -> Value {
    json!({
        "name": "On-Behalf-Of", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "For service clients: the member, as `issuer|subject`. Nobody else's is looked at.",
    })
}

/// The refusals that a call can meet, by what it takes. One that needs no security says so.
fn refusals(operation: &Value) -> Vec<u16> {
    if operation["security"] == json!([{}]) {
        return Vec::new();
    }
    let changes = operation.get("requestBody").is_some();
    let names = |place: &str| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|one| one["in"] == place && (place == "path" || one["schema"]["format"] == "uuid"))
    };
    let has_id = names("path");
    let mut all = vec![400, 401, 403, 414, 429, 500, 503];
    if changes {
        all.extend([408, 413, 415, 422]);
    }
    if has_id || changes || names("query") {
        all.push(404);
    }
    if has_id && changes {
        all.push(409);
    }
    all
}

/// One status, with the codes that come with it.
fn refusal(status: u16) -> Value {
    let codes: Vec<&str> = Code::ALL.iter().filter(|code| code.status() == status).map(|code| code.as_str()).collect();
    json!({
        "description": format!("Refused: {}", codes.join(", ")),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

async fn openapi() -> Result<impl IntoResponse, Error> {
    let text = serde_json::to_string(&*DOCUMENT).map_err(Error::internal)?;
    Ok(([(CONTENT_TYPE, "application/json")], text))
}

/// The route of the document.
pub(super) fn routes() -> Pages {
    Pages::new().route("/openapi.json", get(openapi))
}
