//! Every call there is, and who may make it. The program is asked for its routes; one that is not in
//! the table fails the first test by name.

use std::collections::BTreeSet;

use communitytoken::server::page_paths;
use serde_json::{Value, json};

use super::community::{By, Community, Person};
use super::support::Answer;

/// Who may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Everyone,
    /// Every member.
    Members,
    /// Every member; what the table sends does not say that they mean it, so that they are asked again.
    Unsure,
    /// Whoever took part in the transaction; for everyone else it does not exist.
    TakingPart,
    /// Whoever made the payment; whom it was made to is told that it is not theirs to ask back.
    Paid,
    /// Whoever has it; what the table asks for is nobody's, so everyone who may ask is told it is not there.
    Owner,
    /// Operators.
    Operators,
    /// Operators; what the table sends does not say that they mean it, so that they are asked again.
    UnsureOperators,
    /// Operators and auditors.
    Overseers,
    /// Where passkeys are in use, which they are not beside the developer identity: here nobody. Who there,
    /// tests/passkeys says.
    WithPasskeys,
    /// Whoever watches over the program, where the settings have a token for it; here they have none, so
    /// nobody. Who there, tests/operations says.
    Monitoring,
    /// Anybody may come, and gets nowhere without what a provider sends with them.
    Astray,
    /// Whoever holds the link out of a letter, signed in or not. What the table asks with is no such link, so
    /// for everybody there is nothing there. Of those who hold one, tests/mail tells.
    Holder,
}

/// One call: method, path, who may make it, and something that they may send.
pub struct Call {
    pub method: &'static str,
    pub path: &'static str,
    pub who: Who,
    body: &'static str,
}

const fn call(method: &'static str, path: &'static str, who: Who, body: &'static str) -> Call {
    Call { method, path, who, body }
}

/// The table. `OTHER` is the wallet of somebody else, `CLIENT` a service client; `null` is a call
/// without a body.
pub const CALLS: &[Call] = &[
    // Programs.
    call("GET", "/health", Who::Everyone, "null"),
    call("GET", "/metrics", Who::Monitoring, "null"),
    call("GET", "/v1/me", Who::Members, "null"),
    call("PATCH", "/v1/me", Who::Members, r#"{"username":"new-name"}"#),
    call("GET", "/v1/wallet", Who::Members, "null"),
    call("GET", "/v1/events", Who::Members, "null"),
    call("GET", "/v1/members", Who::Members, "null"),
    call("GET", "/v1/transactions", Who::Members, "null"),
    call("GET", "/v1/transactions/{id}", Who::TakingPart, "null"),
    call("GET", "/v1/transactions/{id}/receipt", Who::TakingPart, "null"),
    call("POST", "/v1/transactions/{id}/reverse", Who::TakingPart, r#"{"amount":1}"#),
    call("PUT", "/v1/transactions/{id}/category", Who::TakingPart, r#"{"category":"Food"}"#),
    call("DELETE", "/v1/transactions/{id}/category", Who::TakingPart, "null"),
    call("GET", "/v1/me/categories", Who::Members, "null"),
    call("POST", "/v1/transfers", Who::Members, r#"{"to_wallet_id":"OTHER","amount":1}"#),
    call("GET", "/v1/fees", Who::Members, "null"),
    call("POST", "/v1/transactions/{id}/ask-back", Who::Paid, r#"{"amount":1}"#),
    call("GET", "/v1/me/favourites", Who::Members, "null"),
    call("PUT", "/v1/me/favourites/{wallet_id}", Who::Members, "null"),
    call("DELETE", "/v1/me/favourites/{wallet_id}", Who::Members, "null"),
    call("GET", "/v1/requests", Who::Members, "null"),
    call("POST", "/v1/requests", Who::Members, r#"{"from_wallet_id":"OTHER","amount":1}"#),
    call("GET", "/v1/requests/{id}", Who::TakingPart, "null"),
    call("POST", "/v1/requests/{id}/accept", Who::TakingPart, "null"),
    call("POST", "/v1/requests/{id}/decline", Who::TakingPart, "{}"),
    call("POST", "/v1/requests/{id}/withdraw", Who::TakingPart, "null"),
    call("GET", "/v1/statistics/supply", Who::Members, "null"),
    call("GET", "/v1/statistics/forecast", Who::Members, "null"),
    call("POST", "/v1/statistics/sandbox", Who::Members, r#"{"months":1,"runs":1}"#),
    call("GET", "/v1/statistics/transactions", Who::Members, "null"),
    call("GET", "/v1/statistics/users", Who::Members, "null"),
    call("GET", "/v1/statistics/velocity", Who::Members, "null"),
    call("GET", "/v1/statistics/distribution", Who::Members, "null"),
    call("GET", "/v1/statistics/distributions", Who::Members, "null"),
    call("GET", "/v1/statistics/distributions/{id}", Who::Members, "null"),
    call("GET", "/v1/statistics/report", Who::Members, "null"),
    call("GET", "/v1/statistics/report.pdf", Who::Members, "null"),
    call("GET", "/v1/statistics/activity", Who::Members, "null"),
    call("GET", "/v1/statistics/flow", Who::Members, "null"),
    call("GET", "/v1/statistics/accounts", Who::Members, "null"),
    call("GET", "/v1/ledger/checkpoint", Who::Members, "null"),
    call(
        "POST",
        "/v1/admin/distributions",
        Who::Operators,
        r#"{"reason":"Why","recipients":[{"wallet_id":"OTHER","amount":1}]}"#,
    ),
    call("POST", "/v1/admin/issuances", Who::Operators, r#"{"amount":1,"reason":"Why"}"#),
    call("POST", "/v1/admin/transactions/{id}/reverse", Who::Operators, r#"{"reason":"Why","amount":1}"#),
    call("POST", "/v1/admin/wallets/{id}/freeze", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/wallets/{id}/unfreeze", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/v1/me/sessions", Who::Members, "null"),
    call("DELETE", "/v1/me/sessions/{id}", Who::Owner, "null"),
    call("GET", "/v1/admin/users/{id}/sessions", Who::Overseers, "null"),
    call("GET", "/v1/me/data", Who::Members, "null"),
    call("GET", "/v1/me/notifications", Who::Members, "null"),
    call(
        "PATCH",
        "/v1/me/notifications",
        Who::Members,
        r#"{"choices":[{"kind":"payment_received","channel":"page","on":true}]}"#,
    ),
    call("GET", "/v1/notifications", Who::Members, "null"),
    call("POST", "/v1/notifications/read", Who::Members, r#"{"up_to":0}"#),
    call("DELETE", "/v1/me", Who::Unsure, r#"{"confirm":"00000000-0000-4000-8000-000000000000","remaining":"keep"}"#),
    call("GET", "/v1/me/service-clients", Who::Members, "null"),
    call("PUT", "/v1/me/service-clients/{id}", Who::Members, "null"),
    call("DELETE", "/v1/me/service-clients/{id}", Who::Members, "null"),
    call("GET", "/v1/admin/users", Who::Overseers, "null"),
    call("GET", "/v1/admin/users/{id}", Who::Overseers, "null"),
    call("PUT", "/v1/admin/users/{id}/roles", Who::Operators, r#"{"roles":[],"reason":"Why"}"#),
    call("GET", "/v1/admin/transactions", Who::Overseers, "null"),
    call("GET", "/v1/admin/transactions/{id}", Who::Overseers, "null"),
    call("GET", "/v1/admin/transactions/{id}/receipt", Who::Overseers, "null"),
    call("GET", "/v1/admin/system-accounts", Who::Overseers, "null"),
    call("POST", "/v1/admin/system-accounts", Who::Operators, r#"{"name":"festival","reason":"Why"}"#),
    call(
        "POST",
        "/v1/admin/system-accounts/transfers",
        Who::Operators,
        r#"{"amount":1,"to_account":"festival","reason":"Why"}"#,
    ),
    call("GET", "/v1/admin/audit-log", Who::Overseers, "null"),
    call("GET", "/v1/admin/verify/{job}", Who::Overseers, "null"),
    call("POST", "/v1/admin/verify", Who::Operators, "null"),
    call("GET", "/v1/admin/service-clients", Who::Overseers, "null"),
    call(
        "POST",
        "/v1/admin/service-clients",
        Who::Operators,
        r#"{"name":"another-bot","scopes":["statistics:read"],"reason":"Why"}"#,
    ),
    call("GET", "/v1/admin/service-calls", Who::Overseers, "null"),
    call("GET", "/v1/admin/service-counts", Who::Overseers, "null"),
    call("POST", "/v1/admin/service-clients/{id}/rotate", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/v1/admin/consents", Who::Overseers, "null"),
    call("GET", "/v1/admin/consents/{id}", Who::Overseers, "null"),
    call("POST", "/v1/admin/consents/{id}/consent", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/consents/{id}/refuse", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/consents/{id}/withdraw", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/admin/consents", Who::Overseers, "null"),
    call("GET", "/admin/consents/{id}", Who::Overseers, "null"),
    call("POST", "/admin/consents/{id}", Who::Operators, r#"{"act":"refuse","reason":"Why"}"#),
    call("GET", "/admin/backups", Who::Overseers, "null"),
    call("POST", "/admin/backups", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/v1/admin/webhooks", Who::Overseers, "null"),
    call(
        "POST",
        "/v1/admin/webhooks",
        Who::Operators,
        r#"{"url":"https://other.invalid/hook","kinds":["transfer.created"],"reason":"Why"}"#,
    ),
    call("GET", "/v1/admin/webhooks/{id}", Who::Overseers, "null"),
    call("GET", "/v1/admin/webhooks/{id}/messages", Who::Overseers, "null"),
    call("POST", "/v1/admin/webhooks/{id}/test", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/webhooks/{id}/send-again", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/webhooks/{id}/rotate", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/webhooks/{id}/stop", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/webhooks/{id}/resume", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/admin/webhooks", Who::Overseers, "null"),
    call(
        "POST",
        "/admin/webhooks",
        Who::Operators,
        r#"{"url":"https://third.invalid/hook","kinds":"transfer.created","reason":"Why"}"#,
    ),
    call("GET", "/admin/webhooks/{id}", Who::Overseers, "null"),
    call("POST", "/admin/webhooks/{id}", Who::Operators, r#"{"act":"test","reason":"Why"}"#),
    call("POST", "/admin/webhooks/{id}/secret", Who::Operators, r#"{"reason":"Why"}"#),
    call("DELETE", "/v1/admin/webhooks/{id}", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/v1/admin/schedules", Who::Overseers, "null"),
    call(
        "POST",
        "/v1/admin/schedules",
        Who::Operators,
        r#"{"name":"Another","cron":"0 0 1 1 *","recipients":{"rule":"everyone"},"amount":{"rule":"fixed","tokens":1},"issued_max":0,"reason":"Why"}"#,
    ),
    call("GET", "/v1/admin/schedules/{id}", Who::Overseers, "null"),
    call(
        "PUT",
        "/v1/admin/schedules/{id}",
        Who::Operators,
        r#"{"name":"Yearly","cron":"0 0 1 1 *","recipients":{"rule":"everyone"},"amount":{"rule":"fixed","tokens":1},"issued_max":0,"reason":"Why"}"#,
    ),
    call("GET", "/v1/admin/schedules/{id}/preview", Who::Overseers, "null"),
    call("GET", "/v1/admin/schedules/{id}/runs", Who::Overseers, "null"),
    call("POST", "/v1/admin/schedules/{id}/pause", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/schedules/{id}/resume", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/admin/schedules", Who::Overseers, "null"),
    call("GET", "/admin/schedules/new", Who::Overseers, "null"),
    call(
        "POST",
        "/admin/schedules",
        Who::Operators,
        r#"{"name":"Third","cron":"0 0 1 1 *","time_zone":"UTC","whom":"everyone","how":"fixed","tokens":"1","issued_max":"0","reason":"Why"}"#,
    ),
    call("GET", "/admin/schedules/{id}", Who::Overseers, "null"),
    call("POST", "/admin/schedules/{id}", Who::Operators, r#"{"act":"pause","reason":"Why"}"#),
    call("GET", "/admin/schedules/{id}/change", Who::Overseers, "null"),
    call(
        "POST",
        "/admin/schedules/{id}/change",
        Who::Operators,
        r#"{"name":"Yearly","cron":"0 0 1 1 *","time_zone":"UTC","whom":"everyone","how":"fixed","tokens":"1","issued_max":"0","reason":"Why"}"#,
    ),
    call("DELETE", "/v1/admin/schedules/{id}", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/v1/admin/alerts", Who::Overseers, "null"),
    call("GET", "/v1/admin/alerts/{id}", Who::Overseers, "null"),
    call("POST", "/v1/admin/alerts/{id}/acknowledge", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/v1/admin/alerts/mutes", Who::Overseers, "null"),
    call("POST", "/v1/admin/alerts/mutes", Who::Operators, r#"{"rule":"amount","reason":"Why"}"#),
    call("GET", "/admin/alerts", Who::Overseers, "null"),
    call("GET", "/admin/alerts/{id}", Who::Overseers, "null"),
    call("POST", "/admin/alerts/{id}", Who::Operators, r#"{"act":"acknowledge","reason":"Why"}"#),
    call("POST", "/admin/alerts/mutes/{id}", Who::Operators, r#"{"reason":"Why"}"#),
    call("DELETE", "/v1/admin/alerts/mutes/{id}", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/v1/admin/invitations", Who::Overseers, "null"),
    call("POST", "/v1/admin/invitations", Who::WithPasskeys, r#"{"reason":"Why"}"#),
    call("DELETE", "/v1/admin/invitations/{id}", Who::Operators, r#"{"reason":"Why"}"#),
    // People.
    call("POST", "/login/passkey", Who::WithPasskeys, r#"{"credential":"{}"}"#),
    call("POST", "/login/passkey/challenge", Who::WithPasskeys, "{}"),
    call("GET", "/login/recovery", Who::WithPasskeys, "null"),
    call("POST", "/login/recovery", Who::WithPasskeys, r#"{"code":"K7QM-3XRT-0B5N-W8ZD"}"#),
    call("GET", "/join/{secret}", Who::WithPasskeys, "null"),
    call("POST", "/join/{secret}", Who::WithPasskeys, r#"{"credential":"{}"}"#),
    call("POST", "/join/{secret}/challenge", Who::WithPasskeys, r#"{"username":"somebody"}"#),
    call("GET", "/profile/passkeys", Who::WithPasskeys, "null"),
    call("POST", "/profile/passkeys", Who::WithPasskeys, r#"{"credential":"{}"}"#),
    call("POST", "/profile/passkeys/challenge", Who::WithPasskeys, "{}"),
    call("POST", "/profile/passkeys/{id}/remove", Who::WithPasskeys, "{}"),
    call("POST", "/profile/recovery-codes", Who::WithPasskeys, "{}"),
    call("GET", "/admin/invitations", Who::WithPasskeys, "null"),
    call("POST", "/admin/invitations", Who::WithPasskeys, r#"{"reason":"Why","days":"7"}"#),
    call("GET", "/admin/invitations/{id}/withdraw", Who::WithPasskeys, "null"),
    call("POST", "/admin/invitations/{id}/withdraw", Who::WithPasskeys, r#"{"reason":"Why"}"#),
    call("GET", "/admin/members/{id}/sign-in-link", Who::WithPasskeys, "null"),
    call("POST", "/admin/members/{id}/sign-in-link", Who::WithPasskeys, r#"{"reason":"Why"}"#),
    call("GET", "/admin", Who::Overseers, "null"),
    call("GET", "/admin/program", Who::Overseers, "null"),
    call("GET", "/admin/members", Who::Overseers, "null"),
    call("GET", "/admin/members/{id}", Who::Overseers, "null"),
    call("GET", "/admin/members/{id}/freeze", Who::Operators, "null"),
    call("POST", "/admin/members/{id}/freeze", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/admin/members/{id}/unfreeze", Who::Operators, "null"),
    call("POST", "/admin/members/{id}/unfreeze", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/admin/members/{id}/roles", Who::Operators, "null"),
    call("POST", "/admin/members/{id}/roles", Who::Operators, r#"{"reason":"Why"}"#),
    call("GET", "/admin/members/{id}/delete", Who::Operators, "null"),
    call("GET", "/admin/members/{id}/restore", Who::Operators, "null"),
    call("GET", "/admin/members/{id}/sign-out", Who::Operators, "null"),
    call("GET", "/admin/distribute", Who::Overseers, "null"),
    call("POST", "/admin/distribute", Who::Operators, r#"{"list":"wallet_id,amount\nOTHER,1"}"#),
    call(
        "POST",
        "/admin/distributions",
        Who::UnsureOperators,
        r#"{"list":"wallet_id,amount\nOTHER,1","reason":"Why"}"#,
    ),
    call("GET", "/admin/distributions", Who::Overseers, "null"),
    call("GET", "/admin/distributions/{id}", Who::Overseers, "null"),
    call("GET", "/admin/issuances", Who::Overseers, "null"),
    call("GET", "/admin/accounts", Who::Overseers, "null"),
    call("POST", "/admin/accounts", Who::Operators, r#"{"name":"fair","reason":"Why"}"#),
    call("GET", "/admin/accounts/transfers", Who::Overseers, "null"),
    call(
        "POST",
        "/admin/accounts/transfers",
        Who::Operators,
        r#"{"amount":"1","from":"system_account_communitytoken","to":"fair","reason":"Why"}"#,
    ),
    call("POST", "/admin/issuances", Who::Operators, r#"{"amount":"1","reason":"Why"}"#),
    call("GET", "/admin/transactions", Who::Overseers, "null"),
    call("GET", "/admin/transactions.csv", Who::Overseers, "null"),
    call("GET", "/admin/transactions/{id}", Who::Overseers, "null"),
    call("GET", "/admin/transactions/{id}/reverse", Who::Operators, "null"),
    call("POST", "/admin/transactions/{id}/reverse", Who::Operators, r#"{"reason":"Why","amount":"1"}"#),
    call("GET", "/admin/audit", Who::Overseers, "null"),
    call("GET", "/admin/audit.csv", Who::Overseers, "null"),
    call("GET", "/admin/audit.json", Who::Overseers, "null"),
    call("GET", "/", Who::Everyone, "null"),
    call("GET", "/login", Who::Everyone, "null"),
    call("POST", "/language", Who::Everyone, r#"{"language":"ja"}"#),
    call("POST", "/login", Who::Everyone, r#"{"new_username":"somebody"}"#),
    call("POST", "/logout", Who::Everyone, r#"{"csrf":""}"#),
    call("GET", "/login/start", Who::Astray, "null"),
    call("GET", "/login/callback", Who::Astray, "null"),
    call("GET", "/docs", Who::Everyone, "null"),
    call("GET", "/docs/operators", Who::Everyone, "null"),
    call("GET", "/style", Who::Everyone, "null"),
    call("GET", "/openapi.json", Who::Everyone, "null"),
    call("GET", "/favicon.ico", Who::Everyone, "null"),
    call("GET", "/apple-touch-icon.png", Who::Everyone, "null"),
    call("GET", "/logo", Who::Everyone, "null"),
    call("GET", "/tile.png", Who::Everyone, "null"),
    call("GET", "/look.css", Who::Everyone, "null"),
    call("GET", "/manifest.webmanifest", Who::Everyone, "null"),
    call("GET", "/worker.js", Who::Everyone, "null"),
    call("GET", "/offline", Who::Everyone, "null"),
    call("GET", "/static/offline", Who::Everyone, "null"),
    call("GET", "/static/passkey", Who::Everyone, "null"),
    call("GET", "/static/link", Who::Everyone, "null"),
    call("GET", "/static/more", Who::Everyone, "null"),
    call("GET", "/static/wallet", Who::Everyone, "null"),
    call("GET", "/static/push", Who::Everyone, "null"),
    call("GET", "/static/style", Who::Everyone, "null"),
    call("GET", "/.well-known/communitytoken-key", Who::Everyone, "null"),
    call("GET", "/events", Who::Members, "null"),
    call("GET", "/send", Who::Members, "null"),
    call("POST", "/send", Who::Members, r#"{"to":"OTHER","amount":"1","step":"confirm"}"#),
    call("GET", "/pay/{wallet_id}", Who::Members, "null"),
    call("GET", "/receive", Who::Members, "null"),
    call("GET", "/profile/favourites", Who::Members, "null"),
    call("POST", "/profile/favourites", Who::Members, r#"{"star":"OTHER"}"#),
    call("GET", "/requests", Who::Members, "null"),
    call("GET", "/requests/new", Who::Members, "null"),
    call("POST", "/requests/new", Who::Members, r#"{"from":"OTHER","amount":"1","key":"one"}"#),
    call("GET", "/requests/{id}", Who::TakingPart, "null"),
    call("POST", "/requests/{id}", Who::TakingPart, r#"{"step":"decline"}"#),
    call("GET", "/transactions/{id}/ask-back", Who::Paid, "null"),
    call("POST", "/transactions/{id}/ask-back", Who::Paid, r#"{"amount":"1","key":"two"}"#),
    call("GET", "/history", Who::Members, "null"),
    call("GET", "/history/balance", Who::Members, "null"),
    call("GET", "/history/statement.pdf", Who::Members, "null"),
    call("GET", "/history/statement.csv", Who::Members, "null"),
    call("GET", "/transactions/{id}", Who::TakingPart, "null"),
    call("POST", "/transactions/{id}", Who::TakingPart, r#"{"amount":"1"}"#),
    call("POST", "/transactions/{id}/category", Who::TakingPart, r#"{"category":"Food"}"#),
    call("GET", "/transactions/{id}/receipt", Who::TakingPart, "null"),
    call("GET", "/transactions/{id}/receipt.svg", Who::TakingPart, "null"),
    call("GET", "/checkpoint", Who::Members, "null"),
    call("GET", "/statistics", Who::Members, "null"),
    call("GET", "/statistics/forecast", Who::Members, "null"),
    call("GET", "/statistics/forecast/issuance.csv", Who::Members, "null"),
    call("GET", "/statistics/forecast/circulation.csv", Who::Members, "null"),
    call("GET", "/statistics/forecast/payments.csv", Who::Members, "null"),
    call("GET", "/statistics/forecast/members.csv", Who::Members, "null"),
    call("GET", "/statistics/distributions", Who::Members, "null"),
    call("GET", "/statistics/distributions.csv", Who::Members, "null"),
    call("GET", "/statistics/sandbox", Who::Members, "null"),
    call("GET", "/statistics/sandbox/circulation.csv", Who::Members, "null"),
    call("GET", "/statistics/sandbox/pool.csv", Who::Members, "null"),
    call("GET", "/statistics/sandbox/issuance.csv", Who::Members, "null"),
    call("GET", "/statistics/sandbox/payments.csv", Who::Members, "null"),
    call("GET", "/statistics/sandbox/velocity.csv", Who::Members, "null"),
    call("GET", "/statistics/sandbox/unevenness.csv", Who::Members, "null"),
    call("GET", "/statistics/flow", Who::Members, "null"),
    call("GET", "/statistics/connections.csv", Who::Members, "null"),
    call("GET", "/statistics/groups.csv", Who::Members, "null"),
    call("GET", "/statistics/report/{month}", Who::Members, "null"),
    call("GET", "/statistics/report.pdf", Who::Members, "null"),
    call("GET", "/statistics/supply.csv", Who::Members, "null"),
    call("GET", "/statistics/payments.csv", Who::Members, "null"),
    call("GET", "/statistics/transactions.csv", Who::Members, "null"),
    call("GET", "/statistics/kinds.csv", Who::Members, "null"),
    call("GET", "/statistics/members.csv", Who::Members, "null"),
    call("GET", "/statistics/cohorts.csv", Who::Members, "null"),
    call("GET", "/statistics/tenths.csv", Who::Members, "null"),
    call("GET", "/statistics/holders.csv", Who::Members, "null"),
    call("GET", "/statistics/hours.csv", Who::Members, "null"),
    call("GET", "/statistics/accounts.csv", Who::Members, "null"),
    call("GET", "/statistics/movements.csv", Who::Members, "null"),
    call("GET", "/profile", Who::Members, "null"),
    call("POST", "/profile", Who::Members, r#"{"username":"new-name"}"#),
    call("GET", "/profile/sessions", Who::Members, "null"),
    call("POST", "/profile/sessions", Who::Members, r#"{"end":"others"}"#),
    call("GET", "/profile/data.json", Who::Members, "null"),
    call("GET", "/profile/history.csv", Who::Members, "null"),
    call("GET", "/notifications", Who::Members, "null"),
    call("POST", "/notifications", Who::Members, r#"{"up_to":"0"}"#),
    call("GET", "/profile/notifications", Who::Members, "null"),
    call("POST", "/profile/notifications", Who::Members, r#"{"page.payment_received":"on"}"#),
    call(
        "POST",
        "/profile/notifications/browser",
        Who::Members,
        r#"{"endpoint":"https://push.invalid/1","public_key":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","secret":"BTBZMqHH6r4Tts7J_aSIgg"}"#,
    ),
    call("POST", "/profile/notifications/browser/remove", Who::Members, "{}"),
    call("POST", "/profile/mail", Who::Members, r#"{"address":"ann@example.org"}"#),
    call("POST", "/profile/mail/confirm", Who::Unsure, r#"{"code":"12345678"}"#),
    call("POST", "/profile/mail/remove", Who::Members, "{}"),
    call("GET", "/unsubscribe/{secret}", Who::Holder, "null"),
    call("POST", "/unsubscribe/{secret}", Who::Holder, "{}"),
    call("GET", "/profile/clients", Who::Members, "null"),
    call("POST", "/profile/clients", Who::Members, r#"{"client":"CLIENT","allowed":"true"}"#),
    call("GET", "/profile/close", Who::Members, "null"),
    call("POST", "/profile/close", Who::Unsure, r#"{"confirm":"somebody","remaining":"keep"}"#),
    call("GET", "/profile/closed", Who::Everyone, "null"),
    call("POST", "/admin/members/{id}/sign-out", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/admin/members/{id}/delete", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/admin/members/{id}/restore", Who::Operators, r#"{"reason":"Why"}"#),
    call("DELETE", "/v1/admin/service-clients/{id}", Who::Operators, r#"{"reason":"Why"}"#),
    // These end the sessions of those who may call them: last.
    call("DELETE", "/v1/admin/users/{id}/sessions", Who::Operators, r#"{"reason":"Why"}"#),
    call("DELETE", "/v1/admin/users/{id}", Who::Operators, r#"{"reason":"Why"}"#),
    call("POST", "/v1/admin/users/{id}/restore", Who::Operators, r#"{"reason":"Why"}"#),
    call("DELETE", "/v1/me/sessions", Who::Members, "null"),
];

/// What an answer means for who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    In,
    SignInFirst,
    NotAllowed,
    NotThere,
    /// Something is wrong with what was sent, or with us.
    Other,
}

fn outcome(answer: &Answer) -> Outcome {
    let to_login = answer.headers.get("location").is_some_and(|to| to.starts_with("/login?"));
    match answer.status {
        401 => Outcome::SignInFirst,
        303 if to_login => Outcome::SignInFirst,
        403 => Outcome::NotAllowed,
        404 => Outcome::NotThere,
        status if status < 400 => Outcome::In,
        _ => Outcome::Other,
    }
}

/// Whether the address carries a digest, as files do.
fn stem(path: &str) -> String {
    match path.strip_prefix("/static/") {
        Some(name) => format!("/static/{}", name.split('.').next().unwrap()),
        None => path.to_owned(),
    }
}

/// Every address the program itself names: the document's, and the list of pages.
async fn served(community: &Community) -> BTreeSet<(String, String)> {
    let document = community.call(None, "GET", "/openapi.json", &Value::Null).await.ok(200);
    let mut served = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            served.insert((method.to_uppercase(), path.clone()));
        }
    }
    for path in page_paths() {
        let refused = community.call(None, "OPTIONS", &community.filled(path), &Value::Null).await;
        assert_eq!(refused.status, 405, "{path}");
        for method in refused.headers["allow"].split(',').map(str::trim).filter(|method| *method != "HEAD") {
            served.insert((method.to_owned(), stem(path)));
        }
    }
    served
}

/// A new route fails here until it has a line in the table.
#[tokio::test]
async fn every_route_is_in_the_table() {
    let community = Community::found().await;
    let served = served(&community).await;
    let table: BTreeSet<(String, String)> =
        CALLS.iter().map(|call| (call.method.to_owned(), call.path.to_owned())).collect();
    assert_eq!(table.len(), CALLS.len(), "a call stands in the table twice");
    let missing: Vec<_> = served.difference(&table).collect();
    assert!(missing.is_empty(), "who may call these? Say so in tests/door/matrix.rs: {missing:?}");
    let gone: Vec<_> = table.difference(&served).collect();
    assert!(gone.is_empty(), "these are in the table and served no longer: {gone:?}");
}

/// And no route goes around the list: pages are registered through it, and the API by its document.
#[test]
fn no_route_goes_around_the_list() {
    fn goes_around(line: &str) -> bool {
        line.split("Router::new().route(")
            .next()
            .is_some_and(|before| before.len() < line.len() && !before.ends_with("OpenApi"))
    }
    fn look(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, found);
            } else if std::fs::read_to_string(&path).unwrap().lines().any(goes_around) {
                found.push(path.display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    look(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert_eq!(found, Vec::<String>::new(), "use web::Pages for pages and routes!(...) for the API");
}

impl Call {
    pub fn is_api(&self) -> bool {
        self.path.starts_with("/v1/")
    }

    /// Whether it takes a body at all.
    pub fn has_body(&self) -> bool {
        self.body != "null"
    }

    /// What this call sends, with a fresh key where a form has one.
    pub fn body(&self, community: &Community, caller: Option<&Person>) -> Value {
        let is_bob = caller.is_some_and(|person| person.name == community.bob.name);
        let other = if is_bob { &community.ann } else { &community.bob };
        let mut body: Value = serde_json::from_str(
            &self.body.replace("OTHER", &other.member.wallet_id).replace("CLIENT", &community.client),
        )
        .unwrap();
        let moves =
            ["/transactions/{id}", "/admin/issuances", "/admin/accounts/transfers", "/admin/transactions/{id}/reverse"];
        if moves.contains(&self.path) && body.is_object() {
            body["key"] = json!(uuid::Uuid::now_v7().to_string());
        }
        body
    }

    pub fn address(&self, community: &Community) -> String {
        match self.path.strip_prefix("/static/") {
            Some(name) => page_paths().into_iter().find(|path| path.contains(name)).unwrap().to_owned(),
            None => community.filled(self.path),
        }
    }

    /// What this caller must get, by the table.
    fn expected(&self, community: &Community, caller: Option<(&Person, By)>) -> Outcome {
        let Some((person, by)) = caller else {
            return match self.who {
                Who::Everyone => Outcome::In,
                Who::Astray => Outcome::Other,
                Who::WithPasskeys | Who::Holder | Who::Monitoring => Outcome::NotThere,
                _ => Outcome::SignInFirst,
            };
        };
        // Tokens are for the API and sessions for the pages.
        let is_known = self.is_api() == (by == By::Token);
        let has_left = person.name == community.gone.name;
        match self.who {
            Who::Everyone => Outcome::In,
            Who::Astray => Outcome::Other,
            Who::WithPasskeys | Who::Holder | Who::Monitoring => Outcome::NotThere,
            _ if !is_known => Outcome::SignInFirst,
            _ if has_left && by == By::Session => Outcome::SignInFirst,
            _ if has_left => Outcome::NotAllowed,
            Who::Members => Outcome::In,
            Who::Unsure => Outcome::Other,
            Who::TakingPart if [community.ann.name, community.bob.name].contains(&person.name) => Outcome::In,
            Who::Paid if person.name == community.ann.name => Outcome::In,
            Who::Paid if person.name == community.bob.name => Outcome::NotAllowed,
            Who::TakingPart | Who::Paid | Who::Owner => Outcome::NotThere,
            Who::Operators | Who::Overseers if person.name == community.operator.name => Outcome::In,
            Who::Overseers if person.name == community.auditor.name => Outcome::In,
            Who::UnsureOperators if person.name == community.operator.name => Outcome::Other,
            Who::Operators | Who::UnsureOperators | Who::Overseers => Outcome::NotAllowed,
        }
    }

    /// Makes the call as this person and compares.
    async fn check(&self, community: &Community, caller: Option<(&Person, By)>) -> Outcome {
        let expected = self.expected(community, caller);
        let body = self.body(community, caller.map(|(person, _)| person));
        let answer = community.call(caller, self.method, &self.address(community), &body).await;
        let name = caller.map_or("nobody".to_owned(), |(person, by)| format!("{} by {by:?}", person.name));
        let outcome = outcome(&answer);
        if self.who == Who::Astray {
            // Whoever is signed in came back by the back button and is shown their wallet.
            let home = answer.status == 303 && answer.headers["location"] == "/";
            assert!((400..500).contains(&answer.status) || home, "{} {}: {answer:?}", self.method, self.path);
            return Outcome::Other;
        }
        if self.who == Who::WithPasskeys {
            let outcomes = [Outcome::SignInFirst, Outcome::NotAllowed, Outcome::NotThere];
            assert!(outcomes.contains(&outcome), "{} {} as {name}: {answer:?}", self.method, self.path);
            return expected;
        }
        assert_eq!(outcome, expected, "{} {} as {name}: {answer:?}", self.method, self.path);
        expected
    }
}

/// Each call as nobody, as members, as auditor, as operator and as someone who has left, by token and
/// by session: who may not gets 401, 403, 404 or the way to sign in, and nothing is changed by it.
#[tokio::test]
async fn who_may_do_what() {
    let community = Community::found().await;
    let people = [&community.eve, &community.auditor, &community.operator, &community.gone, &community.bob];
    let mut refused = 0;
    for call in CALLS.iter().filter(|call| call.who != Who::Everyone) {
        let before = community.rows();
        let mut may = Vec::new();
        let mut callers = vec![None];
        callers.extend(people.iter().flat_map(|person| [Some((*person, By::Token)), Some((*person, By::Session))]));
        for caller in callers {
            if call.expected(&community, caller) == Outcome::In {
                may.push(caller);
            } else {
                call.check(&community, caller).await;
                refused += 1;
            }
        }
        assert_eq!(community.rows(), before, "{} {} changed something for someone who may not", call.method, call.path);
        for caller in may {
            call.check(&community, caller).await;
        }
    }
    assert!(refused > 150, "{refused}");
    for call in CALLS.iter().filter(|call| call.who == Who::Everyone) {
        for caller in [None, Some((&community.gone, By::Session)), Some((&community.eve, By::Token))] {
            call.check(&community, caller).await;
        }
    }
    assert_eq!(community.server.cli(&["verify"]).ok()["is_sound"], true);
}
