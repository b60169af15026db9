//! The directory of a server of ours: where there is room, short enough for a socket, removed even after a killed run.

use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::kill;
use nix::sys::statvfs::statvfs;
use nix::unistd::{Pid, geteuid};
use tempfile::TempDir;

use super::account::Account;
use super::durability::Durability;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};

const PREFIX: &str = "pgmg-throwaway-";

/// Locked by the process that the directory belongs to, as long as that lives.
const OWNER_FILE: &str = "owner";

/// A younger directory may be about to get its lock.
const SETTLED: Duration = Duration::from_secs(60);

/// A directory that belongs to one server, removed when dropped.
#[derive(Debug)]
pub(super) struct ServerDirectory {
    directory: TempDir,
    _owner: Flock<File>,
}

impl ServerDirectory {
    /// Makes one and removes what killed runs left beside it.
    pub fn create(durability: Durability, account: &Account) -> Result<ServerDirectory> {
        let mut reasons = Vec::new();
        for base in bases(durability) {
            remove_leftovers(&base);
            match create_in(&base, account) {
                Ok(directory) => return Ok(directory),
                Err(error) => reasons.push(format!("{}: {error}", base.display())),
            }
        }
        let diagnostic = Diagnostic::new("there is no directory for a throwaway PostgreSQL server")
            .help("set TMPDIR to a short path that every user may enter");
        let noted = reasons.into_iter().fold(diagnostic, |diagnostic, reason| diagnostic.note(NoteLabel::Note, reason));
        Err(Error::new(Kind::Unavailable, noted))
    }

    /// Also the directory of the socket.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// For the server's data.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }
}

fn bases(durability: Durability) -> Vec<PathBuf> {
    const ENOUGH: u64 = 256 * 1024 * 1024;
    let memory = Path::new("/dev/shm");
    let has_room = |path: &Path| {
        let free = |fs: nix::sys::statvfs::Statvfs| {
            #[allow(clippy::useless_conversion, reason = "macOS counts blocks in 32 bits")]
            let blocks = u64::from(fs.blocks_available());
            blocks.saturating_mul(fs.fragment_size())
        };
        statvfs(path).is_ok_and(|fs| free(fs) >= ENOUGH)
    };
    let mut bases = Vec::new();
    if durability == Durability::Fast && cfg!(target_os = "linux") && has_room(memory) {
        bases.push(memory.to_path_buf());
    }
    bases.push(std::env::temp_dir());
    bases.push(PathBuf::from("/tmp"));
    bases.dedup();
    bases
}

fn create_in(base: &Path, account: &Account) -> io::Result<ServerDirectory> {
    /// sockaddr_un's path is 104 bytes on macOS and BSD, 108 on Linux, with the final 0.
    const LONGEST: usize = 103;
    if let Account::Other(..) = account
        && let Some(closed) = base.ancestors().find(|path| path.metadata().is_ok_and(|m| m.permissions().mode() & 0o001 == 0))
    {
        return Err(io::Error::other(format!("other users may not enter {}", closed.display())));
    }
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let directory = tempfile::Builder::new().prefix(&prefix).permissions(Permissions::from_mode(0o700)).tempdir_in(base)?;
    if directory.path().join(".s.PGSQL.65535").as_os_str().len() > LONGEST {
        return Err(io::Error::other("the path is too long for a socket"));
    }
    let owner = File::create(directory.path().join(OWNER_FILE))?;
    let owner = Flock::lock(owner, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| io::Error::from(error))?;
    account.take(directory.path())?;
    DirBuilder::new().mode(0o700).create(directory.path().join("data"))?;
    account.take(&directory.path().join("data"))?;
    Ok(ServerDirectory { directory, _owner: owner })
}

fn remove_leftovers(base: &Path) {
    for entry in base.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let owner = rest.split('-').next().and_then(|pid| pid.parse().ok()).map(Pid::from_raw);
        if is_abandoned(&entry.path(), owner) {
            log::debug!("removing what a killed run left: {}", entry.path().display());
            // A server that still runs there ends by itself when its postmaster.pid is gone.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(directory: &Path, owner: Option<Pid>) -> bool {
    let Ok(metadata) = directory.symlink_metadata() else { return false };
    if !metadata.is_dir() || !(geteuid().is_root() || metadata.uid() == geteuid().as_raw()) {
        return false;
    }
    let age = metadata.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
    let settled = age.is_some_and(|age| age > SETTLED);
    // The lock counts, because process ids of another container mean nothing here; the id only saves waiting.
    match File::open(directory.join(OWNER_FILE)).map(|file| Flock::lock(file, FlockArg::LockExclusiveNonblock)) {
        Ok(Ok(_lock)) => settled || owner.is_some_and(|pid| kill(pid, None) == Err(Errno::ESRCH)),
        Ok(Err(_)) => false,
        Err(_) => settled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_holds_is_removed() {
        let base = tempfile::tempdir_in("/tmp").unwrap_or_else(|error| panic!("{error}"));
        let alive = create_in(base.path(), &Account::Ourselves).unwrap_or_else(|error| panic!("{error}"));
        // No process has this id: Linux has at most 2^22.
        let (dead, young, other) = ("pgmg-throwaway-999999999-x", "pgmg-throwaway-999999999-y", "something-else");
        for name in [dead, young, other] {
            std::fs::create_dir(base.path().join(name)).unwrap_or_else(|error| panic!("{error}"));
        }
        std::fs::write(base.path().join(dead).join(OWNER_FILE), "").unwrap_or_else(|error| panic!("{error}"));
        remove_leftovers(base.path());
        assert!(alive.path().exists() && base.path().join(young).exists() && base.path().join(other).exists());
        assert!(!base.path().join(dead).exists());
    }
}
