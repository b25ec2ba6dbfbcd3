//! axe-core, as it comes from npm, inside the page.

use std::fs;

use serde_json::{Value, json};

use crate::chromium::Browser;
use crate::village::ask;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools/node_modules/axe-core/axe.min.js");
const LEVELS: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]"#;

/// Whether the colours are looked at too, which takes as long as all the rest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    Too,
    Not,
}

pub struct Axe<'a>(&'a Browser);

impl<'a> Axe<'a> {
    /// Puts it into every page that this browser opens from now on.
    pub async fn within(browser: &'a Browser) -> Self {
        let source = fs::read_to_string(FILE).expect("axe-core is installed by tests/run");
        let script = json!({ "source": source });
        browser.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await.unwrap();
        Self(browser)
    }

    /// What is wrong with the page, by rule and place.
    pub async fn judge(&self, colours: Colours) -> Vec<String> {
        let colours = colours == Colours::Too;
        let script = format!(
            "const asked = {{ runOnly: {{ type: 'tag', values: {LEVELS} }}, rules: {{ 'color-contrast': {{ enabled: {colours} }} }},
                              resultTypes: ['violations'], selectors: false, preload: false }};
             return axe.run(document, asked).then((found) => ({{
                 rules: found.passes.length,
                 colours: [found.passes, found.violations, found.incomplete].flat().some((rule) => rule.id == 'color-contrast'),
                 wrong: found.violations.flatMap((rule) => rule.nodes.map((node) =>
                     `${{rule.id}}: ${{node.html.slice(0, 160)}} (${{node.any.concat(node.all, node.none).map((why) => why.message).join('; ')}})`)),
             }}));"
        );
        let found = ask(self.0, &script).await;
        assert!(found["rules"].as_u64().unwrap() > 5, "hardly a rule applies to this page: {found}");
        assert_eq!(found["colours"], colours, "{found}");
        found["wrong"].as_array().unwrap().iter().map(|wrong: &Value| wrong.as_str().unwrap().to_owned()).collect()
    }
}

/// It finds what is wrong, or all the rest means nothing.
#[tokio::test]
async fn axe_sees_what_is_wrong() {
    let browser = Browser::open(true).await;
    let axe = Axe::within(&browser).await;
    let page = "data:text/html,<title>A</title><h1 style='color:%23eee'>Pale</h1><img src='x'><input>";
    browser.driver.goto(page).await.unwrap();
    let wrong = axe.judge(Colours::Too).await.join("\n");
    for rule in ["html-has-lang", "image-alt", "label", "color-contrast"] {
        assert!(wrong.contains(rule), "{rule} is not in {wrong}");
    }
    browser.close().await;
}
