//! What the tests stand on: a throwaway server, projects copied under other names, the built binary, dumps to compare.

// Every test binary uses its own part of this.
#![allow(dead_code)]

pub mod browser;
pub mod case;
pub mod database;
pub mod harness;
pub mod pgmg;
pub mod project;
pub mod random;
pub mod script;

use std::fmt::Display;
use std::io::Error;
use std::process::Command;

pub use libtest_mimic::Failed;

/// How a test ends: a failure is text for a person.
pub type Outcome<T = ()> = Result<T, Failed>;

const SCRATCH: &str = "pgmg-test-";

/// A folder that vanishes when it is dropped; the id of this process in its name lets a later run remove what a killed one left.
pub fn scratch() -> Outcome<tempfile::TempDir> {
    Ok(tempfile::Builder::new().prefix(&format!("{SCRATCH}{}-", std::process::id())).tempdir()?)
}

/// Removes the folders of test runs that were killed.
pub fn remove_leftovers() {
    for entry in std::env::temp_dir().read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(SCRATCH)?.split('-').next()?.parse().ok());
        // SAFETY: kill(2) only takes numbers, and signal 0 only asks whether the process is there.
        if owner
            .is_some_and(|pid| unsafe { libc::kill(pid, 0) } == -1 && Error::last_os_error().raw_os_error() == Some(libc::ESRCH))
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Fails with `message` unless `truth` holds.
pub fn ensure(truth: bool, message: impl FnOnce() -> String) -> Outcome {
    if truth { Ok(()) } else { Err(message().into()) }
}

/// Fails with a diff unless both texts are equal.
pub fn ensure_equal(what: impl Display, expected: &str, actual: &str) -> Outcome {
    ensure(expected == actual, || format!("{what} (- expected, + actual):\n{}", diff(expected, actual)))
}

/// The differences of two texts as `diff -u` shows them; both texts where there is no such program.
pub fn diff(expected: &str, actual: &str) -> String {
    let both = || format!("--- expected\n{expected}\n+++ actual\n{actual}");
    let Ok(folder) = scratch() else { return both() };
    let (one, two) = (folder.path().join("expected"), folder.path().join("actual"));
    if std::fs::write(&one, expected).is_err() || std::fs::write(&two, actual).is_err() {
        return both();
    }
    match Command::new("diff").arg("-U4").arg(&one).arg(&two).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).lines().skip(2).collect::<Vec<_>>().join("\n"),
        Err(_) => both(),
    }
}
