//! What objects are now, each as a fingerprint: definition, owner, grants, comment.

use std::collections::HashMap;

use postgres::types::ToSql;

use crate::error::Result;
use crate::model::attempt::{Attempt, Failure};
use crate::model::object::{CatalogId, Object};
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

/// What an object of this identity is once an attempt was made, which is then undone; the failure of the attempt, or of its last
/// part if no such object is there.
pub fn remade(
    session: &mut Session,
    attempt: &Attempt<'_>,
    object: &Object,
) -> Result<std::result::Result<Fingerprint, Failure>> {
    const WANTED: &str = "SELECT * FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.oid[])) AS r (class, object)";
    const NAMED: &str = "SELECT a.classid, a.objid FROM pg_catalog.pg_get_object_address($1::pg_catalog.text, \
                         $2::pg_catalog.text[], $3::pg_catalog.text[]) a";
    let sql = fingerprints_sql(session)?.replace(WANTED, NAMED);
    let rows = match session.peek(attempt, &sql, &[&object.kind.as_str(), &object.names, &object.args])? {
        Ok(rows) => rows,
        Err(failure) => return Ok(Err(failure)),
    };
    let print = |row: &tokio_postgres::Row| Fingerprint {
        definition: row.get(2),
        owner: row.get(3),
        grants: row.get(4),
        comment: row.get(5),
    };
    Ok(Ok(rows.first().map(print).unwrap_or_default()))
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
