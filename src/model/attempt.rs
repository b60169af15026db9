//! What is tried as one, by its number, and how far a batch of attempts came.

use std::borrow::Cow;
use std::sync::Arc;

use super::sql_error::SqlError;
use super::statement::{MigrationId, Settings, Statement, StatementId, no_settings};

/// Who makes an attempt. Each has a marker row of its own in the transaction, with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttemptId {
    Statement(StatementId),
    Migration(MigrationId),
    /// pgmg itself: what belongs to no file.
    Own,
}

impl AttemptId {
    /// The number of its marker row: statements from zero upwards, migrations below zero. A project has fewer than 2^31 of either.
    pub fn number(self) -> i32 {
        match self {
            AttemptId::Statement(id) => i32::try_from(id.0).unwrap_or(i32::MAX),
            AttemptId::Migration(id) => i32::try_from(id.0).map_or(i32::MIN + 1, |index| -1 - index),
            AttemptId::Own => i32::MIN,
        }
    }

    /// Whose marker row has this number.
    pub fn of_number(number: i32) -> Self {
        match usize::try_from(number) {
            Ok(index) => AttemptId::Statement(StatementId(index)),
            Err(_) if number == i32::MIN => AttemptId::Own,
            Err(_) => AttemptId::Migration(MigrationId(usize::try_from(-1 - number).unwrap_or_default())),
        }
    }

    /// The statement, if it is one.
    pub fn statement(self) -> Option<StatementId> {
        match self {
            AttemptId::Statement(id) => Some(id),
            AttemptId::Migration(_) | AttemptId::Own => None,
        }
    }
}

/// What is tried as one: all of it, or nothing.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    pub id: AttemptId,
    pub parts: Vec<Part<'a>>,
}

/// One statement of an attempt with the settings it wants.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    pub sql: Cow<'a, str>,
    /// How many SQL statements the text holds; 0 if nobody can tell: it then goes in a message of its own.
    pub statements: usize,
    pub settings: &'a Arc<Settings>,
}

/// How far a batch came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many attempts are done, from the first on.
    pub done: usize,
    /// The attempt that failed; without it those after `done` were not reached.
    pub failure: Option<Failure>,
}

/// Why an attempt failed. Those before it that are not done were not reached (a syntax error stops a whole message).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its index in the batch.
    pub attempt: usize,
    /// The part of it.
    pub part: usize,
    /// The setting of that part which failed, if it was not the part itself.
    pub setting: Option<usize>,
    /// The position counts from the beginning of that part or setting.
    pub error: SqlError,
}

impl<'a> Part<'a> {
    /// A statement as it is written, with the settings of its file.
    pub fn of(statement: &'a Statement) -> Self {
        Part { sql: statement.sql().into(), statements: 1, settings: &statement.settings }
    }

    /// A statement of pgmg's own, with no file's settings.
    pub fn own(sql: impl Into<Cow<'a, str>>) -> Self {
        Part { sql: sql.into(), statements: 1, settings: no_settings() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_whose_it_is() {
        let attempts = [
            AttemptId::Statement(StatementId(0)),
            AttemptId::Statement(StatementId(7)),
            AttemptId::Migration(MigrationId(0)),
            AttemptId::Migration(MigrationId(41)),
            AttemptId::Own,
        ];
        for attempt in attempts {
            assert_eq!(AttemptId::of_number(attempt.number()), attempt);
        }
    }
}
