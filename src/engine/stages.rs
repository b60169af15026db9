//! A run in stages: what PostgreSQL takes only outside a transaction divides the pending migrations.

use super::comparison::Comparison;
use crate::model::migration::Migration;
use crate::model::project::Project;
use crate::model::statement::MigrationId;

/// What comes next.
#[derive(Debug, Clone)]
pub enum Stage {
    /// Everything that is left, in one transaction.
    Whole,
    /// The migrations before the next one that runs by itself, with what they need, in one transaction.
    Before(Comparison),
    /// One migration by itself, outside a transaction.
    Alone(MigrationId),
}

/// The next stage of a comparison.
pub fn next(project: &Project, comparison: &Comparison) -> Stage {
    let migrations = project.migrations.as_deref().unwrap_or_default();
    let alone = comparison.migrations.iter().position(|&id| runs_alone(&migrations[id.0], comparison, id));
    match alone {
        None => Stage::Whole,
        Some(0) => Stage::Alone(comparison.migrations[0]),
        Some(at) => Stage::Before(Comparison { migrations: comparison.migrations[..at].to_vec(), ..comparison.clone() }),
    }
}

/// The pending migrations that run by themselves, by name.
pub fn divided_by<'a>(project: &'a Project, comparison: &Comparison) -> Vec<&'a str> {
    let migrations = project.migrations.as_deref().unwrap_or_default();
    let pending = comparison.migrations.iter().map(|&id| (id, &migrations[id.0]));
    let alone = pending.filter(|(id, migration)| runs_alone(migration, comparison, *id));
    alone.map(|(_, migration)| migration.name.as_str()).collect()
}

/// One that is done in part goes on where it stopped, whatever its file says by now.
fn runs_alone(migration: &Migration, comparison: &Comparison, id: MigrationId) -> bool {
    migration.runs_alone() || comparison.resumed.contains_key(&id)
}
