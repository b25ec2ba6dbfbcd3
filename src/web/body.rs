//! What comes with a request: a JSON body, a form, a query, an id in the path. Each is checked
//! once, and what is wrong is named by field.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use axum::body::{Body as Arriving, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::App;
use super::known::Known;
use crate::error::{Code, Error, Result};

/// Bytes of a body at most.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Bytes that a recipient and an amount take in a list, with room for blanks.
const RECIPIENT_BYTES: usize = 128;
/// Bytes of a body with a file in it at most: a file of 16 MiB, and the form around it.
const UPLOAD_BYTES_MAX: usize = 16 * 1024 * 1024 + 64 * 1024;
/// Bytes of such a body that are heard at most.
const HEARD_BYTES_MAX: usize = 8 * UPLOAD_BYTES_MAX;
/// How forms are sent.
const FORM: &str = "application/x-www-form-urlencoded";

async fn bytes(request: Request, media_type: &str, bytes_max: usize) -> Result<Bytes> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let is_asked_for = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(media_type));
    // Every text here is UTF-8: what says it is something else would be read wrongly.
    let mut charsets =
        parts.filter_map(|part| part.split_once('=')).filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
    let is_readable = charsets.all(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"));
    if !is_asked_for || !is_readable {
        return Err(Error::new(Code::UnsupportedMediaType, format!("Send the body as {media_type}.")));
    }
    let body = request.into_body();
    // One that says itself how large it is need not be waited for.
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large(bytes_max));
    }
    // How long it may take is the connection's affair.
    axum::body::to_bytes(body, bytes_max).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            too_large(bytes_max)
        } else {
            Error::new(Code::InvalidRequest, "The body did not arrive whole.").because(error)
        }
    })
}

fn too_large(bytes_max: usize) -> Error {
    Error::new(Code::PayloadTooLarge, format!("The body may have at most {bytes_max} bytes."))
}

/// Something that is written as an object. By itself, the library would also take an array of its
/// fields in their order, and nobody has ever meant that.
#[derive(Debug, Clone)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// A JSON body.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        json(request, BODY_BYTES_MAX).await.map(Self)
    }
}

/// A JSON body that lists recipients: as many as the settings allow find room in it.
#[derive(Debug, Clone)]
pub struct ListBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for ListBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let listed = app.config.limits.recipients_per_distribution.saturating_mul(RECIPIENT_BYTES);
        json(request, listed.max(BODY_BYTES_MAX)).await.map(Self)
    }
}

async fn json<T: DeserializeOwned>(request: Request, bytes_max: usize) -> Result<T> {
    let bytes = bytes(request, "application/json", bytes_max).await?;
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    let Object(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        wrong(&path, &error.into_inner().to_string())
    })?;
    json.end().map_err(|error| wrong(".", &error.to_string()))?;
    Ok(value)
}

/// A refusal out of a message of the parser, which ends in the place where it stopped.
fn wrong(path: &str, message: &str) -> Error {
    let message = message.split(" at line ").next().unwrap_or(message);
    // An unknown or missing field is named in the message, not in the path.
    let named = message
        .split('`')
        .nth(1)
        .filter(|_| message.starts_with("unknown field") || message.starts_with("missing field"));
    let field = match (path, named) {
        (".", Some(name)) => name.to_owned(),
        (".", None) => "body".to_owned(),
        (path, Some(name)) if path != name && !path.ends_with(&format!(".{name}")) => format!("{path}.{name}"),
        (path, _) => path.to_owned(),
    };
    Error::field(field, message)
}

/// A form, as pages post it.
#[derive(Debug, Clone)]
pub struct FormBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for FormBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let known = Known::of(request.extensions());
        let bytes = bytes(request, FORM, BODY_BYTES_MAX).await?;
        known.note_written(url::form_urlencoded::parse(&bytes));
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|error| {
            Error::new(Code::InvalidRequest, "The form is not complete. Go back and try again.")
                .in_words("refusal-form-incomplete")
                .because(error)
        })
    }
}

/// A form with a file or a long text in it, by the names of its fields.
#[derive(Debug, Clone, Default)]
pub struct UploadBody(HashMap<String, Vec<u8>>);

impl UploadBody {
    /// What was typed into a field, or chosen as its file; empty where nothing was.
    pub fn bytes(&self, field: &str) -> &[u8] {
        self.0.get(field).map(Vec::as_slice).unwrap_or_default()
    }

    /// What was typed into a field. What is no UTF-8 is shown as such.
    pub fn text(&self, field: &str) -> String {
        String::from_utf8_lossy(self.bytes(field)).into_owned()
    }
}

impl FromRequest<App> for UploadBody {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let known = Known::of(request.extensions());
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_multipart = kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
        if !is_multipart {
            let bytes = bytes(Request::from_parts(parts, body), FORM, UPLOAD_BYTES_MAX).await?;
            let pairs = url::form_urlencoded::parse(&bytes);
            known.note_written(pairs);
            return Ok(Self(pairs.map(|(name, value)| (name.into(), value.into_owned().into_bytes())).collect()));
        }
        let broken = |error: &dyn fmt::Display| {
            Error::new(Code::InvalidRequest, "The form did not arrive whole.").because(error)
        };
        let mut request = Request::from_parts(parts, Arriving::from(gather(body).await?));
        DefaultBodyLimit::disable().apply(&mut request);
        let mut parts = Multipart::from_request(request, app).await.map_err(|error| broken(&error))?;
        let mut fields = HashMap::new();
        while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            fields.insert(name, part.bytes().await.map_err(|error| broken(&error))?.to_vec());
        }
        known.note_written(fields.iter().map(|(name, text)| (name.into(), String::from_utf8_lossy(text))));
        Ok(Self(fields))
    }
}

/// A body with a file in it. A browser shows the refusal of one that is too large only when it got rid of
/// it: so that is heard to its end, within reason, and kept no more.
async fn gather(mut body: Arriving) -> Result<Vec<u8>> {
    if body.size_hint().lower() > HEARD_BYTES_MAX as u64 {
        return Err(too_large(UPLOAD_BYTES_MAX));
    }
    let (mut bytes, mut heard) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Error::new(Code::InvalidRequest, "The body did not arrive whole.").because(error))?;
        let Some(data) = frame.data_ref() else { continue };
        heard += data.len();
        if heard <= UPLOAD_BYTES_MAX {
            bytes.extend_from_slice(data);
        } else if heard > HEARD_BYTES_MAX {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    if heard > UPLOAD_BYTES_MAX { Err(too_large(UPLOAD_BYTES_MAX)) } else { Ok(bytes) }
}

/// A query.
#[derive(Debug, Clone)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Parameters<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        Query::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            match text.split_once(": ") {
                Some((field, message)) if !field.contains(' ') => wrong(field, message),
                _ => wrong(".", text),
            }
        })
    }
}

/// A part of the path, as it stands there.
#[derive(Debug, Clone)]
pub struct PathText(pub String);

impl FromRequestParts<App> for PathText {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Path(text) = Path::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::new(Code::NotFound, "Nothing lives at this address."))?;
        Ok(Self(text))
    }
}

/// An id in the path. One that cannot be an id is nobody's, and so simply not found.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<T: FromStr<Err = Error>> FromRequestParts<App> for PathId<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let PathText(text) = PathText::from_request_parts(parts, app).await?;
        text.parse().map(Self)
    }
}

/// Makes the type of a UUID in a path, with the refusal for one that nobody has.
macro_rules! path_id {
    ($(#[$doc:meta])* $visibility:vis $name:ident, $not_found:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        $visibility struct $name($visibility uuid::Uuid);

        impl std::str::FromStr for $name {
            type Err = $crate::error::Error;

            fn from_str(text: &str) -> $crate::error::Result<Self> {
                text.parse().map(Self).map_err(|_| $not_found())
            }
        }
    };
}
pub(crate) use path_id;
