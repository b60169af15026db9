//! What no file creates any more is dropped, dependents first; what cannot be taken back is refused.

use std::collections::HashSet;

use super::Scope;
use super::compare::first_word;
use super::drive::{Done, Drive};
use super::ledger::{Ledger, seems_to_create};
use super::replace;
use crate::database::catalog;
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
    let gone = still_there(drive, gone)?;
    if gone.is_empty() {
        return Ok(false);
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
    let gone = gone(drive, &ledger).into_iter().filter_map(|row| row.object.clone());
    let may_come = |object: &Object| parked.iter().any(|&id| seems_to_create(&drive.statements[id], object));
    let gone: Vec<Object> = gone.filter(|object| !may_come(object)).collect();
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
    let objects: Vec<Object> = objects.into_iter().filter(|object| !drive.is_dropped(object)).collect();
    let now = catalog::find(drive.session, &objects)?;
    Ok(objects.into_iter().zip(now).filter_map(|(object, now)| now.map(|_| object)).collect())
}

/// The names in `pgmg_state` that are no longer right: of what was dropped, of comments that were set anew, and of
/// statements that made nothing of their own. What any other statement did cannot be taken back.
pub fn forgotten(drive: &Drive<'_>, ledger: &Ledger) -> Result<Vec<String>> {
    let commented = commented(drive, ledger);
    let mut names = Vec::new();
    let mut diagnostics = Vec::new();
    for row in gone(drive, ledger) {
        let is_set_anew = row.name.starts_with("comment.") && row.touches.iter().all(|object| commented.contains(object));
        if is_set_anew || row.object.is_some() || row.name.starts_with("create.") {
            names.push(row.name.clone());
        } else if drive.input.scope == Scope::Everything {
            let file = row.file.clone().unwrap_or_else(|| "the code directory".to_owned());
            let message = format!("a statement of {file} was applied ({}), and it is gone or changed", row.name);
            let help = "what it did cannot be taken back: bring the statement back, and undo it by a statement of its own";
            diagnostics.push(Diagnostic::new(message).help(help));
        }
    }
    if diagnostics.is_empty() { Ok(names) } else { Err(Error { kind: Kind::Disagreement, diagnostics }) }
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

fn commented(drive: &Drive<'_>, ledger: &Ledger) -> HashSet<String> {
    let mut commented = HashSet::new();
    for done in &drive.course {
        if let Done::Statement(id) = done
            && first_word(&drive.statements[*id]) == "COMMENT"
        {
            commented.extend(ledger.statement(*id).touches.iter().map(ToString::to_string));
        }
    }
    commented
}
