//! Runs the pending migrations in order; a migration that needs a code object gets it first.

use std::collections::HashSet;
use std::time::Instant;

use super::Ran;
use super::drive::{Done, Drive};
use super::effects::{Before, measure};
use super::{failure, replace};
use crate::engine::Beyond;
use crate::engine::diagnosis::{Obstacle, diagnose};
use crate::error::Result;
use crate::model::migration::Migration;
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::sql_error::SqlError;
use crate::model::statement::{Statement, Strength};
use crate::postgres::catalog;
use crate::postgres::session::{Part, Unit};
use crate::sql::names_in;

/// Runs them all, or says which one fails where.
pub fn run(drive: &mut Drive<'_>) -> Result<()> {
    let migrations = drive.input.project.migrations.as_deref().unwrap_or_default();
    if drive.input.comparison.migrations.is_empty() {
        return Ok(());
    }
    let mut before = Before::read(drive.session)?;
    for (at, &index) in drive.input.comparison.migrations.iter().enumerate() {
        let started = Instant::now();
        before = run_one(drive, index, &migrations[index], before)?;
        drive.ran.push(Ran { index, took: started.elapsed() });
        drive.input.progress.at(at + 1, &migrations[index].file.path);
    }
    Ok(())
}

/// The number of a migration's marker row: below zero, apart from statements.
pub fn unit_number(index: usize) -> i32 {
    i32::try_from(index).map_or(i32::MIN + 1, |index| -1 - index)
}

/// Gives what the next one is compared with.
fn run_one(drive: &mut Drive<'_>, index: usize, migration: &Migration, mut before: Before) -> Result<Before> {
    let parts = migration.statements.iter();
    let parts =
        parts.map(|statement| Part { sql: statement.sql().into(), statements: 1, settings: &statement.settings }).collect();
    let unit = Unit { number: unit_number(index), parts };
    let known = drive.input.needed_by_migrations.get(index).cloned().unwrap_or_default();
    if !known.is_empty() {
        build(drive, known)?;
        before = before.again(drive.session)?;
    }
    loop {
        let since = Instant::now();
        let total = migration.statements.len();
        let ran = drive.ran.len();
        let heard = |done: usize| {
            // The marker row comes first, and the savepoints last.
            let statement = done.clamp(1, total.max(1));
            drive.input.progress.at(ran, &format!("{}, statement {statement} of {total}", migration.file.path));
        };
        heard(0);
        let outcome = drive.session.attempt_heard(std::slice::from_ref(&unit), &heard)?;
        drive.figures.attempts += 1;
        let Some(failed) = outcome.failure else {
            drive.course.push(Done::Migration(index));
            // Deferred triggers belong to it.
            super::check_constraints(drive.session, Some(migration))?;
            let (measured, next) = measure(drive.session, drive.input.described_outside, &before, since)?;
            drive.measured.insert(index, measured);
            return Ok(next);
        };
        drive.figures.failures += 1;
        let statement = migration.statements.get(failed.part);
        let sql = statement.map_or("", |statement| statement.sql());
        let obstacle = diagnose(&failed.error, drive.missing_names(None, sql, &failed.error));
        if obstacle == Obstacle::HasDependents && clear_the_way(drive, migration, &failed.error)? {
            before = before.again(drive.session)?;
            continue;
        }
        let providers = providers(drive, statement, &obstacle);
        if !build(drive, providers.clone())? {
            return Err(failure::migration(drive, migration, &failed, &obstacle));
        }
        drive.needed_by_migrations.extend(providers.into_iter().filter(|&id| drive.queue.is_done(id)).map(|id| (index, id)));
        before = before.again(drive.session)?;
    }
}

/// The statements of the code directory that a failed migration may be waiting for: those that provide what it misses, or
/// else whatever its failed statement mentions (no schema of its search_path exists: 3F000 does not say which).
fn providers(drive: &Drive<'_>, statement: Option<&Statement>, obstacle: &Obstacle) -> Vec<usize> {
    let Obstacle::Missing(names) = obstacle else { return Vec::new() };
    let open = |name: &Name| {
        let all = drive.graph.providers(drive.statements, None, name);
        all.into_iter().filter(|&id| !drive.queue.is_done(id)).collect::<Vec<usize>>()
    };
    let missing: Vec<usize> = names.iter().flat_map(open).collect();
    if !missing.is_empty() {
        return missing;
    }
    let uses = statement.into_iter().flat_map(|statement| &statement.mentions.uses);
    uses.filter(|used| used.strength == Strength::Bound).flat_map(|used| open(&used.name)).collect()
}

/// Tries statements, and what they need, before everything else. False if none of them succeeded.
fn build(drive: &mut Drive<'_>, wanted: Vec<usize>) -> Result<bool> {
    let wanted = drive.queue.with_needs(wanted);
    if wanted.is_empty() {
        return Ok(false);
    }
    let before = drive.queue.successes().len();
    drive.queue.limit(Some((wanted, Beyond::Release)));
    drive.run()?;
    drive.queue.limit(None);
    Ok(drive.queue.successes().len() > before)
}

/// Drops the recorded objects that PostgreSQL names as standing in the way of a migration. False if it names none.
fn clear_the_way(drive: &mut Drive<'_>, migration: &Migration, error: &SqlError) -> Result<bool> {
    let texts = [Some(error.message.as_str()), error.detail.as_deref()];
    let named: HashSet<String> = texts.into_iter().flatten().flat_map(names_in).map(|name| name.name).collect();
    let is_named = |object: &&Object| object.names.last().is_some_and(|last| named.contains(last));
    let rows = drive.input.recorded.statements.iter().filter_map(|row| row.object.as_ref());
    let mut objects: Vec<Object> = rows.filter(|object| is_named(object) && !drive.is_dropped(object)).cloned().collect();
    if objects.is_empty() && !drive.queue.successes().is_empty() {
        // What an earlier migration needed was made in this run.
        let ledger = drive.ledger()?;
        let made = drive.queue.successes().iter().flat_map(|id| &ledger.statement(*id).provides);
        let made: Vec<Object> = made.map(|provided| &provided.object).filter(is_named).cloned().collect();
        let there = catalog::find(drive.session, &made)?;
        objects = made.into_iter().zip(there).filter_map(|(object, there)| there.map(|_| object)).collect();
    }
    if objects.is_empty() {
        return Ok(false);
    }
    replace::unblock(drive, &objects, migration)?;
    Ok(true)
}
