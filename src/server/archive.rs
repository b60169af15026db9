//! The files of a server that does not run, kept as one: disks take longer to make and delete a thousand small files than to write them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path};

use tar::{Archive, Builder, EntryType, Header};
use walkdir::WalkDir;

use super::account::Account;
use super::cache::private_directory;

/// The archive in the directory of what is kept.
const ARCHIVE: &str = "data";
/// Beside it: how much is in it.
const EXTENT: &str = "extent";

/// How much was kept, to tell what is complete from what a full disk or a crash cut short.
#[derive(Debug, Default, PartialEq, Eq)]
struct ArchiveSize {
    files: u64,
    bytes: u64,
}

impl ArchiveSize {
    fn text(&self) -> String {
        format!("{} files, {} bytes\n", self.files, self.bytes)
    }
}

/// Puts the files in `data`, of a server that was stopped cleanly, into the existing directory `kept`.
pub(super) fn pack(data: &Path, kept: &Path) -> io::Result<()> {
    let mut extent = ArchiveSize::default();
    let mut archive = Builder::new(BufWriter::with_capacity(1 << 20, File::create(kept.join(ARCHIVE))?));
    for entry in WalkDir::new(data).min_depth(1) {
        let entry = entry?;
        let path = entry.path().strip_prefix(data).map_err(io::Error::other)?;
        let mut header = Header::new_gnu();
        if entry.file_type().is_dir() {
            header.set_entry_type(EntryType::Directory);
            header.set_size(0);
            archive.append_data(&mut header, path, io::empty())?;
        } else {
            let file = File::open(entry.path())?;
            let size = file.metadata()?.len();
            header.set_size(size);
            archive.append_data(&mut header, path, file)?;
            extent.files += 1;
            extent.bytes += size;
        }
    }
    archive.into_inner()?.flush()?;
    fs::write(kept.join(EXTENT), extent.text())
}

/// Puts what was kept of a server into the empty directory `data`, for `account`; false, and nothing is in it, if that is not
/// complete.
pub(super) fn unpack(kept: &Path, data: &Path, account: &Account) -> bool {
    let Ok(expected) = fs::read_to_string(kept.join(EXTENT)) else { return false };
    match unpacked(&kept.join(ARCHIVE), data, account) {
        Ok(extent) if extent.text() == expected => return true,
        Ok(_) => {}
        Err(error) => log::debug!("{} cannot be used: {error}", kept.display()),
    }
    for entry in data.read_dir().into_iter().flatten().flatten() {
        let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
    }
    false
}

fn unpacked(archive: &Path, data: &Path, account: &Account) -> io::Result<ArchiveSize> {
    let mut extent = ArchiveSize::default();
    for entry in Archive::new(File::open(archive)?).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(io::Error::other("it has paths that lead elsewhere"));
        }
        let target = data.join(path);
        if entry.header().entry_type().is_dir() {
            private_directory(&target)?;
        } else {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&target)?;
            extent.files += 1;
            extent.bytes += io::copy(&mut entry, &mut file)?;
        }
        account.take(&target)?;
    }
    // PostgreSQL refuses a data directory that others may enter.
    fs::set_permissions(data, fs::Permissions::from_mode(0o700))?;
    Ok(extent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_incomplete_is_not_used() -> io::Result<()> {
        let root = tempfile::tempdir()?;
        let [from, kept, data] = ["from", "kept", "data"].map(|name| root.path().join(name));
        for directory in [&from.join("base"), &from.join("empty"), &kept, &data] {
            private_directory(directory)?;
        }
        fs::write(from.join("base/1"), "12345")?;
        pack(&from, &kept)?;
        assert!(unpack(&kept, &data, &Account::Ourselves));
        assert_eq!(fs::read_to_string(data.join("base/1"))?, "12345");
        assert!(data.join("empty").is_dir());

        let whole = fs::read(kept.join(ARCHIVE))?;
        for length in [0, 100, 512, 1024, whole.len() / 2] {
            fs::remove_dir_all(&data)?;
            private_directory(&data)?;
            fs::write(kept.join(ARCHIVE), &whole[..length])?;
            assert!(!unpack(&kept, &data, &Account::Ourselves), "{length} bytes of it");
            assert_eq!(data.read_dir()?.count(), 0);
        }
        fs::write(kept.join(ARCHIVE), &whole)?;
        fs::remove_file(kept.join(EXTENT))?;
        assert!(!unpack(&kept, &data, &Account::Ourselves), "without its extent");
        Ok(())
    }
}
