//! Reads what is recorded of who needs whom, and which others need what is recorded.

use std::collections::HashSet;

use super::StateTables;
use crate::error::Result;
use crate::model::object::CatalogId;
use crate::model::record::{Dependency, LearnedFrom, RecordedStatement};
use crate::postgres::catalog;
use crate::postgres::catalog::owners::Owners;
use crate::postgres::session::Session;

impl StateTables {
    /// All of `pgmg_dependencies`, in no order; nothing where there is no such table. What is known in a way that this version
    /// does not know counts as an error's word.
    ///
    /// # Errors
    /// Those of [`Session::query`].
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

    /// What needs recorded objects and is not recorded itself: tables of migrations, views that somebody made by hand.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn dependents_outside(&self, session: &mut Session, recorded: &[RecordedStatement]) -> Result<Vec<Dependency>> {
        let ids: HashSet<CatalogId> = recorded.iter().filter_map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: Vec<(CatalogId, String)> = Vec::new();
        session.query_each(&self.sql(include_str!("dependents.sql")), &[], |row| {
            found.push((CatalogId { class: row.get(0), object: row.get(1) }, row.get(2)));
        })?;
        found.retain(|(dependent, _)| !ids.contains(dependent));
        let mut owners = Owners::default();
        owners.resolve(session, found.iter().map(|(dependent, _)| *dependent))?;
        found.iter_mut().for_each(|(dependent, _)| *dependent = owners.of(*dependent));
        found.retain(|(dependent, _)| !ids.contains(dependent));
        let outside: HashSet<CatalogId> = found.iter().map(|(dependent, _)| *dependent).collect();
        let names = catalog::identify(session, &outside.into_iter().collect::<Vec<_>>())?;
        let dependency = |(dependent, depends_on): (CatalogId, String)| {
            let object_name = names.get(&dependent)?.to_string();
            Some(Dependency { object_name, depends_on, learned_from: LearnedFrom::Catalog })
        };
        Ok(found.into_iter().filter_map(dependency).collect())
    }
}
