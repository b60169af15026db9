//! How a watch learns of changes: by events, or by looking at the files where no events can be had.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::Message;
use crate::project::cached::{CachedProject, Seen};
use crate::watching::debounce::{Debounce, FileChange};
use crate::watching::events::Events;

/// How often files are looked at where no events can be had, unless somebody says otherwise.
const POLL: Duration = Duration::from_millis(500);

/// How often they are looked at all the same, in case events do not come.
const DOUBT: Duration = Duration::from_secs(2);

/// How long an event may take that belongs to what was seen.
const LATE: Duration = Duration::from_millis(250);

/// How soon a directory is looked for that is away.
const AWAY: Duration = Duration::from_millis(100);

/// How much less time than between two looks one of them may take.
const SHARE: u32 = 50;

/// Watches the files of a project.
pub struct FileWatcher {
    events: Option<Events>,
    /// How often files are looked at without events.
    interval: Duration,
    /// The files as they were when they were last looked at or read.
    known: Seen,
    /// There was a change that no event told of yet.
    suspicion: Suspicion,
    pub next_look: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Suspicion {
    None,
    Unheard,
}

impl FileWatcher {
    /// Listens to directories; with `poll` only by looking at the files so often. Why there are no events, if there are none.
    pub fn open(directories: &[PathBuf], poll: Option<Duration>, sender: &Sender<Message>) -> (FileWatcher, Option<String>) {
        let sender = sender.clone();
        let listened = match poll {
            // Nobody hears what is said after the end.
            None => Events::listen(directories, move |event| _ = sender.send(Message::File(event))),
            Some(_) => Err("--poll asks for it".to_owned()),
        };
        let (events, why) = match listened {
            Ok(events) => (Some(events), None),
            Err(why) => (None, Some(why)),
        };
        let interval = poll.unwrap_or(POLL);
        let watcher = FileWatcher { events, interval, known: Seen::new(), suspicion: Suspicion::None, next_look: Instant::now() };
        (watcher, why)
    }

    /// How often files are looked at without events.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// From now on only by looking at the files. Whether that is new.
    pub fn use_polling(&mut self) -> bool {
        self.next_look = Instant::now();
        self.events.take().is_some()
    }

    /// Files were read, as they were then.
    pub fn read(&mut self, seen: &Seen) {
        self.known.clone_from(seen);
        self.suspicion = Suspicion::None;
    }

    /// Follows directories that were made anew and looks at the files; what changed is noted.
    ///
    /// # Errors
    /// Why there are no events any more, in words.
    pub fn look(&mut self, kept: &CachedProject, debounce: &mut Debounce) -> Result<(), String> {
        let begin = Instant::now();
        self.follow(debounce)?;
        let seen = kept.look();
        let now = Instant::now();
        let rest = (now - begin) * SHARE;
        let Some(events) = &self.events else {
            // Without a directory nothing is there.
            self.note(&seen.unwrap_or_default(), debounce, now);
            self.next_look = now + self.interval.max(rest);
            return Ok(());
        };
        self.next_look = now + if events.misses_one() { AWAY } else { DOUBT.max(rest) };
        let is_unheard = debounce.is_idle() && seen.as_ref().is_some_and(|seen| *seen != self.known);
        match (is_unheard, self.suspicion) {
            (false, _) => self.suspicion = Suspicion::None,
            (true, Suspicion::None) => {
                self.suspicion = Suspicion::Unheard;
                self.next_look = now + LATE;
            }
            (true, Suspicion::Unheard) => {
                let seen = seen.unwrap_or_default();
                let example = differing(&self.known, &seen).first().map(|path| shown(path)).unwrap_or_default();
                self.note(&seen, debounce, now);
                return Err(format!("the file system does not tell of all changes, such as that of {example}"));
            }
        }
        Ok(())
    }

    /// Listens to directories that were made anew; they are looked at again.
    ///
    /// # Errors
    /// As for [`FileWatcher::look`].
    pub fn follow(&mut self, debounce: &mut Debounce) -> Result<(), String> {
        let Some(events) = &mut self.events else { return Ok(()) };
        for directory in events.follow()? {
            debounce.note(&directory, FileChange::Around, Instant::now());
        }
        Ok(())
    }

    fn note(&mut self, seen: &Seen, debounce: &mut Debounce, now: Instant) {
        for path in differing(&self.known, seen) {
            let is_there = seen.get(path).is_some_and(|stamp| !stamp.is_empty());
            debounce.note(path, if is_there { FileChange::Written } else { FileChange::Gone }, now);
        }
        self.known.clone_from(seen);
    }
}

/// The files that are not the same in both.
fn differing<'a>(before: &'a Seen, now: &'a Seen) -> Vec<&'a Path> {
    let changed = now.iter().filter(|(path, stamp)| before.get(*path) != Some(stamp));
    let gone = before.keys().filter(|path| !now.contains_key(*path));
    changed.map(|(path, _)| path).chain(gone).map(PathBuf::as_path).collect()
}

/// A path as a person names it from here.
fn shown(path: &Path) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(current).unwrap_or(path).display().to_string()
}
