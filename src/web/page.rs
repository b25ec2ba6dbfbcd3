//! What every page shares: the shell around it, with its language, and how amounts and times are written
//! for people.

use askama::Template;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::assets::stylesheet_url;
use super::frame::POLICY_WITH_SCRIPT;
use super::sections::{Section, SectionLink};
use super::{App, Session, Visitor, told};
use crate::error::{Error, FieldError};
use crate::language::{Language, Phrase, whole_number};
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
    /// In what language it speaks.
    pub language: Language,
    /// The page's own address, for whoever may choose another language on it.
    pub here: Option<String>,
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
    /// The shell of a page, for whoever is signed in. For nobody it goes on with
    /// [`for_visitor`](Shell::for_visitor).
    pub fn shell(&self, session: Option<&Session>, nav: Nav) -> Shell {
        let community = &self.config.community;
        Shell {
            community: community.name.clone(),
            token_name: community.token_name.clone(),
            symbol: community.token_symbol.clone(),
            member: session.map(|session| session.member.username.clone()),
            csrf: session.map(|session| session.csrf.clone()).unwrap_or_default(),
            language: session.map_or(community.language, |session| session.language),
            here: None,
            unread: session.map_or(0, |session| session.unread),
            oversees: session.is_some_and(|session| session.member.oversees()),
            sections: match nav {
                Nav::Admin(here) => here.links(self.passkeys.is_some(), self.config.consent.above.is_some()),
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
    /// The same for someone who is not signed in: in their language, and with the others to choose from.
    #[must_use]
    pub fn for_visitor(mut self, visitor: &Visitor) -> Self {
        if self.member.is_none() {
            self.language = visitor.language;
            self.here = Some(visitor.here.clone());
        }
        self
    }

    /// The same for someone whose language is known, on a page where there is none to choose.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        (self.language, self.here) = (language, None);
        self
    }

    /// What stands under this key in the page's language.
    pub fn say(&self, key: impl AsRef<str>) -> Phrase {
        self.language.say(key)
    }

    /// How much is unread, as the bell shows it: up to nine, and then that it is more.
    pub fn unread_count(&self) -> String {
        if self.unread > 9 { "9+".to_owned() } else { self.unread.to_string() }
    }

    /// All languages, to choose from.
    pub const fn languages(&self) -> [Language; 4] {
        Language::ALL
    }

    /// A refusal as members are told it: the sentence of its own, if it has one, or that of its code.
    pub fn sentence(&self, error: &Error) -> String {
        told::note(error.code);
        let phrase = match error.words() {
            Some((key, Some(name))) => self.say(key).with("name", name),
            Some((key, None)) => self.say(key),
            None => self.say(format!("{}.sentence", refusal_key(error))),
        };
        self.told(phrase, error).into()
    }

    /// A text about a refusal, with the numbers that the refusal knows.
    fn told(&self, mut phrase: Phrase, error: &Error) -> Phrase {
        for (name, value) in error.members.iter() {
            let Some(number) = value.as_i64() else { continue };
            if let Some(name) = TOLD.iter().find(|told| *told == name) {
                phrase = phrase.with(name, self.tokens(&number));
            } else if let Some(name) = COUNTED.iter().find(|told| *told == name) {
                phrase = phrase.with(name, number);
            }
        }
        phrase
    }

    /// The same as those are told it who look after the community, beside a form: where a member reads of
    /// their own wallet, they read of somebody else's.
    pub fn of_others(&self, error: &Error) -> String {
        told::note(error.code);
        let of_others = self.told(self.say(format!("{}.of-others", refusal_key(error))), error);
        match (error.words(), error.errors.first()) {
            (None, Some(wrong)) => self.rule(wrong),
            (None, None) if of_others.exists() => of_others.into(),
            _ => self.sentence(error),
        }
    }

    /// The same in few words.
    pub fn title_of(&self, error: &Error) -> String {
        self.say(refusal_key(error)).into()
    }

    /// What is wrong with one thing that was typed: the rule for it.
    pub fn rule(&self, wrong: &FieldError) -> String {
        let rule = self.say(format!("rule-{}", wrong.field.replace(['_', '.'], "-")));
        rule.or_else(|| self.say("rule-other").into())
    }

    /// What is wrong with what was typed: the rule for the first thing that is, or the refusal's sentence.
    pub fn problem(&self, error: &Error) -> String {
        told::note(error.code);
        error.errors.first().map_or_else(|| self.sentence(error), |wrong| self.rule(wrong))
    }

    /// What a role is called; a word of ours, or of a later version.
    pub fn role(&self, role: &str) -> String {
        self.say(format!("role-{role}")).into()
    }

    /// What an amount looks like, for fields.
    pub fn amount_pattern(&self) -> &'static str {
        whole_number()
    }

    /// A number of things.
    pub fn number(&self, number: &i64) -> String {
        self.grouped(*number)
    }

    /// A number in groups.
    pub fn grouped(&self, number: impl Into<i128>) -> String {
        self.language.grouped(number)
    }

    /// What a party is called: the system account is the community itself.
    pub fn name<'a>(&'a self, party: &'a Party) -> &'a str {
        match party.owner {
            Owner::User => &party.name,
            Owner::System => &self.community,
        }
    }

    /// An amount as people read it: `12,345 ¤`, held together on one line.
    pub fn tokens(&self, amount: &i64) -> String {
        self.sum(*amount)
    }

    /// The same of any size.
    pub fn sum(&self, tokens: impl Into<i128>) -> String {
        format!("{}\u{a0}{}", self.grouped(tokens), self.symbol)
    }

    /// A time of day: `14:05`.
    pub fn clock(&self, at: &i64) -> String {
        self.language.clock(&self.shown(*at))
    }

    /// A time of day, with the day where that is not today: `14:05`, `20 Nov, 14:05`.
    pub fn lately(&self, at: &i64) -> String {
        let (at, now) = (self.shown(*at), self.shown(self.now));
        if at.date() == now.date() {
            self.language.clock(&at)
        } else if at.year() == now.year() {
            self.language.dated("date-lately", &at).into()
        } else {
            self.language.dated("date-bucket-hour", &at).into()
        }
    }

    /// A day: `Friday, 20 November 2026`.
    pub fn day(&self, at: &i64) -> String {
        self.language.day(&self.shown(*at))
    }

    /// A day as forms write it: `2026-11-20`.
    pub fn date(&self, at: &i64) -> String {
        self.shown(*at).date().to_string()
    }

    /// Day and time: `20 November 2026, 14:05`.
    pub fn moment(&self, at: &i64) -> String {
        self.language.moment(&self.shown(*at))
    }

    /// What stands below each page on paper: whose it is, and which of how many.
    pub fn foot(&self, page: usize, count: usize) -> String {
        let says = self.say("layout-page-of").with("community", &self.community);
        says.with("page", page).with("count", count).into()
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

    /// What the community's clock shows at a time.
    fn shown(&self, at: i64) -> Zoned {
        Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }
}

/// What refusals know of tokens.
const TOLD: [&str; 4] = ["balance", "required", "remaining", "fee"];
/// And of how many there are of something.
const COUNTED: [&str; 2] = ["recipients_max", "recipients"];

fn refusal_key(error: &Error) -> String {
    format!("refusal-{}", error.code.as_str().replace('_', "-"))
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
pub(super) struct ProblemPage<'a> {
    pub(super) shell: Shell,
    pub(super) title: String,
    pub(super) detail: String,
    /// What somebody wrote into the form that was refused.
    pub(super) written: &'a [String],
    pub(super) request_id: String,
}
