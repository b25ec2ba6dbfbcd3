//! The pages in a real browser, with scripts and without.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities};

use super::support::Server;

/// Chromium, driven by its own driver on a free port.
struct Browser {
    driver: WebDriver,
    _process: Process,
}

/// Ends with the test, however the test ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// The port the driver took, by its own words. A port chosen for it beforehand may be another
/// server's by the time it starts.
fn port(driver: &mut Process) -> u16 {
    let mut lines = BufReader::new(driver.0.stdout.take().unwrap()).lines();
    let said = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, port) = line.split_once("was started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // What it says later is read and dropped, so that it never waits for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    said.expect("chromedriver says on which port it listens")
}

impl Browser {
    async fn open(scripts: bool) -> Self {
        let mut process = Process(
            Command::new("chromedriver")
                .arg("--port=0")
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("chromedriver is installed by tests/run"),
        );
        let url = format!("http://127.0.0.1:{}", port(&mut process));
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=360,740"]
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
    async fn click(&self, xpath: &str) {
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

    async fn fill(&self, id: &str, text: &str) {
        let element = self.driver.find(By::Id(id)).await.unwrap();
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    async fn text(&self) -> String {
        match self.driver.find(By::Tag("main")).await {
            Ok(main) => main.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits for a page that shows all these words.
    async fn sees(&self, words: &[&str]) {
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

    async fn close(self) {
        self.driver.quit().await.unwrap();
    }
}

/// Sign in as a demo member, pay another, and see both histories.
async fn pay_someone(scripts: bool) {
    let server = Server::demo().await;
    let browser = Browser::open(scripts).await;
    // Whether scripts run is seen from a page that tries one.
    browser.driver.goto("data:text/html,<title>off</title><script>document.title='on'</script>").await.unwrap();
    assert_eq!(browser.driver.title().await.unwrap(), if scripts { "on" } else { "off" });

    browser.driver.goto(&server.base).await.unwrap();
    browser.click("//a[text()='Sign in']").await;
    browser.click("//button[contains(., 'tomas')]").await;
    browser.sees(&["You have", "Lately"]).await;
    browser.click("//nav//a[contains(., 'Send')]").await;
    browser.sees(&["To whom"]).await;
    browser.fill("amount", "7").await;
    browser.fill("q", "aik").await;
    browser.click("//button[text()='Find']").await;
    browser.click("//label[contains(., 'aiko')][not(contains(., 'Lately'))]").await;
    let amount = browser.driver.find(By::Id("amount")).await.unwrap().prop("value").await.unwrap();
    assert_eq!(amount.as_deref(), Some("7"), "what was typed is kept");
    browser.fill("note", "For the garden").await;
    browser.click("//button[text()='Continue']").await;
    browser.sees(&["Is this right?", "aiko", "You will have", "For the garden"]).await;
    browser.click("//button[text()='Send it']").await;
    browser.sees(&["Paid.", "For the garden", "tomas", "aiko"]).await;
    browser.click("//nav//a[contains(., 'History')]").await;
    browser.sees(&["aiko", "For the garden", "−7"]).await;
    browser.click("//button[text()='Sign out']").await;
    browser.click("//a[text()='Sign in']").await;
    browser.click("//button[contains(., 'aiko')]").await;
    browser.sees(&["Lately", "tomas", "For the garden", "+7"]).await;
    browser.click("//nav//a[contains(., 'History')]").await;
    browser.sees(&["Filter", "tomas", "For the garden", "+7"]).await;
    browser.click("//nav//a[contains(., 'Statistics')]").await;
    browser.sees(&["No token was lost or invented"]).await;
    browser.close().await;
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// On a phone-sized screen, with scripts allowed.
#[tokio::test]
async fn a_member_pays_another() {
    pay_someone(true).await;
}

/// The same with scripts switched off.
#[tokio::test]
async fn a_member_pays_another_without_scripts() {
    pay_someone(false).await;
}
