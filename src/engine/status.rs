//! How project and records stand to each other, for people: nothing is an error here.

use std::collections::{HashMap, HashSet};

use super::comparison::{Comparison, seeming_label};
use super::healing::{include, label};
use super::migration_status::migration_status;
use crate::model::plan::ChangeKind;
use crate::model::project::Project;
use crate::model::record::{Drift, Recorded, RecordedStatement};
use crate::model::statement::Statement;
use crate::model::status::{CodeStatus, StatementStatus, Status};

/// How project and records stand to each other, for `pgmg status`: nothing is an error here.
pub fn of(project: &Project, recorded: &Recorded, drift: &[Drift]) -> Status {
    let mut healing = Comparison::default();
    include(&mut healing, project, recorded, drift);
    let code = project.statements.as_deref().map(|statements| code_status(statements, recorded, &healing));
    Status { migrations: project.migrations.as_deref().map(|migrations| migration_status(migrations, recorded)), code }
}

fn code_status(statements: &[Statement], recorded: &Recorded, healing: &Comparison) -> CodeStatus {
    let known: HashSet<&str> = recorded.statements.iter().map(|row| row.checksum.as_str()).collect();
    let present: HashSet<String> = statements.iter().map(|statement| statement.checksum.to_string()).collect();
    let differs = |statement: &&Statement| !known.contains(statement.checksum.to_string().as_str());
    let new: Vec<&Statement> = statements.iter().filter(differs).collect();
    let mut orphans: HashMap<&str, Vec<&RecordedStatement>> = HashMap::new();
    for row in recorded.statements.iter().filter(|row| !present.contains(&row.checksum)) {
        orphans.entry(row.file.as_deref().unwrap_or_default()).or_default().push(row);
    }
    let mut differing = Vec::new();
    for statement in &new {
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
        .map(|&id| &statements[id])
        .filter(|statement| !differs(statement))
        .map(|statement| StatementStatus {
            kind: ChangeKind::Drifted,
            file: statement.file.name.clone(),
            label: label(statement, recorded),
        })
        .collect();
    let applied = statements.len() - new.len() - drifted.len();
    differing.extend(drifted);
    differing.sort_by(|a, b| (&a.file, &a.label).cmp(&(&b.file, &b.label)));
    CodeStatus { applied, differing }
}
