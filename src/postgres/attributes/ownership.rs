//! Helps where a role may not change what pgmg made, because it belongs to another role.

use super::capture;
use crate::error::Result;
use crate::model::object::CatalogId;
use crate::postgres::session::Session;

/// What to run so that the session's role may change the objects (SQLSTATE 42501); `None` if they belong to it.
pub fn owners_help(session: &mut Session, ids: &[CatalogId]) -> Result<Option<String>> {
    let carried = capture(session, ids)?;
    let owners: Vec<&str> = carried.iter().filter_map(|carried| carried.owner()).collect();
    let rows = session.query(include_str!("ownership.sql"), &[&owners])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (role, owner, is_member): (String, String, bool) = (row.get(0), row.get(1), row.get(2));
    let owned = carried.iter().find(|carried| carried.owner() == Some(owner.as_str()));
    let object = owned.map(|carried| carried.object.to_string()).unwrap_or_default();
    Ok(Some(if is_member {
        format!(
            "{object} belongs to {owner}, whose privileges {role} does not inherit: let a superuser run ALTER ROLE {role} INHERIT"
        )
    } else {
        format!("{object} belongs to {owner}: let {owner} or a superuser run GRANT {owner} TO {role}")
    }))
}
