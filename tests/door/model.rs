//! The threat model names the test that shows each thing it says. Here: that each of them exists.

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/threat-model.md");

/// Every `[suite::file::test]` of the page.
fn named() -> Vec<[&'static str; 3]> {
    let words = PAGE.split(['[', ']']).filter(|word| !word.contains([' ', '\n']));
    words.filter_map(|word| word.split("::").collect::<Vec<_>>().try_into().ok()).collect()
}

#[test]
fn every_test_it_names_exists() {
    let names = named();
    assert!(names.len() >= 70, "{} are named", names.len());
    let missing: Vec<_> = names.into_iter().filter(|[suite, file, test]| !exists(suite, file, test)).collect();
    assert_eq!(missing, Vec::<[&str; 3]>::new());
}

/// Whether this function is there, and is a test.
fn exists(suite: &str, file: &str, test: &str) -> bool {
    let folder = match suite {
        "lib" => "src/identity/tests".to_owned(),
        "web" => "src/web".to_owned(),
        _ => format!("tests/{suite}"),
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file).with_extension("rs");
    let code = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = code.lines().collect();
    let is_it = |line: &&str| line.trim_start().trim_start_matches("async ").starts_with(&format!("fn {test}("));
    let says_so = |line: &&str| ["#[test]", "#[tokio::test"].iter().any(|sign| line.trim_start().starts_with(sign));
    lines.iter().position(is_it).is_some_and(|place| lines[..place].iter().rev().take(2).any(says_so))
}
