//! A statement that runs outside the one transaction: with the record of it where PostgreSQL allows that, else by itself.

use super::words;
use crate::error::{Error, Kind, Result};
use crate::model::sql_error::SqlError;
use crate::model::statement::Statement;
use crate::postgres::connection::interrupt;
use crate::postgres::session::Session;

/// What is known of an earlier try of the same statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    None,
    /// It was begun, and the run ended before anybody knew whether it came to its end; the indexes that its tables had before.
    Unknown(Vec<u32>),
}

/// An index of a table that a statement mentions.
#[derive(Debug, Clone)]
pub struct Index {
    pub oid: u32,
    is_valid: bool,
    /// Spelled so that DROP INDEX finds it.
    name: String,
}

/// Runs a statement that PostgreSQL takes only outside a transaction. What a failed try left is removed: a failed CREATE INDEX
/// CONCURRENTLY leaves an invalid index (PostgreSQL manual, CREATE INDEX).
pub fn run(session: &mut Session, statement: &Statement, earlier: &Earlier) -> Result<()> {
    if let Earlier::Unknown(before) = earlier {
        let new: Vec<Index> = indexes(session, statement)?.into_iter().filter(|index| !before.contains(&index.oid)).collect();
        for left in new.iter().filter(|index| !index.is_valid) {
            drop_index(session, &left.name)?;
        }
        // An index without a name of its own would be made a second time.
        if statement.mentions.creates.is_empty() && new.iter().any(|index| index.is_valid) {
            return Ok(());
        }
    }
    let before = invalid_indexes(session)?;
    let Err(mut error) = session.run_autocommit(statement.sql(), &statement.settings)? else { return Ok(()) };
    if error.code == "42P07" && drop_invalid_named(session, statement)? {
        match session.run_autocommit(statement.sql(), &statement.settings)? {
            Ok(()) => return Ok(()),
            Err(again) => error = again,
        }
    }
    // The earlier try came to its end, and its object is there, or gone.
    if *earlier != Earlier::None && matches!(error.code.as_str(), "42P07" | "42704") {
        return Ok(());
    }
    // A connection that is gone says so again.
    if let Ok(after) = invalid_indexes(session) {
        for left in after.iter().filter(|index| !before.contains(index)) {
            drop_index(session, left)?;
        }
    }
    Err(said(statement, &error))
}

/// The error of a statement at its place.
pub fn said(statement: &Statement, error: &SqlError) -> Error {
    let is_lost = error.code.starts_with("57P") || error.code.starts_with("08");
    let kind = match error.code.as_str() {
        "57014" if interrupt::is_requested() => Kind::Interrupted,
        "55P03" => Kind::Unavailable,
        _ if is_lost => Kind::Unavailable,
        _ => Kind::Sql,
    };
    let place = error.position.map_or_else(|| statement.place(), |position| statement.place_of(position));
    Error::new(kind, words::said(error).at(place))
}

/// The indexes of the tables that a statement mentions.
pub fn indexes(session: &mut Session, statement: &Statement) -> Result<Vec<Index>> {
    let names: Vec<String> = statement.mentions.uses.iter().map(|used| used.name.to_string()).collect();
    let rows = session.query(include_str!("indexes_of.sql"), &[&names])?;
    Ok(rows.iter().map(|row| Index { oid: row.get(0), is_valid: row.get(1), name: row.get(2) }).collect())
}

/// Every invalid index, spelled so that DROP INDEX finds it.
fn invalid_indexes(session: &mut Session) -> Result<Vec<String>> {
    let rows = session
        .query("SELECT indexrelid::pg_catalog.regclass::pg_catalog.text FROM pg_catalog.pg_index WHERE NOT indisvalid", &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn drop_invalid_named(session: &mut Session, statement: &Statement) -> Result<bool> {
    for created in &statement.mentions.creates {
        let rows = session.query(include_str!("invalid_index.sql"), &[&created.name.schema, &created.name.name])?;
        if let Some(name) = rows.first().map(|row| row.get::<_, String>(0)) {
            drop_index(session, &name)?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn drop_index(session: &mut Session, name: &str) -> Result<()> {
    log::info!("{name} is invalid, left by an earlier try: it is dropped");
    session
        .execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"))?
        .map_err(|error| Error::new(Kind::Sql, words::said(&error)))
}
