//! What was refused to whom, counted for the audit log: sign-ins, by where and why; what members tried that is
//! for operators or auditors, by member; and what programs with a credential may not do, by program. One line tells of
//! many, so that nobody fills the disk by knocking.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{Method, StatusCode};
use uuid::Uuid;

use crate::error::Code;
use crate::ledger::UserId;

/// The routes by which people come in.
const WAYS_IN: [&str; 5] = ["/login", "/login/callback", "/login/passkey", "/login/recovery", "/join/{secret}"];
/// How tokens of the API are called here.
const TOKEN: &str = "token";
/// Where those who look after the community do it.
const OFFICES: [&str; 2] = ["/admin", "/v1/admin"];
/// Members who are counted one by one; what more of them try is counted together.
const MEMBERS_MAX: usize = 1000;

/// Of whom one line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whom {
    /// Of all who wanted to come in.
    SignIns,
    /// Of a member who wanted to do what is for operators or auditors.
    Member(UserId),
    /// Of a service client that is not allowed what it wanted to do. An operator has made it, so there are few.
    Program(Uuid),
    /// Of more members than are counted one by one.
    Others,
}

/// What one line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How often it was refused, by what and why. There are few of either, whatever anybody sends.
    pub refused: BTreeMap<String, u64>,
    /// The route that was refused first.
    pub route: String,
    /// By which request.
    pub request_id: String,
    /// When that was.
    pub first_at: i64,
    /// When it was the last time.
    pub last_at: i64,
}

impl Tally {
    /// How many they are.
    pub fn count(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Adds what came later.
    fn add(&mut self, later: Self) {
        for (name, count) in later.refused {
            *self.refused.entry(name).or_default() += count;
        }
        self.last_at = self.last_at.max(later.last_at);
    }
}

/// An answer that refused something.
pub(super) struct Refusal<'a> {
    pub(super) method: &'a Method,
    pub(super) route: Option<&'a str>,
    pub(super) status: StatusCode,
    pub(super) code: Option<Code>,
    /// Whether a token was shown.
    pub(super) shows_token: bool,
    /// Who asked, where that is known.
    pub(super) member: Option<UserId>,
    /// Which service client it was, where it was one.
    pub(super) program: Option<Uuid>,
    pub(super) request_id: &'a str,
    pub(super) at: i64,
}

impl Refusal<'_> {
    /// Of whom a line has to tell for it, and as what it is counted there; nothing of what is nobody's business.
    fn counted(&self) -> Option<(Whom, String)> {
        let route = self.route?;
        let why = self.code.map_or_else(|| self.status.as_str(), |code| code.as_str());
        if WAYS_IN.contains(&route) {
            return Some((Whom::SignIns, format!("{route} {why}")));
        }
        if self.shows_token && self.status == StatusCode::UNAUTHORIZED && route.starts_with("/v1/") {
            return Some((Whom::SignIns, format!("{TOKEN} {why}")));
        }
        let is_in =
            |office: &str| route.strip_prefix(office).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let whom = match (self.program, self.member) {
            (Some(program), _) => Whom::Program(program),
            (None, Some(member)) if OFFICES.into_iter().any(is_in) => Whom::Member(member),
            _ => return None,
        };
        (self.status == StatusCode::FORBIDDEN).then(|| (whom, format!("{} {route} {why}", self.method)))
    }
}

/// Counts them.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<Whom, Tally>>);

impl Refusals {
    fn waiting(&self) -> MutexGuard<'_, HashMap<Whom, Tally>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an answer, if the audit log is to know of it.
    pub(super) fn note(&self, refusal: &Refusal<'_>) {
        let Some((whom, name)) = refusal.counted() else { return };
        let at = refusal.at;
        let (route, request_id) = (refusal.route.unwrap_or_default().to_owned(), refusal.request_id.to_owned());
        let tally = Tally { refused: BTreeMap::from([(name, 1)]), route, request_id, first_at: at, last_at: at };
        add(&mut self.waiting(), whom, tally);
    }

    /// Takes those whose line is due.
    pub fn take(&self, is_due: impl Fn(Whom, &Tally) -> bool) -> Vec<(Whom, Tally)> {
        self.waiting().extract_if(|whom, tally| is_due(*whom, tally)).collect()
    }

    /// Puts back what could not be written down; what was counted meanwhile came later.
    pub fn put_back(&self, refused: Vec<(Whom, Tally)>) {
        let mut waiting = self.waiting();
        for (whom, mut tally) in refused {
            if let Some(later) = waiting.remove(&whom) {
                tally.add(later);
            }
            add(&mut waiting, whom, tally);
        }
    }
}

fn add(waiting: &mut HashMap<Whom, Tally>, whom: Whom, tally: Tally) {
    let is_member = |whom: &Whom| matches!(whom, Whom::Member(_));
    let is_new = is_member(&whom) && !waiting.contains_key(&whom);
    let is_one_too_many = is_new && waiting.keys().filter(|whom| is_member(whom)).count() >= MEMBERS_MAX;
    let whom = if is_one_too_many { Whom::Others } else { whom };
    match waiting.get_mut(&whom) {
        Some(before) => before.add(tally),
        None => drop(waiting.insert(whom, tally)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(route: &'static str, status: StatusCode, member: Option<UserId>) -> Refusal<'static> {
        Refusal {
            method: &Method::GET,
            route: Some(route),
            status,
            code: Some(Code::Forbidden),
            shows_token: false,
            member,
            program: None,
            request_id: "one",
            at: 7,
        }
    }

    /// Only what is refused to somebody who is known, and only where operators and auditors are at work.
    #[test]
    fn what_counts() {
        let (ann, forbidden) = (Some(UserId::random()), StatusCode::FORBIDDEN);
        for route in ["/admin", "/admin/audit", "/v1/admin/users/{id}"] {
            assert!(refusal(route, forbidden, ann).counted().is_some(), "{route}");
            assert!(refusal(route, forbidden, None).counted().is_none(), "{route}");
            assert!(refusal(route, StatusCode::NOT_FOUND, ann).counted().is_none(), "{route}");
        }
        for route in ["/", "/administer", "/v1/me", "/transactions/{id}"] {
            assert!(refusal(route, forbidden, ann).counted().is_none(), "{route}");
            let by_program = |status| Refusal { program: Some(Uuid::nil()), ..refusal(route, status, None) }.counted();
            assert_eq!(by_program(forbidden).unwrap().0, Whom::Program(Uuid::nil()), "{route}");
            assert!(by_program(StatusCode::CONFLICT).is_none(), "{route}");
        }
    }

    /// However many try, no more are kept apart than there is room for, and none is lost.
    #[test]
    fn a_crowd_is_counted_together() {
        let refusals = Refusals::default();
        let ids: Vec<_> = (0..MEMBERS_MAX + 50).map(|_| UserId::random()).collect();
        for id in ids.iter().chain(&ids) {
            refusals.note(&refusal("/admin", StatusCode::FORBIDDEN, Some(*id)));
        }
        let all = refusals.take(|_, _| true);
        assert_eq!(all.len(), MEMBERS_MAX + 1);
        let of_others = all.iter().find(|(whom, _)| *whom == Whom::Others).unwrap();
        assert_eq!((of_others.1.count(), all.iter().map(|(_, tally)| tally.count()).sum()), (100, 2 * 1050));
        refusals.put_back(all);
        assert_eq!(refusals.take(|whom, _| whom == Whom::Others).len(), 1);
        assert_eq!(refusals.take(|_, _| true).len(), MEMBERS_MAX);
    }
}
