//! Decides when what changes on disk has settled: changes and the time go in, "apply now" or "wait until" comes out. No I/O.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// After a file that is certainly complete: closed by its writer, or renamed into its place.
pub const COMPLETE: Duration = Duration::from_millis(15);

/// After a complete file while several change: more of them may come.
pub const SEVERAL: Duration = Duration::from_millis(60);

/// After a write that may be followed by another one.
pub const WRITTEN: Duration = Duration::from_millis(120);

/// A file that stays away for so long is removed; editors that delete and create are back sooner.
pub const AWAY: Duration = Duration::from_millis(500);

/// How long to wait while git is at work, before asking again.
const GIT_PAUSE: Duration = Duration::from_millis(20);

/// A git that takes longer was killed and has left its lock behind.
const GIT_PATIENCE: Duration = Duration::from_secs(30);

/// What was seen of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChange {
    /// Something was written; nobody knows whether that is all.
    Written,
    /// It is complete.
    Complete,
    /// Something happened to it that says nothing of its text, such as other permissions.
    Touched,
    /// It is no SQL file, but may be a directory of some, or may have been.
    Around,
    /// It is not there, or it is empty: many programs empty a file before they write it.
    Gone,
}

/// Whether somebody is changing files who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Git {
    Idle,
    /// It holds the lock of its index: more files may follow.
    AtWork,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing changes.
    Idle,
    WaitUntil(Instant),
    /// Everything has settled.
    Apply,
}

/// What has changed and is not applied.
#[derive(Debug, Default)]
pub struct Debounce {
    /// The last change of each path, and when it was seen.
    paths: HashMap<PathBuf, (FileChange, Instant)>,
    first: Option<Instant>,
}

impl Debounce {
    /// Takes in a change that was seen at `now`.
    pub fn note(&mut self, path: &Path, change: FileChange, now: Instant) {
        self.first.get_or_insert(now);
        let known = self.paths.entry(path.to_owned()).or_insert((change, now));
        // A second sign of being gone does not begin the wait anew, and a touch neither ends one nor begins one.
        if change != FileChange::Touched && !(known.0 == FileChange::Gone && change == FileChange::Gone) {
            *known = (change, now);
        }
    }

    /// What to do at `now`.
    pub fn next(&self, now: Instant, git: Git) -> Next {
        let (Some(first), Some(due)) = (self.first, self.due()) else { return Next::Idle };
        if due > now {
            return Next::WaitUntil(due);
        }
        match git {
            Git::AtWork if now < first + GIT_PATIENCE => Next::WaitUntil(now + GIT_PAUSE),
            _ => Next::Apply,
        }
    }

    /// When everything has settled, if nothing more happens; `None` if nothing has changed.
    fn due(&self) -> Option<Instant> {
        let files = self.paths.values().filter(|(change, _)| *change != FileChange::Around).count();
        let complete = if files > 1 { SEVERAL } else { COMPLETE };
        let wait = |change: FileChange| match change {
            FileChange::Written | FileChange::Touched => WRITTEN,
            FileChange::Complete | FileChange::Around => complete,
            FileChange::Gone => AWAY,
        };
        self.paths.values().map(|&(change, at)| at + wait(change)).max()
    }

    /// Forgets everything, because it is being applied; gives the paths that stayed away.
    pub fn take(&mut self) -> Vec<PathBuf> {
        self.first = None;
        self.paths.drain().filter(|(_, (change, _))| *change == FileChange::Gone).map(|(path, _)| path).collect()
    }

    /// Whether nothing is waiting.
    pub fn is_idle(&self) -> bool {
        self.paths.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A debounce with changes at milliseconds after `start`.
    fn after(start: Instant, changes: &[(u64, &str, FileChange)]) -> Debounce {
        let mut debounce = Debounce::default();
        for (at, path, change) in changes {
            debounce.note(Path::new(path), *change, start + Duration::from_millis(*at));
        }
        debounce
    }

    /// At which millisecond these changes are applied.
    fn applied_at(changes: &[(u64, &str, FileChange)]) -> u64 {
        let start = Instant::now();
        let debounce = after(start, changes);
        let mut now = start + Duration::from_millis(changes.last().map_or(0, |(at, ..)| *at));
        loop {
            match debounce.next(now, Git::Idle) {
                Next::Idle => panic!("nothing is waiting"),
                Next::Apply => return u64::try_from((now - start).as_millis()).expect("a short time"),
                Next::WaitUntil(until) => {
                    assert!(until > now, "a wait that is over");
                    now = until;
                }
            }
        }
    }

    #[test]
    fn nothing_is_idle() {
        let mut debounce = Debounce::default();
        assert_eq!((debounce.next(Instant::now(), Git::Idle), debounce.is_idle()), (Next::Idle, true));
        assert!(debounce.take().is_empty());
    }

    #[test]
    fn a_rename_into_place_is_applied_at_once() {
        assert_eq!(applied_at(&[(0, "a.sql", FileChange::Complete)]), 15);
    }

    #[test]
    fn a_temporary_file_beside_it_is_no_second_file() {
        assert_eq!(applied_at(&[(0, "sedXYZ", FileChange::Around), (1, "a.sql", FileChange::Complete)]), 16);
        assert_eq!(applied_at(&[(0, "b.sql", FileChange::Complete), (1, "a.sql", FileChange::Complete)]), 61);
    }

    #[test]
    fn a_write_waits_for_its_end() {
        assert_eq!(applied_at(&[(0, "a.sql", FileChange::Written), (40, "a.sql", FileChange::Written)]), 160);
        assert_eq!(applied_at(&[(0, "a.sql", FileChange::Written), (40, "a.sql", FileChange::Complete)]), 55, "closed");
    }

    #[test]
    fn permissions_change_nothing() {
        assert_eq!(applied_at(&[(0, "a.sql", FileChange::Complete), (10, "a.sql", FileChange::Touched)]), 15);
        assert_eq!(applied_at(&[(0, "a.sql", FileChange::Written), (10, "a.sql", FileChange::Touched)]), 120);
        assert_eq!(applied_at(&[(0, "a.sql", FileChange::Touched)]), 120);
    }

    #[test]
    fn delete_and_create_is_a_change_and_no_removal() {
        let start = Instant::now();
        let changes = [(0, "a.sql", FileChange::Gone), (300, "a.sql", FileChange::Written), (301, "a.sql", FileChange::Complete)];
        assert_eq!(applied_at(&changes), 316);
        assert!(after(start, &changes).take().is_empty());
    }

    #[test]
    fn an_emptied_file_waits_for_its_text() {
        assert_eq!(applied_at(&[(0, "a.sql", FileChange::Gone), (90, "a.sql", FileChange::Complete)]), 105);
    }

    #[test]
    fn what_stays_away_is_gone() {
        let start = Instant::now();
        let changes = [(0, "a.sql", FileChange::Gone), (10, "b.sql", FileChange::Complete), (400, "a.sql", FileChange::Gone)];
        assert_eq!(applied_at(&changes), 500, "the second sign of being gone changes nothing, and the other file waits with it");
        let mut debounce = after(start, &changes);
        assert_eq!(debounce.take(), [PathBuf::from("a.sql")]);
        assert_eq!(debounce.next(start, Git::Idle), Next::Idle);
    }

    #[test]
    fn many_files_are_applied_once_after_the_last() {
        let files: Vec<String> = (0..500).map(|n| format!("{n}.sql")).collect();
        let changes: Vec<(u64, &str, FileChange)> =
            files.iter().zip(0..).map(|(file, n)| (n * 50, file.as_str(), FileChange::Complete)).collect();
        assert_eq!(applied_at(&changes), 499 * 50 + 60);
    }

    #[test]
    fn git_at_work_is_waited_for_but_not_for_ever() {
        let start = Instant::now();
        let debounce = after(start, &[(0, "a.sql", FileChange::Complete)]);
        let at = |milliseconds: u64| start + Duration::from_millis(milliseconds);
        assert_eq!(debounce.next(at(0), Git::AtWork), Next::WaitUntil(at(15)));
        assert_eq!(debounce.next(at(15), Git::AtWork), Next::WaitUntil(at(35)));
        assert_eq!(debounce.next(at(35), Git::Idle), Next::Apply);
        assert_eq!(debounce.next(at(30_000), Git::AtWork), Next::Apply, "a lock that was left behind");
    }
}
