//! How migrations stand: which are applied, pending, or not as they were when they were applied.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Migration;
use crate::model::project::Place;
use crate::model::record::{Recorded, RecordedMigration, Standing};
use crate::model::statement::MigrationId;
use crate::model::status::{MigrationState, MigrationStatus};

/// Where a migration goes on that is done in part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resumed {
    /// How many of its statements are done.
    pub completed: usize,
    /// The next one was begun, and nobody knows whether it came to its end: the indexes that its tables had before.
    pub begun: Option<Vec<u32>>,
}

/// How each migration stands, those whose file is gone at the end.
pub fn migration_status(migrations: &[Migration], recorded: &Recorded) -> Vec<MigrationStatus> {
    let rows = by_name(recorded);
    let is_applied =
        |migration: &Migration| rows.get(migration.name.as_str()).is_some_and(|row| row.standing == Standing::Applied);
    let last_applied = migrations.iter().rposition(is_applied);
    let mut all: Vec<MigrationStatus> = Vec::new();
    for (at, migration) in migrations.iter().enumerate() {
        let row = rows.get(migration.name.as_str());
        let state = match row {
            Some(row) if is_edited(migration, row) && (row.standing != Standing::Failed) => MigrationState::Edited,
            Some(row) if row.standing == Standing::Applied => MigrationState::Applied,
            Some(row) if row.standing == Standing::Partial => MigrationState::Partial,
            Some(_) => MigrationState::Failed,
            None if last_applied.is_some_and(|last| at < last) => MigrationState::Late,
            None => MigrationState::Pending,
        };
        all.push(MigrationStatus {
            name: migration.name.clone(),
            state,
            applied_at: row.map(|row| row.applied_at.clone()),
            section: row.and_then(|row| row.section.clone()).filter(|_| state == MigrationState::Partial),
        });
    }
    let present: HashSet<&str> = migrations.iter().map(|migration| migration.name.as_str()).collect();
    let missing = recorded.migrations.iter().filter(|row| !present.contains(row.name.as_str()));
    all.extend(missing.map(|row| MigrationStatus {
        name: row.name.clone(),
        state: MigrationState::Missing,
        applied_at: Some(row.applied_at.clone()),
        section: None,
    }));
    all
}

/// The migrations to run, in order.
///
/// # Errors
/// One that was edited, is gone, or comes too late, of kind Disagreement.
pub fn pending(migrations: &[Migration], recorded: &Recorded) -> Result<Vec<MigrationId>> {
    let mut diagnostics = Vec::new();
    let mut pending = Vec::new();
    let rows = by_name(recorded);
    let status = migration_status(migrations, recorded);
    let is_applied = |one: &&MigrationStatus| matches!(one.state, MigrationState::Applied | MigrationState::Edited);
    let last = status.iter().take(migrations.len()).rfind(is_applied).map_or("", |one| one.name.as_str());
    for (at, one) in status.iter().enumerate() {
        let name = &one.name;
        let place =
            migrations.get(at).map_or_else(|| Place::file(name.clone()), |migration| Place::file(migration.file.path.clone()));
        let is_partial = rows.get(name.as_str()).is_some_and(|row| row.standing == Standing::Partial);
        match one.state {
            MigrationState::Applied => {}
            MigrationState::Pending | MigrationState::Failed | MigrationState::Partial => pending.push(MigrationId(at)),
            MigrationState::Edited if is_partial => diagnostics.push(
                Diagnostic::new(format!("the migration {name} was edited after a part of it was applied")).at(place).help(
                    format!("take the edit back; or, if only what is left was edited, run `pgmg repair accept-checksum {name}`"),
                ),
            ),
            MigrationState::Edited => diagnostics.push(
                Diagnostic::new(format!("the migration {name} was edited after it was applied"))
                    .at(place)
                    .help("take the edit back and write a new migration for it"),
            ),
            MigrationState::Late => diagnostics.push(
                Diagnostic::new(format!("the migration {name} comes before {last}, which is applied already"))
                    .at(place)
                    .help("rename it so that it comes last"),
            ),
            MigrationState::Missing => diagnostics.push(
                Diagnostic::new(format!("the migration {name} is applied, but its file is gone"))
                    .help("bring the file back from version control"),
            ),
        }
    }
    if diagnostics.is_empty() { Ok(pending) } else { Err(Error { kind: Kind::Disagreement, diagnostics }) }
}

/// Where the migrations go on that are done in part.
pub fn resumed(migrations: &[Migration], recorded: &Recorded) -> BTreeMap<MigrationId, Resumed> {
    let rows = by_name(recorded);
    let resumed = migrations.iter().enumerate().filter_map(|(index, migration)| {
        let row = rows.get(migration.name.as_str()).filter(|row| row.standing == Standing::Partial)?;
        Some((MigrationId(index), Resumed { completed: row.completed, begun: row.begun.clone() }))
    });
    resumed.collect()
}

fn by_name(recorded: &Recorded) -> HashMap<&str, &RecordedMigration> {
    recorded.migrations.iter().map(|row| (row.name.as_str(), row)).collect()
}

fn is_edited(migration: &Migration, row: &RecordedMigration) -> bool {
    row.checksum.as_ref().is_some_and(|checksum| *checksum != migration.checksum.to_string())
}
