//! File events of the operating system, as changes for the debounce. A directory that was deleted and made again is found again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use notify::event::{AccessKind, AccessMode, CreateKind, Event, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::debounce::FileChange;

/// What is heard of the directories.
#[derive(Debug)]
pub enum FileEvent {
    /// What was seen of a path, and when.
    Change(PathBuf, FileChange, Instant),
    /// Events were lost or cannot be had, and why.
    Unavailable(String),
}

/// Listens to directories and everything below them.
pub struct Events {
    watcher: RecommendedWatcher,
    roots: Vec<Root>,
    /// One of them was deleted or moved since they were followed; the one that is made again may have the same number.
    moved: Arc<AtomicBool>,
}

/// A directory that is listened to.
#[derive(Debug, Clone)]
struct Root {
    path: PathBuf,
    /// Which directory it was when listening to it began.
    identity: Option<Identity>,
}

/// Device and number: another directory of the same name has others.
type Identity = (u64, u64);

/// Where a directory is, by its own name and without symbolic links: some systems report only the second one.
#[derive(Debug, Clone)]
struct DirectoryPaths {
    named: PathBuf,
    real: PathBuf,
}

impl Events {
    /// Listens to these directories from now on and hands what is heard to `tell`, from another thread.
    ///
    /// # Errors
    /// Why no events can be had, in words: too many watches, a file system without them.
    pub fn listen(directories: &[PathBuf], tell: impl Fn(FileEvent) + Send + 'static) -> Result<Events, String> {
        let places: Arc<[DirectoryPaths]> = directories.iter().map(|directory| DirectoryPaths::of(directory)).collect();
        let moved = Arc::new(AtomicBool::new(false));
        let has_moved = Arc::clone(&moved);
        let handler = move |event: notify::Result<Event>| match event {
            Ok(event) if event.need_rescan() => tell_all(&places, &tell),
            Ok(event) => {
                if takes_away(&event, &places) {
                    has_moved.store(true, Ordering::SeqCst);
                }
                for (path, change) in changes(&event, &places) {
                    tell(FileEvent::Change(path, change, Instant::now()));
                }
            }
            Err(error) => tell(FileEvent::Unavailable(in_words(&error))),
        };
        let watcher = notify::recommended_watcher(handler).map_err(|error| in_words(&error))?;
        let roots = directories.iter().map(|path| Root { path: absolute(path), identity: None }).collect();
        let mut events = Events { watcher, roots, moved };
        events.follow()?;
        Ok(events)
    }

    /// Listens to directories that are there again; those that were found anew since the last time.
    ///
    /// # Errors
    /// As for [`Events::listen`].
    pub fn follow(&mut self) -> Result<Vec<PathBuf>, String> {
        let mut found = Vec::new();
        let moved = self.moved.swap(false, Ordering::SeqCst);
        for root in &mut self.roots {
            let identity = identity(&root.path);
            if identity == root.identity && !moved {
                continue;
            }
            if root.identity.take().is_some() {
                // A directory that is gone has taken its watch with it.
                let _ = self.watcher.unwatch(&root.path);
            }
            if identity.is_some() {
                match self.watcher.watch(&root.path, RecursiveMode::Recursive) {
                    Ok(()) => found.push(root.path.clone()),
                    // It went while it was looked at: the next time will tell.
                    Err(error) if is_missing(&error) => continue,
                    Err(error) => return Err(in_words(&error)),
                }
            }
            root.identity = identity;
        }
        Ok(found)
    }

    /// Whether one of the directories is not there.
    pub fn misses_one(&self) -> bool {
        self.roots.iter().any(|root| root.identity.is_none())
    }
}

impl DirectoryPaths {
    fn of(directory: &Path) -> DirectoryPaths {
        let named = absolute(directory);
        let real = directory.canonicalize().unwrap_or_else(|_| named.clone());
        DirectoryPaths { named, real }
    }

    /// The part of a path below it.
    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        path.strip_prefix(&self.named).or_else(|_| path.strip_prefix(&self.real)).ok()
    }
}

/// Events were lost: there may be changes anywhere.
fn tell_all(places: &[DirectoryPaths], tell: &impl Fn(FileEvent)) {
    for place in places {
        tell(FileEvent::Change(place.named.clone(), FileChange::Around, Instant::now()));
    }
}

/// Whether an event deletes or moves one of the directories themselves.
fn takes_away(event: &Event, places: &[DirectoryPaths]) -> bool {
    matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)))
        && event.paths.iter().any(|path| places.iter().any(|place| *path == place.named || *path == place.real))
}

/// What an event says about the paths that it names, as they are now.
fn changes(event: &Event, places: &[DirectoryPaths]) -> Vec<(PathBuf, FileChange)> {
    let Some(seen) = kind(&event.kind) else { return Vec::new() };
    let named = event.paths.iter().filter_map(|path| places.iter().find_map(|place| Some((place, place.below(path)?))));
    let visible = named.filter(|(_, below)| !below.iter().any(|part| part.as_encoded_bytes().starts_with(b".")));
    visible.filter_map(|(place, below)| change(place.named.join(below), seen)).collect()
}

/// What kind of thing happened; `None` if it changes nothing.
fn kind(kind: &EventKind) -> Option<FileChange> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(FileChange::Complete),
        EventKind::Access(_) => None,
        EventKind::Modify(ModifyKind::Name(_)) | EventKind::Create(CreateKind::Folder) => Some(FileChange::Complete),
        EventKind::Modify(ModifyKind::Metadata(_)) => Some(FileChange::Touched),
        _ => Some(FileChange::Written),
    }
}

fn change(path: PathBuf, seen: FileChange) -> Option<(PathBuf, FileChange)> {
    let is_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Some((path, FileChange::Around)),
        Ok(_) if !is_sql => None,
        Ok(metadata) if metadata.len() == 0 => Some((path, FileChange::Gone)),
        Ok(_) => Some((path, seen)),
        Err(_) if is_sql => Some((path, FileChange::Gone)),
        // What is missing from it, if it was a directory, is found by looking.
        Err(_) => Some((path, FileChange::Around)),
    }
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        notify::ErrorKind::PathNotFound => true,
        notify::ErrorKind::Io(error) => error.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

fn in_words(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the operating system allows no more watches (fs.inotify.max_user_watches)".to_owned()
        }
        notify::ErrorKind::Io(error) if error.raw_os_error() == Some(libc::EMFILE) => {
            "the operating system allows no more watchers (fs.inotify.max_user_instances) or open files".to_owned()
        }
        notify::ErrorKind::Io(error) => error.to_string(),
        notify::ErrorKind::Generic(reason) => reason.clone(),
        _ => error.to_string(),
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_dir)?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_dir)?;
    let created = metadata.created().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((created.as_secs(), u64::from(created.subsec_nanos())))
}

#[cfg(test)]
mod tests {
    use notify::event::{DataChange, MetadataKind, RemoveKind, RenameMode};

    use super::*;

    /// What an event about a path below a fresh directory says.
    fn said(kind: EventKind, path: &str, content: Option<&str>) -> Option<FileChange> {
        let folder = tempfile::tempdir().expect("a directory");
        let full = folder.path().join(path);
        if let Some(content) = content {
            fs::create_dir_all(full.parent().expect("a parent")).expect("a directory");
            fs::write(&full, content).expect("a file");
        }
        let places = [DirectoryPaths::of(folder.path())];
        let changes = changes(&Event::new(kind).add_path(full.clone()), &places);
        changes.first().map(|(said, change)| {
            assert_eq!(*said, full);
            *change
        })
    }

    const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));

    #[test]
    fn what_events_say() {
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let permissions = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        let removed = EventKind::Remove(RemoveKind::File);
        for (kind, path, content, expected) in [
            (WRITTEN, "a.sql", Some("x"), Some(FileChange::Written)),
            (CLOSED, "a.SQL", Some("x"), Some(FileChange::Complete)),
            (renamed, "deep/er/a.sql", Some("x"), Some(FileChange::Complete)),
            (permissions, "a.sql", Some("x"), Some(FileChange::Touched)),
            (removed, "a.sql", None, Some(FileChange::Gone)),
            (removed, "a.sql", Some("x"), Some(FileChange::Written)),
            (CLOSED, "a.sql", Some(""), Some(FileChange::Gone)),
            (EventKind::Access(AccessKind::Open(AccessMode::Any)), "a.sql", Some("x"), None),
        ] {
            assert_eq!(said(kind, path, content), expected, "{kind:?} {path}");
        }
    }

    #[test]
    fn what_is_no_sql_of_the_project_says_nothing() {
        for path in ["a.sql~", "4913", "README.md", ".a.sql.swp", ".hidden/a.sql"] {
            assert_eq!(said(CLOSED, path, Some("x")), None, "{path}");
        }
        assert_eq!(
            said(EventKind::Remove(RemoveKind::Any), "views", None),
            Some(FileChange::Around),
            "it may have been a directory"
        );
    }

    #[test]
    fn a_directory_that_is_made_again_is_followed() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().join("sql");
        fs::create_dir(&root)?;
        let mut events = Events::listen(std::slice::from_ref(&root), |_| {}).expect("events");
        assert_eq!((events.follow(), events.misses_one()), (Ok(Vec::new()), false));
        fs::rename(&root, folder.path().join("old"))?;
        assert_eq!((events.follow(), events.misses_one()), (Ok(Vec::new()), true));
        fs::create_dir(&root)?;
        assert_eq!((events.follow(), events.misses_one()), (Ok(vec![root]), false));
        Ok(())
    }
}
