//! Statistics every member may see: where all tokens are, how they move, who takes part.
//!
//! Every figure is of the moment it is asked for and exact to the last token. They are read from what
//! the ledger folds its transactions into ([`crate::ledger::Folded`]) and from the newest rows, by the
//! clock of the community's time zone.

mod accounts;
mod activity;
mod api;
mod calendar;
mod concentration;
mod effect;
mod effect_api;
mod effect_pages;
mod figures;
mod flow;
mod flow_pages;
mod forecast;
mod forecast_pages;
mod network;
mod outlook;
mod pages;
mod range;
mod report;
mod report_api;
mod report_letters;
mod report_pages;
mod report_paper;
pub mod sandbox;
mod sandbox_pages;
mod sections;
mod supply;
mod table;
mod transactions;
mod users;
mod velocity;

pub use accounts::{Accounts, Movement, accounts};
pub use activity::{Activity, activity};
pub use calendar::{Bucket, Calendar, Period};
pub use concentration::{Concentration, concentration};
pub use effect::{Asking, DistributionEffect, Effects, Together, effect, effects};
pub use flow::{Network, network};
pub use forecast::{Forecast, Foretold};
pub use report::{AccountOfMonth, Knowing, Month, Report, month, report};
pub use report_letters::tell_reports;
pub(crate) use sections::says;
pub use supply::{SupplyOverTime, supply_over_time};
pub(crate) use table::{briefly, named};
pub use transactions::{Transactions, transactions};
pub use users::{Settled, Users, users};
pub use velocity::{Velocity, velocity};

use std::sync::Arc;

use crate::web::Slice;
use crate::web::chart::real;

/// A number of things in memory, as figures are given.
fn counted(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

/// What this slice hands the server.
pub fn slice() -> Slice {
    let (settled, foretold) = (Arc::new(Settled::default()), Arc::new(Foretold::default()));
    let turns = Arc::new(sandbox::Turns::default());
    Slice {
        calls: api::routes(Arc::clone(&settled), Arc::clone(&foretold), Arc::clone(&turns))
            .merge(effect_api::routes())
            .merge(report_api::routes(Arc::clone(&settled), Arc::clone(&foretold)))
            .merge(report_paper::routes(Arc::clone(&settled), Arc::clone(&foretold))),
        pages: pages::routes(&settled)
            .merge(forecast_pages::routes(&settled, &foretold))
            .merge(effect_pages::routes())
            .merge(flow_pages::routes())
            .merge(report_pages::routes(&settled, &foretold))
            .merge(report_paper::pages(&settled, &foretold))
            .merge(sandbox_pages::routes(&turns)),
    }
}
