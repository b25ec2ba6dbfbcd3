//! A text of the pages, with what is put into it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use askama::filters::{Escaper, Html, HtmlSafe};
use fluent_templates::fluent_bundle::{FluentResource, FluentValue};
use fluent_templates::{FluentBundle, LanguageIdentifier, static_loader};

use super::Language;

// No marks around what is put in: they would be read aloud and copied. Where the direction of a text may
// differ, the page itself says so (`<bdi>`).
static_loader! {
    static TEXTS = {
        locales: "./templates/languages",
        fallback_language: "en",
        customise: |bundle| {
            bundle.set_use_isolating(false);
            group_numbers(bundle);
        },
    };
}

/// The languages as Fluent knows them.
static IDS: LazyLock<Vec<(Language, LanguageIdentifier)>> = LazyLock::new(|| {
    Language::ALL.into_iter().filter_map(|language| Some((language, language.tag().parse().ok()?))).collect()
});

/// Texts with nothing put in, which are most of a page, as they were made the first time. There are no more of
/// them than stand in the files.
static PLAIN: LazyLock<RwLock<HashMap<Language, Texts>>> = LazyLock::new(RwLock::default);
/// Texts by their keys.
type Texts = HashMap<String, Arc<str>>;

/// Numbers are written as the language writes them.
fn group_numbers(bundle: &mut FluentBundle<&'static FluentResource>) {
    let tag = bundle.locales.first().map(|locale| locale.language.to_string()).unwrap_or_default();
    bundle.set_formatter(Some(match tag.parse().unwrap_or_default() {
        Language::English => |value, _| number(Language::English, value),
        Language::Japanese => |value, _| number(Language::Japanese, value),
        Language::Spanish => |value, _| number(Language::Spanish, value),
        Language::German => |value, _| number(Language::German, value),
    }));
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers are put in, and these fit")]
fn number(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(language.grouped(number.value as i128)),
        _ => None,
    }
}

/// What can be put into a text.
pub trait Argument {
    /// As Fluent takes it.
    fn value(&self) -> FluentValue<'static>;
}

impl Argument for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Argument for String {
    fn value(&self) -> FluentValue<'static> {
        self.as_str().value()
    }
}

/// A text in a text.
impl Argument for Phrase {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

/// Numbers choose between one and many, too.
macro_rules! number_argument {
    ($($kind:ty),*) => {
        $(impl Argument for $kind {
            fn value(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        })*
    };
}

number_argument!(i8, u8, u32, i64, usize);

/// A text of the pages. It is written out where it is shown.
#[derive(Debug, Clone)]
pub struct Phrase {
    language: Language,
    key: String,
    arguments: HashMap<Cow<'static, str>, FluentValue<'static>>,
}

impl Phrase {
    pub(super) fn new(language: Language, key: &str) -> Self {
        Self { language, key: key.to_owned(), arguments: HashMap::new() }
    }

    /// With this put in where the text names it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Argument) -> Self {
        self.arguments.insert(name.into(), value.value());
        self
    }

    /// The same, put in so that it stands out. From here on the text is one for pages alone.
    #[must_use]
    pub fn strong(self, name: &'static str, value: impl fmt::Display) -> MarkedPhrase {
        self.marked(name, value, STRONG)
    }

    /// The same, with people's own words put in: the direction of their script ends where they end.
    #[must_use]
    pub fn apart(self, name: &'static str, value: impl fmt::Display) -> MarkedPhrase {
        self.marked(name, value, APART)
    }

    fn marked(self, name: &'static str, value: impl fmt::Display, [begin, end]: [char; 2]) -> MarkedPhrase {
        let text: String = value.to_string().chars().filter(|character| !character.is_control()).collect();
        MarkedPhrase(self.with(name, format!("{begin}{text}{end}")))
    }

    fn lookup(&self, language: Language) -> Option<Arc<str>> {
        let arguments = Some(&self.arguments).filter(|arguments| !arguments.is_empty());
        if arguments.is_none()
            && let Some(text) = PLAIN
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .get(&language)
                .and_then(|texts| texts.get(&self.key))
        {
            return Some(Arc::clone(text));
        }
        let (_, id) = IDS.iter().find(|(known, _)| *known == language)?;
        let text: Arc<str> = TEXTS.lookup_single_language(id, &self.key, arguments).ok()?.into();
        if arguments.is_none() {
            let mut plain = PLAIN.write().unwrap_or_else(PoisonError::into_inner);
            plain.entry(language).or_default().insert(self.key.clone(), Arc::clone(&text));
        }
        Some(text)
    }

    /// The text, or what stands for it where there is none.
    pub fn or_else(&self, otherwise: impl FnOnce() -> String) -> String {
        self.lookup(self.language).map_or_else(otherwise, |text| text.to_string())
    }

    /// Whether there is such a text.
    pub fn exists(&self) -> bool {
        self.lookup(self.language).is_some()
    }
}

/// The tests know every key. Should one be missing nevertheless, nobody is left without an answer.
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lookup(self.language).or_else(|| self.lookup(Language::English)) {
            Some(text) => f.write_str(&text),
            None => f.write_str(&self.key),
        }
    }
}

impl From<Phrase> for String {
    fn from(phrase: Phrase) -> Self {
        phrase.to_string()
    }
}

/// What begins and ends something that stands out. Control characters: no text of anybody has them.
const STRONG: [char; 2] = ['\u{1}', '\u{2}'];
const APART: [char; 2] = ['\u{3}', '\u{4}'];

/// A text of which a part is marked, written for a page.
#[derive(Debug, Clone)]
pub struct MarkedPhrase(Phrase);

impl MarkedPhrase {
    /// With this put in where the text names it.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Argument) -> Self {
        Self(self.0.with(name, value))
    }
}

impl HtmlSafe for MarkedPhrase {}

impl fmt::Display for MarkedPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.to_string().split_inclusive(|character: char| character < '\u{5}') {
            let text = part.trim_end_matches(|character: char| character < '\u{5}');
            Html.write_escaped_str(&mut *f, text)?;
            f.write_str(match part.chars().next_back() {
                Some('\u{1}') => "<strong>",
                Some('\u{2}') => "</strong>",
                Some('\u{3}') => "<bdi>",
                Some('\u{4}') => "</bdi>",
                _ => "",
            })?;
        }
        Ok(())
    }
}
