//! A run in stages: what PostgreSQL takes only outside a transaction divides the pending migrations.

use super::compare::Comparison;
use crate::model::project::Project;
use crate::model::statement::Mode;

/// What comes next.
#[derive(Debug, Clone)]
pub enum Stage {
    /// Everything that is left, in one transaction.
    Whole,
    /// The migrations before the next one that runs by itself, with what they need, in one transaction.
    Before(Comparison),
    /// One migration by itself, outside a transaction.
    Alone(usize),
}

/// The next stage of a comparison.
pub fn next(project: &Project, comparison: &Comparison) -> Stage {
    let migrations = project.migrations.as_deref().unwrap_or_default();
    let alone = comparison.migrations.iter().position(|&index| migrations[index].mode == Mode::NoTransaction);
    match alone {
        None => Stage::Whole,
        Some(0) => Stage::Alone(comparison.migrations[0]),
        Some(at) => Stage::Before(Comparison { migrations: comparison.migrations[..at].to_vec(), ..comparison.clone() }),
    }
}

/// The first pending migration that divides the run, by name.
pub fn divided_by<'a>(project: &'a Project, comparison: &Comparison) -> Option<&'a str> {
    let migrations = project.migrations.as_deref().unwrap_or_default();
    let mut pending = comparison.migrations.iter().map(|&index| &migrations[index]);
    pending.find(|migration| migration.mode == Mode::NoTransaction).map(|migration| migration.name.as_str())
}
