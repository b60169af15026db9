//! Files against records: what is new, changed, gone or edited, without asking the database.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::migration_status::{Resumed, pending, resumed};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::plan::{Change, ChangeKind};
use crate::model::project::Project;
use crate::model::record::Recorded;
use crate::model::statement::{MigrationId, Statement, StatementId, numbered};

/// How a project differs from what is recorded.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// The migrations to run, in order.
    pub migrations: Vec<MigrationId>,
    /// Those of them that are done in part.
    pub resumed: BTreeMap<MigrationId, Resumed>,
    /// The statements that are not recorded as they are.
    pub statements: Vec<StatementId>,
    /// Indexes of the recorded statements that no file holds any more, in this form.
    pub orphans: Vec<usize>,
    /// How many statements are recorded as they are.
    pub unchanged: usize,
    /// Those of the statements that are recorded as they are and heal what somebody else changed.
    pub drifted: BTreeSet<StatementId>,
    /// Indexes of the recorded objects that they heal.
    pub drifted_rows: Vec<usize>,
    /// Statements that take back what somebody else granted on them.
    pub revokes: Vec<String>,
}

impl Comparison {
    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty() && self.statements.is_empty() && self.orphans.is_empty()
    }
}

/// Compares. An applied migration that was edited, deleted or overtaken is an error, and so is a code directory that has
/// become empty.
pub fn compare(project: &Project, recorded: &Recorded) -> Result<Comparison> {
    let mut comparison = Comparison::default();
    if let Some(migrations) = &project.migrations {
        comparison.migrations = pending(migrations, recorded)?;
        comparison.resumed = resumed(migrations, recorded);
    }
    if let Some(statements) = &project.statements {
        if statements.is_empty() && !recorded.statements.is_empty() {
            let message =
                format!("the code directory holds no statement, but {} objects are recorded from it", recorded.statements.len());
            let help = "check code_dir; to manage no code at all, leave code_dir out";
            return Err(Error::new(Kind::Disagreement, Diagnostic::new(message).help(help)));
        }
        let known: HashSet<&str> = recorded.statements.iter().map(|row| row.checksum.as_str()).collect();
        let present: HashSet<String> = statements.iter().map(|statement| statement.checksum.to_string()).collect();
        let is_new = |statement: &Statement| !known.contains(statement.checksum.to_string().as_str());
        comparison.statements = numbered(statements).filter(|(_, statement)| is_new(statement)).map(|(id, _)| id).collect();
        comparison.unchanged = statements.len() - comparison.statements.len();
        comparison.orphans =
            (0..recorded.statements.len()).filter(|&row| !present.contains(&recorded.statements[row].checksum)).collect();
    }
    Ok(comparison)
}

/// The files with something new, modified or removed, in the order of their names.
pub fn changed_files(project: &Project, recorded: &Recorded, comparison: &Comparison) -> Vec<Change> {
    let statements = project.statements.as_deref().unwrap_or_default();
    let recorded_files: HashSet<&str> = recorded.statements.iter().filter_map(|row| row.file.as_deref()).collect();
    let files: HashSet<&str> = statements.iter().map(|statement| statement.file.name.as_str()).collect();
    let mut kinds: HashMap<&str, ChangeKind> = HashMap::new();
    for &id in comparison.statements.iter().filter(|id| !comparison.drifted.contains(id)) {
        let file = statements[id].file.name.as_str();
        let kind = if recorded_files.contains(file) { ChangeKind::Modified } else { ChangeKind::New };
        kinds.insert(file, kind);
    }
    for &row in &comparison.orphans {
        let Some(file) = recorded.statements[row].file.as_deref() else { continue };
        let kind = if files.contains(file) { ChangeKind::Modified } else { ChangeKind::Removed };
        kinds.entry(file).or_insert(kind);
    }
    let mut changes: Vec<Change> = kinds.into_iter().map(|(file, kind)| Change { file: file.to_owned(), kind }).collect();
    changes.sort_by(|a, b| a.file.cmp(&b.file));
    changes
}

/// What a statement seems to create, before anybody asked PostgreSQL: `view.user_stats`.
pub fn seeming_label(statement: &Statement) -> Option<String> {
    let created = statement.mentions.creates.first().filter(|_| statement.mentions.verb.creates())?;
    Some(format!("{}.{}", created.called, created.name))
}
