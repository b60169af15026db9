//! The project as it is staged in git: what a commit would hold, whatever lies in the working tree.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::config::{LearnedCache, Settings};
use crate::error::{Error, Result};
use crate::model::diagnostic::Diagnostic;

/// A copy of the staged files; gone when dropped.
#[derive(Debug)]
pub struct Staged {
    folder: TempDir,
    /// The top of the repository.
    top: PathBuf,
    current: PathBuf,
}

impl Staged {
    /// Copies what is staged of the project's directories.
    ///
    /// # Errors
    /// No repository, or git cannot be run; of kind Usage.
    pub fn check_out(settings: &Settings) -> Result<Staged> {
        let top = PathBuf::from(git(&settings.root, &["rev-parse", "--show-toplevel"])?.trim());
        let folder = tempfile::tempdir().map_err(|error| Error::usage(format!("cannot make a temporary directory: {error}")))?;
        let current = std::env::current_dir().map_err(|error| Error::usage(format!("no current directory: {error}")))?;
        let prefix = format!("--prefix={}/", folder.path().display());
        git(&top, &["checkout-index", "--all", "--force", "--quiet", &prefix])?;
        Ok(Staged { folder, top, current })
    }

    /// The settings of the project with the copy in place of its directories.
    pub fn settings(&self, settings: &Settings) -> Settings {
        let there = |directory: &PathBuf| {
            let absolute = self.current.join(directory);
            let absolute = absolute.canonicalize().unwrap_or(absolute);
            let below = absolute.strip_prefix(&self.top).map(Path::to_path_buf).unwrap_or(absolute);
            let path = self.folder.path().join(below);
            // A directory in which nothing is staged is empty.
            let _ = std::fs::create_dir_all(&path);
            path
        };
        Settings {
            migrations_dir: settings.migrations_dir.as_ref().map(there),
            code_dir: settings.code_dir.as_ref().map(there),
            lessons: LearnedCache::Dropped,
            ..settings.clone()
        }
    }

    /// Names the files in a finding as they are in the working tree.
    pub fn rename(&self, diagnostic: &mut Diagnostic) {
        let places = diagnostic.place.iter_mut().chain(diagnostic.related.iter_mut().map(|(_, place)| place));
        for place in places {
            let Ok(below) = Path::new(&place.path).strip_prefix(self.folder.path()) else { continue };
            let absolute = self.top.join(below);
            let current = self.current.canonicalize().unwrap_or_else(|_| self.current.clone());
            let shown = absolute.strip_prefix(&current).map(Path::to_path_buf).unwrap_or(absolute);
            place.path = shown.display().to_string();
        }
    }
}

/// What git prints.
///
/// # Errors
/// It cannot be run, or refuses; of kind Usage.
pub fn git(directory: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(directory).args(arguments).output();
    let output = output.map_err(|error| Error::usage(format!("git cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::usage(format!("git {}: {}", arguments.first().unwrap_or(&""), said.lines().next().unwrap_or("failed"))))
}
