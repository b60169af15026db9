//! What a session sees of the database that is not in the run's transaction: what is committed.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::model::object::{CatalogId, Object};
use crate::postgres::catalog::sights::Sights;
use crate::postgres::connection::side_pool::SidePool;
use crate::postgres::effects::{Described, Ids};

/// Which of these objects were there.
pub fn existing(side: &SidePool, ids: &[CatalogId]) -> Result<HashSet<CatalogId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    side.with(|client| crate::postgres::catalog::existing(client, ids))
}

/// How relations, types and schemas looked.
pub fn sights(side: &SidePool, ids: &[CatalogId]) -> Result<Sights> {
    if ids.is_empty() {
        return Ok(Sights::new());
    }
    side.with(|client| crate::postgres::catalog::sights::sights_outside(client, ids))
}

/// What objects were called.
pub fn names(side: &SidePool, ids: &[CatalogId]) -> Result<HashMap<CatalogId, Object>> {
    side.with(|client| crate::postgres::catalog::identify_outside(client, ids))
}

/// How these were before the run.
pub fn described(side: &SidePool, ids: &Ids, there_before: Option<&Ids>) -> Result<Described> {
    let ids = &there_before.map_or_else(|| ids.clone(), |there| ids.among(there));
    if ids.is_empty() {
        return Ok(Described::default());
    }
    side.with(|client| crate::postgres::effects::described_outside(client, ids))
}
