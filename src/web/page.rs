//! What every page shares: the shell around it, and how amounts and times are written for people.

use askama::Template;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::assets::stylesheet_url;
use super::frame::POLICY_WITH_SCRIPT;
use super::sections::{Section, SectionLink};
use super::{App, Session};
use crate::error::Error;
use crate::ledger::{Owner, Party};

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// None of them.
    None,
    /// The wallet.
    Wallet,
    /// Sending.
    Send,
    /// The history.
    History,
    /// Statistics.
    Statistics,
    /// The profile.
    Profile,
    /// Looking after the community.
    Admin(Section),
}

/// The shell around every page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The community's name.
    pub community: String,
    /// What one token is called.
    pub token_name: String,
    /// The sign beside amounts.
    pub symbol: String,
    /// Who is signed in.
    pub member: Option<String>,
    /// What every form must bring back.
    pub csrf: String,
    /// How much they were told and have not read, counted up to ten.
    pub unread: i64,
    /// Where in the navigation.
    pub nav: Nav,
    /// Whether they look after the community, as operators or auditors.
    pub oversees: bool,
    /// The navigation of those who do, on their pages.
    pub sections: Vec<SectionLink>,
    /// Where the stylesheet is.
    pub stylesheet: &'static str,
    /// Where the stylesheet with the community's own colours is, if it has any.
    pub colours: Option<String>,
    /// Where the logo is.
    pub logo: String,
    now: i64,
    zone: TimeZone,
}

impl App {
    /// The shell of a page, for whoever is signed in.
    pub fn shell(&self, session: Option<&Session>, nav: Nav) -> Shell {
        let community = &self.config.community;
        Shell {
            community: community.name.clone(),
            token_name: community.token_name.clone(),
            symbol: community.token_symbol.clone(),
            member: session.map(|session| session.member.username.clone()),
            csrf: session.map(|session| session.csrf.clone()).unwrap_or_default(),
            unread: session.map_or(0, |session| session.unread),
            oversees: session.is_some_and(|session| session.member.oversees()),
            sections: match nav {
                Nav::Admin(here) => here.links(self.passkeys.is_some()),
                _ => Vec::new(),
            },
            nav,
            stylesheet: stylesheet_url(),
            colours: self.look.stylesheet().map(str::to_owned),
            logo: self.look.logo().to_owned(),
            now: self.books.now(),
            zone: community.time_zone.clone(),
        }
    }
}

impl App {
    /// A page on which passkeys are asked for, where they are in use.
    pub fn passkey_page(&self, status: StatusCode, template: &impl Template) -> Response {
        if self.passkeys.is_some() { page_with_script(status, template) } else { page_with(status, template) }
    }
}

impl Shell {
    /// What a party is called: the system account is the community itself.
    pub fn name<'a>(&'a self, party: &'a Party) -> &'a str {
        match party.owner {
            Owner::User => &party.name,
            Owner::System => &self.community,
        }
    }

    /// An amount as people read it: `12 345 ¤`, held together on one line.
    pub fn tokens(&self, amount: &i64) -> String {
        tokens(*amount, &self.symbol)
    }

    /// A number as people read it.
    pub fn number(&self, number: &i64) -> String {
        grouped(*number)
    }

    /// A time of day: `14:05`.
    pub fn clock(&self, at: &i64) -> String {
        self.format(*at, "%H:%M")
    }

    /// A time of day, with the day where that is not today: `14:05`, `20 Nov, 14:05`.
    pub fn lately(&self, at: &i64) -> String {
        let year = "%Y";
        if self.day(at) == self.day(&self.now) {
            self.clock(at)
        } else if self.format(*at, year) == self.format(self.now, year) {
            self.format(*at, "%-d %b, %H:%M")
        } else {
            self.format(*at, "%-d %b %Y, %H:%M")
        }
    }

    /// A day: `Friday, 20 November 2026`.
    pub fn day(&self, at: &i64) -> String {
        self.format(*at, "%A, %-d %B %Y")
    }

    /// A day as forms write it: `2026-11-20`.
    pub fn date(&self, at: &i64) -> String {
        self.format(*at, "%Y-%m-%d")
    }

    /// Day and time: `20 November 2026, 14:05`.
    pub fn moment(&self, at: &i64) -> String {
        self.format(*at, "%-d %B %Y, %H:%M")
    }

    /// For machines: `2026-11-20T14:05:09Z`.
    pub fn iso(&self, at: &i64) -> String {
        Timestamp::from_millisecond(*at).map(|at| at.to_string()).unwrap_or_default()
    }

    /// The first moment of a day written `2026-11-20`, in the community's time zone.
    pub fn start_of(&self, day: &str) -> Option<i64> {
        let date: jiff::civil::Date = day.parse().ok()?;
        Some(date.to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond())
    }

    /// The last moment of such a day.
    pub fn end_of(&self, day: &str) -> Option<i64> {
        let date: jiff::civil::Date = day.parse().ok()?;
        Some(date.tomorrow().ok()?.to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond() - 1)
    }

    fn format(&self, at: i64, pattern: &str) -> String {
        Timestamp::from_millisecond(at)
            .map(|at| at.to_zoned(self.zone.clone()).strftime(pattern).to_string())
            .unwrap_or_default()
    }
}

/// An amount with the sign of what it is an amount of: `12 345 ¤`.
pub fn tokens(amount: i64, symbol: &str) -> String {
    format!("{}\u{a0}{symbol}", grouped(amount))
}

/// A number in groups of three, with narrow spaces that do not break: `1 234 567`.
pub fn grouped(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    if number < 0 {
        text.push('\u{2212}');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A page as an answer.
pub fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template)
}

/// A page with another status, such as a form with something wrong in it.
pub fn page_with(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(body) => (status, Html(body)).into_response(),
        Err(error) => Error::internal(error).into_response(),
    }
}

/// The status of a page with a form: whether something in what was sent is wrong.
pub const fn form_status(is_wrong: bool) -> StatusCode {
    if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// A page that carries a script of ours and may run it. All others may run none, so that what somebody
/// smuggles into them stays text.
pub fn page_with_script(status: StatusCode, template: &impl Template) -> Response {
    let mut response = page_with(status, template);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_WITH_SCRIPT));
    response
}

/// The page of a refusal.
#[derive(Template)]
#[template(path = "layout/problem.html")]
pub(super) struct ProblemPage {
    pub(super) shell: Shell,
    pub(super) title: &'static str,
    pub(super) detail: String,
    pub(super) request_id: String,
}

#[cfg(test)]
mod tests {
    use super::grouped;

    /// Amounts are written in groups of three at every length.
    #[test]
    fn groups_of_three() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1\u{202f}000"),
            (-1234, "\u{2212}1\u{202f}234"),
            (i64::MAX, "9\u{202f}223\u{202f}372\u{202f}036\u{202f}854\u{202f}775\u{202f}807"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
