//! Statements that PostgreSQL takes only outside a transaction: each by itself after the commit, recorded by itself.

use super::outside::{self, Earlier};
use super::words;
use crate::engine::ledger::{Entry, Provided, Was};
use crate::engine::matching::seems_to_create;
use crate::engine::outcome;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::statement::{Statement, StatementId};
use crate::postgres::catalog;
use crate::postgres::records::{Changes, StateTables};
use crate::postgres::session::Session;

/// Runs them in order, recording each as soon as it is done, so that a run that failed is resumed where it stopped.
pub fn run(session: &mut Session, statements: &[Statement], state: &StateTables, later: &[StatementId]) -> Result<()> {
    for (at, &id) in later.iter().enumerate() {
        let statement = &statements[id];
        log::info!("{}:{} runs by itself", statement.file.path, statement.place().line);
        let since = catalog::next_transaction(session)?;
        outside::run(session, statement, &Earlier::None).map_err(|error| with_rest(error, later.len() - at))?;
        let written = catalog::attribution_since(session, since)?;
        let mut entry = Entry::default();
        for one in written {
            if seems_to_create(statement, &one.object) {
                entry.provides.push(Provided { id: one.id, object: one.object, was: Was::Absent });
            }
        }
        let records = outcome::records(&[id], statements, |_| &entry);
        let changes = Changes { statements: records, ..Changes::default() };
        state.write(session, &changes)?.map_err(|error| Error::new(Kind::Sql, words::said(&error)))?;
    }
    Ok(())
}

fn with_rest(mut error: Error, left: usize) -> Error {
    let rest = match left {
        1 => "everything before it is committed; the next apply tries it again".to_owned(),
        _ => format!("everything before it is committed; the next apply tries it and the {} after it", left - 1),
    };
    if let Some(first) = error.diagnostics.first_mut() {
        *first = std::mem::replace(first, Diagnostic::new("")).help(rest);
    }
    error
}
