//! Statements that PostgreSQL takes only outside a transaction: each by itself after the commit, recorded by itself.

use super::ledger::{Entry, Provided, Was, seems_to_create};
use super::{failure, report};
use crate::database::catalog;
use crate::database::session::Session;
use crate::database::state::{Changes, StateTables};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Migration;
use crate::model::statement::Statement;

/// Runs a migration by itself, statement by statement, and records it when all of it is done.
pub fn run_migration(session: &mut Session, migration: &Migration, state: &StateTables) -> Result<()> {
    for (at, statement) in migration.statements.iter().enumerate() {
        run_one(session, statement).map_err(|error| match at {
            0 => error,
            _ => error.help("the statements before it are committed; the next apply runs the whole migration again"),
        })?;
    }
    let changes = Changes { migrations: vec![migration], ..Changes::default() };
    state.write(session, &changes)?.map_err(|error| Error::new(Kind::Sql, failure::said(&error)))
}

/// Runs them in order, recording each as soon as it is done, so that a run that failed is resumed where it stopped.
pub fn run(session: &mut Session, statements: &[Statement], state: &StateTables, later: &[usize]) -> Result<()> {
    for (at, &id) in later.iter().enumerate() {
        let statement = &statements[id];
        log::info!("{}:{} runs by itself", statement.file.path, statement.place().line);
        let since = catalog::next_transaction(session)?;
        run_one(session, statement).map_err(|error| with_rest(error, later.len() - at))?;
        let written = catalog::attribution_since(session, since)?;
        let mut entry = Entry::default();
        for one in written {
            if seems_to_create(statement, &one.object) {
                entry.provides.push(Provided { id: one.id, object: one.object, was: Was::Absent });
            }
        }
        let records = report::records(&[id], statements, |_| &entry);
        let changes = Changes { statements: records, ..Changes::default() };
        state.write(session, &changes)?.map_err(|error| Error::new(Kind::Sql, failure::said(&error)))?;
    }
    Ok(())
}

fn run_one(session: &mut Session, statement: &Statement) -> Result<()> {
    let Err(mut error) = session.run_alone(statement.sql(), &statement.settings)? else { return Ok(()) };
    // A failed CREATE INDEX CONCURRENTLY leaves an invalid index of that name (manual, CREATE INDEX).
    if error.code == "42P07" && drop_invalid_index(session, statement)? {
        match session.run_alone(statement.sql(), &statement.settings)? {
            Ok(()) => return Ok(()),
            Err(again) => error = again,
        }
    }
    let kind = if error.code == "57014" { Kind::Interrupted } else { Kind::Sql };
    let place = error.position.map_or_else(|| statement.place(), |position| statement.place_of(position));
    Err(Error::new(kind, failure::said(&error).at(place)))
}

fn drop_invalid_index(session: &mut Session, statement: &Statement) -> Result<bool> {
    for created in &statement.mentions.creates {
        let rows = session.query(include_str!("invalid_index.sql"), &[&created.name.schema, &created.name.name])?;
        if let Some(name) = rows.first().map(|row| row.get::<_, String>(0)) {
            log::info!("{name} is invalid, left by an earlier try: it is dropped first");
            session
                .execute(&format!("DROP INDEX CONCURRENTLY {name}"))?
                .map_err(|error| Error::new(Kind::Sql, failure::said(&error)))?;
            return Ok(true);
        }
    }
    Ok(false)
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
