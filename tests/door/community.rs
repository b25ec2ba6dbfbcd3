//! A community with people of every role, each with a token and a browser's session.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::support::{Answer, Member, Server, key};

/// Someone who calls, by bearer token or by session cookie.
#[derive(Clone)]
pub struct Person {
    pub name: &'static str,
    pub member: Member,
    pub cookie: String,
}

/// How a caller says who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Token,
    Session,
}

pub struct Community {
    pub server: Server,
    /// Has paid `bob`, and owns what the paths speak of.
    pub ann: Person,
    /// Has nothing to do with that payment.
    pub eve: Person,
    pub auditor: Person,
    pub operator: Person,
    /// Has left.
    pub gone: Person,
    /// To everybody.
    pub distribution: String,
    /// `ann` to `bob`.
    pub transaction: String,
    pub bob: Person,
    /// A program that `bob` lets act for him.
    pub client: String,
    /// With every scope, this is what it shows.
    pub credential: String,
    /// A verification of the ledger.
    pub job: String,
    /// A one-time link for `bob`.
    pub link: String,
    /// Leads nowhere.
    pub webhook: String,
    /// What waits for a second operator: what `operator` is to consent to, to refuse, and to answer on a page;
    /// and what they can withdraw.
    pub proposals: [String; 4],
    /// Due once a year.
    pub schedule: String,
    /// Somebody paid unusually often.
    pub alert: String,
    /// A rule that is muted; by the page another one.
    pub mutes: [String; 2],
    /// Requests between `ann` and `bob`, all open: which `bob` is to accept, to decline, and to answer on a
    /// page; and the one that he can withdraw.
    pub requests: [String; 4],
}

pub const SETTINGS: &str = "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n[mail]\nhost = \"127.0.0.1\"\nport = 9\ntls = \"none\"\nfrom = \"tokens@example.org\"\n[push]\ncontact = \"mailto:olga@example.org\"\n";

impl Community {
    pub async fn found() -> Self {
        Self::found_with(SETTINGS).await
    }

    pub async fn found_with(settings: &str) -> Self {
        // No other test here moves so much; and what strangers try has no line of its own while rows are compared.
        let more = "[consent]\nabove = 1000000000000\n[alerts]\nrefused_sign_ins = 1000000\n";
        let mut server = Server::prepare(&format!("{settings}{more}"));
        server.serve(&[]).await;
        let operator = person(&server, "olga").await;
        server.cli(&["member", "grant", "olga", "operator", "--reason", "Elected"]).ok();
        let auditor = person(&server, "udo").await;
        server.cli(&["member", "grant", "udo", "auditor", "--reason", "Elected"]).ok();
        let (ann, bob, eve) =
            (person(&server, "ann").await, person(&server, "bob").await, person(&server, "eve").await);
        let gone = person(&server, "gone").await;
        server.cli(&["member", "delete", "gone", "--reason", "Moved away"]).ok();
        let everyone = [&ann, &bob, &eve, &auditor, &operator];
        let recipients: Vec<Value> =
            everyone.iter().map(|person| json!({ "wallet_id": person.member.wallet_id, "amount": 1000 })).collect();
        let body = json!({ "reason": "For the test", "recipients": recipients });
        let made = operator.member.post("/v1/admin/distributions", &body).await.ok(201);
        let distribution = made["distribution_id"].as_str().unwrap().to_owned();
        let paid = ann.member.pay(&bob.member, 100).await.ok(201);
        server.cli(&["checkpoint"]).ok();
        let transaction = paid["id"].as_str().unwrap().to_owned();
        let bot = json!({ "name": "bot", "scopes": ["transfers:write", "wallet:read", "activities:write", "statistics:read"], "reason": "Chat" });
        let made = operator.member.post("/v1/admin/service-clients", &bot).await.ok(201);
        let [client, credential] = ["id", "credential"].map(|field| made[field].as_str().unwrap().to_owned());
        let path = format!("/v1/me/service-clients/{client}");
        bob.member.call(Method::PUT, &path, &[], None).await.ok(200);
        let verification = operator.member.post("/v1/admin/verify", &Value::Null).await.ok(202);
        let job = verification["id"].as_str().unwrap().to_owned();
        let made = server.cli(&["member", "sign-in-link", "bob", "--reason", "Lost phone"]).ok();
        let link = made["id"].as_str().unwrap().to_owned();
        let hook = json!({ "url": "https://hook.invalid/", "kinds": ["transfer.created"], "reason": "Chat" });
        let made = operator.member.post("/v1/admin/webhooks", &hook).await.ok(201);
        let webhook = made["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/admin/webhooks/{webhook}/test");
        operator.member.post(&path, &json!({ "reason": "Does it arrive?" })).await.ok(202);
        let yearly = json!({ "name": "Yearly", "cron": "0 0 1 1 *", "recipients": { "rule": "everyone" },
            "amount": { "rule": "fixed", "tokens": 1 }, "issued_max": 0, "reason": "Custom" });
        let made = operator.member.post("/v1/admin/schedules", &yearly).await.ok(201);
        let schedule = made["id"].as_str().unwrap().to_owned();
        let alert = server.alert(&ann.member, &bob.member.wallet_id).await;
        let mut mutes = Vec::new();
        for rule in ["circle", "issuance"] {
            let body = json!({ "rule": rule, "reason": "Known" });
            let made = operator.member.post("/v1/admin/alerts/mutes", &body).await.ok(201);
            mutes.push(made["id"].as_str().unwrap().to_owned());
        }
        let mutes = mutes.try_into().unwrap();
        let mut requests = Vec::new();
        for (asker, payer) in [(&ann, &bob), (&ann, &bob), (&ann, &bob), (&bob, &ann)] {
            let body = json!({ "from_wallet_id": payer.member.wallet_id, "amount": 3, "note": "For bread" });
            let made = asker.member.post("/v1/requests", &body).await.ok(201);
            requests.push(made["id"].as_str().unwrap().to_owned());
        }
        let requests = requests.try_into().unwrap();
        let otto = person(&server, "otto").await;
        server.cli(&["member", "grant", "otto", "operator", "--reason", "Elected"]).ok();
        let mut proposals = Vec::new();
        for proposer in [&otto, &otto, &otto, &operator] {
            let body = json!({ "amount": 1_000_000_000_001_i64, "reason": "Stock" });
            let made = proposer.member.post("/v1/admin/issuances", &body).await.ok(202);
            proposals.push(made["id"].as_str().unwrap().to_owned());
        }
        let proposals = proposals.try_into().unwrap();
        Self {
            server,
            ann,
            eve,
            auditor,
            operator,
            gone,
            distribution,
            transaction,
            bob,
            client,
            credential,
            job,
            link,
            webhook,
            proposals,
            schedule,
            alert,
            mutes,
            requests,
        }
    }

    /// A path with its places filled: `{id}` is what it belongs to.
    pub fn filled(&self, path: &str) -> String {
        let [accept, decline, answer, withdraw] = &self.requests;
        let [consent, refuse, shown, own] = &self.proposals;
        path.replace("/consents/{id}/consent", &format!("/consents/{consent}/consent"))
            .replace("/consents/{id}/refuse", &format!("/consents/{refuse}/refuse"))
            .replace("/consents/{id}/withdraw", &format!("/consents/{own}/withdraw"))
            .replace("/consents/{id}", &format!("/consents/{shown}"))
            .replace("/requests/{id}/accept", &format!("/requests/{accept}/accept"))
            .replace("/requests/{id}/decline", &format!("/requests/{decline}/decline"))
            .replace("/requests/{id}/withdraw", &format!("/requests/{withdraw}/withdraw"))
            .replace("/requests/{id}", &format!("/requests/{answer}"))
            .replace("/v1/fees", &format!("/v1/fees?to_wallet_id={}&amount=1", self.bob.member.wallet_id))
            .replace("{wallet_id}", &self.ann.member.wallet_id)
            .replace("/wallets/{id}", &format!("/wallets/{}", self.bob.member.wallet_id))
            .replace("/members/{id}", &format!("/members/{}", self.ann.member.user_id))
            .replace("/distributions/{id}", &format!("/distributions/{}", self.distribution))
            .replace("/users/{id}", &format!("/users/{}", self.bob.member.user_id))
            .replace("/service-clients/{id}", &format!("/service-clients/{}", self.client))
            .replace("/invitations/{id}", &format!("/invitations/{}", self.link))
            .replace("/webhooks/{id}", &format!("/webhooks/{}", self.webhook))
            .replace("/v1/admin/alerts/mutes/{id}", &format!("/v1/admin/alerts/mutes/{}", self.mutes[0]))
            .replace("/alerts/mutes/{id}", &format!("/alerts/mutes/{}", self.mutes[1]))
            .replace("/alerts/{id}", &format!("/alerts/{}", self.alert))
            .replace("/schedules/{id}", &format!("/schedules/{}", self.schedule))
            .replace("{job}", &self.job)
            .replace("{month}", "2025-01")
            .replace("{id}", &self.transaction)
    }

    /// A call as this person, or as nobody.
    pub async fn call(&self, who: Option<(&Person, By)>, method: &str, path: &str, body: &Value) -> Answer {
        let is_api = path.starts_with("/v1/");
        let mut request = self.server.client.request(Method::from_bytes(method.as_bytes()).unwrap(), self.url(path));
        match who {
            Some((person, By::Token)) => request = request.bearer_auth(&person.member.token),
            Some((person, By::Session)) => request = request.header("cookie", &person.cookie),
            None => {}
        }
        if is_api && method == "POST" {
            request = request.header("idempotency-key", key());
        }
        if is_api && !body.is_null() {
            request = request.json(body);
        } else if let Some(fields) = body.as_object() {
            let mut fields: Vec<(String, String)> = fields
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                .collect();
            if let Some((person, By::Session)) = who {
                fields.retain(|(name, _)| name != "csrf");
                fields.push(("csrf".into(), self.csrf(person).await));
            }
            request = request.form(&fields);
        }
        answer(request.send().await.unwrap()).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base)
    }

    pub async fn page(&self, person: &Person, path: &str) -> Answer {
        answer(self.server.client.get(self.url(path)).header("cookie", &person.cookie).send().await.unwrap()).await
    }

    /// What this person's forms must bring back; nothing where they are not signed in.
    pub async fn csrf(&self, person: &Person) -> String {
        let page = self.page(person, "/profile").await;
        if page.status == 200 { field(&page.text, "csrf") } else { String::new() }
    }

    /// The rows of the ledger, of members and of sessions, to show that a refusal changed nothing.
    pub fn rows(&self) -> Value {
        let sessions = self.server.sql("SELECT group_concat(id) AS ids FROM sessions");
        let clients = self.server.sql(
            "SELECT (SELECT json_group_array(json_array(key, hex(secret_hash), revoked)) FROM service_clients) AS clients,
                    (SELECT json_group_array(json_array(client, user)) FROM client_permissions) AS permissions",
        );
        let requests = self.server.sql(
            "SELECT (SELECT json_group_array(json_array(id, ended_as, note, answer)) FROM payment_requests) AS requests,
                    (SELECT json_group_array(json_array(user, wallet)) FROM favourites) AS favourites,
                    (SELECT json_group_array(json_array(user, entry, category)) FROM categories) AS categories",
        );
        json!([self.server.rows(), sessions, clients, requests])
    }
}

/// The value of a hidden field.
pub fn field(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Someone new, signed in on a browser and with a token for programs.
pub async fn person(server: &Server, name: &'static str) -> Person {
    let cookie = sign_in(server, name).await;
    let token = server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
    let mut member = server.stranger(token);
    let me = member.get("/v1/me").await.ok(200);
    member.user_id = me["id"].as_str().unwrap().into();
    member.wallet_id = me["wallet_id"].as_str().unwrap().into();
    Person { name, member, cookie }
}

async fn sign_in(server: &Server, name: &str) -> String {
    let fields = [("new_username", name)];
    let entered = server.client.post(format!("{}/login", server.base)).form(&fields).send().await.unwrap();
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    let cookie = entered.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

pub async fn answer(mut response: Response) -> Answer {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let is_stream = response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let text = if is_stream {
        // It goes on and on: its beginning shows who is let in.
        let first = response.chunk().await.unwrap().unwrap_or_default();
        String::from_utf8(first.to_vec()).unwrap()
    } else {
        response.text().await.unwrap()
    };
    Answer { status, headers, text }
}
