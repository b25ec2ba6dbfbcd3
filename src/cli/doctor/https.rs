//! HTTPS by the program itself: can certificates be kept, and until when is there one.

use std::time::{Duration, SystemTime};

use super::Findings;
use crate::config::Config;
use crate::https::Folder;

const DAY: u64 = 24 * 60 * 60;

/// Whether members can come by HTTPS, and for how long; nothing where somebody else sees to that.
pub(super) fn certificate(config: &Config, findings: &mut Findings) {
    let Some(https) = &config.https else { return };
    let folder = Folder::of(https);
    let kept = match folder.check().and_then(|()| folder.certificate()) {
        Ok(kept) => kept,
        Err(problem) => return findings.bad("certificate", problem),
    };
    let domain = https.domain();
    let Some(kept) = kept.filter(|kept| kept.is_for(&https.domains)) else {
        return findings.warn("certificate", format!("There is none for {} in {} yet. The program asks for one while it serves, and its log says what stands in the way.", https.domains.join(", "), folder.path().display()));
    };
    let now = SystemTime::now();
    let days = |time: SystemTime| time.duration_since(now).as_ref().map_or(0, Duration::as_secs) / DAY;
    let left = days(kept.ends);
    if kept.ends <= now {
        findings.bad(
            "certificate",
            format!(
                "The one for {domain} has run out: no browser comes in. The program's log says why there is no new one."
            ),
        );
    } else if kept.is_running_out(now) {
        findings.bad("certificate", format!("The one for {domain} ends in {left} days, and the next should long be here. The program's log says why it is not."));
    } else if kept.due() <= now {
        findings.warn("certificate", format!("The one for {domain} ends in {left} days, and the next is due. The program asks for it while it serves."));
    } else {
        findings.ok(
            "certificate",
            format!("The one for {domain} counts for {left} more days, and is renewed in {}.", days(kept.due())),
        );
    }
}
