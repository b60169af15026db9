//! A project that is read again and again: a file that is still the same is not read a second time.

use std::collections::{BTreeMap, HashMap};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::directives::Folder;
use super::file::ReadFile;
use super::load::{Directories, Files, find, load_by, read_file};
use super::walk::FoundFile;
use crate::error::Result;
use crate::model::project::Project;

/// A file that was written to so shortly before it was read may be written to again without another time: some file systems
/// count in seconds, or in two.
const FRESH: Duration = Duration::from_secs(2);

/// A project with what is known of its files.
#[derive(Default)]
pub struct CachedProject {
    directories: Directories,
    files: HashMap<PathBuf, CachedFile>,
}

/// What tells whether a file is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Device, number, and when anything about it changed (seconds, nanoseconds); zero where there is no such thing.
    identity: (u64, u64, i64, i64),
}

/// The files that are there, by their absolute paths.
pub type Seen = BTreeMap<PathBuf, Stamp>;

/// A project that was read, and the files that it was read of.
pub struct Read {
    pub project: Result<Project>,
    /// Files that could not be read are among them.
    pub seen: Seen,
}

struct CachedFile {
    stamp: Stamp,
    file: ReadFile,
}

impl CachedProject {
    /// Nothing is read yet.
    pub fn new(directories: Directories) -> CachedProject {
        CachedProject { directories, files: HashMap::new() }
    }

    /// The project as it is on disk now, as [`load`](super::load()) gives it.
    pub fn read(&mut self) -> Read {
        let known = std::mem::take(&mut self.files);
        let (next, seen) = (Mutex::new(HashMap::with_capacity(known.len())), Mutex::new(Seen::new()));
        let reader = |found: FoundFile, folder: Folder| -> Files {
            let path = found.path.clone();
            let before = Stamp::of(&path);
            if let Some(stamp) = before {
                locked(&seen).insert(absolute(&path), stamp);
            }
            let kept = known.get(&path).filter(|kept| Some(kept.stamp) == before);
            let file = match kept {
                Some(kept) => kept.file.clone(),
                None => read_file(found, folder)?,
            };
            if let Some(stamp) = before.filter(|stamp| kept.is_some() || !stamp.is_fresh(SystemTime::now())) {
                locked(&next).insert(path, CachedFile { stamp, file: file.clone() });
            }
            Ok(file)
        };
        let project = load_by(&self.directories, &reader);
        self.files = next.into_inner().unwrap_or_else(PoisonError::into_inner);
        Read { project, seen: seen.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }

    /// The files that are there now, without reading them; `None` if a directory cannot be read.
    pub fn look(&self) -> Option<Seen> {
        let found = find(&self.directories).ok()?;
        Some(found.iter().filter_map(|found| Some((absolute(&found.path), Stamp::of(&found.path)?))).collect())
    }
}

impl Stamp {
    /// `None` if the file is not there.
    fn of(path: &Path) -> Option<Stamp> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Stamp { modified: metadata.modified().ok(), length: metadata.len(), identity: identity(&metadata) })
    }

    /// Whether it is a file without a single byte.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn is_fresh(&self, now: SystemTime) -> bool {
        self.modified.is_none_or(|modified| now.duration_since(modified).map_or(true, |age| age < FRESH))
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64, i64, i64) {
    (0, 0, 0, 0)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What the statements of the project are now.
    fn statements(kept: &mut CachedProject) -> Vec<String> {
        let project = kept.read().project.expect("a project");
        project.statements.expect("code").iter().map(|statement| statement.sql().to_owned()).collect()
    }

    fn age(path: &Path) -> std::io::Result<()> {
        fs::File::options().write(true).open(path)?.set_modified(SystemTime::now() - Duration::from_secs(60))
    }

    #[test]
    fn only_what_changed_is_read_again() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (a, b) = (folder.path().join("a.sql"), folder.path().join("b.sql"));
        fs::write(&a, "SELECT 1")?;
        fs::write(&b, "SELECT 2")?;
        age(&a)?;
        age(&b)?;
        let directories = Directories { migrations: None, code: Some(folder.path().to_owned()) };
        let mut kept = CachedProject::new(directories);
        assert_eq!(statements(&mut kept), ["SELECT 1", "SELECT 2"]);
        assert_eq!(kept.files.len(), 2);
        fs::write(&b, "SELECT 3")?;
        assert_eq!(statements(&mut kept), ["SELECT 1", "SELECT 3"]);
        assert_eq!(kept.files.len(), 1, "one that was written just now is read again the next time");
        fs::write(&b, "SELECT 4")?;
        assert_eq!(statements(&mut kept), ["SELECT 1", "SELECT 4"]);
        fs::remove_file(&a)?;
        assert_eq!(statements(&mut kept), ["SELECT 4"]);
        assert!(kept.files.is_empty());
        Ok(())
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_each_time() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("a.sql");
        fs::write(&file, "SELECT 'open")?;
        age(&file)?;
        let mut kept = CachedProject::new(Directories { migrations: None, code: Some(folder.path().to_owned()) });
        for _ in 0..2 {
            let read = kept.read();
            assert!(read.project.is_err());
            assert_eq!(Some(read.seen), kept.look());
        }
        Ok(())
    }

    #[test]
    fn a_directory_that_is_away_is_an_error_each_time() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().join("sql");
        let mut kept = CachedProject::new(Directories { migrations: None, code: Some(root.clone()) });
        let read = kept.read();
        assert!(read.project.is_err() && read.seen.is_empty());
        assert_eq!(kept.look(), None);
        fs::create_dir(&root)?;
        assert!(kept.read().project.is_ok());
        Ok(())
    }
}
