//! Files against records: what is new, changed, gone or edited, without asking the database.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::course::{migration_status, pending, resumed};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::plan::{Change, ChangeKind};
use crate::model::project::Project;
use crate::model::record::{Drift, Recorded, RecordedStatement};
use crate::model::statement::Statement;
use crate::model::status::{CodeStatus, StatementStatus, Status};

/// How a project differs from what is recorded.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Indexes of the migrations to run, in order.
    pub migrations: Vec<usize>,
    /// Those of them that are done in part.
    pub resumed: BTreeMap<usize, Resumed>,
    /// Indexes of the statements that are not recorded as they are.
    pub statements: Vec<usize>,
    /// Indexes of the recorded statements that no file holds any more, in this form.
    pub orphans: Vec<usize>,
    /// How many statements are recorded as they are.
    pub unchanged: usize,
    /// Those of the statements that are recorded as they are and heal what somebody else changed.
    pub drifted: BTreeSet<usize>,
    /// Indexes of the recorded objects that they heal.
    pub drifted_rows: Vec<usize>,
    /// Statements that take back what somebody else granted on them.
    pub revokes: Vec<String>,
}

/// Where a migration goes on that is done in part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resumed {
    /// How many of its statements are done.
    pub completed: usize,
    /// The next one was begun, and nobody knows whether it came to its end: the indexes that its tables had before.
    pub begun: Option<Vec<u32>>,
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
        let is_new = |id: &usize| !known.contains(statements[*id].checksum.to_string().as_str());
        comparison.statements = (0..statements.len()).filter(is_new).collect();
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

/// How project and records stand to each other, for `pgmg status`: nothing is an error here.
pub fn status(project: &Project, recorded: &Recorded, drift: &[Drift]) -> Status {
    let mut healing = Comparison::default();
    super::drift::include(&mut healing, project, recorded, drift);
    let code = project.statements.as_deref().map(|statements| code_status(statements, recorded, &healing));
    Status { migrations: project.migrations.as_deref().map(|migrations| migration_status(migrations, recorded)), code }
}

/// What a statement seems to create, before anybody asked PostgreSQL: `view.user_stats`.
pub fn seeming_label(statement: &Statement) -> Option<String> {
    let created = statement.mentions.creates.first().filter(|_| statement.mentions.verb.creates())?;
    Some(format!("{}.{}", created.called, created.name))
}

fn code_status(statements: &[Statement], recorded: &Recorded, healing: &Comparison) -> CodeStatus {
    let known: HashSet<&str> = recorded.statements.iter().map(|row| row.checksum.as_str()).collect();
    let present: HashSet<String> = statements.iter().map(|statement| statement.checksum.to_string()).collect();
    let differs = |statement: &&Statement| !known.contains(statement.checksum.to_string().as_str());
    let comparison = Comparison {
        statements: (0..statements.len()).filter(|&id| differs(&&statements[id])).collect(),
        orphans: (0..recorded.statements.len()).filter(|&row| !present.contains(&recorded.statements[row].checksum)).collect(),
        ..Comparison::default()
    };
    let mut orphans: HashMap<&str, Vec<&RecordedStatement>> = HashMap::new();
    for row in comparison.orphans.iter().map(|&row| &recorded.statements[row]) {
        orphans.entry(row.file.as_deref().unwrap_or_default()).or_default().push(row);
    }
    let mut differing = Vec::new();
    for statement in comparison.statements.iter().map(|&id| &statements[id]) {
        let created = statement.mentions.creates.first().map(|created| &created.name.name);
        let old = orphans.get_mut(statement.file.name.as_str()).and_then(|rows| {
            let named = rows.iter().position(|row| row.object.as_ref().and_then(|object| object.names.last()) == created);
            named.map(|at| rows.remove(at))
        });
        let (kind, label) = match old {
            Some(row) => (ChangeKind::Modified, row.name.clone()),
            None => {
                (ChangeKind::New, seeming_label(statement).unwrap_or_else(|| statement.mentions.keyword.to_ascii_uppercase()))
            }
        };
        differing.push(StatementStatus { kind, file: statement.file.name.clone(), label });
    }
    let removed = orphans.into_iter().flat_map(|(file, rows)| rows.into_iter().map(move |row| (file, row)));
    differing.extend(removed.map(|(file, row)| StatementStatus {
        kind: ChangeKind::Removed,
        file: file.to_owned(),
        label: row.name.clone(),
    }));
    let drifted: Vec<StatementStatus> = healing
        .drifted
        .iter()
        .filter(|id| !comparison.statements.contains(id))
        .map(|&id| StatementStatus {
            kind: ChangeKind::Drifted,
            file: statements[id].file.name.clone(),
            label: super::drift::label(&statements[id], recorded),
        })
        .collect();
    let applied = statements.len() - comparison.statements.len() - drifted.len();
    differing.extend(drifted);
    differing.sort_by(|a, b| (&a.file, &a.label).cmp(&(&b.file, &b.label)));
    CodeStatus { applied, differing }
}
