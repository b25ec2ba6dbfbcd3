//! Pictures of the pages, for people to look at: on a phone and on a desk, in the light and in the dark.

use std::path::PathBuf;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::chromium::Browser;

/// Name, width, height, scheme.
const LOOKS: [(&str, u32, u32, &str); 4] = [
    ("phone-light", 390, 844, "light"),
    ("phone-dark", 390, 844, "dark"),
    ("desk-light", 1280, 900, "light"),
    ("desk-dark", 1280, 900, "dark"),
];
/// More of a long page is not shown.
const LONGEST: u64 = 4_000;

/// Keeps pictures of the page that is open, where somebody asked for them.
pub async fn keep(browser: &Browser, name: &str) {
    let Some(folder) = env::var_os("COMMUNITYTOKEN_PICTURES").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).unwrap();
    let name: String =
        name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).take(60).collect();
    let cdp = browser.driver.cdp();
    for (look, width, height, scheme) in LOOKS {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 800 });
        cdp.send_raw("Emulation.setDeviceMetricsOverride", screen).await.unwrap();
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        cdp.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
        let long = cdp.send_raw("Page.getLayoutMetrics", json!({})).await.unwrap();
        let long = long["cssContentSize"]["height"].as_u64().unwrap_or(0).clamp(u64::from(height), LONGEST);
        let area = json!({ "x": 0, "y": 0, "width": width, "height": long, "scale": 1 });
        let asked = json!({ "format": "png", "captureBeyondViewport": true, "clip": area });
        let picture = cdp.send_raw("Page.captureScreenshot", asked).await.unwrap();
        let picture = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}-{look}.png")), picture).unwrap();
    }
    cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await.unwrap();
    cdp.send_raw("Emulation.setEmulatedMedia", json!({ "features": [] })).await.unwrap();
}
