//! The files that `initdb` makes, made once for each PostgreSQL version and kept: unpacking them is ten times as fast.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::fcntl::{Flock, FlockArg};

use super::account::Account;
use super::archive::{pack, unpack};
use super::binaries::check_version;
use super::cache::{cache_directory, short_hash};
use super::durability::Durability;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};

/// A cluster that nobody used yet, for one server program and one way to make it.
pub(super) struct Template {
    initdb: PathBuf,
    arguments: Vec<&'static str>,
    /// Of its directory in the cache: the server program's path, then what changes with its contents.
    name: [String; 2],
}

impl Template {
    pub fn new(bin_dir: &Path, durability: Durability) -> Template {
        let mut arguments = vec!["-A", "trust", "-N", "-U", "postgres", "--locale=C", "-E", "UTF8"];
        if durability == Durability::Fast {
            // Less to copy and to zero.
            arguments.push("--wal-segsize=1");
        }
        let postgres = bin_dir.join("postgres");
        let postgres = postgres.canonicalize().unwrap_or(postgres);
        let version = postgres.metadata().map(|m| format!("{} {} {}", m.len(), m.mtime(), m.mtime_nsec())).unwrap_or_default();
        let name = [short_hash(&format!("{} {arguments:?}", postgres.display())), short_hash(&version)];
        Template { initdb: bin_dir.join("initdb"), arguments, name }
    }

    /// Puts a cluster into the empty directory `data`, from the cache if it is there. A cache that cannot be written is no error.
    pub fn fill(&self, data: &Path, account: &Account) -> Result<()> {
        let Some(cache) = cache_directory() else { return self.initdb(data, account) };
        let cached = cache.join(self.name.join("-"));
        if unpack(&cached, data, account) {
            return Ok(());
        }
        // Who comes second waits for the first one's template.
        let lock = File::create(cache.join("lock")).ok();
        let lock = lock.and_then(|file| Flock::lock(file, FlockArg::LockExclusive).ok());
        if lock.is_some() && unpack(&cached, data, account) {
            return Ok(());
        }
        self.initdb(data, account)?;
        if lock.is_some()
            && let Err(error) = self.keep(data, &cache, &cached)
        {
            log::debug!("the server template cannot be kept in {}: {error}", cache.display());
        }
        Ok(())
    }

    fn initdb(&self, data: &Path, account: &Account) -> Result<()> {
        check_version(self.initdb.parent().unwrap_or(&self.initdb))?;
        let parent = data.parent().unwrap_or(data);
        let mut command = account.command(&self.initdb, parent);
        let output = command.arg("-D").arg(data).args(&self.arguments).stdin(Stdio::null()).output();
        let failed = |why: &str| Diagnostic::new(format!("initdb could not make a throwaway PostgreSQL server: {why}"));
        match output {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stderr).into_owned();
                let diagnostic = text
                    .lines()
                    .filter(|line| !line.is_empty())
                    .take(5)
                    .fold(failed(&format!("it ended with {}", output.status)), |diagnostic, line| {
                        diagnostic.note(NoteLabel::Note, line)
                    });
                Err(Error::new(Kind::Unavailable, diagnostic))
            }
            Err(error) => Err(Error::new(Kind::Unavailable, failed(&error.to_string()))),
        }
    }

    /// Under the lock. A rename makes it visible, so that nobody sees a half of it.
    fn keep(&self, data: &Path, cache: &Path, cached: &Path) -> io::Result<()> {
        // Those of an older build of the same program, and what is incomplete.
        for entry in cache.read_dir()?.flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&self.name[0])) {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        let unfinished = tempfile::Builder::new().prefix(&format!("{}-unfinished-", self.name[0])).tempdir_in(cache)?;
        pack(data, unfinished.path())?;
        std::fs::rename(unfinished.keep(), cached)
    }
}
