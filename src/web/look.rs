//! What makes the pages the community's own: its accent colour and its logo.
//!
//! Whatever colour a community loves, its letters must stay readable on every ground they stand on: it is
//! made darker for light pages and lighter for dark ones until they do (WCAG 2.2, 1.4.3 Contrast).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{App, Pages};
use crate::config::{Colour, Community};
use crate::error::{Error, Result};
use crate::ledger::hex;

const WHITE: Colour = Colour([255; 3]);
const BLACK: Colour = Colour([0; 3]);
/// The grounds letters stand on, as `static/style.css` has them.
const LIGHT_GROUNDS: [Colour; 2] = [Colour([0xf6, 0xf4, 0xef]), WHITE];
const DARK_GROUNDS: [Colour; 2] = [Colour([0x14, 0x18, 0x1a]), Colour([0x1d, 0x23, 0x26])];
/// The standard asks for 4.5; what is rounded to whole steps of a colour must not fall below it.
const CONTRAST: f64 = 4.6;
/// Bytes of a logo at most: every page shows it.
const LOGO_MAX: usize = 64 * 1024;

const ICON: &[u8] = include_bytes!("../../static/icon.svg");
/// The icon as phones keep it among their programs.
const TILE: &[u8] = include_bytes!("../../static/tile.png");
const TILE_SIDE: u32 = 512;

/// What the community looks like.
pub struct Look {
    stylesheet: Option<File>,
    logo: File,
    /// The logo as phones keep it, where it is a picture of points.
    pub(super) tile: (File, u32),
}

/// A file whose address changes with its content.
pub(super) struct File {
    pub(super) url: String,
    pub(super) kind: &'static str,
    bytes: Bytes,
}

impl File {
    fn new(path: &str, kind: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let digest = digest(&SHA256, &bytes);
        Self { url: format!("{path}?{}", hex(&digest.as_ref()[..5])), kind, bytes }
    }

    /// Kept by browsers under the address that names its content, and under no other.
    fn answer(&self, uri: &Uri) -> Response {
        let is_named = uri.path_and_query().is_some_and(|asked| asked.as_str() == self.url);
        let kept = if is_named { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = [(CONTENT_TYPE, self.kind), (CACHE_CONTROL, kept)];
        (headers, self.bytes.clone()).into_response()
    }
}

impl Look {
    /// The look by the configuration. Refused: a logo that cannot be shown.
    pub fn of(community: &Community) -> Result<Self> {
        let stylesheet =
            community.accent.map(|accent| File::new("/look.css", "text/css; charset=utf-8", sheet(accent)));
        let (logo, side) = match &community.logo {
            None => (File::new("/logo", "image/svg+xml", ICON), None),
            Some(path) => read_logo(path)?,
        };
        let tile = match side {
            Some(side) => (File::new("/tile.png", "image/png", logo.bytes.clone()), side),
            None => (File::new("/tile.png", "image/png", TILE), TILE_SIDE),
        };
        Ok(Self { stylesheet, logo, tile })
    }

    /// Where the stylesheet with the community's colours is, if it has any of its own.
    pub fn stylesheet(&self) -> Option<&str> {
        self.stylesheet.as_ref().map(|file| file.url.as_str())
    }

    /// Where the logo is.
    pub fn logo(&self) -> &str {
        &self.logo.url
    }

    /// What kind of file the logo is.
    pub(super) const fn logo_kind(&self) -> &'static str {
        self.logo.kind
    }
}

/// The logo, and the length of its sides where it is a PNG.
fn read_logo(path: &Path) -> Result<(File, Option<u32>)> {
    let wrong = |why: &str| Error::internal(format!("the logo {} (community.logo) {why}", path.display()));
    let bytes = fs::read(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if bytes.len() > LOGO_MAX {
        return Err(wrong(&format!("has {} bytes; every page shows it, so {LOGO_MAX} are the most", bytes.len())));
    }
    if let Some(rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") {
        // The header comes first: its length, its name, then width and height.
        let number = |at: usize| rest.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
        return match (number(8), number(12)) {
            (Some(width), Some(height)) if width == height && width > 0 => {
                Ok((File::new("/logo", "image/png", bytes), Some(width)))
            }
            _ => Err(wrong("must be as wide as it is high")),
        };
    }
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    if text.contains("<svg") && text.trim_start().starts_with('<') {
        return Ok((File::new("/logo", "image/svg+xml", bytes), None));
    }
    Err(wrong("must be an SVG or a PNG file"))
}

/// How light a colour is (WCAG 2.2, relative luminance).
fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.0.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.0722f64.mul_add(blue, 0.2126f64.mul_add(red, 0.7152 * green))
}

/// How well one is read on the other: 1, not at all, to 21 (WCAG 2.2, contrast ratio).
fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// So many hundredths of the way from one to the other.
fn towards(from: Colour, to: Colour, hundredths: u16) -> Colour {
    let step = |place: usize| {
        let mixed = u16::from(from.0[place]) * (100 - hundredths) + u16::from(to.0[place]) * hundredths;
        u8::try_from((mixed + 50) / 100).unwrap_or(u8::MAX)
    };
    Colour([step(0), step(1), step(2)])
}

/// The accent as letters in one scheme: as near to the community's own as can be read on every ground.
fn readable(accent: Colour, to: Colour, grounds: &[Colour]) -> Colour {
    let reads = |colour: &Colour| grounds.iter().all(|ground| contrast(*colour, *ground) >= CONTRAST);
    (0..=100).map(|hundredths| towards(accent, to, hundredths)).find(reads).unwrap_or(to)
}

/// The accent, what stands on it, and a soft ground of the same kind, in the light and in the dark.
fn schemes(accent: Colour) -> [[Colour; 3]; 2] {
    let soft = towards(accent, WHITE, 88);
    let light = [readable(accent, BLACK, &[LIGHT_GROUNDS[0], LIGHT_GROUNDS[1], soft]), WHITE, soft];
    let soft = towards(accent, DARK_GROUNDS[1], 82);
    let dark = readable(accent, WHITE, &[DARK_GROUNDS[0], DARK_GROUNDS[1], soft]);
    [light, [dark, towards(accent, BLACK, 88), soft]]
}

fn sheet(accent: Colour) -> Vec<u8> {
    let [light, dark] = schemes(accent).map(|[accent, on, soft]| {
        let mut text = String::from(":root{");
        let _never_fails = write!(text, "--accent:{accent};--on-accent:{on};--accent-soft:{soft}}}");
        text
    });
    format!("{light}@media screen and (prefers-color-scheme:dark){{{dark}}}").into_bytes()
}

/// The routes of these files.
pub fn routes() -> Pages {
    Pages::new()
        .route(
            "/look.css",
            get(async |State(app): State<App>, uri: Uri| match &app.look.stylesheet {
                Some(file) => file.answer(&uri),
                None => ([(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], "").into_response(),
            }),
        )
        .route("/logo", get(async |State(app): State<App>, uri: Uri| app.look.logo.answer(&uri)))
        .route("/tile.png", get(async |State(app): State<App>, uri: Uri| app.look.tile.0.answer(&uri)))
        // Browsers ask for these by themselves.
        .route("/favicon.ico", get(async |State(app): State<App>, uri: Uri| app.look.logo.answer(&uri)))
        .route("/apple-touch-icon.png", get(async |State(app): State<App>, uri: Uri| app.look.tile.0.answer(&uri)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every colour there is, in steps of fifteen: as letters, and under letters.
    #[test]
    fn every_accent_can_be_read() {
        let steps = || (0..=17u8).map(|step| step * 15);
        for red in steps() {
            for (green, blue) in steps().flat_map(|green| steps().map(move |blue| (green, blue))) {
                let accent = Colour([red, green, blue]);
                for (scheme, grounds) in schemes(accent).into_iter().zip([LIGHT_GROUNDS, DARK_GROUNDS]) {
                    let [letters, on, soft] = scheme;
                    for ground in [grounds[0], grounds[1], soft, on] {
                        assert!(contrast(letters, ground) >= 4.5, "{letters} of {accent} on {ground}");
                    }
                }
            }
        }
    }

    /// A colour that reads well is left as it is; the figures are the standard's own examples.
    #[test]
    fn contrast_is_the_standards() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(Colour([0x77; 3]), WHITE) - 4.478).abs() < 0.001);
        let green = Colour([0x1b, 0x6b, 0x4a]);
        assert_eq!(schemes(green)[0][0], green);
    }

    /// The grounds are those of the stylesheet.
    #[test]
    fn grounds_are_the_stylesheets() {
        let css = include_str!("../../static/style.css");
        for (name, place) in [("--ground", 0), ("--card", 1)] {
            let said: Vec<&str> =
                css.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": ")).collect();
            assert_eq!(said, [format!("{};", LIGHT_GROUNDS[place]), format!("{};", DARK_GROUNDS[place])], "{name}");
        }
    }

    /// What cannot be shown as a logo is refused with the reason.
    #[test]
    fn logos() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logo");
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0".to_vec();
        for (bytes, side) in [(png.clone(), Some(256)), (b"<svg xmlns='x'/>".to_vec(), None)] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(read_logo(&path).unwrap().1, side);
        }
        png[18] = 2;
        for (bytes, why) in [
            (png, "as wide as it is high"),
            (b"\x89PNG\r\n\x1a\n".to_vec(), "as wide"),
            (b"GIF89a".to_vec(), "an SVG or a PNG"),
            (vec![b'<'; LOGO_MAX + 1], "65537 bytes"),
        ] {
            fs::write(&path, bytes).unwrap();
            let error = read_logo(&path).err().unwrap();
            assert!(error.cause().unwrap().contains(why), "{error:?}");
        }
        let missing = read_logo(&folder.path().join("none")).err().unwrap();
        assert!(missing.cause().unwrap().contains("cannot be read"));
    }
}
