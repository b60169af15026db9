//! Whether git is changing the working tree right now: it holds the lock of its index while it checks files out.

use std::fs;
use std::path::{Path, PathBuf};

use super::debounce::Git;

/// The lock of the repository that a directory is in.
#[derive(Debug, Clone, Default)]
pub struct GitLock(Option<PathBuf>);

impl GitLock {
    /// Of the repository above `directory`; of none if there is none. In a linked working tree `.git` is a file that says where
    /// its own part of the repository is (gitrepository-layout(5)).
    pub fn above(directory: &Path) -> GitLock {
        let found = directory.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists());
        let folder = found.and_then(|path| {
            if path.is_dir() {
                return Some(path);
            }
            let text = fs::read_to_string(&path).ok()?;
            let target = text.strip_prefix("gitdir:")?.trim();
            path.parent().map(|parent| parent.join(target))
        });
        GitLock(folder.map(|folder| folder.join("index.lock")))
    }

    /// What git is doing.
    pub fn state(&self) -> Git {
        match &self.0 {
            Some(lock) if lock.exists() => Git::AtWork,
            _ => Git::Idle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_found_from_below() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let inner = folder.path().join("project/sql");
        fs::create_dir_all(&inner)?;
        fs::create_dir(folder.path().join(".git"))?;
        let lock = GitLock::above(&inner);
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
