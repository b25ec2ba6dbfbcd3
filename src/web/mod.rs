//! What the routes of every slice need: the program's state, who is calling, the body and the query
//! of a request, the frame around every answer, and how refusals are shown.
//!
//! Slices import this; it imports no slice.

mod act;
mod app;
mod arrival;
pub mod assets;
mod body;
mod caller;
mod calls;
pub(crate) mod chart;
mod created;
mod download;
mod feed;
mod figures;
mod frame;
pub mod installable;
mod known;
mod language;
mod listener;
pub mod look;
mod overseeing;
mod page;
mod pages;
mod rates;
mod refused;
mod sections;
mod service_calls;
mod session;
pub mod spreadsheet;
mod square;
mod told;
mod warnings;
mod why;

pub use act::{ActForm, ActPage, ReasonForm};
pub use app::{App, Slice};
pub use arrival::{Client, Peer, household};
pub(crate) use body::path_id;
pub use body::{Body, FormBody, ListBody, Object, Parameters, PathId, PathText, UploadBody};
pub use caller::{
    Bearer, Key, OperatorCaller, OverseerCaller, Paying, Reading, ReadingOwn, StatisticsReader, authority,
};
pub use calls::Calls;
pub(crate) use calls::calls;
pub use created::{created, created_at, replayed};
pub use download::{Pieces, download, whole};
pub use feed::{Ear, Feed};
pub use figures::{Figures, count as count_refusal};
pub use frame::{DRESS, RequestId, frame, problem_body};
pub use language::{Visitor, is_local, routes as language_routes};
pub use listener::{BearerListener, PageListener, Pass};
pub use overseeing::{MayAct, Operating, Overseeing};
pub use page::{Nav, Shell, form_status, page, page_with, page_with_script};
pub use pages::Pages;
pub use refused::{Refusals, Tally, Whom};
pub use sections::Section;
pub use session::{BareForm, SESSION, Session, SignIn, sign_in_and_go_on};
pub use square::Square;
pub use told::note as note_refusal;
pub use warnings::Warning;
pub use why::Why;
