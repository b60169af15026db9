//! Whether git is changing the working tree right now: it holds the lock of its index while it checks files out.

use std::fs;
use std::path::{Path, PathBuf};

use super::debounce::Git;

/// The lock of the repository that a directory is in.
#[derive(Debug, Clone)]
pub struct GitLock {
    directory: PathBuf,
    lock: Option<PathBuf>,
}

impl GitLock {
    /// Of the repository above `directory`, as soon as there is one.
    pub fn above(directory: &Path) -> GitLock {
        GitLock { directory: directory.to_owned(), lock: None }
    }

    /// What git is doing.
    pub fn state(&mut self) -> Git {
        if self.lock.is_none() {
            self.lock = find(&self.directory);
        }
        match &self.lock {
            Some(lock) if lock.exists() => Git::AtWork,
            _ => Git::Idle,
        }
    }
}

/// In a linked working tree `.git` is a file that says where its own part of the repository is (gitrepository-layout(5)).
fn find(directory: &Path) -> Option<PathBuf> {
    let git = directory.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists())?;
    if git.is_dir() {
        return Some(git.join("index.lock"));
    }
    let text = fs::read_to_string(&git).ok()?;
    let target = text.strip_prefix("gitdir:")?.trim();
    Some(git.parent()?.join(target).join("index.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_found_from_below() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let inner = folder.path().join("project/sql");
        fs::create_dir_all(&inner)?;
        let mut lock = GitLock::above(&inner);
        assert_eq!(lock.state(), Git::Idle);
        fs::create_dir(folder.path().join(".git"))?;
        assert_eq!(lock.state(), Git::Idle);
        fs::write(folder.path().join(".git/index.lock"), "")?;
        assert_eq!(lock.state(), Git::AtWork);
        Ok(())
    }

    #[test]
    fn a_linked_working_tree_has_its_own() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (tree, own) = (folder.path().join("tree"), folder.path().join("main/.git/worktrees/tree"));
        fs::create_dir_all(&tree)?;
        fs::create_dir_all(&own)?;
        fs::write(tree.join(".git"), format!("gitdir: {}\n", own.display()))?;
        fs::write(own.join("index.lock"), "")?;
        assert_eq!(GitLock::above(&tree).state(), Git::AtWork);
        Ok(())
    }
}
