//! Which object an internal part belongs to: a view's rule to the view, a table's row type to the table.

use std::collections::HashMap;

use crate::error::Result;
use crate::model::object::CatalogId;
use crate::postgres::session::Session;

/// The cast of a range to its multirange is as deep as PostgreSQL goes: cast, function, multirange, range.
const LEVELS: usize = 3;

/// What was asked already: an object's owner, or that it is no part.
#[derive(Debug, Default)]
pub struct Owners {
    known: HashMap<CatalogId, Option<CatalogId>>,
}

impl Owners {
    /// Takes note of an internal dependency that was read elsewhere.
    pub fn learn(&mut self, part: CatalogId, owner: CatalogId) {
        self.known.insert(part, Some(owner));
    }

    /// Asks the server for the owners of `ids`, where they are not known.
    pub fn resolve(&mut self, session: &mut Session, ids: impl Iterator<Item = CatalogId>) -> Result<()> {
        let mut level: Vec<CatalogId> = ids.collect();
        for _ in 0..LEVELS {
            level.sort_unstable();
            level.dedup();
            self.ask(session, &level)?;
            level = level.iter().filter_map(|id| self.owner(*id)).collect();
        }
        Ok(())
    }

    /// The object that stands for `id`: the last of its owners, or itself.
    pub fn of(&self, id: CatalogId) -> CatalogId {
        (0..LEVELS).fold(id, |at, _| self.owner(at).unwrap_or(at))
    }

    fn owner(&self, id: CatalogId) -> Option<CatalogId> {
        self.known.get(&id).copied().flatten()
    }

    fn ask(&mut self, session: &mut Session, ids: &[CatalogId]) -> Result<()> {
        let unknown: Vec<CatalogId> = ids.iter().copied().filter(|id| !self.known.contains_key(id)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.known.extend(unknown.iter().map(|id| (*id, None)));
        let classes: Vec<u32> = unknown.iter().map(|id| id.class).collect();
        let objects: Vec<u32> = unknown.iter().map(|id| id.object).collect();
        for row in session.query(include_str!("owners.sql"), &[&classes, &objects])? {
            let part = CatalogId { class: row.get(0), object: row.get(1) };
            self.learn(part, CatalogId { class: row.get(2), object: row.get(3) });
        }
        Ok(())
    }
}
