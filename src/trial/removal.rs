//! What no file creates any more is dropped, dependents first; what cannot be taken back is refused.

use std::collections::HashSet;

use super::Scope;
use super::compare::first_word;
use super::drive::{Done, Drive};
use super::ledger::{Ledger, may_be};
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
    let rows = gone(drive, ledger).into_iter().filter(|row| !is_handed_over(drive, row));
    let rows: Vec<Object> = rows.filter_map(|row| row.object.clone()).collect();
    let rows: Vec<Object> = rows.into_iter().filter(|object| !drive.is_dropped(object)).collect();
    // A migration may have dropped some of them.
    let there = catalog::find(drive.session, &rows)?;
    let gone: Vec<Object> = rows.into_iter().zip(there).filter(|(_, there)| there.is_some()).map(|(object, _)| object).collect();
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

/// Whether what a statement made is made by a migration of the project now: nothing is dropped, an empty database gets it from
/// there. Code is left out: a migration's older version of a function does not keep it.
fn is_handed_over(drive: &Drive<'_>, row: &RecordedStatement) -> bool {
    const CODE: &[&str] =
        &["view", "materialized view", "function", "procedure", "aggregate", "trigger", "rule", "policy", "cast", "operator"];
    let migrations = drive.input.project.migrations.iter().flatten();
    let created = migrations.flat_map(|migration| &migration.statements).flat_map(|statement| &statement.mentions.creates);
    let is_created =
        |object: &Object| !CODE.contains(&object.kind.as_str()) && created.clone().any(|created| may_be(created, object));
    // The parts of a table have their row by the same statement.
    let rows = drive.input.recorded.statements.iter().filter(|other| other.checksum == row.checksum);
    row.object.is_some() && rows.filter_map(|row| row.object.as_ref()).any(is_created)
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
