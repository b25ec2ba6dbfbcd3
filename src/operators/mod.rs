//! What those who look after the community see of it as a whole: how it is, what changed lately, and how
//! the program is set up. What they do is in the slices whose use cases they are.

mod backups;
mod overview;
mod program;

use crate::web::Slice;

/// What this slice hands the server.
pub fn slice() -> Slice {
    Slice { pages: overview::routes().merge(program::routes()).merge(backups::routes()), ..Slice::default() }
}
