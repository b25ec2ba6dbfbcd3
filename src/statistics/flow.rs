//! Flow: who trades with whom, as a network without names.
//!
//! It is counted from the payments themselves, newest first and no more than some millions of them; where
//! that is not all of the period, the answer says from when on it counts.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::Period;
use super::counted;
use super::transactions::ratio;
use crate::error::Result;
use crate::ledger::first_since;

/// Transactions that are read at most: about a second.
const ROWS_MAX: i64 = 4_000_000;
/// Strongest connections that are told.
pub(super) const STRONGEST: usize = 20;

/// Who trades with whom.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Network {
    /// The first millisecond that counts.
    pub from_time: i64,
    /// The last.
    pub to_time: i64,
    /// Members who paid a member or were paid by one.
    pub members: i64,
    /// Connections: a member who paid another one, once or often.
    pub connections: i64,
    /// What part of all connections that could be there is there; null with fewer than two members.
    pub density: Option<f64>,
    /// What part of the connections has one the other way; null where there is none.
    pub reciprocity: Option<f64>,
    /// Groups that no payment joins, the largest first.
    pub clusters: Vec<Cluster>,
    /// The connections by which most tokens went.
    pub strongest: Vec<Connected>,
    /// When this was calculated, Unix milliseconds.
    pub calculated_at: i64,
}

/// Members who are joined by payments, directly or by way of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cluster {
    /// How many they are.
    pub members: i64,
    /// Payments among them.
    pub count: i64,
    /// Tokens these moved.
    #[schema(value_type = i64)]
    pub volume: i128,
}

/// A member who paid another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Connected {
    /// The one who paid: a number that means nothing outside this answer.
    pub from: usize,
    /// The one who was paid.
    pub to: usize,
    /// Payments.
    pub count: i64,
    /// Tokens.
    #[schema(value_type = i64)]
    pub volume: i128,
    /// Who paid: for operators and auditors alone, null for everybody else.
    pub from_username: Option<String>,
    /// Who was paid, for the same.
    pub to_username: Option<String>,
}

/// Who traded with whom in a period, with so many of the strongest connections. `named`: whether the caller may
/// see who they are.
pub fn network(conn: &Connection, period: &Period, most: usize, named: bool, now: i64) -> Result<Network> {
    let (first, end) = (first_since(conn, period.from())?, first_since(conn, period.until())?);
    let start = first.max(end - ROWS_MAX);
    let from_time = if start == first {
        period.from()
    } else {
        conn.query_row("SELECT created_at FROM transactions WHERE sequence = ?1", [start], |row| row.get(0))?
    };
    let edges = edges(conn, start, end)?;
    let mut groups = Groups::default();
    for (from, to) in edges.keys() {
        groups.join(*from, *to);
    }
    let members = counted(groups.parent.len());
    let connections = counted(edges.len());
    let mutual = edges.keys().filter(|(from, to)| edges.contains_key(&(*to, *from))).count();
    Ok(Network {
        from_time,
        to_time: period.until() - 1,
        members,
        connections,
        density: (members > 1).then(|| ratio(connections.into(), i128::from(members) * i128::from(members - 1))),
        reciprocity: (connections > 0).then(|| ratio(mutual as i128, connections.into())),
        clusters: groups.clusters(&edges),
        strongest: strongest(conn, &edges, most, named)?,
        calculated_at: now,
    })
}

/// Payer and payee, by the keys of their wallets: how often, how much.
type Edges = HashMap<(i64, i64), (i64, i128)>;

fn edges(conn: &Connection, start: i64, end: i64) -> Result<Edges> {
    let mut edges = Edges::new();
    let mut statement = conn.prepare_cached(
        "SELECT from_wallet, to_wallet, amount FROM transactions WHERE sequence >= ?1 AND sequence < ?2 AND kind = 3",
    )?;
    let mut rows = statement.query([start, end])?;
    while let Some(row) = rows.next()? {
        let edge = edges.entry((row.get(0)?, row.get(1)?)).or_default();
        edge.0 += 1;
        edge.1 += i128::from(row.get::<_, i64>(2)?);
    }
    Ok(edges)
}

/// Which members are joined: each names another one of its group, the head names itself.
#[derive(Default)]
struct Groups {
    parent: HashMap<i64, i64>,
}

impl Groups {
    fn head(&mut self, member: i64) -> i64 {
        let mut head = member;
        loop {
            let parent = *self.parent.entry(head).or_insert(head);
            if parent == head {
                break;
            }
            head = parent;
        }
        self.parent.insert(member, head);
        head
    }

    fn join(&mut self, one: i64, other: i64) {
        let (one, other) = (self.head(one), self.head(other));
        self.parent.insert(one, other);
    }

    fn clusters(&mut self, edges: &Edges) -> Vec<Cluster> {
        let mut clusters: HashMap<i64, Cluster> = HashMap::new();
        let members: Vec<i64> = self.parent.keys().copied().collect();
        for member in members {
            let empty = Cluster { members: 0, count: 0, volume: 0 };
            clusters.entry(self.head(member)).or_insert(empty).members += 1;
        }
        for ((from, _), (count, volume)) in edges {
            if let Some(cluster) = clusters.get_mut(&self.head(*from)) {
                cluster.count += count;
                cluster.volume += volume;
            }
        }
        let mut clusters: Vec<Cluster> = clusters.into_values().collect();
        clusters.sort_unstable_by_key(|cluster| std::cmp::Reverse((cluster.members, cluster.volume, cluster.count)));
        clusters
    }
}

/// The strongest connections. Their members are numbered in the order in which they appear.
fn strongest(conn: &Connection, edges: &Edges, most: usize, named: bool) -> Result<Vec<Connected>> {
    let mut all: Vec<_> = edges.iter().collect();
    all.sort_unstable_by_key(|(pair, (count, volume))| (std::cmp::Reverse((*volume, *count)), **pair));
    all.truncate(most);
    let mut username = conn.prepare_cached("SELECT username FROM users WHERE wallet = ?1")?;
    let mut numbers: BTreeMap<i64, (usize, Option<String>)> = BTreeMap::new();
    let mut known = |wallet: i64| -> Result<(usize, Option<String>)> {
        if let Some(known) = numbers.get(&wallet) {
            return Ok(known.clone());
        }
        let name = if named { username.query_row([wallet], |row| row.get(0)).optional()? } else { None };
        let member = (numbers.len() + 1, name);
        numbers.insert(wallet, member.clone());
        Ok(member)
    };
    all.into_iter()
        .map(|((from, to), (count, volume))| {
            let ((from, from_username), (to, to_username)) = (known(*from)?, known(*to)?);
            Ok(Connected { from, to, count: *count, volume: *volume, from_username, to_username })
        })
        .collect()
}
