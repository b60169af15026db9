//! Where servers' files are kept from one run to the next: a directory that only we can write to.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

pub(super) fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Ours alone: whoever can write there chooses what our servers contain.
pub(super) fn cache_directory() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let user = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    let temporary = std::env::temp_dir().join(format!("pgmg-cache-{}", geteuid()));
    let usable = |path: &PathBuf| {
        let made = private_directory(path);
        let ours = path.symlink_metadata().is_ok_and(|m| m.is_dir() && m.uid() == geteuid().as_raw() && m.mode() & 0o022 == 0);
        let writable = ours && tempfile::tempfile_in(path).is_ok();
        if !writable {
            log::debug!("no server template is kept in {}: {made:?}", path.display());
        }
        writable
    };
    user.map(|path| path.join("pgmg")).into_iter().chain([temporary]).find(usable)
}

pub(super) fn private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
