//! The texts are whole: every key in every language, with the same things put in; no key unused, none
//! missing; and no text outside of the language files.
//!
//! How a new page gets its texts:
//! 1. Write the page with `{{ shell.say("slice-what") }}` wherever it says something, attributes included;
//!    `.with("name", value)` puts something in, `.strong(..)` so that it stands out, `.apart(..)` people's own
//!    words. A text is a whole sentence, never glued from pieces; numbers choose one or many in the text.
//! 2. In Rust, hand the page the key (`&'static str`), or say `shell.say("slice-what")`. A refusal that the
//!    sentence of its code does not tell closely enough gets `.in_words("refusal-what")`.
//! 3. Write the key into `templates/languages/{en,ja,es,de}/slice.ftl`, in the words of the list at the head
//!    of `layout.ftl`. The tests below say what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_templates::fluent_bundle::FluentResource;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::Language;
use crate::error::Code;

fn house(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(place)
}

/// Every file below a folder that ends so, with its text.
fn files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_str().unwrap().ends_with(ending) {
            found.push((
                path.strip_prefix(house("")).unwrap().display().to_string(),
                fs::read_to_string(&path).unwrap(),
            ));
        }
    }
    found
}

/// What is put into a text: the names behind `$`, and the texts it refers to.
fn put_in(text: &str) -> BTreeSet<String> {
    let names = text.split('$').skip(1);
    names.map(|rest| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()).collect()
}

/// The texts of a language by key, attributes by `key.attribute`, as they are written.
fn texts(language: Language) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (path, content) in files(&house("templates/languages").join(language.tag()), ".ftl") {
        FluentResource::try_new(content.clone()).unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
        let slice = Path::new(&path).file_stem().unwrap().to_str().unwrap().to_owned();
        let mut key = String::new();
        for line in content.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let named = line.split_once(" = ").filter(|(name, _)| {
                name.trim_start()
                    .trim_start_matches('.')
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
            });
            match named {
                Some((name, text)) if !name.starts_with(' ') => {
                    key = name.to_owned();
                    let stem = key.split('-').next().unwrap();
                    let home = slice.split('_').next().unwrap();
                    let is_home =
                        home.starts_with(stem) || matches!((home, stem), ("layout", "role") | ("refusals", "rule"));
                    assert!(is_home, "{path}: {key} belongs elsewhere");
                    assert!(texts.insert(key.clone(), text.to_owned()).is_none(), "{path}: {key} stands there twice");
                }
                Some((name, text)) if name.trim_start().starts_with('.') => {
                    let main = key.split('.').next().unwrap().to_owned();
                    key = format!("{main}{}", name.trim_start());
                    texts.insert(key.clone(), text.to_owned());
                }
                _ => texts.get_mut(&key).unwrap().push_str(line),
            }
        }
    }
    texts
}

/// The same keys everywhere, and in each the same things put in; no HTML in any.
#[test]
fn every_text_is_there_in_every_language() {
    let english = texts(Language::English);
    for language in Language::ALL {
        let texts = texts(language);
        let keys = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<BTreeSet<String>>();
        let differing: Vec<_> = keys(&english).symmetric_difference(&keys(&texts)).cloned().collect();
        assert!(differing.is_empty(), "{language:?} and English do not have the same: {differing:?}");
        for (key, text) in &texts {
            let (here, there) = (put_in(text), put_in(&english[key]));
            // A language may leave out a number that it does not need to say.
            assert!(here.is_subset(&there) || key.starts_with("date-"), "{language:?} {key}: {here:?}, not {there:?}");
            let left_out: Vec<_> = there.difference(&here).filter(|name| *name != "count").collect();
            assert!(left_out.is_empty() || key.starts_with("date-"), "{language:?} {key} leaves out {left_out:?}");
            assert!(!text.contains(['<', '>', '&']) || text.contains("->"), "{language:?} {key} has HTML in it");
            assert!(!text.trim().is_empty(), "{language:?} {key} says nothing");
        }
    }
}

/// What each key is used as: said somewhere, or of a refusal, a rule or a role.
#[test]
fn every_text_is_used_and_every_text_used_is_there() {
    let english = texts(Language::English);
    let mut sources = files(&house("templates"), ".html");
    sources.extend(files(&house("src"), ".rs").into_iter().filter(|(path, _)| !path.ends_with("tests.rs")));
    let all: String = sources.iter().map(|(_, text)| text.as_str()).collect();
    let referred: BTreeSet<String> = english
        .values()
        .flat_map(|text| text.split("{ ").skip(1).filter_map(|rest| rest.split([' ', '}']).next()))
        .filter(|name| !name.starts_with('$'))
        .map(str::to_owned)
        .collect();
    let by_code: BTreeSet<String> =
        Code::ALL.iter().map(|code| format!("refusal-{}", code.as_str().replace('_', "-"))).collect();
    let computed = |key: &str| {
        by_code.contains(key.split('.').next().unwrap())
            || ["rule-", "role-", "audit-did-"].iter().any(|stem| key.starts_with(stem))
    };
    for key in english.keys() {
        // A part of a text is said by its name.
        let part = |(main, name): (&str, &str)| [main, name].iter().all(|word| all.contains(&format!("\"{word}\"")));
        assert!(
            key.split_once('.').is_some_and(part)
                || computed(key)
                // What the program gives as its reason is known by its English words.
                || (key.starts_with("audit-why-") && all.contains(&format!("\"{}\"", english[key].trim())))
                || referred.contains(key)
                || all.contains(&format!("\"{key}\"")),
            "nothing says {key}"
        );
    }
    for code in &by_code {
        assert!(english.contains_key(code) && english.contains_key(&format!("{code}.sentence")), "{code} has no words");
    }
    // Every literal that looks like a key of ours is one.
    let stems: BTreeSet<&str> = english.keys().map(|key| key.split('-').next().unwrap()).collect();
    for (path, text) in &sources {
        for said in text
            .split("say(\"")
            .skip(1)
            .chain(text.split("in_words(\"").skip(1))
            .chain(text.split("in_words_naming(\"").skip(1))
        {
            let key = said.split('"').next().unwrap();
            if !key.contains('{') {
                assert!(english.contains_key(key), "{path} says {key}, which is not there");
            }
        }
        // Pages say all theirs; the program may hand a key over.
        for literal in text.split('"').skip(1).filter(|_| Path::new(path).extension().is_some_and(|kind| kind == "rs"))
        {
            let is_key = literal.split_once('-').is_some_and(|(stem, rest)| {
                stems.contains(stem) && rest.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
            });
            let is_known = english.contains_key(literal) || NO_KEYS.contains(&literal);
            assert!(!is_key || is_known, "{path} has {literal}, which is no key");
        }
    }
}

/// Words in the program that look like keys and are none.
const NO_KEYS: &[&str] = &["members-ahead", "sign-in", "sign-in-", "sign-out"];

/// Letters of a template outside of `{{ }}`, `{% %}`, `{# #}` and tags; and those in what is read of tags.
#[test]
fn no_text_stands_in_a_template() {
    for (path, template) in files(&house("templates"), ".html") {
        // Written for programmers, and in English like the API that it describes.
        if path.ends_with("server/docs.html") || path.ends_with("server/style.html") {
            continue;
        }
        let page = without(&without(&without(&template, "{#", "#}"), "{%", "%}"), "{{", "}}");
        let outside = without(&page, "<", ">");
        let text: String = outside.replace("&nbsp;", "").chars().filter(|letter| letter.is_alphabetic()).collect();
        assert!(text.is_empty(), "{path} says {text:?}, which is not in the language files");
        for attribute in ["title", "placeholder", "aria-label", "alt", "aria-description", "label"] {
            for value in page.split(&format!(" {attribute}=\"")).skip(1) {
                let value = value.split('"').next().unwrap();
                // What a code looks like is the same in every language.
                let says = value.chars().any(char::is_alphabetic) && value != "XXXX-XXXX-XXXX-XXXX";
                assert!(!says, "{path}: {attribute} says {value:?}");
            }
        }
    }
}

/// A text without what stands between two marks, the marks included. A mark within quotes of another is
/// none of ours.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once(begin) {
        kept.push_str(before);
        rest = after.split_once(end).unwrap_or_else(|| panic!("{begin} without {end} in {text}")).1;
    }
    kept + rest
}

/// Numbers are parted as each language parts them; what was typed so is read back, and nothing that could
/// be meant otherwise is.
#[test]
fn numbers_are_written_and_read() {
    use Language::{English, German, Japanese, Spanish};
    for (language, texts) in [
        (English, ["0", "999", "1,000", "\u{2212}1,234", "9,223,372,036,854,775,807"]),
        (Japanese, ["0", "999", "1,000", "\u{2212}1,234", "9,223,372,036,854,775,807"]),
        (
            Spanish,
            ["0", "999", "1000", "\u{2212}1234", "9\u{202f}223\u{202f}372\u{202f}036\u{202f}854\u{202f}775\u{202f}807"],
        ),
        (German, ["0", "999", "1.000", "\u{2212}1.234", "9.223.372.036.854.775.807"]),
    ] {
        for (number, text) in [0, 999, 1000, -1234, i64::MAX].into_iter().zip(texts) {
            assert_eq!(language.grouped(number), text, "{language:?}");
            if number >= 0 {
                assert_eq!(language.digits(text).parse(), Ok(number), "{language:?} reads {text}");
            }
        }
        for typed in ["12345", "12 345", " 12345 ", "１２３４５", "12\u{202f}345"] {
            assert_eq!(language.digits(typed), "12345", "{language:?} {typed}");
        }
        for wrong in [
            "1,5", "1.5", "1,50", "12,34", "1.2345", "1,2,3", ",123", ".123", "1,234.5", "1.234,5", "-5", "5e3",
            "1,,000",
        ] {
            assert!(language.digits(wrong).parse::<u64>().is_err(), "{language:?} takes {wrong}");
        }
    }
    assert!(English.digits("1.500").parse::<u64>().is_err(), "a point is a decimal mark in English");
    assert!(German.digits("1,500").parse::<u64>().is_err(), "a comma is a decimal mark in German");
    assert_eq!((German.digits("1.500"), Spanish.digits("1.500")), ("1500".into(), "1500".into()));
    let shown = |language: Language| (language.decimal(1234.5, 1), language.percent(0.123, 1), language.short(15e7));
    assert_eq!(shown(English), ("1,234.5".into(), "12.3%".into(), "150\u{202f}M".into()));
    assert_eq!(shown(Japanese), ("1,234.5".into(), "12.3%".into(), "1.5億".into()));
    assert_eq!(shown(Spanish), ("1234,5".into(), "12,3\u{a0}%".into(), "150\u{202f}M".into()));
    assert_eq!(shown(German), ("1.234,5".into(), "12,3\u{a0}%".into(), "150\u{202f}M".into()));
    for (number, places, text) in [
        (0.0, 2, "0.00"),
        (14_400.0, 2, "14,400.00"),
        (999.999, 2, "1,000.00"),
        (-1234.56, 1, "\u{2212}1,234.6"),
        (-0.001, 2, "0.00"),
        (2.5e6, 0, "2,500,000"),
        (f64::INFINITY, 1, "inf"),
    ] {
        assert_eq!(English.decimal(number, places), text);
    }
    assert_eq!(English.short(9_223_372_036_854_775_807.0), "9223372.037\u{202f}tn");
}

/// Days by their order and names; the same moment in another zone is another day.
#[test]
fn days_are_written() {
    let at = date(2026, 11, 20).at(14, 5, 0, 0).to_zoned(TimeZone::UTC).unwrap();
    for (language, day, moment) in [
        (Language::English, "Friday, 20 November 2026", "20 November 2026, 14:05"),
        (Language::Japanese, "2026年11月20日 金曜日", "2026年11月20日 14:05"),
        (Language::Spanish, "viernes, 20 de noviembre de 2026", "20 de noviembre de 2026, 14:05"),
        (Language::German, "Freitag, 20. November 2026", "20. November 2026, 14:05 Uhr"),
    ] {
        assert_eq!((language.day(&at).as_str(), language.moment(&at).as_str()), (day, moment));
        let names: BTreeSet<String> = (1..=7).map(|number| language.weekday(number)).collect();
        let short: BTreeSet<String> = (1..=7).map(|number| language.short_weekday(number)).collect();
        let months: BTreeSet<String> =
            (1..=12i8).map(|month| language.say("date-month").with("month", month).into()).collect();
        assert_eq!((names.len(), short.len(), months.len()), (7, 7, 12), "{language:?}");
    }
    assert_eq!(Language::English.weekday(1), "Monday");
    let tokyo = at.with_time_zone(TimeZone::get("Asia/Tokyo").unwrap());
    assert_eq!(Language::Japanese.moment(&tokyo), "2026年11月20日 23:05");
}

/// What is put in stays text, stands out where it should, and has no marks of its own.
#[test]
fn what_is_put_in_stays_text() {
    let say = |key| Language::English.say(key);
    let evil = "<b>&\"'\u{1}\u{2}";
    assert_eq!(
        say("transfers-nobody-found").apart("q", evil).to_string(),
        "Nobody has “<bdi>&#60;b&#62;&#38;&#34;&#39;</bdi>” in their name."
    );
    assert_eq!(say("layout-signed-in-as").strong("name", "ann").to_string(), "Signed in as <strong>ann</strong>");
    assert_eq!(say("wallets-paid-to").with("name", evil).to_string(), format!("{evil} has it now."));
    assert_eq!(say("passkeys-few-codes").with("count", 1234_i64).to_string(), "You have 1,234 recovery codes left.");
    assert_eq!(say("passkeys-few-codes").with("count", 0_i64).to_string(), "You have no recovery code left.");
    assert_eq!(
        Language::German.say("passkeys-few-codes").with("count", 1_i64).to_string(),
        "Du hast noch einen Notfallcode."
    );
    // Nobody is left without an answer.
    assert_eq!(Language::German.say("there-is-none").to_string(), "there-is-none");
    assert_eq!(Language::German.say("wallets-paid-to").to_string(), "wallets-paid-to");
}
