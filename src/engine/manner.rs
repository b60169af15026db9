//! How a statement is sent: as it is written, or in another form that PostgreSQL takes where the object is there already.

use std::collections::HashMap;

use super::matching::are_in_one_file;
use crate::model::statement::{Mode, Statement, StatementId, numbered};

/// The form in which a statement is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    AsWritten,
    /// With OR REPLACE put in.
    OrReplace(String),
    /// As ALTERs of what is there.
    Alters(Vec<String>),
}

/// Files that are tried whole: from their first statement to the others, which go with it.
pub type WholeFiles = HashMap<StatementId, Vec<StatementId>>;

/// The text of a file from its first statement to the end of its last.
pub fn whole_text<'a>(statements: &'a [Statement], first: StatementId, rest: &[StatementId]) -> &'a str {
    let statement = &statements[first];
    let end = rest.last().map_or(statement.span.end, |&last| statements[last].span.end);
    statement.file.text.get(statement.span.start..end).unwrap_or_default()
}

/// The statements of the same file, if all of them run in the transaction.
pub fn whole_file(statements: &[Statement], id: StatementId) -> Option<Vec<StatementId>> {
    let pieces = numbered(statements).filter(|(_, piece)| are_in_one_file(piece, &statements[id]));
    let pieces: Vec<(StatementId, &Statement)> = pieces.collect();
    let is_one = pieces.iter().all(|(_, piece)| piece.mode == Mode::Transactional);
    is_one.then(|| pieces.into_iter().map(|(piece, _)| piece).collect())
}
