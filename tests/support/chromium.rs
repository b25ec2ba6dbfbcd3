//! The pages in a real browser. Not a part of `support`, because only some suites drive one.
#![allow(dead_code, reason = "each suite uses what it needs of it")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities};

/// Chromium, driven by its own driver on a free port.
pub struct Browser {
    pub driver: WebDriver,
    _process: Process,
}

/// Ends with the test, however the test ends.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// A driver, and the port it took by its own words. A port chosen for it beforehand may be another
/// server's by the time it starts; and the one it chooses itself it wants in both families of addresses,
/// and gives up if one of them is taken.
fn driver() -> (Process, u16) {
    for _ in 0..10 {
        let mut driver = Process(
            Command::new("chromedriver")
                .arg("--port=0")
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("chromedriver is installed by tests/run"),
        );
        let mut lines = BufReader::new(driver.0.stdout.take().unwrap()).lines();
        let said = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.split_once("was started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        if let Some(port) = said {
            // What it says later is read and dropped, so that it never waits for a reader.
            std::thread::spawn(move || lines.for_each(drop));
            return (driver, port);
        }
    }
    panic!("chromedriver does not start");
}

impl Browser {
    pub async fn open(scripts: bool) -> Self {
        Self::open_with(scripts, &[]).await
    }

    /// The same with more arguments.
    pub async fn open_with(scripts: bool, more: &[&str]) -> Self {
        let (process, port) = driver();
        let url = format!("http://127.0.0.1:{port}");
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=360,740"]
                .iter()
                .chain(more)
        {
            capabilities.add_arg(argument).unwrap();
        }
        if !scripts {
            let off = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
            capabilities.add_experimental_option("prefs", off).unwrap();
        }
        let driver = WebDriver::new(&url, capabilities).await.expect("Chromium is installed by tests/run");
        Self { driver, _process: process }
    }

    /// Clicks what the path names. A page that is just being replaced is asked again.
    pub async fn click(&self, xpath: &str) {
        for _ in 0..100 {
            // What lies under the bar at the bottom of a phone is reached by key, as by Tab.
            if let Ok(element) = self.driver.find(By::XPath(xpath)).await
                && (element.click().await.is_ok() || element.send_keys(Key::Enter).await.is_ok())
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{xpath} is not there to be clicked: {}", self.text().await);
    }

    pub async fn fill(&self, id: &str, text: &str) {
        let element = self.driver.find(By::Id(id)).await.unwrap();
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    pub async fn text(&self) -> String {
        match self.driver.find(By::Tag("main")).await {
            Ok(main) => main.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits for a page that shows all these words.
    pub async fn sees(&self, words: &[&str]) {
        let mut text = String::new();
        for _ in 0..100 {
            text = self.text().await;
            if words.iter().all(|word| text.contains(word)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{words:?} is not on the page: {text}");
    }

    pub async fn close(self) {
        self.driver.quit().await.unwrap();
    }
}
