//! What is to be seen of relations, schemas and types, by a session that is in a transaction and by one that is not.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::Json;

use crate::error::Result;
use crate::model::object::{CatalogId, Object};
use crate::model::review::Sight;
use crate::postgres::attributes::unzip_ids;
use crate::postgres::session::Session;

/// Objects by their ids; those of other kinds, and those that are not there, are absent.
pub type Sights = HashMap<CatalogId, Sight>;

/// As the session sees them.
pub fn sights(session: &mut Session, ids: &[CatalogId]) -> Result<Sights> {
    if ids.is_empty() {
        return Ok(Sights::new());
    }
    let (classes, objects) = unzip_ids(ids);
    let rows = session.query(include_str!("sights.sql"), &[&classes, &objects])?;
    Ok(rows.iter().map(sight).collect())
}

/// As a session sees them that sees only what is committed.
///
/// # Errors
/// Those of the query.
pub fn sights_outside(
    client: &mut impl postgres::GenericClient,
    ids: &[CatalogId],
) -> std::result::Result<Sights, postgres::Error> {
    let (classes, objects) = unzip_ids(ids);
    let rows = client.query(include_str!("sights.sql"), &[&classes, &objects])?;
    Ok(rows.iter().map(sight).collect())
}

fn sight(row: &Row) -> (CatalogId, Sight) {
    let id = CatalogId { class: row.get(0), object: row.get(1) };
    let Json(columns) = row.get::<_, Json<Vec<(i32, String)>>>(5);
    let object = Object { kind: row.get::<_, &str>(2).into(), names: row.get(3), args: row.get(4) };
    let (owner, privileges, comment, settings) = (row.get(6), row.get(7), row.get(8), row.get(9));
    (id, Sight { object, columns, owner, privileges, comment, settings })
}
