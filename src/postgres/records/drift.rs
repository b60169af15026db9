//! Finds recorded objects that somebody else changed: by the transactions that wrote their catalog rows first, then by what they are.

use std::collections::{HashMap, HashSet};

use super::StateTables;
use crate::error::Result;
use crate::model::object::Object;
use crate::model::record::{Drift, Drifted, Fingerprint, Recorded};
use crate::postgres::catalog;
use crate::postgres::catalog::fingerprints::fingerprints;
use crate::postgres::session::Session;
use crate::sql::spelling::grant_target;

/// Catalogs whose rows are parts of objects: their name, the catalog of the object, and the columns that name it.
const PARTS: &[(&str, &str, &str)] = &[
    ("pg_rewrite", "pg_class", "ev_class"),
    ("pg_attribute", "pg_class", "attrelid"),
    ("pg_attrdef", "pg_class", "adrelid"),
    ("pg_aggregate", "pg_proc", "aggfnoid"),
];

/// The recorded objects that are no longer what they were when they were recorded, in the order of their rows. Objects recorded
/// without a fingerprint are left out.
///
/// # Errors
/// Those of [`Session::query`].
pub fn find(session: &mut Session, state: &StateTables, recorded: &Recorded) -> Result<Vec<Drift>> {
    let classes: HashSet<u32> = recorded.statements.iter().filter_map(|row| row.id).map(|id| id.class).collect();
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let moved = moved(session, state, &classes)?;
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let rows = recorded.statements.iter().enumerate();
    let suspects: Vec<(usize, &Object, &Fingerprint)> =
        rows.filter_map(|(at, row)| Some((at, row.object.as_ref()?, moved.get(&row.name)?))).collect();
    let objects: Vec<Object> = suspects.iter().map(|(_, object, _)| (*object).clone()).collect();
    // By name: a database that was dumped and restored has other numbers.
    let places = catalog::find(session, &objects)?;
    let now = fingerprints(session, &places.iter().flatten().copied().collect::<Vec<_>>())?;
    let drift = suspects.iter().zip(places).map(|((row, object, was), place)| match place.and_then(|place| now.get(&place)) {
        Some(now) => Drift { row: *row, changes: changes(was, now), revokes: revokes(object, was, now) },
        None => Drift { row: *row, changes: vec![Drifted::Dropped], revokes: Vec::new() },
    });
    Ok(drift.filter(|one| !one.changes.is_empty()).collect())
}

/// The recorded objects that are called otherwise than they are recorded, by their rows.
pub fn moved_away(session: &mut Session, state: &StateTables, recorded: &Recorded) -> Result<Vec<(usize, Object)>> {
    let classes: HashSet<u32> = recorded.statements.iter().filter_map(|row| row.id).map(|id| id.class).collect();
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let catalogs = catalog::catalogs(session)?;
    let catalogs = catalogs.iter().filter(|(class, _)| classes.contains(class));
    let gone = catalogs.map(|(class, name)| {
        format!(
            "SELECT r.object_name FROM {{schema}}.pgmg_state r \
              WHERE r.class_id = {class} AND r.object_id NOT IN (SELECT oid FROM pg_catalog.{name})"
        )
    });
    let gone = gone.collect::<Vec<_>>().join("\n  UNION ALL ");
    let sql = state.sql(&include_str!("moved.sql").replace("{gone}", &gone));
    let rows = session.query(&sql, &[])?;
    let names = rows.iter().map(|row| {
        let object = Object { kind: row.get::<_, &str>(1).into(), names: row.get(2), args: row.get(3) };
        (row.get::<_, String>(0), object)
    });
    let names: HashMap<String, Object> = names.collect();
    let rows = recorded.statements.iter().enumerate();
    Ok(rows.filter_map(|(at, row)| Some((at, names.get(&row.name)?.clone()))).collect())
}

/// A fingerprint from its column in `pgmg_state`.
fn fingerprint(parts: Vec<Option<String>>) -> Fingerprint {
    let mut parts = parts.into_iter().map(Option::unwrap_or_default);
    let mut next = || parts.next().unwrap_or_default();
    Fingerprint { definition: next(), owner: next(), grants: next(), comment: next() }
}

/// What recorded objects were that are gone or were written to since, by their names.
fn moved(session: &mut Session, state: &StateTables, classes: &HashSet<u32>) -> Result<HashMap<String, Fingerprint>> {
    let catalogs = catalog::catalogs(session)?;
    let catalogs: Vec<&(u32, String)> = catalogs.iter().filter(|(class, _)| classes.contains(class)).collect();
    let class = |name: &str| catalogs.iter().find(|(_, catalog)| catalog == name).map(|(class, _)| *class);
    // Each catalog is read once from its beginning to its end: looking up thousands of objects one by one takes longer.
    let gone = catalogs.iter().map(|(class, name)| {
        format!("SELECT object_name FROM s WHERE class_id = {class} AND object_id NOT IN (SELECT oid FROM pg_catalog.{name})")
    });
    let own = catalogs.iter().map(|(class, name)| (*class, name.as_str(), "oid"));
    let parts = PARTS.iter().filter_map(|(name, whole, column)| Some((class(whole)?, *name, *column)));
    let written: Vec<String> = own.chain(parts).map(|(class, name, column)| written(class, name, column)).collect();
    let sql = state.sql(include_str!("drift_moved.sql"));
    let sql = sql.replace("{gone}", &gone.collect::<Vec<_>>().join("\n  UNION ALL "));
    let sql = sql.replace("{written}", &written.join("\n  UNION ALL "));
    let rows = session.query(&sql, &[])?;
    Ok(rows.iter().map(|row| (row.get(0), fingerprint(row.get(1)))).collect())
}

/// The rows of a catalog that are younger than the oldest record.
fn written(class: u32, catalog: &str, column: &str) -> String {
    format!(
        "SELECT {class}::pg_catalog.oid, {column}::pg_catalog.oid, pg_catalog.age(xmin) FROM pg_catalog.{catalog} \
         WHERE pg_catalog.age(xmin) < (SELECT age FROM oldest)"
    )
}

fn changes(was: &Fingerprint, now: &Fingerprint) -> Vec<Drifted> {
    let all = [
        (!same_definition(&was.definition, &now.definition), Drifted::Definition),
        (was.owner != now.owner, Drifted::Owner),
        (was.grants != now.grants, Drifted::Grants),
        (was.comment != now.comment, Drifted::Comment),
    ];
    all.into_iter().filter_map(|(differs, what)| differs.then_some(what)).collect()
}

/// What takes back the privileges that were not there before. Those on single columns stay.
fn revokes(object: &Object, was: &Fingerprint, now: &Fingerprint) -> Vec<String> {
    let Some(target) = grant_target(object) else { return Vec::new() };
    let before: HashSet<&str> = was.grants.lines().collect();
    let added = now.grants.lines().filter(|grant| !before.contains(grant) && !grant.starts_with("column "));
    let revoke = |grant: &str| {
        let (grantee, privilege) = grant.rsplit_once('=')?;
        Some(match privilege.strip_suffix('*') {
            Some(privilege) if before.contains(format!("{grantee}={privilege}").as_str()) => {
                format!("REVOKE GRANT OPTION FOR {privilege} ON {target} FROM {grantee}")
            }
            _ => format!("REVOKE {} ON {target} FROM {grantee}", privilege.trim_end_matches('*')),
        })
    };
    added.filter_map(revoke).collect()
}

/// A definition with the database that its numbers are of says nothing about another database: there the object was restored.
fn same_definition(was: &str, now: &str) -> bool {
    match (was.split_once(':'), now.split_once(':')) {
        (Some((home, _)), Some((other_home, _))) if home != other_home => true,
        _ => was == now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_granted_since_is_revoked() {
        let print = |grants: &str| Fingerprint { grants: grants.to_owned(), ..Fingerprint::default() };
        let names = vec!["public".to_owned(), "v".to_owned()];
        let view = Object { kind: "view".into(), names, args: Vec::new() };
        let now = print("PUBLIC=SELECT\nreader=INSERT\nreader=SELECT*\ncolumn one:{reader=x/postgres}");
        assert_eq!(
            revokes(&view, &print("reader=INSERT\nreader=SELECT\nwriter=SELECT"), &now),
            ["REVOKE SELECT ON TABLE public.v FROM PUBLIC", "REVOKE GRANT OPTION FOR SELECT ON TABLE public.v FROM reader"]
        );
    }

    #[test]
    fn a_restored_view_is_no_other_view() {
        assert!(same_definition("1/2:a", "1/2:a") && !same_definition("1/2:a", "1/2:b"));
        assert!(same_definition("1/2:a", "1/3:b"), "numbers of another database");
        assert!(!same_definition("a", "b"));
    }
}
