//! Projects copied out of `testdata/`, with their code files under other names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use walkdir::WalkDir;

use super::Outcome;

/// What the files of the code directory are called. Their content is never changed, and migrations keep their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Naming {
    #[serde(rename = "as it is")]
    AsItIs,
    /// So that sorting gives the opposite order.
    #[serde(rename = "reversed")]
    Reversed,
    /// The beginning of the sha256 of the old name.
    #[serde(rename = "hashed")]
    Hashed,
}

impl Naming {
    /// All of them.
    pub const ALL: [Naming; 3] = [Naming::AsItIs, Naming::Reversed, Naming::Hashed];

    /// The word in a test's name.
    pub fn word(self) -> &'static str {
        match self {
            Naming::AsItIs => "as_it_is",
            Naming::Reversed => "reversed",
            Naming::Hashed => "hashed",
        }
    }
}

/// The files of a project in memory: path with `/` below its root, and content.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// Reads `sql/`, `migrations/` and `pgmg.toml` below `folder`; hidden files of the case itself are part of it.
pub fn read(folder: &Path) -> Outcome<Tree> {
    let mut tree = Tree::new();
    for part in ["sql", "migrations", "pgmg.toml"].map(|part| folder.join(part)).iter().filter(|part| part.exists()) {
        for entry in WalkDir::new(part) {
            let entry = entry?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
                tree.insert(name, fs::read(entry.path())?);
            }
        }
    }
    Ok(tree)
}

/// New names for the code files among `names`, in any project that has some of these.
pub fn renamed(names: &[String], naming: Naming) -> BTreeMap<String, String> {
    let mut code: Vec<&String> = names.iter().filter(|name| is_code(name)).collect();
    code.sort();
    code.dedup();
    let count = code.len();
    let new_name = |(rank, old): (usize, &String)| match naming {
        Naming::AsItIs => old.clone(),
        Naming::Reversed => {
            let stem = Path::new(old).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            format!("sql/{:05}_{stem}.sql", count - rank)
        }
        Naming::Hashed => format!("sql/{}.sql", hex(&Sha256::digest(old.as_bytes())[..6])),
    };
    code.iter().enumerate().map(|(rank, old)| ((*old).clone(), new_name((rank, old)))).collect()
}

/// The code files among `names` by their old names, in the order in which the new ones sort.
pub fn sorted(names: &[String], naming: Naming) -> Vec<String> {
    let mut code: Vec<(String, String)> = renamed(names, naming).into_iter().map(|(old, new)| (new, old)).collect();
    code.sort();
    code.into_iter().map(|(_, old)| old).collect()
}

/// A folder that vanishes, with the tree written under the new names; both directories exist even if they are empty.
pub fn written(tree: &Tree, names: &BTreeMap<String, String>) -> Outcome<TempDir> {
    let folder = super::scratch()?;
    write_into(folder.path(), tree, names)?;
    Ok(folder)
}

/// Replaces what `folder` holds of a project; `.pgmg/` stays.
pub fn write_into(folder: &Path, tree: &Tree, names: &BTreeMap<String, String>) -> Outcome {
    for part in ["sql", "migrations"] {
        if folder.join(part).exists() {
            fs::remove_dir_all(folder.join(part))?;
        }
    }
    for (name, content) in tree {
        let path: PathBuf = folder.join(names.get(name).unwrap_or(name));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}

/// Hidden files keep their names: another name would make them code.
fn is_code(name: &str) -> bool {
    name.starts_with("sql/") && name.ends_with(".sql") && !name.split('/').any(|part| part.starts_with('.'))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
