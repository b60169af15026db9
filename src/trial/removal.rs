//! What no file creates any more is dropped, dependents first, and forgotten.

use std::collections::HashSet;

use super::Scope;
use super::drive::{Done, Drive};
use super::ledger::Ledger;
use super::replace;
use super::undo::{Deed, deed};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::object::Object;
use crate::model::record::RecordedStatement;

/// Drops recorded objects that no statement makes any more. False if there were none.
pub fn run(drive: &mut Drive<'_>, ledger: &Ledger) -> Result<bool> {
    if drive.input.scope != Scope::Everything {
        return Ok(false);
    }
    let gone: Vec<Object> = gone(drive, ledger).into_iter().filter_map(|row| row.object.clone()).collect();
    // Default privileges are taken back, not dropped.
    let is_left = |object: &Object| object.kind != "default acl" && !drive.is_dropped(object);
    let gone: Vec<Object> = gone.into_iter().filter(is_left).collect();
    if gone.is_empty() {
        return Ok(false);
    }
    replace::remove(drive, &gone)?;
    drive.run_all()?;
    drive.finish()?;
    super::check_constraints(drive.session, None)?;
    Ok(true)
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

/// Recorded statements that are gone, and no statement made their object again.
fn gone<'a>(drive: &Drive<'a>, ledger: &Ledger) -> Vec<&'a RecordedStatement> {
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
