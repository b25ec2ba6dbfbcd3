//! In which language a page answers: the one its member keeps on their profile, else the one somebody
//! chose on this browser, else what the browser asks for, else the community's own.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::session::wanted;
use super::{App, FormBody, Pages};
use crate::error::{Error, Result};
use crate::identity::Member;
use crate::language::Language;

/// The cookie of whoever chose a language before they signed in.
const COOKIE: &str = "language";
/// Bytes of an address to come back to at most: the longest note finds room in it.
const ADDRESS_MAX: usize = 3_000;
/// How long it is kept.
const KEPT: time::Duration = time::Duration::days(365);

/// The route by which a visitor chooses.
pub fn routes() -> Pages {
    Pages::new().route("/language", post(choose))
}

/// Whoever opens a page without being signed in: what they read, and where they are.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// In which language.
    pub language: Language,
    /// The address of the page, to come back to it.
    pub here: String,
}

impl Visitor {
    /// Who asks with these headers, and is to come back to the first page.
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        Self { language: app.language(None, headers), here: "/".to_owned() }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self { here: wanted(parts), ..Self::of(app, &parts.headers) })
    }
}

impl App {
    /// The language for a request.
    pub fn language(&self, member: Option<&Member>, headers: &HeaderMap) -> Language {
        let chosen = || CookieJar::from_headers(headers).get(&self.cookie_name(COOKIE))?.value().parse().ok();
        let asked = || headers.get_all(ACCEPT_LANGUAGE).iter().find_map(|value| preferred(value.to_str().ok()?));
        member
            .and_then(|member| member.language)
            .or_else(chosen)
            .or_else(asked)
            .unwrap_or(self.config.community.language)
    }
}

/// The language of ours that an `Accept-Language` header wants most: by its quality, and among equals the
/// first. `de-AT` is German to us; `*` is as good as nothing.
fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for part in header.split(',') {
        let mut words = part.split(';').map(str::trim);
        let tag = words.next().unwrap_or_default();
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let Some(quality) = words.find_map(|word| word.strip_prefix("q=")).map_or(Some(1000), thousandths) else {
            continue;
        };
        if let Ok(language) = primary.parse()
            && quality > 0
            && best.is_none_or(|(before, _)| quality > before)
        {
            best = Some((quality, language));
        }
    }
    best.map(|(_, language)| language)
}

/// `0.8` as 800; `None` for what is no quality.
fn thousandths(text: &str) -> Option<u16> {
    let quality: f32 = text.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 1000")]
    (0.0..=1.0).contains(&quality).then(|| (quality * 1000.0).round() as u16)
}

#[derive(Debug, Deserialize)]
struct ChooseForm {
    language: String,
    #[serde(default)]
    here: String,
}

/// Keeps the choice on this browser. It changes nothing here, and so needs no token of a session.
async fn choose(State(app): State<App>, jar: CookieJar, FormBody(form): FormBody<ChooseForm>) -> Result<Response> {
    let language: Language =
        form.language.parse().map_err(|()| Error::field("language", "must be one of en, ja, es and de"))?;
    let mut cookie = app.cookie(COOKIE, language.tag().to_owned());
    cookie.set_max_age(KEPT);
    let here = if is_local(&form.here) { form.here } else { "/".to_owned() };
    Ok((jar.add(cookie), Redirect::to(&here)).into_response())
}

/// Whether an address lies on this site, however it is written.
pub fn is_local(address: &str) -> bool {
    address.starts_with('/')
        && !address.starts_with("//")
        && !address.starts_with("/\\")
        && address.len() < ADDRESS_MAX
        && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What browsers send, and what nobody should.
    #[test]
    fn the_language_that_is_wanted_most() {
        for (header, tag) in [
            ("ja", Some("ja")),
            ("de-AT,de;q=0.9,en;q=0.8", Some("de")),
            ("fr-FR, fr;q=0.9, es;q=0.8, en;q=0.7", Some("es")),
            ("en;q=0.3, ja;q=0.9", Some("ja")),
            ("en;q=0.5, de;q=0.5", Some("en")),
            ("EN-us", Some("en")),
            ("es_MX", Some("es")),
            ("ja;q=0, de;q=0.1", Some("de")),
            ("ja;q=1.0", Some("ja")),
            ("ja ; q=0.4 , es; q=0.5", Some("es")),
            ("ja;q=0.0004", None),
            ("fr, *", None),
            ("*", None),
            ("", None),
            (",,;q=1", None),
            ("ja;q=2", None),
            ("ja;q=-1", None),
            ("ja;q=NaN, de;q=0.1", Some("de")),
            ("jav, english", None),
        ] {
            assert_eq!(preferred(header).map(Language::tag), tag, "{header:?}");
        }
    }
}
