//! The API's documentation for people: a page made from the document, without a script, so that it
//! works offline and in the dark.

use std::fmt;

use askama::Template;
use askama::filters::{Escaper, Html, HtmlSafe};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;

use super::openapi::DOCUMENT;
use crate::error::Code;
use crate::web::{App, Nav, Pages, Session, Shell, Visitor, page};

/// The route of this file.
pub(super) fn routes() -> Pages {
    let page = |part| {
        async move |State(app): State<App>, session: Option<Session>, visitor: Visitor| {
            docs(part, &app, session.as_ref(), &visitor)
        }
    };
    Pages::new().route("/docs", get(page(Part::Members))).route("/docs/operators", get(page(Part::Operators)))
}

/// Two pages, because one of everything is long to load on a slow line, and most programs are members'.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Members,
    Operators,
}

impl Part {
    fn of(path: &str) -> Self {
        if path.starts_with("/v1/admin/") { Self::Operators } else { Self::Members }
    }
}

/// Calls that belong together.
struct Group {
    name: String,
    anchor: String,
    calls: Vec<Call>,
}

/// One call.
struct Call {
    method: String,
    path: String,
    summary: String,
    description: Prose,
    fields: Vec<Field>,
    answers: String,
}

/// Something a call takes.
struct Field {
    name: String,
    place: String,
    kind: String,
    meaning: Prose,
    required: bool,
}

/// Text of the document, in which names stand between backticks.
struct Prose(String);

impl HtmlSafe for Prose {}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.0.split('`').enumerate() {
            let is_name = place % 2 == 1;
            f.write_str(if is_name { "<span class=\"code\">" } else { "" })?;
            Html.write_escaped_str(&mut *f, part)?;
            f.write_str(if is_name { "</span>" } else { "" })?;
        }
        Ok(())
    }
}

#[derive(Template)]
#[template(path = "server/docs.html")]
struct DocsPage {
    shell: Shell,
    for_operators: bool,
    description: Prose,
    openapi: String,
    groups: Vec<Group>,
    codes: &'static [Code],
}

fn docs(part: Part, app: &App, session: Option<&Session>, visitor: &Visitor) -> Response {
    let document = &*DOCUMENT;
    page(&DocsPage {
        shell: app.shell(session, Nav::None).for_visitor(visitor),
        for_operators: part == Part::Operators,
        description: prose(&document["info"]["description"]),
        openapi: text(&document["openapi"]),
        groups: groups(document, part),
        codes: Code::ALL,
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn prose(value: &Value) -> Prose {
    Prose(text(value))
}

fn groups(document: &Value, part: Part) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, methods) in paths.filter(|(path, _)| Part::of(path) == part) {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let name = text(&operation["tags"][0]);
            let call = call(document, path, method, operation);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.calls.push(call),
                None => groups.push(Group { anchor: name.to_lowercase(), name, calls: vec![call] }),
            }
        }
    }
    groups
}

fn call(document: &Value, path: &str, method: &str, operation: &Value) -> Call {
    let mut fields = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        fields.push(Field {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            kind: kind(&parameter["schema"]),
            meaning: prose(&parameter["description"]),
            required: parameter["required"] == true,
        });
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let shape = resolve(document, body);
    for (name, property) in shape["properties"].as_object().into_iter().flatten() {
        fields.push(Field {
            name: name.clone(),
            place: "body".into(),
            kind: kind(property),
            meaning: prose(&property["description"]),
            required: shape["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name)),
        });
    }
    let answers: Vec<&str> =
        operation["responses"].as_object().into_iter().flatten().map(|(status, _)| status.as_str()).collect();
    Call {
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: prose(&operation["description"]),
        fields,
        answers: answers.join(", "),
    }
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(schema),
        None => schema,
    }
}

/// A word for a type.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    if let Some(choices) = schema["enum"].as_array() {
        return choices.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ");
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return choices.iter().filter(|choice| choice["type"] != "null").map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect::<Vec<_>>().join(" or ")
        }
        _ => "text".into(),
    }
}
