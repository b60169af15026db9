//! The learned graph on disk: which statement needs which, by checksums, so it is right for any database or useless, never wrong.

mod objects;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::migration::Migration;
use crate::model::project::Project;
use crate::model::record::LearnedEdge;
use crate::model::statement::{Checksum, MigrationId, Statement, StatementId, distinct_checksums};

pub use objects::Objects;

/// The file below the project's root.
const FILE: &str = ".pgmg/learned";
const HEAD: &str = "pgmg learned 1";

/// Half of a checksum: enough to tell statements apart, and the file stays small.
type Key = [u8; 16];

/// What statements need, as far as earlier runs found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    needs: BTreeMap<Key, BTreeSet<Key>>,
}

impl Learned {
    /// Reads what is kept in a project. A file that is absent or not understood teaches nothing.
    pub fn load(root: &Path) -> Self {
        read(root, FILE, Learned::parse).unwrap_or_default()
    }

    /// The statements that each migration needs.
    pub fn needed_by(&self, migrations: &[Migration], statements: &[Statement]) -> Vec<(MigrationId, StatementId)> {
        let checksums = distinct_checksums(statements);
        let mut pairs = Vec::new();
        for (index, migration) in migrations.iter().enumerate() {
            let Some(keys) = self.needs.get(&key(&migration.checksum)) else { continue };
            let needed = (0..statements.len()).filter(|&id| keys.contains(&key(&checksums[id])));
            pairs.extend(needed.map(|id| (MigrationId(index), StatementId(id))));
        }
        pairs
    }

    /// The edges between statements of this project: pairs (statement, what it needs).
    pub fn edges(&self, statements: &[Statement]) -> Vec<(StatementId, StatementId)> {
        if self.needs.is_empty() {
            return Vec::new();
        }
        let mut by_key: HashMap<Key, Vec<usize>> = HashMap::with_capacity(statements.len());
        for (id, checksum) in distinct_checksums(statements).iter().enumerate() {
            by_key.entry(key(checksum)).or_default().push(id);
        }
        let mut edges = Vec::new();
        for (later, needed) in &self.needs {
            for &later in by_key.get(later).map_or(&[][..], Vec::as_slice) {
                let earlier = needed.iter().filter_map(|key| by_key.get(key)).flatten();
                edges.extend(earlier.map(|&earlier| (StatementId(later), StatementId(earlier))));
            }
        }
        edges
    }

    /// Takes in what a run learned; statements that the project no longer has are forgotten.
    pub fn update(&mut self, project: &Project, edges: &[LearnedEdge]) {
        for (later, earlier) in edges {
            // What a run found out now counts more than its opposite, which an earlier one may have guessed.
            if let Some(opposite) = self.needs.get_mut(&key(earlier)) {
                opposite.remove(&key(later));
            }
        }
        for (later, earlier) in edges {
            self.needs.entry(key(later)).or_default().insert(key(earlier));
        }
        let statements = distinct_checksums(project.statements.as_deref().unwrap_or_default());
        let statements = statements.iter().map(key);
        let migrations = project.migrations.iter().flatten().map(|migration| key(&migration.checksum));
        let present: HashSet<Key> = statements.chain(migrations).collect();
        self.needs.retain(|later, _| present.contains(later));
        for needed in self.needs.values_mut() {
            needed.retain(|earlier| present.contains(earlier));
        }
        self.needs.retain(|_, needed| !needed.is_empty());
    }

    /// Keeps it in the project.
    pub fn save(&self, root: &Path) -> Result<()> {
        write(root, FILE, &self.to_text())
    }

    fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        for (later, needed) in &self.needs {
            push_hex(&mut text, later);
            for earlier in needed {
                text.push(' ');
                push_hex(&mut text, earlier);
            }
            text.push('\n');
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != HEAD {
            return None;
        }
        let mut needs: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
        for line in lines {
            let mut keys = line.split(' ').map(parse_key);
            let later = keys.next()??;
            let needed = keys.collect::<Option<BTreeSet<Key>>>()?;
            // A merge in version control may leave a statement twice.
            needs.entry(later).or_default().extend(needed);
        }
        Some(Learned { needs })
    }
}

/// What a file below a project's root says; `None` if it is absent, or is not understood.
fn read<T>(root: &Path, file: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let path = root.join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let parsed = parse(&text);
            if parsed.is_none() {
                log::warn!("{} is not understood and is not used", path.display());
            }
            parsed
        }
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                log::warn!("cannot read {}: {error}", path.display());
            }
            None
        }
    }
}

/// Writes what is not there already, and beside the old file first, so that a crash leaves one of the two.
fn write(root: &Path, file: &str, text: &str) -> Result<()> {
    let path = root.join(file);
    if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    let failed = |error: std::io::Error| Error::usage(format!("cannot write {}: {error}", path.display()));
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.persist(&path).map(|_| ()).map_err(|error| failed(error.error))
}

fn key(checksum: &Checksum) -> Key {
    let mut key = [0; 16];
    key.copy_from_slice(&checksum.0[..16]);
    key
}

fn push_hex(text: &mut String, key: &Key) {
    for byte in key {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
}

fn parse_key(text: &str) -> Option<Key> {
    let bytes = text.as_bytes();
    if bytes.len() != 32 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut key = [0; 16];
    for (byte, pair) in key.iter_mut().zip(bytes.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut learned = Learned::default();
        learned.needs.insert([1; 16], [[2; 16], [0xab; 16]].into());
        assert_eq!(Learned::parse(&learned.to_text()), Some(learned));
    }

    #[test]
    fn anything_else_teaches_nothing() {
        assert_eq!(Learned::parse("pgmg learned 2\n"), None);
        assert_eq!(Learned::parse("pgmg learned 1\n<<<<<<< HEAD\n"), None);
        assert_eq!(Learned::parse(""), None);
    }
}
