//! What no file creates any more is dropped, dependents first, and forgotten.

use std::collections::HashSet;

use crate::engine::matching::{may_be, seems_to_create};
use crate::engine::task::Task;
use crate::engine::verdict::{Orders, Progress, Verdict};
use crate::engine::world::{Event, World};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::object::Object;
use crate::model::record::RecordedStatement;
use crate::model::verb::Verb;

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
    let succeeded = world.succeeded();
    let may_be_kept = |object: &&Object| object.kind.holds_data() && !progress.compared.contains(object);
    let kept = objects.iter().filter(may_be_kept).filter_map(|object| {
        let maker = succeeded.iter().find(|&&id| seems_to_create(world.statement(id), object))?;
        Some(Task::Compare(*maker, object.clone()))
    });
    let kept: Vec<Task> = kept.collect();
    let tasks = if kept.is_empty() { vec![Task::Remove(objects)] } else { kept };
    Verdict::Do(Orders { tasks, ..Orders::default() })
}

/// Recorded objects that no statement makes any more and that may still be there.
pub fn to_remove(world: &World<'_>, progress: &Progress) -> Vec<Object> {
    let rows = no_longer_made(world).into_iter().filter(|row| !is_handed_over(world, row));
    let objects = rows.filter_map(|row| row.object.as_ref());
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
    let created =
        work.in_force.iter().flat_map(|migration| &migration.statements).flat_map(|statement| &statement.mentions.creates);
    let is_created = |object: &Object| !object.kind.is_code() && created.clone().any(|created| may_be(created, object));
    // The parts of a table have their row by the same statement.
    let rows = work.recorded.statements.iter().filter(|other| other.checksum == row.checksum);
    row.object.is_some() && rows.filter_map(|row| row.object.as_ref()).any(is_created)
}

/// Recorded statements that are gone, and no statement made their object again.
fn no_longer_made<'a>(world: &World<'a>) -> Vec<&'a RecordedStatement> {
    let work = world.work();
    if work.comparison.orphans.is_empty() {
        return Vec::new();
    }
    let mut made: HashSet<String> = HashSet::new();
    for event in world.history() {
        if let Event::Tried(id) = event {
            let provided = &world.ledger().statement(*id).provides;
            made.extend(provided.iter().map(|provided| provided.object.to_string()));
        }
    }
    work.orphans().filter(|row| !made.contains(&row.name)).collect()
}
