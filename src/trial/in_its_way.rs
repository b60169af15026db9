//! Finds the objects that stand where a statement wants to create.

use super::drive::{Drive, Failed};
use super::ledger::{Ledger, seems_to_create};
use crate::error::Result;
use crate::model::object::Object;
use crate::postgres::catalog;
use crate::sql::names_in;

/// The recorded objects, or else what the statement made itself in this run; none where something stands that is nobody's.
pub fn find(drive: &mut Drive<'_>, id: usize, failed: &Failed) -> Result<Vec<Object>> {
    let objects = recorded(drive, id, failed);
    if catalog::find(drive.session, &objects)?.iter().any(Option::is_some) {
        return Ok(objects);
    }
    made_before(drive, id)
}

/// The recorded objects that stand where a statement wants to create: those of changed statements, or its own of before.
fn recorded(drive: &Drive<'_>, id: usize, failed: &Failed) -> Vec<Object> {
    let statement = &drive.statements[id];
    let orphans = drive.input.comparison.orphans.iter().map(|&row| &drive.input.recorded.statements[row]);
    let own = drive.records.of_statement(statement).iter().copied();
    let objects = orphans.chain(own).filter_map(|row| row.object.as_ref());
    let said = names_in(&failed.error.message);
    let is_named = |object: &Object| {
        let names: Vec<&str> = object.names.iter().map(|name| name.trim_start_matches("public.")).collect();
        names.last().is_some_and(|last| said.iter().any(|name| name.name == *last))
            && names.iter().all(|part| *part == "public" || said.iter().any(|name| name.name == **part))
    };
    let is_there = |object: &&Object| !drive.is_dropped(object) && (seems_to_create(statement, object) || is_named(object));
    let found: Vec<Object> = objects.filter(is_there).cloned().collect();
    // PostgreSQL's hint spells the overload that is meant: "Use DROP FUNCTION f(integer) first."
    let hint = failed.error.hint.as_deref().unwrap_or_default();
    let hinted: Vec<Object> = found.iter().filter(|object| hint.contains(&object.name())).cloned().collect();
    if hinted.is_empty() { found } else { hinted }
}

/// What a statement made in this run already.
fn made_before(drive: &mut Drive<'_>, id: usize) -> Result<Vec<Object>> {
    if !drive.queue.successes().contains(&id) {
        return Ok(Vec::new());
    }
    let ledger = Ledger::read(drive.session, drive.input)?;
    Ok(ledger.statement(id).provides.iter().map(|provided| provided.object.clone()).collect())
}
