//! The charts in a real browser, on a phone: drawn, in the colours of light and dark, and nothing beside the
//! screen.

use serde_json::Value;

use crate::chromium::Browser;
use crate::pages::Visitor;
use crate::support::Server;

/// What each chart looks like: its size, and the colours of its parts.
const LOOK: &str = r#"
    const charts = [...document.querySelectorAll("svg.chart")].map(chart => {
        const { width, height } = chart.getBoundingClientRect();
        const colours = [...chart.querySelectorAll("rect, path")].map(shape => {
            const style = getComputedStyle(shape);
            return style.fill === "none" ? style.stroke : style.fill;
        });
        return { width, height, colours: [...new Set(colours)] };
    });
    const wide = [...document.querySelectorAll("main *")].filter(element =>
        element.getBoundingClientRect().right > innerWidth && !element.closest(".scroll, .hidden, svg"));
    return { charts, wide: wide.map(element => element.outerHTML.slice(0, 100)), width: innerWidth,
             scrolls: document.documentElement.scrollWidth > innerWidth };
"#;

async fn look(server: &Server, dark: bool) -> Value {
    let visitor = Visitor::sign_in(server, "aiko").await;
    let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!dark));
    let browser = Browser::open_with(true, &[&scheme]).await;
    browser.driver.goto(&format!("{}/login", server.base)).await.unwrap();
    let (name, value) = visitor.cookie.split_once('=').unwrap();
    browser.driver.add_cookie(thirtyfour::Cookie::new(name, value)).await.unwrap();
    browser.driver.goto(&format!("{}/statistics", server.base)).await.unwrap();
    browser.sees(&["How evenly it is spread"]).await;
    let look = browser.driver.execute(LOOK, Vec::new()).await.unwrap().json().clone();
    browser.click("//summary[contains(., 'Tokens at the end')]").await;
    browser.sees(&["Download for a spreadsheet", "Issued in all"]).await;
    browser.close().await;
    look
}

#[tokio::test]
async fn charts_fit_a_phone_in_light_and_in_dark() {
    let server = Server::demo().await;
    let (light, dark) = (look(&server, false).await, look(&server, true).await);
    for look in [&light, &dark] {
        assert_eq!((&look["scrolls"], &look["wide"]), (&false.into(), &Value::Array(Vec::new())), "{look}");
        assert!(look["width"].as_f64().unwrap() <= 520.0, "a phone: {look}");
        let charts = look["charts"].as_array().unwrap();
        assert_eq!(charts.len(), 7);
        for chart in charts {
            assert!(chart["width"].as_f64().unwrap() > 200.0 && chart["height"].as_f64().unwrap() > 150.0, "{chart}");
            let colours = chart["colours"].as_array().unwrap();
            assert!(!colours.is_empty() && !colours.contains(&"rgb(0, 0, 0)".into()), "{chart}");
        }
    }
    for (light, dark) in light["charts"].as_array().unwrap().iter().zip(dark["charts"].as_array().unwrap()) {
        assert_ne!(light["colours"], dark["colours"], "a chart in the dark has the colours of the dark");
    }
}
