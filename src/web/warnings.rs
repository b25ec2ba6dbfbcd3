//! What somebody should see to although the program can do its work: the same for whoever watches the program
//! (`/health`) and for whoever opens the operators' overview.

use super::App;

/// Something to see to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// The last backup could not be taken.
    BackupFailed,
    /// A backup in the folder is from the future.
    BackupAhead,
}

impl Warning {
    /// In a sentence, for programs and their people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::BackupFailed => "The last backup could not be taken; the log says why.",
            Self::BackupAhead => {
                "A backup in the folder is from the future, so its age is not known: see that this machine's clock is right, and move that backup away."
            }
        }
    }

    /// The same on pages, in each language.
    pub const fn words(self) -> &'static str {
        match self {
            Self::BackupFailed => "operators-backups-failed",
            Self::BackupAhead => "operators-backups-ahead",
        }
    }

    /// Where to look, and what the way there is called.
    pub const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::BackupFailed | Self::BackupAhead => ("/admin/backups", "operators-backups-see"),
        }
    }
}

impl App {
    /// What somebody should see to now.
    pub fn warnings(&self) -> Vec<Warning> {
        let all = [(self.backups.is_failing(), Warning::BackupFailed), (self.backups.is_ahead(), Warning::BackupAhead)];
        all.into_iter().filter_map(|(is_so, warning)| is_so.then_some(warning)).collect()
    }
}
