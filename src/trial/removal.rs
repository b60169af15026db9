//! What no file creates any more is dropped, dependents first; what cannot be taken back is refused.

use std::collections::HashSet;

use super::Scope;
use super::compare::first_word;
use super::drive::{Done, Drive};
use super::ledger::Ledger;
use super::replace;
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
    let gone: Vec<Object> = gone.into_iter().filter(|object| !drive.is_dropped(object)).collect();
    if gone.is_empty() {
        return Ok(false);
    }
    replace::remove(drive, &gone)?;
    drive.run_all()?;
    drive.finish()?;
    super::check_constraints(drive.session, None)?;
    Ok(true)
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
