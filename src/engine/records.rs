//! Finds what is recorded, by object and by statement.

use std::collections::HashMap;

use super::work::Work;
use crate::model::object::Object;
use crate::model::record::RecordedStatement;
use crate::model::statement::{Statement, StatementId, numbered};

/// The rows of `pgmg_state`, and the statements of the project that they are about.
#[derive(Debug, Default)]
pub struct Records<'a> {
    by_object: HashMap<&'a Object, &'a RecordedStatement>,
    /// What recorded objects are called since a migration renamed or moved them, by the names of their rows.
    moved: HashMap<&'a str, Object>,
    by_moved: HashMap<Object, &'a RecordedStatement>,
    by_checksum: HashMap<&'a str, Vec<&'a RecordedStatement>>,
    statements: HashMap<String, StatementId>,
}

impl<'a> Records<'a> {
    /// Reads the records of a run.
    pub fn new(work: &Work<'a>) -> Self {
        let rows = &work.recorded.statements;
        let mut records = Records::default();
        for row in rows {
            if let Some(object) = &row.object {
                records.by_object.insert(object, row);
            }
            records.by_checksum.entry(&row.checksum).or_default().push(row);
        }
        if !rows.is_empty() {
            for (id, statement) in numbered(work.statements()) {
                records.statements.entry(statement.checksum.to_string()).or_insert(id);
            }
        }
        records
    }

    /// A recorded object is called otherwise now.
    pub(super) fn follow(&mut self, row: &'a RecordedStatement, object: Object) {
        if let Some(before) = self.moved.insert(&row.name, object.clone()) {
            self.by_moved.remove(&before);
        }
        self.by_moved.insert(object, row);
    }

    /// The object of a row as it is called now.
    pub fn object<'r>(&'r self, row: &'a RecordedStatement) -> Option<&'r Object> {
        self.moved.get(row.name.as_str()).or(row.object.as_ref())
    }

    /// Whether the object of a row is called otherwise than it is recorded.
    pub fn is_moved(&self, row: &RecordedStatement) -> bool {
        self.moved.contains_key(row.name.as_str())
    }

    /// The row of an object.
    pub fn of_object(&self, object: &Object) -> Option<&'a RecordedStatement> {
        let unmoved = || self.by_object.get(object).copied().filter(|row| !self.is_moved(row));
        self.by_moved.get(object).copied().or_else(unmoved)
    }

    /// The rows of a statement that is applied as it is.
    pub fn of_statement(&self, statement: &Statement) -> &[&'a RecordedStatement] {
        self.by_checksum.get(statement.checksum.to_string().as_str()).map_or(&[], Vec::as_slice)
    }

    /// The statement of the project that a row is about, if a file still holds it in this form.
    pub fn statement(&self, row: &RecordedStatement) -> Option<StatementId> {
        self.statements.get(&row.checksum).copied()
    }

    /// The unchanged statement of the project that an object is recorded for.
    pub fn maker(&self, object: &Object) -> Option<StatementId> {
        self.statement(self.of_object(object)?)
    }
}
