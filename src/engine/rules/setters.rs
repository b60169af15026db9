//! What ALTERs set on an object is lost when its statement replaces it or makes it anew: they run again.

use std::collections::BTreeMap;

use crate::engine::ledger::Was;
use crate::engine::matching::mentions;
use crate::engine::rules::settings::setters_on;
use crate::engine::task::{Cause, Task};
use crate::engine::verdict::{Opening, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::object::Object;
use crate::model::statement::{Statement, StatementId};
use crate::model::verb::{Altered, Verb};

/// Lets ALTERs run again that ran before what they alter was replaced.
pub fn set_again(world: &World<'_>, progress: &Progress) -> Verdict {
    if progress.opening != Opening::All || !world.has_records() || !world.parked().is_empty() {
        return Verdict::Satisfied;
    }
    if !progress.is_seen {
        return Verdict::Look;
    }
    let timeline = world.timeline();
    let mut again: BTreeMap<StatementId, Cause> = BTreeMap::new();
    let mut said: Vec<Object> = Vec::new();
    for (id, object) in remade(world) {
        let ran_before = |setter: &StatementId| timeline.last(*setter) < timeline.last(id) && *setter != id;
        let setters = altering(world, id, object).into_iter().filter(|setter| world.is_done(*setter) && ran_before(setter));
        again.extend(setters.map(|setter| (setter, Cause::ActsOn(object.clone()))));
        if !progress.said_again.contains(object) && !altered_by_migrations(world, object).is_empty() {
            said.push(object.clone());
        }
    }
    let tasks: Vec<Task> = if said.is_empty() { Vec::new() } else { vec![Task::SayAgain(said)] };
    if again.is_empty() && tasks.is_empty() {
        return Verdict::Satisfied;
    }
    Verdict::Do(Orders { again: again.into_iter().collect(), tasks, ..Orders::default() })
}

/// The ALTERs of applied migrations about an object that code makes, in their order.
pub fn altered_by_migrations<'a>(world: &World<'a>, object: &Object) -> Vec<&'a Statement> {
    let is_of_this_run = |name: &str| world.work().migrations.iter().any(|portion| portion.migration.name == name);
    let applied = world.work().in_force.iter().filter(|migration| !is_of_this_run(&migration.name));
    let statements = applied.flat_map(|migration| &migration.statements);
    let alters = statements.filter(|statement| statement.mentions.verb == Verb::Alter(Altered::Definition));
    alters.filter(|statement| mentions(statement, object)).collect()
}

/// What statements of this run made that was there before, in another form.
fn remade<'w>(world: &'w World<'_>) -> Vec<(StatementId, &'w Object)> {
    let mut found = Vec::new();
    for id in world.succeeded() {
        if world.statement(id).mentions.verb.creates() {
            let provides = world.ledger().statement(id).provides.iter();
            let was_there = provides.filter(|provided| provided.was == Was::Present || world.is_dropped(&provided.object));
            found.extend(was_there.map(|provided| (id, &provided.object)));
        }
    }
    found
}

/// The statements that alter an object and make nothing.
fn altering(world: &World<'_>, creator: StatementId, object: &Object) -> Vec<StatementId> {
    let label = object.to_string();
    let seen = world.seen_to_touch(&label);
    let named = setters_on(world, creator).into_iter();
    let alters = |id: &StatementId| {
        let verb = world.statement(*id).mentions.verb;
        verb.alters() && verb != Verb::Alter(Altered::DefaultPrivileges) && makes_nothing(world, *id)
    };
    let mut altering: Vec<StatementId> = named.chain(seen).filter(alters).collect();
    altering.sort_unstable();
    altering.dedup();
    altering
}

/// A statement that makes something, a constraint or a member, is no mere setter.
fn makes_nothing(world: &World<'_>, id: StatementId) -> bool {
    world.rows_of(id).iter().all(|row| row.object.is_none())
}
