//! Reads what is recorded of who needs whom.

use super::session::Session;
use super::state::StateTables;
use crate::error::Result;
use crate::model::record::{Dependency, LearnedFrom};

impl StateTables {
    /// All of `pgmg_dependencies`, in no order; nothing where there is no such table. What is known in a way that this version
    /// does not know counts as an error's word.
    pub fn read_dependencies(&self, session: &mut Session) -> Result<Vec<Dependency>> {
        let there = session.query(include_str!("state_columns.sql"), &[&self.schema()])?;
        if !there.iter().any(|row| row.get::<_, String>(0) == "pgmg_dependencies") {
            return Ok(Vec::new());
        }
        let mut dependencies = Vec::new();
        session.query_each(
            &self.sql("SELECT object_name, depends_on, learned_from FROM {schema}.pgmg_dependencies"),
            &[],
            |row| {
                let learned_from = LearnedFrom::of_word(row.get(2)).unwrap_or(LearnedFrom::Error);
                dependencies.push(Dependency { object_name: row.get(0), depends_on: row.get(1), learned_from });
            },
        )?;
        Ok(dependencies)
    }
}
