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
use crate::engine::task::{Done, Purpose, Task, When};
use crate::engine::world::World;
use crate::error::{Error, Kind, Result};
use crate::model::attempt::{Attempt, AttemptId, Failure, Part};
use crate::model::dependent::Dependent;
use crate::model::object::{CatalogId, Object};
use crate::model::review::Review;
use crate::model::sql_error::SqlError;
use crate::model::statement::{MigrationId, StatementId};

/// Performs a task.
///
/// # Errors
/// What cannot be undone or made again, of kind Disagreement; a server that does not answer.
pub fn perform(server: &mut dyn Server, world: &World<'_>, task: &Task) -> Result<Done> {
    match task {
        Task::Migrate(id) => migrate(server, world, *id),
        Task::Review(When::AfterMigrations) => review(server, world),
        Task::Review(When::AtTheEnd) => server.review().map(Done::Reviewed),
        Task::MakeRoom(id, candidates) => make_room(server, world, *id, candidates),
        Task::Unblock(id, candidates, named) => unblock(server, world, *id, candidates, named),
        Task::SayAgain(objects) => revert::say_again(server, world, objects),
        Task::GiveBack(_) => give_back::give_back(server, world),
        Task::MakeAsItWas(object, sql) => give_back::make_as_it_was(server, world, object, sql).map(|()| Done::Checked),
        Task::Compare(id, object) => drop::compare(server, world, *id, object),
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
    let parts = statements.iter().map(|sql| Part::own(sql.as_str()));
    let outcome = server.attempt(&[Attempt { id: AttemptId::Own, parts: parts.collect() }])?;
    Ok(match outcome.failure {
        None => Ok(()),
        Some(failure) => Err(failure.error),
    })
}

fn migrate(server: &mut dyn Server, world: &World<'_>, id: MigrationId) -> Result<Done> {
    let Some(portion) = world.work().portion(id) else { return Ok(Done::Nothing) };
    let done = world.statements_done(id);
    let statements = portion.statements().iter().skip(done);
    let attempts = statements.map(|statement| Attempt { id: AttemptId::Migration(id), parts: vec![Part::of(statement)] });
    let attempts: Vec<Attempt<'_>> = attempts.collect();
    let outcome = server.migrate(id, &attempts)?;
    Ok(match outcome.failure {
        None => Done::Migrated,
        Some(failure) => {
            let part = done + failure.attempt;
            Done::MigrationFailed(done + outcome.done, Failure { attempt: 0, part, ..failure })
        }
    })
}

/// Looks again at what is recorded, and at what migrations did to what was there.
fn review(server: &mut dyn Server, world: &World<'_>) -> Result<Done> {
    let mut review = server.review()?;
    let ledger = Ledger::new(server.look()?, world.work(), world.records());
    let (written, made) = ledger.migrated();
    review.made = made;
    review.changes = server.changes(&written)?;
    review.bound_to_renamed = bound_to_renamed(server, &review)?;
    Ok(Done::Reviewed(review))
}

/// What depends directly on something that was renamed, or that lies in a schema that was.
fn bound_to_renamed(server: &mut dyn Server, review: &Review) -> Result<Vec<Object>> {
    let renamed = || review.changes.iter().filter(|change| change.is_renamed());
    let mut ids: Vec<CatalogId> = renamed().map(|change| change.id).collect();
    let schemas = renamed().filter(|change| change.now.object.kind == "schema").map(|change| change.id);
    let schemas: Vec<CatalogId> = schemas.collect();
    if !schemas.is_empty() {
        let inside = server.dependents(&schemas)?;
        ids.extend(directly_on(&inside, &schemas).map(|dependent| dependent.id));
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let dependents = server.dependents(&ids)?;
    Ok(directly_on(&dependents, &ids).map(|dependent| dependent.object.clone()).collect())
}

fn directly_on<'d>(dependents: &'d [Dependent], ids: &'d [CatalogId]) -> impl Iterator<Item = &'d Dependent> {
    dependents.iter().filter(|dependent| dependent.depends_on.iter().any(|needed| ids.contains(needed)))
}

fn make_room(server: &mut dyn Server, world: &World<'_>, id: StatementId, candidates: &[Object]) -> Result<Done> {
    let mut objects = candidates.to_vec();
    if !server.find(&objects)?.iter().any(Option::is_some) {
        objects.clear();
        if world.succeeded().contains(&id) {
            let ledger = Ledger::new(server.look()?, world.work(), world.records());
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
        let ledger = Ledger::new(server.look()?, world.work(), world.records());
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
