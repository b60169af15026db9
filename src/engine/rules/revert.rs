//! What statements did that are gone and made nothing is taken back: their objects get what a fresh build gives them.
//!
//! Nobody reads the old statement, whose text is not kept. What it touched is: those objects are set back to what CREATE alone
//! gives, and every statement of the project that acts on them runs again, in its order.

use std::collections::HashSet;

use crate::engine::matching::{mentions, own_names};
use crate::engine::task::{Said, Task};
use crate::engine::verdict::{Milestone, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::object::Object;
use crate::model::record::RecordedStatement;
use crate::model::statement::{Statement, StatementId};
use crate::model::verb::{Altered, Aspect, Verb};
use crate::sql::spelling;

/// The kind of the objects that ALTER DEFAULT PRIVILEGES makes.
pub const DEFAULT_ACL: &str = "default acl";

/// Before anything is made, by migrations too: default privileges that files set go, because in a fresh build they come last.
pub fn suspend_defaults(world: &World<'_>, progress: &Progress) -> Verdict {
    if progress.has(Milestone::DefaultsSuspended) || !world.has_records() {
        return Verdict::Satisfied;
    }
    let mut tasks = Vec::new();
    if world.covers_everything() && !default_privileges_gone(world).is_empty() {
        tasks.push(Task::RevertDefaultPrivileges);
    }
    if !default_privileges(world).is_empty() {
        tasks.push(Task::SuspendDefaultPrivileges);
    }
    Orders::once(Milestone::DefaultsSuspended, tasks)
}

/// Before code is made: objects that an ALTER changed are dropped, to be made again without it.
pub fn definitions(world: &World<'_>, progress: &Progress) -> Verdict {
    if progress.has(Milestone::DefinitionsReverted) || !world.covers_everything() || !world.has_records() {
        return Verdict::Satisfied;
    }
    let tasks = if altered(world).is_empty() { Vec::new() } else { vec![Task::RevertDefinitions] };
    Orders::once(Milestone::DefinitionsReverted, tasks)
}

/// What somebody else granted is taken back.
pub fn revoke(world: &World<'_>, progress: &Progress) -> Verdict {
    if progress.has(Milestone::Revoked) || !world.covers_everything() {
        return Verdict::Satisfied;
    }
    let tasks = if world.work().comparison.revokes.is_empty() { Vec::new() } else { vec![Task::Revoke] };
    Orders::once(Milestone::Revoked, tasks)
}

/// Whether objects have to be set back in this respect.
pub fn is_to_reset(world: &World<'_>, progress: &Progress, aspect: Aspect) -> bool {
    let is_under_other_defaults = aspect == Aspect::Privileges && progress.defaults_changed;
    world.covers_everything() && (is_under_other_defaults || !touched(world, aspect).is_empty())
}

/// The labels of what statements touched in this respect that are gone, and of what they touched under another name: there a
/// fresh build sets nothing.
pub fn touched(world: &World<'_>, aspect: Aspect) -> HashSet<String> {
    let mut touched = labels(world, |verb| verb.sets() == Some(aspect));
    touched.extend(world.renamed(aspect).map(ToString::to_string));
    touched
}

/// The labels of what ALTERs touched that are gone.
pub fn altered(world: &World<'_>) -> HashSet<String> {
    labels(world, |verb| matches!(verb, Verb::Alter(_)))
}

/// The labels of default privileges that no statement sets any more.
pub fn default_privileges_gone(world: &World<'_>) -> HashSet<String> {
    let made = world.orphaned_objects();
    let mut labels: HashSet<String> = made.filter(|object| object.kind == DEFAULT_ACL).map(ToString::to_string).collect();
    labels.extend(altered(world).into_iter().filter(|label| label.starts_with(DEFAULT_ACL)));
    labels
}

/// The default privileges that files of the code directory set.
pub fn default_privileges(world: &World<'_>) -> Vec<Object> {
    world.recorded_objects().filter(|object| object.kind == DEFAULT_ACL).cloned().collect()
}

/// Every recorded object that there are privileges on.
pub fn with_privileges(world: &World<'_>) -> Vec<Object> {
    world.recorded_objects().filter(|object| spelling::grant_target(object).is_some()).cloned().collect()
}

/// Of objects that an ALTER changed which is gone: those that are made anew, and those that nobody can take back.
pub fn made_anew_or_stuck(world: &World<'_>, altered: Vec<Object>) -> (Vec<Object>, Vec<Object>) {
    let altered = altered.into_iter().filter(|object| object.kind != DEFAULT_ACL && world.stays(object));
    let (anew, stuck): (Vec<Object>, Vec<Object>) = altered.partition(|object| may_be_made_anew(world, object));
    let anew = anew.into_iter().filter(|object| !world.is_dropped(object)).collect();
    (anew, stuck.into_iter().filter(|object| !is_migrated(world, object)).collect())
}

/// The ALTERs that complete one of these objects.
pub fn completing(world: &World<'_>, objects: &[Object]) -> Vec<StatementId> {
    let completes = |statement: &Statement| {
        let mut names = statement.mentions.completes.iter();
        names.any(|name| objects.iter().any(|object| own_names(object).any(|own| own == name.name)))
    };
    let is_meant = |statement: &Statement| matches!(statement.mentions.verb, Verb::Alter(_)) && completes(statement);
    world.present().filter(|&id| is_meant(world.statement(id))).collect()
}

/// The statements that say of these objects what was set back, and of all that those act on: repeated in their order they give
/// what they gave.
pub fn saying(world: &World<'_>, objects: &[Object], said: Said) -> Vec<StatementId> {
    let aspect = match said {
        Said::Aspect(aspect) => aspect,
        Said::DefaultPrivileges => {
            let sets = |id: &StatementId| world.statement(*id).mentions.verb == Verb::Alter(Altered::DefaultPrivileges);
            return world.present().filter(sets).collect();
        }
    };
    let mut labels: HashSet<String> = objects.iter().map(ToString::to_string).collect();
    let mut left: Vec<StatementId> = world.present().filter(|&id| world.statement(id).mentions.sets.contains(&aspect)).collect();
    let mut saying = Vec::new();
    loop {
        let is_meant = |id: &StatementId| {
            let statement = world.statement(*id);
            let mut touched = world.rows_of(*id).iter().flat_map(|row| &row.touches);
            touched.any(|label| labels.contains(label)) || says(statement, objects, aspect)
        };
        let (found, rest): (Vec<StatementId>, Vec<StatementId>) = left.iter().copied().partition(is_meant);
        if found.is_empty() {
            return saying;
        }
        let rows = found.iter().flat_map(|&id| world.rows_of(id).iter().copied());
        labels.extend(rows.flat_map(|row| row.touches.iter().cloned()));
        saying.extend(found);
        left = rest;
    }
}

/// What migrations said about these objects counts too, in their order.
pub fn said_by_migrations<'a>(world: &World<'a>, objects: &[Object], aspect: Aspect) -> Vec<&'a Statement> {
    world.work().statements_in_force().filter(|statement| says(statement, objects, aspect)).collect()
}

/// Whether a statement by itself, not in a block, sets something in this respect on one of the objects.
fn says(statement: &Statement, objects: &[Object], aspect: Aspect) -> bool {
    statement.mentions.verb.sets() == Some(aspect) && objects.iter().any(|object| mentions(statement, object))
}

fn labels(world: &World<'_>, is_meant: impl Fn(Verb) -> bool) -> HashSet<String> {
    let is_meant = |row: &&RecordedStatement| row.object.is_none() && is_meant(Verb::of_record(&row.name));
    world.work().orphans().filter(is_meant).flat_map(|row| &row.touches).cloned().collect()
}

/// Only what a file creates and no row lives in.
fn may_be_made_anew(world: &World<'_>, object: &Object) -> bool {
    let is_recorded = world.records().of_object(object).is_some();
    !object.kind.is_lived_in() && spelling::drop_statement(object).is_some() && is_recorded
}

/// Whether a migration of this run changes the object: it then takes back what nobody else can.
fn is_migrated(world: &World<'_>, object: &Object) -> bool {
    let mut pending = world.work().migrations.iter().flat_map(|portion| portion.statements());
    pending.any(|statement| mentions(statement, object))
}
