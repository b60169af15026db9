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

    /// The row of an object.
    pub fn of_object(&self, object: &Object) -> Option<&'a RecordedStatement> {
        self.by_object.get(object).copied()
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
