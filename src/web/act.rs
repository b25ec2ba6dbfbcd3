//! The page before an act of an operator: what will happen, in sentences, and the question why. Nothing
//! happens without it, and so no such act needs a script or a second question.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::{App, Nav, Operating, Section, Shell, form_status, page_with};
use crate::error::Error;
use crate::ledger::REASON_CHARS_MAX;

/// The page.
#[derive(Template)]
#[template(path = "layout/act.html")]
pub struct ActPage {
    /// The shell around it.
    pub shell: Shell,
    /// What is about to be done: `Freeze the wallet of ann`.
    pub title: String,
    /// What will happen.
    pub sentences: Vec<String>,
    /// Who else reads the reason.
    pub read_by: String,
    /// On the button.
    pub button: String,
    /// Whether it takes something away from somebody.
    pub is_dangerous: bool,
    /// Where the form is sent: the page's own address.
    pub action: String,
    /// Where to go instead.
    pub back: String,
    /// What was typed.
    pub reason: String,
    /// Why it was not done.
    pub problem: Option<String>,
    /// Characters of a reason at most.
    pub reason_max: usize,
}

/// What the form of the page sends.
#[derive(Debug, Default, Deserialize)]
pub struct ReasonForm {
    /// The session's token.
    pub csrf: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// What the form of a page sends on which more than one thing can be done.
#[derive(Debug, Deserialize)]
pub struct ActForm {
    /// The session's token.
    pub csrf: String,
    /// What is to be done.
    #[serde(default)]
    pub act: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

impl ActPage {
    /// An act that changes something for a member, whose page is at `back`.
    pub fn new(
        app: &App,
        operating: &Operating,
        section: Section,
        title: String,
        action: String,
        back: String,
    ) -> Self {
        Self {
            shell: app.shell(Some(&operating.session), Nav::Admin(section)),
            title,
            sentences: Vec::new(),
            read_by: operating.session.language.say("layout-read-by").into(),
            button: operating.session.language.say("layout-do-it").into(),
            is_dangerous: false,
            action,
            back,
            reason: String::new(),
            problem: None,
            reason_max: REASON_CHARS_MAX,
        }
    }

    /// The page as an answer: before the act, or after a refusal, with what was typed.
    pub fn show(self) -> Response {
        page_with(form_status(self.problem.is_some()), &self)
    }

    /// After a refusal, with what was typed.
    pub fn refused(self, reason: String, error: &Error) -> Response {
        let problem = Some(self.shell.of_others(error));
        Self { reason, problem, ..self }.show()
    }
}
