//! Helps where a role may not change what pgmg made, because it belongs to another role.

use super::drive::Drive;
use crate::error::Result;
use crate::model::object::Object;
use crate::postgres::attributes;
use crate::postgres::catalog;

/// What to run so that the session's role may change the objects (SQLSTATE 42501); `None` if they belong to it.
pub fn help(drive: &mut Drive<'_>, objects: &[Object]) -> Result<Option<String>> {
    let places: Vec<_> = catalog::find(drive.session, objects)?.into_iter().flatten().collect();
    let carried = attributes::capture(drive.session, &places)?;
    let rows = drive.session.query(
        "SELECT pg_catalog.quote_ident(current_user), o.owner, pg_catalog.pg_has_role(o.owner::pg_catalog.regrole, 'MEMBER') \
           FROM pg_catalog.unnest($1::pg_catalog.text[]) AS o (owner) \
          WHERE NOT pg_catalog.pg_has_role(o.owner::pg_catalog.regrole, 'USAGE')",
        &[&carried.iter().filter_map(|one| one.owner()).collect::<Vec<&str>>()],
    )?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (role, owner, is_member): (String, String, bool) = (row.get(0), row.get(1), row.get(2));
    let object = carried.iter().find(|one| one.owner() == Some(owner.as_str())).map(|one| one.object.to_string());
    let object = object.unwrap_or_default();
    Ok(Some(if is_member {
        format!(
            "{object} belongs to {owner}, whose privileges {role} does not inherit: let a superuser run ALTER ROLE {role} INHERIT"
        )
    } else {
        format!("{object} belongs to {owner}: let {owner} or a superuser run GRANT {owner} TO {role}")
    }))
}
