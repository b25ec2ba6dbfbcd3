//! A socket of this machine: a file by which a proxy comes, and nobody from outside.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// Whoever reaches the file may connect, as to a port of this machine; its folder says who that is.
const MODE: u32 = 0o666;

/// A bound socket; its file goes with it.
pub(super) struct Local {
    listener: UnixListener,
    path: PathBuf,
}

impl Local {
    /// Binds; what is wrong with the path is said in one sentence.
    pub(super) fn bind(path: &Path) -> Result<Self, String> {
        let bound = clear(path).and_then(|()| UnixListener::bind(path));
        let listener = bound.map_err(|error| {
            let way = match error.kind() {
                ErrorKind::AddrInUse => "Another program is there: end it, or choose another path for server.socket.",
                ErrorKind::AlreadyExists => "Something else lies there: choose another path for server.socket.",
                ErrorKind::NotFound => "Make its folder first.",
                ErrorKind::InvalidInput => {
                    "Choose a shorter path for server.socket: the system takes some hundred bytes."
                }
                _ => "Choose a path for server.socket in a folder that the program may write.",
            };
            format!("{} cannot be listened on ({error}). {way}", path.display())
        })?;
        let local = Self { listener, path: path.to_owned() };
        fs::set_permissions(path, Permissions::from_mode(MODE))
            .map_err(|error| format!("{} cannot be opened to others ({error}).", path.display()))?;
        Ok(local)
    }

    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<tokio::net::UnixStream> {
        Ok(self.listener.accept().await?.0)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _gone_already = fs::remove_file(&self.path);
    }
}

/// Takes away the socket of a program that was killed, and nothing else.
fn clear(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if !found.file_type().is_socket() => Err(ErrorKind::AlreadyExists.into()),
        Ok(_) => match UnixStream::connect(path) {
            Ok(_) => Err(ErrorKind::AddrInUse.into()),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
            Err(error) => Err(error),
        },
    }
}
