//! `alerts`: what is unusual, found by rules that say why.

use clap::{Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use super::{Act, Common, Failure, output};
use crate::alerts::{
    AcknowledgeAlert, Alert, AlertFilter, Mute, MuteAlerts, Rule, State, UnmuteAlerts, list, mutes, replay,
};
use crate::config::Config;
use crate::error::Result;
use crate::language::Language;
use crate::ledger::{Authority, Books, DAY_MS, PageRequest, WalletId};

/// The rules there are, but for that which cannot be muted and is never kept.
const RULES: &str = "Which rule: amount, frequency, circle, new_accounts, issuance or sign_ins";

/// An alert is named by its id.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Alerts {
    /// List alerts, the newest first; those that nobody has seen to, or all
    List(List),
    /// Say that somebody has seen to an alert, and what came of it
    Acknowledge(Change),
    /// Mute a rule, or a rule where it concerns one wallet
    Mute(MuteRule),
    /// Let a rule be heard again
    Unmute(Change),
    /// List what is muted
    Mutes,
    /// Run the rules over the whole history and show what they find; writes nothing
    Replay,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those that somebody has seen to, too
    #[arg(long)]
    all: bool,
    /// Found by this rule alone
    #[arg(long, help = RULES)]
    rule: Option<Rule>,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// Its id
    id: Uuid,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct MuteRule {
    /// Which
    #[arg(help = RULES)]
    rule: Rule,
    /// Only where it concerns this wallet [default: whomever it concerns]
    #[arg(long, value_name = "WALLET_ID")]
    wallet: Option<WalletId>,
    /// For so many days [default: for good]
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=36_500))]
    days: Option<i64>,
    #[command(flatten)]
    act: Act,
}

impl Alerts {
    pub(super) fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        match self {
            Self::List(which) => which.run(common),
            Self::Acknowledge(change) => change.run(common, |books, id, authority| {
                let alert = books.execute_blocking(AcknowledgeAlert { id, authority })?;
                Ok((json!(alert), "The alert is acknowledged."))
            }),
            Self::Mute(mute) => mute.run(common),
            Self::Unmute(change) => change.run(common, |books, id, authority| {
                books.execute_blocking(UnmuteAlerts { id, authority })?;
                Ok((json!({ "id": id }), "The rule is heard again."))
            }),
            Self::Mutes => list_mutes(common),
            Self::Replay => replay_all(common),
        }
    }
}

/// For programs, with its sentence.
fn told(alert: &Alert, config: &Config) -> serde_json::Value {
    let mut told = json!(alert);
    told["sentence"] = sentence(alert, config).into();
    told
}

fn sentence(alert: &Alert, config: &Config) -> String {
    alert.sentence(Language::English, &config.community.token_symbol)
}

fn when(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| format!("{at:.0}")).unwrap_or_default()
}

impl List {
    fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        let (books, config) = common.books()?;
        let filter = AlertFilter { rule: self.rule, state: (!self.all).then_some(State::Open) };
        let found = books.read_blocking(|conn| list(conn, filter, &PageRequest::new(Some(200), None)?))?.items;
        books.close();
        let all: Vec<_> = found.iter().map(|alert| told(alert, &config)).collect();
        output::print(common.json, &all, || {
            let row = |alert: &Alert| {
                let seen = if alert.state == State::Open { String::new() } else { "seen".to_owned() };
                vec![when(alert.happened_at), alert.id.to_string(), seen, sentence(alert, &config)]
            };
            output::table(&["WHEN", "ID", "", "WHY"], &found.iter().map(row).collect::<Vec<_>>())
        });
        Ok(())
    }
}

impl Change {
    fn run(
        self,
        common: &Common,
        act: impl FnOnce(&Books, Uuid, Authority) -> Result<(serde_json::Value, &'static str)>,
    ) -> std::result::Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let (answer, words) = act(&books, self.id, authority)?;
        books.close();
        output::print(common.json, &answer, || words.to_owned());
        Ok(())
    }
}

impl MuteRule {
    fn run(self, common: &Common) -> std::result::Result<(), Failure> {
        let authority = self.act.authority()?;
        let (books, _) = common.books()?;
        let now = books.now();
        let until = self.days.map(|days| now + days * DAY_MS);
        let command = MuteAlerts { rule: self.rule, wallet: self.wallet, until, now, authority };
        let mute = books.execute_blocking(command)?;
        books.close();
        output::print(common.json, &mute, || {
            format!("It is muted. Let it be heard again with: alerts unmute {}", mute.id)
        });
        Ok(())
    }
}

fn list_mutes(common: &Common) -> std::result::Result<(), Failure> {
    let (books, _) = common.books()?;
    let now = books.now();
    let found = books.read_blocking(|conn| mutes(conn, now))?;
    books.close();
    output::print(common.json, &found, || {
        let row = |mute: &Mute| {
            let whom = mute.wallet.as_ref().map_or("everybody", |wallet| wallet.name.as_str());
            let until = mute.until.map_or_else(|| "for good".to_owned(), when);
            vec![mute.rule.as_str().to_owned(), whom.to_owned(), until, mute.id.to_string(), mute.reason.clone()]
        };
        output::table(&["RULE", "WHOM", "UNTIL", "ID", "WHY"], &found.iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

fn replay_all(common: &Common) -> std::result::Result<(), Failure> {
    let (books, config) = common.books()?;
    let found = books.read_blocking(|conn| replay(conn, config.alerts))?;
    books.close();
    let all: Vec<_> = found.alerts.iter().map(|alert| told(alert, &config)).collect();
    output::print(common.json, &json!({ "transactions": found.transactions, "alerts": all }), || {
        let row =
            |alert: &Alert| vec![when(alert.happened_at), alert.rule.as_str().to_owned(), sentence(alert, &config)];
        let table = output::table(&["WHEN", "RULE", "WHY"], &found.alerts.iter().map(row).collect::<Vec<_>>());
        format!("{table}\n{} found in {} transactions; nothing was written.", found.alerts.len(), found.transactions)
    });
    Ok(())
}
