//! What was built in a throwaway server, kept for the next time: the server's files, and which states of a project were found good.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};

use super::archive::pack;
use super::cache::{cache_directory, private_directory, short_hash};

/// Beside the server's own files, so that both are kept at once: the code that the migrations used, a checksum a line.
const USED_BY_MIGRATIONS: &str = "pgmg-used-by-migrations";

/// How many states are remembered.
const REMEMBERED: usize = 200;

/// The place of one project and one server program in the cache.
#[derive(Debug, Clone)]
pub struct KeptBuilds {
    directory: PathBuf,
}

impl KeptBuilds {
    /// The place for a project, by its root, and for a server, by its programs; `None` where nothing can be kept.
    pub fn of(root: &Path, bin_dir: &Path) -> Option<KeptBuilds> {
        let postgres = bin_dir.join("postgres");
        let postgres = postgres.canonicalize().unwrap_or(postgres);
        let modified = postgres.metadata().and_then(|metadata| metadata.modified()).ok();
        let name = format!("{} {} {modified:?} {}", root.display(), postgres.display(), env!("CARGO_PKG_VERSION"));
        let directory = cache_directory()?.join("projects").join(short_hash(&name));
        private_directory(&directory).ok()?;
        Some(KeptBuilds { directory })
    }

    /// The files of a server in which an earlier state of the project is built, if there are any; they may be incomplete.
    pub fn contents(&self) -> Option<PathBuf> {
        Some(self.directory.join("server")).filter(|path| path.join("extent").exists())
    }

    /// Keeps the files of a server that was stopped cleanly, and which code its migrations used. Where that is not possible
    /// nothing is kept.
    pub fn keep(&self, data: &Path, used_by_migrations: &[String]) {
        let used: String = used_by_migrations.iter().map(|checksum| format!("{checksum}\n")).collect();
        if let Err(error) = fs::write(data.join(USED_BY_MIGRATIONS), used) {
            log::debug!("the build cannot be kept: {error}");
            return;
        }
        let lock = File::create(self.directory.join("lock")).ok();
        let Some(_lock) = lock.and_then(|file| Flock::lock(file, FlockArg::LockExclusive).ok()) else { return };
        if let Err(error) = self.replace(data) {
            log::debug!("the build cannot be kept in {}: {error}", self.directory.display());
        }
    }

    fn replace(&self, data: &Path) -> io::Result<()> {
        let (part, kept) = (tempfile::Builder::new().prefix("part-").tempdir_in(&self.directory)?, self.directory.join("server"));
        pack(data, part.path())?;
        if kept.exists() {
            fs::remove_dir_all(&kept)?;
        }
        fs::rename(part.keep(), kept)
    }

    /// The code that the migrations used in the build whose files were copied to `data`; `None`: not known.
    pub fn used_by_migrations(data: &Path) -> Option<Vec<String>> {
        Some(fs::read_to_string(data.join(USED_BY_MIGRATIONS)).ok()?.lines().map(str::to_owned).collect())
    }

    /// Whether this state of the project was found good.
    pub fn is_good(&self, state: &str) -> bool {
        fs::read_to_string(self.directory.join("good")).is_ok_and(|text| text.lines().any(|line| line == state))
    }

    /// Remembers that this state of the project was found good.
    pub fn note_good(&self, state: &str) {
        let path = self.directory.join("good");
        let before = fs::read_to_string(&path).unwrap_or_default();
        let mut lines: Vec<&str> = before.lines().filter(|line| *line != state).collect();
        lines.push(state);
        let text: String = lines.iter().rev().take(REMEMBERED).rev().map(|line| format!("{line}\n")).collect();
        // Half a line would only not be found.
        let _ = fs::write(path, text);
    }
}
