//! Performs what the engine asks for, on a server, and says what came of it.

mod drop;
mod give_back;
mod revert;

use super::server::Server;
use super::words;
use crate::engine::circle::circles;
use crate::engine::ledger::Ledger;
use crate::engine::matching::last_name;
use crate::engine::rules;
use crate::engine::task::{Done, Purpose, Task};
use crate::engine::world::World;
use crate::error::{Error, Kind, Result};
use crate::model::attempt::{Attempt, AttemptId, Part};
use crate::model::object::{CatalogId, Object};
use crate::model::sql_error::SqlError;
use crate::model::statement::{MigrationId, StatementId, no_settings};

/// Performs a task.
///
/// # Errors
/// What cannot be undone or made again, of kind Disagreement; a server that does not answer.
pub fn perform(server: &mut dyn Server, world: &World<'_>, task: &Task) -> Result<Done> {
    match task {
        Task::Migrate(id) => migrate(server, world, *id),
        Task::MakeRoom(id, candidates) => make_room(server, world, *id, candidates),
        Task::Unblock(id, candidates, named) => unblock(server, world, *id, candidates, named),
        Task::GiveBack(_) => give_back::give_back(server, world),
        Task::MakeAsItWas(object, sql) => give_back::make_as_it_was(server, world, object, sql).map(|()| Done::Checked),
        Task::Compare(id, object) => drop::alter_in_place(server, world, *id, std::slice::from_ref(object), &[]),
        Task::Remove(objects) => remove(server, world, objects),
        Task::RevertDefaultPrivileges => revert::default_privileges(server, world),
        Task::SuspendDefaultPrivileges => revert::suspend(server, world),
        Task::ResumeDefaultPrivileges(statements) => revert::resume(server, statements),
        Task::RevertDefinitions => revert::definitions(server, world),
        Task::Reset(aspect) => revert::reset(server, world, *aspect),
        Task::Revoke => run_own(server, &world.work().comparison.revokes)?
            .map_or_else(|error| Err(words::refused(&error)), |()| Ok(Done::Checked)),
        Task::CheckConstraints => check_constraints(server),
        Task::FindOwners(_, objects) => server.owners(objects).map(Done::Owners),
        Task::CheckCircles(ids) => check_circles(server, world, ids),
    }
}

/// Runs statements that belong to no file, as one attempt.
fn run_own(server: &mut dyn Server, statements: &[String]) -> Result<std::result::Result<(), SqlError>> {
    if statements.is_empty() {
        return Ok(Ok(()));
    }
    let settings = no_settings();
    let parts = statements.iter().map(|sql| Part { sql: sql.as_str().into(), statements: 1, settings });
    let outcome = server.attempt(&[Attempt { id: AttemptId::Own, parts: parts.collect() }])?;
    Ok(match outcome.failure {
        None => Ok(()),
        Some(failure) => Err(failure.error),
    })
}

fn migrate(server: &mut dyn Server, world: &World<'_>, id: MigrationId) -> Result<Done> {
    let Some(portion) = world.work().portion(id) else { return Ok(Done::Nothing) };
    let statements = portion.statements().iter();
    let part = |sql, settings| Part { sql, statements: 1, settings };
    let parts = statements.map(|statement| part(statement.sql().into(), &statement.settings)).collect();
    let outcome = server.migrate(id, &Attempt { id: AttemptId::Migration(id), parts })?;
    Ok(outcome.failure.map_or(Done::Migrated, Done::MigrationFailed))
}

fn make_room(server: &mut dyn Server, world: &World<'_>, id: StatementId, candidates: &[Object]) -> Result<Done> {
    let mut objects = candidates.to_vec();
    if !server.find(&objects)?.iter().any(Option::is_some) {
        objects.clear();
        if world.succeeded().contains(&id) {
            let ledger = Ledger::new(server.look()?, world.work());
            objects.extend(ledger.statement(id).provides.iter().map(|provided| provided.object.clone()));
        }
    }
    if objects.is_empty() { Ok(Done::Nothing) } else { drop::drop_objects(server, world, &objects, &Purpose::Replace(id)) }
}

/// Those of the objects that are there.
fn there(server: &mut dyn Server, objects: Vec<Object>) -> Result<Vec<Object>> {
    let places = server.find(&objects)?;
    Ok(objects.into_iter().zip(places).filter_map(|(object, place)| place.map(|_| object)).collect())
}

fn unblock(server: &mut dyn Server, world: &World<'_>, id: MigrationId, candidates: &[Object], named: &[String]) -> Result<Done> {
    let mut objects = there(server, candidates.to_vec())?;
    if objects.is_empty() && !world.succeeded().is_empty() {
        // What an earlier migration needed was made in this run.
        let ledger = Ledger::new(server.look()?, world.work());
        let provided = world.succeeded().into_iter().flat_map(|id| ledger.statement(id).provides.clone());
        let is_named = |object: &Object| last_name(object).is_some_and(|last| named.iter().any(|name| name == last));
        let made = provided.map(|provided| provided.object).filter(|object| is_named(object));
        objects = there(server, made.collect())?;
    }
    if objects.is_empty() { Ok(Done::Nothing) } else { drop::drop_objects(server, world, &objects, &Purpose::Unblock(id)) }
}

fn remove(server: &mut dyn Server, world: &World<'_>, objects: &[Object]) -> Result<Done> {
    let objects = there(server, objects.to_vec())?;
    if objects.is_empty() { Ok(Done::Nothing) } else { drop::drop_objects(server, world, &objects, &Purpose::Remove) }
}

fn check_constraints(server: &mut dyn Server) -> Result<Done> {
    match server.check_constraints()? {
        Ok(()) => Ok(Done::Checked),
        Err(error) => Err(words::deferred(&error, None)),
    }
}

fn check_circles(server: &mut dyn Server, world: &World<'_>, ids: &[CatalogId]) -> Result<Done> {
    let dependents = server.dependents(ids)?;
    let found = circles(&dependents).into_iter();
    let diagnostics: Vec<_> = found.filter_map(|circle| rules::circles::diagnostic(world, &dependents, &circle)).collect();
    if diagnostics.is_empty() { Ok(Done::Checked) } else { Err(Error { kind: Kind::Unresolved, diagnostics }) }
}
