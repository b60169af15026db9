//! Runs the pending migrations in order; a migration that needs a code object gets it first.

use super::drive::{Done, Drive};
use super::failure;
use crate::database::session::{Part, Unit};
use crate::error::Result;
use crate::model::migration::Migration;
use crate::resolver::diagnosis::{Obstacle, diagnose};

/// Runs them all, or says which one fails where.
pub fn run(drive: &mut Drive<'_>) -> Result<()> {
    let migrations = drive.input.project.migrations.as_deref().unwrap_or_default();
    for (at, &index) in drive.input.comparison.migrations.iter().enumerate() {
        run_one(drive, index, &migrations[index])?;
        drive.input.progress.at(at + 1, &migrations[index].file.path);
    }
    Ok(())
}

/// The number of a migration's marker row: below zero, apart from statements.
pub fn unit_number(index: usize) -> i32 {
    i32::try_from(index).map_or(i32::MIN, |index| -1 - index)
}

fn run_one(drive: &mut Drive<'_>, index: usize, migration: &Migration) -> Result<()> {
    let parts = migration.statements.iter();
    let parts =
        parts.map(|statement| Part { sql: statement.sql().into(), statements: 1, settings: &statement.settings }).collect();
    let unit = Unit { number: unit_number(index), parts };
    loop {
        let outcome = drive.session.attempt(std::slice::from_ref(&unit))?;
        drive.figures.attempts += 1;
        let Some(failed) = outcome.failure else {
            drive.course.push(Done::Migration(index));
            return Ok(());
        };
        drive.figures.failures += 1;
        let statement = migration.statements.get(failed.part);
        let sql = statement.map_or("", |statement| statement.sql());
        let obstacle = diagnose(&failed.error, drive.missing_names(None, sql, &failed.error));
        let Obstacle::Missing(names) = &obstacle else { return Err(failure::migration(drive, migration, &failed, &obstacle)) };
        let providers = names.iter().flat_map(|name| drive.graph.providers(drive.statements, None, name));
        let wanted = drive.queue.with_needs(providers.collect::<Vec<usize>>());
        let before = drive.queue.successes().len();
        drive.queue.limit(Some(wanted));
        drive.run()?;
        drive.queue.limit(None);
        if drive.queue.successes().len() == before {
            return Err(failure::migration(drive, migration, &failed, &obstacle));
        }
    }
}
