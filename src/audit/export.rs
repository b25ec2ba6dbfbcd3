//! Files with what is everybody's leave a line when they are downloaded: who, which, and by which filter.

use serde::Serialize;
use serde_json::json;

use super::leave::LeaveLine;
use crate::error::{Error, Result};
use crate::identity::Member;
use crate::ledger::{AuditAction, Authority, Reason};
use crate::web::{App, RequestId, authority};

/// Notes that somebody who looks after the community downloads a file. Where it cannot be noted, there is none.
pub async fn note_export(
    app: &App,
    member: &Member,
    request_id: &RequestId,
    (action, file): (AuditAction, &'static str),
    filter: &impl Serialize,
) -> Result<()> {
    let mut filter = serde_json::to_value(filter).map_err(Error::internal)?;
    if let Some(fields) = filter.as_object_mut() {
        fields.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
    }
    // They read and change nothing, so that an auditor may: the role was asked for when they came.
    let acting = None;
    let authority = Authority { acting, ..authority(member, Reason::new("Downloaded as a file")?, request_id)? };
    let (target, details) = (file.to_owned(), json!({ "filter": filter }));
    app.books.execute(LeaveLine { action, target, details, authority }).await
}
