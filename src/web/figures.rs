//! What is counted of requests, for whoever watches over the program.

use axum::http::{Method, StatusCode};
use prometheus::{Histogram, HistogramOpts, IntCounterVec, Opts};

use crate::error::{Code, Error, Result};

/// From what a look-up takes to the longest that a request may take.
const SECONDS: [f64; 11] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 20.0, 30.0];
/// Where a request goes that matches no route.
const NOWHERE: &str = "none";

/// The counters. Every label has few values, whatever strangers send.
pub struct Figures {
    /// By route, method and status.
    pub requests: IntCounterVec,
    /// By code.
    pub refusals: IntCounterVec,
    /// How long answers took.
    pub seconds: Histogram,
    /// Schedules that were due, by what came of it.
    pub schedule_runs: IntCounterVec,
}

impl Figures {
    pub(super) fn new() -> Result<Self> {
        let make = || {
            Ok::<_, prometheus::Error>(Self {
                requests: IntCounterVec::new(
                    Opts::new("communitytoken_requests_total", "Requests answered, by route, method and status."),
                    &["route", "method", "status"],
                )?,
                refusals: IntCounterVec::new(
                    Opts::new("communitytoken_refusals_total", "Requests and connections refused, by code."),
                    &["code"],
                )?,
                seconds: Histogram::with_opts(
                    HistogramOpts::new("communitytoken_request_seconds", "How long an answer took to begin.")
                        .buckets(SECONDS.to_vec()),
                )?,
                schedule_runs: IntCounterVec::new(
                    Opts::new(
                        "communitytoken_schedule_runs_total",
                        "Distributions that were due by a schedule, by what came of it.",
                    ),
                    &["outcome"],
                )?,
            })
        };
        let figures = make().map_err(Error::internal)?;
        // Counted from the start, so that an alarm hears of the first, too.
        drop(figures.refusals.with_label_values(&[Code::Overloaded.as_str()]));
        Ok(figures)
    }

    pub(super) fn answered(&self, route: Option<&str>, method: &Method, status: StatusCode, seconds: f64) {
        let labels = [route.unwrap_or(NOWHERE), known(method), status.as_str()];
        self.requests.with_label_values(&labels).inc();
        self.seconds.observe(seconds);
    }

    /// Counts an answer, if it is a refusal: one that travels in it, or one that its page tells beside a form. What
    /// a page finds wrong with what was typed without any other word is what programs are told as a wrong request.
    pub(super) fn refused(&self, error: Option<Code>, told: Option<Code>, status: StatusCode) {
        let told = match status {
            _ if !status.is_client_error() && !status.is_server_error() => None,
            StatusCode::UNPROCESSABLE_ENTITY => told.or(Some(Code::InvalidRequest)),
            _ => told,
        };
        if let Some(code) = error.or(told) {
            count(&self.refusals, code);
        }
    }
}

/// Counts one refusal; of requests the frame does, of connections the door.
pub fn count(refusals: &IntCounterVec, code: Code) {
    refusals.with_label_values(&[code.as_str()]).inc();
}

/// Anybody can make up methods; each would be counted for ever.
fn known(method: &Method) -> &str {
    let methods =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    if methods.contains(method) { method.as_str() } else { "other" }
}
