//! Where the account's key and certificates are kept: below one folder, for the program's user alone, by
//! authority, because what one of them gave is worth nothing to the next.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::Certificate;
use crate::config::Https;
use crate::store::Draft;

/// The key by which the authority knows us.
const ACCOUNT: &str = "account.key";

/// The folder of one authority.
#[derive(Debug, Clone)]
pub struct Folder {
    top: PathBuf,
    path: PathBuf,
    domain: String,
}

impl Folder {
    /// The one that the settings name, there or not.
    pub fn of(settings: &Https) -> Self {
        let directory = &settings.directory;
        let host = directory.host_str().unwrap_or_default().replace([':', '[', ']'], "_");
        let authority = directory.port().map_or_else(|| host.clone(), |port| format!("{host}_{port}"));
        Self {
            top: settings.folder.clone(),
            path: settings.folder.join(authority),
            domain: settings.domain().to_owned(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it where there is none. Before the first certificate is asked for: authorities give only a few
    /// a week for one name, and one that cannot be kept is asked for again at each start.
    pub(super) fn make(&self) -> Result<(), String> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.path);
        made.and_then(|()| tempfile::tempfile_in(&self.path)).map_err(|error| self.cannot(&error))?;
        for folder in [&self.top, &self.path] {
            let open = fs::metadata(folder).is_ok_and(|folder| folder.permissions().mode() & 0o077 != 0);
            if open {
                fs::set_permissions(folder, PermissionsExt::from_mode(0o700)).map_err(|error| self.cannot(&error))?;
            }
        }
        Ok(())
    }

    /// Whether the program could keep something there.
    pub fn check(&self) -> Result<(), String> {
        let there = [&self.path, &self.top].into_iter().find(|folder| folder.exists());
        let Some(there) = there else { return Ok(()) };
        access(there.as_path(), Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|error| self.cannot(&error.into()))
    }

    /// The certificate that is kept; `None`: there is none yet.
    pub fn certificate(&self) -> Result<Option<Certificate>, String> {
        let path = self.certificate_path();
        let Some(pem) = self.read(&path)? else { return Ok(None) };
        let read = Certificate::read(&pem);
        read.map(Some).map_err(|error| format!("{} is no certificate with its key ({error}).", path.display()))
    }

    pub(super) fn keep_certificate(&self, pem: &str) -> Result<(), String> {
        keep(&self.certificate_path(), pem.as_bytes())
    }

    /// The account's key; `None`: there is none yet.
    pub(super) fn account(&self) -> Result<Option<Vec<u8>>, String> {
        self.read(&self.path.join(ACCOUNT))
    }

    pub(super) fn keep_account(&self, key: &[u8]) -> Result<(), String> {
        keep(&self.path.join(ACCOUNT), key)
    }

    fn certificate_path(&self) -> PathBuf {
        self.path.join(format!("{}.pem", self.domain))
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        match fs::read(path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.cannot(&error)),
        }
    }

    fn cannot(&self, error: &io::Error) -> String {
        format!(
            "The folder for certificates, {}, cannot be used ({error}). Give it to the user as whom the program runs, or name another with https.folder.",
            self.path.display()
        )
    }
}

/// Whole or not at all; a draft is for its owner alone.
fn keep(path: &Path, content: &[u8]) -> Result<(), String> {
    let draft = Draft::of(path).map_err(|failure| failure.0)?;
    let mut file = OpenOptions::new().write(true).open(draft.path()).map_err(|error| error.to_string())?;
    io::Write::write_all(&mut file, content).map_err(|error| error.to_string())?;
    draft.place(true).map_err(|failure| failure.0)
}
