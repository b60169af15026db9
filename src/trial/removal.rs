//! What no file creates any more is dropped, dependents first, and forgotten.

use std::collections::HashSet;

use super::Scope;
use super::drive::{Done, Drive};
use super::ledger::{Ledger, may_be, seems_to_create};
use super::replace;
use super::undo::{Deed, deed};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::object::Object;
use crate::model::record::RecordedStatement;
use crate::postgres::catalog;

/// Drops recorded objects that no statement makes any more. False if there were none.
pub fn run(drive: &mut Drive<'_>, ledger: &Ledger) -> Result<bool> {
    if drive.input.scope != Scope::Everything {
        return Ok(false);
    }
    let rows = gone(drive, ledger).into_iter().filter(|row| !is_handed_over(drive, row));
    let rows: Vec<Object> = rows.filter_map(|row| row.object.clone()).collect();
    // A migration may have dropped some of them.
    let gone = still_there(drive, rows)?;
    if gone.is_empty() {
        return Ok(false);
    }
    if replace::keep_changed(drive, &gone)? {
        return Ok(true);
    }
    replace::remove(drive, &gone)?;
    drive.run_all()?;
    drive.finish()?;
    super::check_constraints(drive.session, None)?;
    Ok(true)
}

/// Drops early what no statement makes any more, while statements fail: an old overload can make a call ambiguous. What a
/// failing statement may still make stays. False if there was nothing.
pub fn before_the_failing(drive: &mut Drive<'_>) -> Result<bool> {
    let parked = drive.queue.parked();
    if parked.is_empty() || drive.input.comparison.orphans.is_empty() || drive.input.scope != Scope::Everything {
        return Ok(false);
    }
    let ledger = Ledger::read(drive.session, drive.input)?;
    let rows = gone(drive, &ledger).into_iter().filter(|row| !is_handed_over(drive, row));
    let gone: Vec<Object> = rows.filter_map(|row| row.object.clone()).collect();
    let may_come = |object: &Object| parked.iter().any(|&id| seems_to_create(&drive.statements[id], object));
    let gone: Vec<Object> = gone.into_iter().filter(|object| !may_come(object)).collect();
    let gone = still_there(drive, gone)?;
    if gone.is_empty() {
        return Ok(false);
    }
    replace::remove(drive, &gone)?;
    parked.iter().for_each(|&id| drive.queue.retry(id));
    drive.run_all()?;
    Ok(true)
}

/// Those of the objects that were not dropped, neither by a step of their own nor with what they are a part of.
fn still_there(drive: &mut Drive<'_>, objects: Vec<Object>) -> Result<Vec<Object>> {
    // Default privileges are taken back, not dropped.
    let is_left = |object: &Object| object.kind != "default acl" && !drive.is_dropped(object);
    let objects: Vec<Object> = objects.into_iter().filter(is_left).collect();
    let now = catalog::find(drive.session, &objects)?;
    Ok(objects.into_iter().zip(now).filter_map(|(object, now)| now.map(|_| object)).collect())
}

/// The rows of `pgmg_state` that are no longer right: of what was dropped, was undone or cannot be undone. In a stage that does
/// not cover everything nothing is forgotten: the last stage does it. What another version recorded too little of is refused.
pub fn forgotten<'a>(drive: &Drive<'a>, ledger: &Ledger) -> Result<Vec<&'a RecordedStatement>> {
    if drive.input.scope != Scope::Everything {
        return Ok(Vec::new());
    }
    let gone = gone(drive, ledger);
    let unknown = gone.iter().filter(|row| row.object.is_none() && deed(row) == Deed::Unknown);
    let refused = |row: &&RecordedStatement| {
        let help = "drop it yourself if it is there, and delete its row from pgmg_state";
        Diagnostic::new(format!("{} is recorded without its file, and no statement makes it any more", row.name)).help(help)
    };
    let diagnostics: Vec<Diagnostic> = unknown.map(refused).collect();
    if diagnostics.is_empty() { Ok(gone) } else { Err(Error { kind: Kind::Disagreement, diagnostics }) }
}

/// Whether what a statement made is made by a migration of the project now: nothing is dropped, an empty database gets it from
/// there. Code is left out: a migration's older version of a function does not keep it.
fn is_handed_over(drive: &Drive<'_>, row: &RecordedStatement) -> bool {
    let migrations = drive.input.project.migrations.iter().flatten();
    let created = migrations.flat_map(|migration| &migration.statements).flat_map(|statement| &statement.mentions.creates);
    let is_created = |object: &Object| !object.kind.is_code() && created.clone().any(|created| may_be(created, object));
    // The parts of a table have their row by the same statement.
    let rows = drive.input.recorded.statements.iter().filter(|other| other.checksum == row.checksum);
    row.object.is_some() && rows.filter_map(|row| row.object.as_ref()).any(is_created)
}

/// Recorded statements that are gone, and no statement made their object again.
fn gone<'a>(drive: &Drive<'a>, ledger: &Ledger) -> Vec<&'a RecordedStatement> {
    if drive.input.comparison.orphans.is_empty() {
        return Vec::new();
    }
    let mut made: HashSet<String> = HashSet::new();
    for done in &drive.course {
        if let Done::Statement(id) = done {
            made.extend(ledger.statement(*id).provides.iter().map(|provided| provided.object.to_string()));
        }
    }
    let input = drive.input;
    let rows = input.comparison.orphans.iter().map(|&row| &input.recorded.statements[row]);
    rows.filter(|row| !made.contains(&row.name)).collect()
}
