//! The user that a server of ours runs as: ourselves, or another one if we are root, which PostgreSQL refuses.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Gid, Uid, User, chown, geteuid};

use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};

/// Who runs the server's programs and owns its files.
#[derive(Debug, Clone, Copy)]
pub(super) enum Account {
    Ourselves,
    Other(Uid, Gid),
}

impl Account {
    /// Ourselves; as root, `postgres` or else `nobody`.
    pub fn choose() -> Result<Account> {
        if !geteuid().is_root() {
            return Ok(Account::Ourselves);
        }
        let user = ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).ok().flatten());
        let user = user.filter(|user| !user.uid.is_root()).ok_or_else(|| {
            let message = "PostgreSQL does not run as root, and there is no user \"postgres\" or \"nobody\" to run it as";
            Error::new(Kind::Unavailable, Diagnostic::new(message).help("run pgmg as another user"))
        })?;
        Ok(Account::Other(user.uid, user.gid))
    }

    /// Gives it a file or directory that we made.
    pub fn take(&self, path: &Path) -> io::Result<()> {
        match self {
            Account::Ourselves => Ok(()),
            Account::Other(uid, gid) => Ok(chown(path, Some(*uid), Some(*gid))?),
        }
    }

    /// The topmost directory above a path, or the path itself, that keeps this user out, if we are not that user.
    pub fn kept_out_by(&self, path: &Path) -> Option<PathBuf> {
        match self {
            Account::Ourselves => None,
            Account::Other(uid, gid) => {
                let enters = |m: &std::fs::Metadata| {
                    let bit = if m.uid() == uid.as_raw() {
                        0o100
                    } else if m.gid() == gid.as_raw() {
                        0o010
                    } else {
                        0o001
                    };
                    m.mode() & bit != 0
                };
                let closed = path.ancestors().filter(|above| above.metadata().is_ok_and(|m| m.is_dir() && !enters(&m)));
                closed.last().map(Path::to_path_buf)
            }
        }
    }

    /// Fails if the server's programs lie where this user cannot enter.
    ///
    /// # Errors
    ///
    /// `Unavailable`, with what to do about it.
    pub fn check_reach(&self, programs: &Path) -> Result<()> {
        let really = programs.canonicalize().unwrap_or_else(|_| programs.to_path_buf());
        let Some(closed) = self.kept_out_by(&really) else { return Ok(()) };
        let message = format!("the PostgreSQL server in {} cannot be run: it does not run as root", programs.display());
        let note = format!("pgmg is run by root, and other users may not enter {}", closed.display());
        let help = "run pgmg as another user, or say with PGMG_BINDIR where a server is that every user may run";
        Err(Error::new(Kind::Unavailable, Diagnostic::new(message).note(NoteLabel::Note, note).help(help)))
    }

    /// A program to be run as this user, with an environment that makes no difference to what it does.
    pub fn command(&self, program: &Path, directory: &Path) -> Command {
        let mut command = Command::new(program);
        // A time zone and locale of our choice: both end up in the configuration that initdb writes.
        command.current_dir(directory).env_clear().env("LC_ALL", "C").env("TZ", "UTC");
        for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if let Account::Other(uid, gid) = self {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }
}
