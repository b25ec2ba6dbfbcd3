//! axe-core, as it comes from npm, inside the page.

use std::fs;

use serde_json::Value;

use crate::chromium::Browser;
use crate::village::ask;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools/node_modules/axe-core/axe.min.js");
const LEVELS: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]"#;

pub struct Axe(String);

impl Axe {
    pub fn load() -> Self {
        Self(fs::read_to_string(FILE).expect("axe-core is installed by tests/run"))
    }

    /// What is wrong with the page, by rule and place.
    pub async fn judge(&self, browser: &Browser) -> Vec<String> {
        let script = format!(
            "{};
             const asked = {{ runOnly: {{ type: 'tag', values: {LEVELS} }}, resultTypes: ['violations'], selectors: false, preload: false }};
             return axe.run(document, asked).then((found) => ({{
                 rules: found.passes.length,
                 wrong: found.violations.flatMap((rule) => rule.nodes.map((node) =>
                     `${{rule.id}}: ${{node.html.slice(0, 160)}} (${{node.any.concat(node.all, node.none).map((why) => why.message).join('; ')}})`)),
             }}));",
            self.0
        );
        let found = ask(browser, &script).await;
        assert!(found["rules"].as_u64().unwrap() > 5, "hardly a rule applies to this page: {found}");
        found["wrong"].as_array().unwrap().iter().map(|wrong: &Value| wrong.as_str().unwrap().to_owned()).collect()
    }
}

/// It finds what is wrong, or all the rest means nothing.
#[tokio::test]
async fn axe_sees_what_is_wrong() {
    let browser = Browser::open(true).await;
    let page = "data:text/html,<title>A</title><h1 style='color:%23eee'>Pale</h1><img src='x'><input>";
    browser.driver.goto(page).await.unwrap();
    let wrong = Axe::load().judge(&browser).await.join("\n");
    for rule in ["html-has-lang", "image-alt", "label", "color-contrast"] {
        assert!(wrong.contains(rule), "{rule} is not in {wrong}");
    }
    browser.close().await;
}
