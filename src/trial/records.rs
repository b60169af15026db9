//! Finds what is recorded, by object and by statement.

use std::collections::HashMap;

use super::Input;
use crate::model::object::Object;
use crate::model::record::RecordedStatement;
use crate::model::statement::Statement;

/// The rows of `pgmg_state`, and the statements of the project that they are about.
#[derive(Debug, Default)]
pub struct Records<'a> {
    by_object: HashMap<&'a Object, &'a RecordedStatement>,
    by_checksum: HashMap<&'a str, Vec<&'a RecordedStatement>>,
    statements: HashMap<String, usize>,
}

impl<'a> Records<'a> {
    /// Reads the records of a run.
    pub fn new(input: &Input<'a>) -> Self {
        let rows = &input.recorded.statements;
        let mut records = Records::default();
        for row in rows {
            if let Some(object) = &row.object {
                records.by_object.insert(object, row);
            }
            records.by_checksum.entry(&row.checksum).or_default().push(row);
        }
        if !rows.is_empty() {
            let statements = input.statements().iter().enumerate().rev();
            records.statements = statements.map(|(id, statement)| (statement.checksum.to_string(), id)).collect();
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
    pub fn statement(&self, row: &RecordedStatement) -> Option<usize> {
        self.statements.get(&row.checksum).copied()
    }
}
