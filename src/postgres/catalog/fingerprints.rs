//! What objects are now, each as a fingerprint: definition, owner, grants, comment.

use std::collections::HashMap;

use postgres::types::ToSql;

use crate::error::Result;
use crate::model::object::CatalogId;
use crate::model::record::Fingerprint;
use crate::postgres::attributes::{unzip_ids, with_empty_path};
use crate::postgres::session::Session;

/// What objects are now; those that are not there are left out.
pub fn fingerprints(session: &mut Session, ids: &[CatalogId]) -> Result<HashMap<CatalogId, Fingerprint>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (classes, objects) = unzip_ids(ids);
    let sql = fingerprints_sql(session)?;
    let mut found = HashMap::with_capacity(ids.len());
    with_empty_path(session, |session| {
        session.query_each(&sql, &[&classes, &objects], |row| {
            let id = CatalogId { class: row.get(0), object: row.get(1) };
            let print = Fingerprint { definition: row.get(2), owner: row.get(3), grants: row.get(4), comment: row.get(5) };
            found.insert(id, print);
        })
    })?;
    Ok(found)
}

/// Runs `sql` with what objects are now put in for `{fingerprints}`: a row for each object of the first two parameters (numbers
/// of catalogs, numbers of objects) that is there.
pub fn with_fingerprints(session: &mut Session, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<()> {
    let sql = sql.replace("{fingerprints}", &fingerprints_sql(session)?);
    with_empty_path(session, |session| session.query(&sql, parameters).map(|_| ()))
}

/// The query behind fingerprints. It has to run with an empty search_path: definitions then come with the schemas of what they
/// name.
fn fingerprints_sql(session: &mut Session) -> Result<String> {
    let body = if session.major()? >= 14 { "pg_catalog.pg_get_function_sqlbody(p.oid)" } else { "NULL" };
    Ok(include_str!("fingerprints.sql").replace("{body}", body))
}
