//! Reads a case: a runnable project in `testdata/<topic>/<case>/` with `case.toml`, which says what must come out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::database::Database;
use super::project::{self, Naming, Tree};
use super::{Failed, Outcome};

/// `case.toml`, whose keys are these fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Case {
    /// One sentence: what the case shows.
    pub about: String,
    /// The first major version of PostgreSQL that understands the case: the older ones leave it out.
    pub since: u32,
    /// Roles that must exist; they may log in.
    pub roles: Vec<String>,
    /// pgmg runs as this role, which owns the database and is no superuser.
    pub role: Option<String>,
    /// SQL that the superuser runs in the database first.
    pub setup: String,
    /// The order in which psql runs the code files for the expected result; `f.sql#2` is the second paragraph of a file
    /// (paragraphs end at empty lines). Migrations run first unless they are named here too. Default: the order of names.
    pub oracle: Vec<String>,
    /// Under which names the project is applied; all three if it is left out.
    pub namings: Vec<Naming>,
    /// Further arguments of every `plan` and `apply`.
    pub arguments: Vec<String>,
    /// Texts in the standard output of `plan`.
    pub plan: Vec<String>,
    /// How `apply` must end. 0: the schema is the oracle's. Anything else: the database is as it was, down to its data.
    pub exit: i32,
    /// Texts in the standard output of `apply`.
    pub stdout: Vec<String>,
    /// Texts in the standard error of `apply`.
    pub stderr: Vec<String>,
    /// A migration outside a transaction divides the run: what comes before it stays when something fails after it.
    pub divided: bool,
    /// How many attempts fail even with a learned order: migrations that code is in the way of, which PostgreSQL has to say.
    pub blocked: u64,
    /// What happens to the project after a good first apply, one step after the other.
    pub edit: Vec<Edit>,
}

/// A change to the project, and how the next `apply` must end.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Edit {
    /// A folder beside `case.toml` whose files replace or join those of the project.
    pub overlay: Option<String>,
    /// Files that are gone: `sql/v.sql`.
    pub removed: Vec<String>,
    /// SQL that the superuser runs in the database before.
    pub meanwhile: String,
    /// Texts in the standard output of `plan --sql --diff` before it.
    pub plan: Vec<String>,
    /// The edit is no change: the apply writes no row.
    pub idle: bool,
    /// As in the case itself.
    pub oracle: Vec<String>,
    pub exit: i32,
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
}

/// A case with its place and files.
#[derive(Clone)]
pub struct Found {
    /// `topic/case`.
    pub name: String,
    pub folder: PathBuf,
    pub case: Case,
    /// The project at the beginning, and after each edit.
    pub trees: Vec<Tree>,
}

impl Found {
    /// Reads the case in `folder`.
    pub fn read(folder: &Path) -> Outcome<Found> {
        let name = folder.components().rev().take(2).map(|part| part.as_os_str().to_string_lossy().into_owned());
        let name = name.collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/");
        let fail = |error: &dyn std::fmt::Display| Failed::from(format!("{name}: {error}"));
        let text = fs::read_to_string(folder.join("case.toml")).map_err(|error| fail(&error))?;
        let case: Case = toml::from_str(&text).map_err(|error| fail(&error))?;
        let mut trees = vec![project::read(folder)?];
        for edit in &case.edit {
            let mut tree = trees[trees.len() - 1].clone();
            if let Some(overlay) = &edit.overlay {
                tree.extend(project::read(&folder.join(overlay))?);
            }
            for gone in &edit.removed {
                tree.remove(gone).ok_or_else(|| fail(&format!("there is no {gone} to be removed")))?;
            }
            trees.push(tree);
        }
        Ok(Found { name, folder: folder.to_path_buf(), case, trees })
    }

    /// Under which names it runs; of those that sort its files alike, only the first.
    pub fn namings(&self) -> Vec<Naming> {
        let wanted = if self.case.namings.is_empty() { &Naming::ALL[..] } else { &self.case.namings };
        let mut orders = BTreeSet::new();
        wanted.iter().copied().filter(|naming| orders.insert(project::sorted(&self.paths(), *naming))).collect()
    }

    /// The paths that occur at any time.
    pub fn paths(&self) -> Vec<String> {
        self.trees.iter().flat_map(|tree| tree.keys().cloned()).collect()
    }
}

/// Every case below `testdata/`, in the order of their names.
pub fn all() -> Outcome<Vec<Found>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut folders = Vec::new();
    for entry in walkdir::WalkDir::new(root).min_depth(3).max_depth(3) {
        let entry = entry?;
        if let (true, Some(folder)) = (entry.file_name() == "case.toml", entry.path().parent()) {
            folders.push(folder.to_path_buf());
        }
    }
    folders.sort();
    folders.iter().map(|folder| Found::read(folder)).collect()
}

/// Lets psql run a project in the given order; the database then is what pgmg has to give.
pub fn run_oracle(database: &Database, tree: &Tree, order: &[String]) -> Outcome {
    let scratch = super::scratch()?;
    let file = scratch.path().join("part.sql");
    let in_part =
        |part: &str| tree.keys().filter(|name| name.starts_with(part) && name.ends_with(".sql")).cloned().collect::<Vec<_>>();
    let is_way_back = |name: &String| name.ends_with(".down.sql") || name.ends_with("/down.sql");
    let mut runs: Vec<String> = in_part("migrations/").into_iter().filter(|name| !is_way_back(name)).collect();
    if order.is_empty() {
        runs.extend(in_part("sql/"));
    } else {
        let ordered = order.iter().map(|name| if name.starts_with("migrations/") { name.clone() } else { format!("sql/{name}") });
        runs.retain(|migration| !order.contains(migration));
        runs.extend(ordered);
    }
    for run in runs {
        let (name, paragraph) = match run.split_once('#') {
            Some((name, number)) => (name, Some(number.parse::<usize>()?)),
            None => (run.as_str(), None),
        };
        let content = tree.get(name).ok_or_else(|| format!("the oracle names {name}, which is not there"))?;
        let chosen = match paragraph {
            None => content.clone(),
            Some(number) => {
                let text = String::from_utf8(content.clone())?;
                let one = text.split("\n\n").filter(|part| !part.trim().is_empty()).nth(number.saturating_sub(1));
                one.ok_or_else(|| format!("{name} has no paragraph {number}"))?.as_bytes().to_vec()
            }
        };
        fs::write(&file, chosen)?;
        database.psql(&file).map_err(|error| format!("{run}: {}", error.message().unwrap_or("psql failed")))?;
    }
    Ok(())
}
