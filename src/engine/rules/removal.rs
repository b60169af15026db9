//! What no file creates any more is dropped, dependents first, and forgotten.

use std::collections::HashSet;

use crate::engine::matching::{own_names, seems_to_create};
use crate::engine::task::Task;
use crate::engine::verdict::{Orders, Progress, Verdict};
use crate::engine::world::{Event, World};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::object::Object;
use crate::model::record::RecordedStatement;
use crate::model::statement::{Statement, StatementId};
use crate::model::verb::{Existing, Verb};

/// Drops recorded objects that no statement makes any more. What holds data and a statement may have left alone (IF NOT EXISTS)
/// is compared with what that says first.
pub fn remove(world: &World<'_>, progress: &Progress) -> Verdict {
    if !world.covers_everything() {
        return Verdict::Satisfied;
    }
    let objects = to_remove(world, progress);
    if objects.is_empty() {
        return Verdict::Satisfied;
    }
    if !progress.is_seen {
        return Verdict::Look;
    }
    let may_be_kept = |object: &&Object| !progress.compared.contains(object);
    let kept = objects.iter().filter(may_be_kept).filter_map(|object| {
        let finder = finder(world, object)?;
        Some(Task::Compare(finder, object.clone()))
    });
    let kept: Vec<Task> = kept.collect();
    let tasks = if kept.is_empty() { vec![Task::Remove(objects)] } else { kept };
    Verdict::Do(Orders { tasks, ..Orders::default() })
}

/// The statement of this run that may have found an object there and left it alone, which is no reason to drop it: one that
/// seems to create it, or wrote nothing and stands in the file that made it (IF NOT EXISTS, a block that looks first).
pub fn finder(world: &World<'_>, object: &Object) -> Option<StatementId> {
    let file = world.records().of_object(object).and_then(|row| row.file.as_deref());
    let finds = |id: &StatementId| {
        let statement = world.statement(*id);
        let entry = world.ledger().statement(*id);
        let verb = statement.mentions.verb;
        let wrote_nothing = entry.provides.is_empty() && entry.touches.is_empty();
        let may_look_first = match verb {
            Verb::Create(Existing::Stays) => true,
            Verb::Do | Verb::Other => own_names(object).any(|name| mentions_name(statement, name)),
            _ => false,
        };
        seems_to_create(statement, object) || wrote_nothing && may_look_first && file == Some(&statement.file.name)
    };
    world.succeeded().into_iter().find(finds)
}

fn mentions_name(statement: &Statement, name: &str) -> bool {
    statement.mentions.uses.iter().any(|used| used.name.name == name)
}

/// Recorded objects that no statement makes any more and that may still be there.
pub fn to_remove(world: &World<'_>, progress: &Progress) -> Vec<Object> {
    let rows = no_longer_made(world).into_iter().filter(|row| !is_handed_over(world, row));
    let objects = rows.filter_map(|row| world.records().object(row));
    // Default privileges are taken back, not dropped.
    let is_left =
        |object: &&Object| object.kind != "default acl" && !world.is_dropped(object) && !progress.absent.contains(object);
    objects.filter(is_left).cloned().collect()
}

/// The rows of `pgmg_state` that are no longer right: of what was dropped, was undone or cannot be undone. In a stage that does
/// not cover everything nothing is forgotten: the last stage does it.
///
/// # Errors
/// What another version recorded too little of, of kind Disagreement.
pub fn forgotten<'a>(world: &World<'a>) -> Result<Vec<&'a RecordedStatement>> {
    if !world.covers_everything() {
        return Ok(Vec::new());
    }
    let rows = no_longer_made(world);
    let is_unknown = |row: &&&RecordedStatement| row.object.is_none() && row.file.is_none() && nothing_is_known(row);
    let refused = |row: &&RecordedStatement| {
        let help = "drop it yourself if it is there, and delete its row from pgmg_state";
        Diagnostic::new(format!("{} is recorded without its file, and no statement makes it any more", row.name)).help(help)
    };
    let diagnostics: Vec<Diagnostic> = rows.iter().filter(is_unknown).map(refused).collect();
    if diagnostics.is_empty() { Ok(rows) } else { Err(Error { kind: Kind::Disagreement, diagnostics }) }
}

/// Whether nobody can take back what a recorded statement did: INSERT, DO, CALL, and what touched nothing.
pub fn stays_done(row: &RecordedStatement) -> bool {
    row.object.is_none() && row.file.is_some() && nothing_is_known(row)
}

fn nothing_is_known(row: &RecordedStatement) -> bool {
    match Verb::of_record(&row.name) {
        Verb::Create(_) => false,
        Verb::Grant(_) | Verb::Revoke(_) | Verb::Comment | Verb::SecurityLabel | Verb::Alter(_) => row.touches.is_empty(),
        Verb::Drop | Verb::Do | Verb::Other => true,
    }
}

/// Whether what a statement made is made by a migration of the project now: nothing is dropped, an empty database gets it from
/// there. Code is left out: a migration's older version of a function does not keep it.
fn is_handed_over(world: &World<'_>, row: &RecordedStatement) -> bool {
    let work = world.work();
    let is_created = |object: &Object| !object.kind.is_code() && world.is_made_by_migration(object);
    // The parts of a table have their row by the same statement.
    let rows = work.recorded.statements.iter().filter(|other| other.checksum == row.checksum);
    row.object.is_some() && rows.filter_map(|row| world.records().object(row)).any(is_created)
}

/// Recorded statements that are gone, and no statement made their object again.
fn no_longer_made<'a>(world: &World<'a>) -> Vec<&'a RecordedStatement> {
    let work = world.work();
    let deserted = || work.recorded.statements.iter().filter(|row| world.records().is_moved(row));
    if work.comparison.orphans.is_empty() && deserted().next().is_none() {
        return Vec::new();
    }
    let mut made: HashSet<String> = HashSet::new();
    for event in world.history() {
        if let Event::Tried(id) = event {
            let provided = &world.ledger().statement(*id).provides;
            made.extend(provided.iter().map(|provided| provided.object.to_string()));
        }
    }
    let is_made = |row: &RecordedStatement| {
        world.records().object(row).map_or_else(|| made.contains(&row.name), |object| made.contains(&object.to_string()))
    };
    // What a migration moved away from under a statement is nobody's any more, once that has made its own.
    let orphans = work.orphans().chain(deserted().filter(|row| world.records().statement(row).is_some()));
    orphans.filter(|row| !is_made(row)).collect()
}
