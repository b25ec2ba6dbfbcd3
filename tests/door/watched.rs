//! A browser that says whatever on a page is not ours: what ran, what the policy had to stop, and what
//! should not stand there at all.

use serde_json::json;

use super::chromium::Browser;
use super::community::Person;

/// Before anything else on a page: whoever calls `hacked` or opens a dialog is written down, and so is
/// what the page's policy stops.
const WATCH: &str = r"
window.seen = [];
for (const name of ['hacked', 'alert', 'confirm', 'prompt', 'print']) window[name] = () => { window.seen.push(name + '()'); };
addEventListener('securitypolicyviolation', (event) =>
  window.seen.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));";

/// Afterwards: what was written down, and every element and attribute that none of our pages has.
const LOOK: &str = r"
const found = [...window.seen];
const foreign = /^(iframe|frame|object|embed|base|style|math|mglyph|xmp|plaintext|x-hacked|marquee|foreignobject|animate|set|audio|video)$/i;
const addresses = ['href', 'src', 'action', 'formaction', 'data', 'poster', 'background', 'xlink:href'];
for (const element of document.querySelectorAll('*')) {
  const inline = element.localName === 'script' && !(element.getAttribute('src') ?? '').startsWith('/static/');
  if (foreign.test(element.localName) || inline) found.push('element: ' + element.outerHTML.slice(0, 200));
  for (const { name, value } of element.attributes) {
    const leads = addresses.includes(name) && URL.parse(value, location)?.origin !== location.origin;
    if (leads || name.startsWith('on') || ['style', 'srcdoc', 'ping', 'http-equiv'].includes(name))
      found.push(`attribute: ${name}=${value}`);
  }
}
return JSON.stringify({ found, at: location.href, ready: document.readyState, old: !!window.old });";

/// Sends a form as the page itself would.
const POST: &str = r"
window.old = true;
const form = document.createElement('form');
form.method = 'post';
form.action = arguments[0];
for (const [name, value] of arguments[1]) {
  const field = document.createElement('textarea');
  field.name = name;
  field.value = value;
  form.append(field);
}
document.body.append(form);
HTMLFormElement.prototype.submit.call(form);";

pub struct Watched {
    browser: Browser,
    pub loads: usize,
}

/// What a page showed that is not ours, and where the browser is now.
#[derive(Debug)]
pub struct Sight {
    pub found: Vec<String>,
    pub at: String,
}

impl Watched {
    pub async fn open() -> Self {
        let browser = Browser::open(true).await;
        let watch = json!({ "source": WATCH });
        browser.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", watch).await.unwrap();
        Self { browser, loads: 0 }
    }

    /// From now on this person's session is in the browser, or nobody's.
    pub async fn become_one(&self, base: &str, person: Option<&Person>) {
        let tools = self.browser.driver.cdp();
        tools.send_raw("Network.clearBrowserCookies", json!({})).await.unwrap();
        if let Some(person) = person {
            let (name, value) = person.cookie.split_once('=').unwrap();
            let cookie = json!({ "name": name, "value": value, "url": base, "httpOnly": true });
            tools.send_raw("Network.setCookie", cookie).await.unwrap();
        }
    }

    pub async fn see(&mut self, url: &str) -> Sight {
        self.browser.driver.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        self.look().await
    }

    /// Sends a form from the page that is open.
    pub async fn post(&mut self, url: &str, fields: &[(String, String)]) -> Sight {
        self.browser.driver.execute(POST, vec![json!(url), json!(fields)]).await.unwrap();
        self.look().await
    }

    /// Waits for the page, and says what is on it.
    async fn look(&mut self) -> Sight {
        self.loads += 1;
        for _ in 0..400 {
            // Between two pages there is none to ask.
            if let Ok(answer) = self.browser.driver.execute(LOOK, vec![]).await {
                let sight: serde_json::Value = serde_json::from_str(answer.json().as_str().unwrap()).unwrap();
                if sight["ready"] == "complete" && sight["old"] == false {
                    let found = sight["found"].as_array().unwrap().iter();
                    return Sight {
                        found: found.map(|text| text.as_str().unwrap().to_owned()).collect(),
                        at: sight["at"].as_str().unwrap().to_owned(),
                    };
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("no page came");
    }

    pub async fn close(self) {
        self.browser.close().await;
    }
}
