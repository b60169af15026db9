//! Reads the system catalogs: which try wrote which object, what depends on what, what was there before.

use std::collections::{HashMap, HashSet};

use super::session::Session;
use crate::error::Result;
use crate::model::object::{CatalogId, Object};

/// An object with a catalog row that a try wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The number in the try's marker row.
    pub unit: i32,
    /// When: tries are counted in the order in which they ran.
    pub place: i64,
    pub id: CatalogId,
    pub object: Object,
    /// It lies in a schema that vanishes with the session.
    pub is_temporary: bool,
}

/// One object needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CatalogDependency {
    pub dependent: CatalogId,
    pub referenced: CatalogId,
    /// The dependent is a part of the other one and goes with it.
    pub is_part: bool,
}

/// Catalogs without an oid of their own: their name, the catalog of the object they are a part of, and the column that names it.
const PARTS: &[(&str, &str, &str)] = &[
    ("pg_attribute", "pg_class", "attrelid"),
    ("pg_index", "pg_class", "indexrelid"),
    ("pg_sequence", "pg_class", "seqrelid"),
    ("pg_inherits", "pg_class", "inhrelid"),
    ("pg_foreign_table", "pg_class", "ftrelid"),
    ("pg_partitioned_table", "pg_class", "partrelid"),
    ("pg_aggregate", "pg_proc", "aggfnoid"),
    ("pg_enum", "pg_type", "enumtypid"),
    ("pg_range", "pg_type", "rngtypid"),
    ("pg_ts_config_map", "pg_ts_config", "mapcfg"),
];

/// Catalogs whose rows name class and object, with a condition: dependencies are written with the object and survive a
/// later GRANT or COMMENT on it.
const ATTACHED: &[(&str, &str, &str, &str)] = &[
    ("pg_description", "classoid", "objoid", "true"),
    ("pg_seclabel", "classoid", "objoid", "true"),
    ("pg_depend", "classid", "objid", "deptype IN ('n', 'a', 'x')"),
    (
        "pg_shdepend",
        "classid",
        "objid",
        "deptype = 'o' AND dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
    ),
];

/// Every object that the run's tries wrote, in the order of the tries; an object that several wrote is there several times
/// as far as its rows show it (the last writer, and the first if it created it).
pub fn attribution(session: &mut Session) -> Result<Vec<Written>> {
    written(session, "SELECT -pg_catalog.age(xmin), unit FROM pg_temp.pgmg_mark", "0", "true")
}

/// Every object that anybody wrote since the transaction `since` (as [`next_transaction`] gave it) began.
pub fn attribution_since(session: &mut Session, since: u32) -> Result<Vec<Written>> {
    let since = format!("-pg_catalog.age('{since}'::pg_catalog.xid)");
    written(session, &format!("SELECT {since}, 0"), &since, "false")
}

/// The number of the next transaction.
pub fn next_transaction(session: &mut Session) -> Result<u32> {
    let sql =
        "SELECT (pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8 & 4294967295)";
    let rows = session.query(sql, &[])?;
    Ok(rows.first().and_then(|row| u32::try_from(row.get::<_, i64>(0)).ok()).unwrap_or(0))
}

fn written(session: &mut Session, marks: &str, since: &str, is_open: &str) -> Result<Vec<Written>> {
    let catalogs = session.query(include_str!("catalogs.sql"), &[])?;
    let catalogs: Vec<(u32, String)> = catalogs.iter().map(|row| (row.get(0), row.get(1))).collect();
    let sql = include_str!("attribution.sql")
        .replace("{marks}", marks)
        .replace("{is_open}", is_open)
        .replace("{catalogs}", &changed(&catalogs, since));
    let rows = session.query(&sql, &[])?;
    let written = rows.iter().map(|row| Written {
        unit: row.get(0),
        place: row.get(1),
        id: CatalogId { class: row.get(2), object: row.get(3) },
        object: Object { kind: row.get(4), names: row.get(5), args: row.get(6) },
        is_temporary: row.get(7),
    });
    Ok(written.collect())
}

/// What the objects written in this transaction depend on, objects of initdb left out.
pub fn dependencies(session: &mut Session) -> Result<Vec<CatalogDependency>> {
    let rows = session.query(include_str!("dependencies.sql"), &[])?;
    let dependency = |row: &tokio_postgres::Row| CatalogDependency {
        dependent: CatalogId { class: row.get(0), object: row.get(1) },
        referenced: CatalogId { class: row.get(2), object: row.get(3) },
        is_part: row.get(4),
    };
    Ok(rows.iter().map(dependency).filter(|edge| edge.dependent != edge.referenced).collect())
}

/// The rows of all catalogs that this transaction or a later one wrote, as one UNION ALL.
fn changed(catalogs: &[(u32, String)], since: &str) -> String {
    let class = |name: &str| catalogs.iter().find(|(_, catalog)| catalog == name).map(|(oid, _)| *oid);
    let whole = catalogs.iter().map(|(oid, name)| select(name, &format!("{oid}::pg_catalog.oid"), "oid", since, "true"));
    let parts = PARTS.iter().filter_map(|(name, owner, column)| {
        let owner = class(owner)?;
        Some(select(name, &format!("{owner}::pg_catalog.oid"), &format!("{column}::pg_catalog.oid"), since, "true"))
    });
    let attached = ATTACHED.iter().map(|(name, class, object, condition)| select(name, class, object, since, condition));
    whole.chain(parts).chain(attached).collect::<Vec<_>>().join("\n  UNION ALL ")
}

fn select(catalog: &str, class: &str, object: &str, since: &str, condition: &str) -> String {
    format!(
        "SELECT {class}, {object}, -pg_catalog.age(xmin) FROM pg_catalog.{catalog} WHERE -pg_catalog.age(xmin) >= {since} AND {condition}"
    )
}

/// What objects are called; those that do not exist (any more) are left out.
pub fn identify(session: &mut Session, ids: &[CatalogId]) -> Result<HashMap<CatalogId, Object>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let classes: Vec<u32> = ids.iter().map(|id| id.class).collect();
    let objects: Vec<u32> = ids.iter().map(|id| id.object).collect();
    let rows = session.query(include_str!("identify.sql"), &[&classes, &objects])?;
    let named = |row: &tokio_postgres::Row| {
        let id = CatalogId { class: row.get(0), object: row.get(1) };
        (id, Object { kind: row.get(2), names: row.get(3), args: row.get(4) })
    };
    Ok(rows.iter().map(named).collect())
}

/// Where objects are that must exist, in the given order; the opposite of [`identify`].
pub fn locate(session: &mut Session, objects: &[Object]) -> Result<Vec<CatalogId>> {
    let rows = session.query(include_str!("locate.sql"), &[&identities(objects)])?;
    Ok(rows.iter().map(|row| CatalogId { class: row.get(0), object: row.get(1) }).collect())
}

/// The same for objects of which some may be gone: `None` for those.
pub fn find(session: &mut Session, objects: &[Object]) -> Result<Vec<Option<CatalogId>>> {
    let found = session.probe(include_str!("locate.sql"), &[&identities(objects)])?;
    let place = |row: &tokio_postgres::Row| CatalogId { class: row.get(0), object: row.get(1) };
    match found {
        Some(rows) => Ok(rows.iter().map(|row| Some(place(row))).collect()),
        None if objects.len() == 1 => Ok(vec![None]),
        // PostgreSQL refuses the whole query for one object that is not there.
        None => {
            let (first, second) = objects.split_at(objects.len() / 2);
            let mut places = find(session, first)?;
            places.extend(find(session, second)?);
            Ok(places)
        }
    }
}

fn identities(objects: &[Object]) -> serde_json::Value {
    objects.iter().map(|object| serde_json::json!([object.kind, object.names, object.args])).collect()
}

/// Which of these objects a session that sees only what is committed finds.
pub fn existing(
    client: &mut impl postgres::GenericClient,
    ids: &[CatalogId],
) -> std::result::Result<HashSet<CatalogId>, postgres::Error> {
    let catalogs = client.query(include_str!("catalogs.sql"), &[])?;
    let wanted: HashSet<u32> = ids.iter().map(|id| id.class).collect();
    let lookup =
        catalogs.iter().map(|row| (row.get::<_, u32>(0), row.get::<_, String>(1))).filter(|(oid, _)| wanted.contains(oid));
    let lookup: Vec<String> = lookup
        .map(|(oid, name)| format!("SELECT {oid}::pg_catalog.oid, oid FROM pg_catalog.{name} WHERE oid = ANY ($1)"))
        .collect();
    if lookup.is_empty() {
        return Ok(HashSet::new());
    }
    let objects: Vec<u32> = ids.iter().map(|id| id.object).collect();
    let rows = client.query(&lookup.join(" UNION ALL "), &[&objects])?;
    let found: HashSet<CatalogId> = rows.iter().map(|row| CatalogId { class: row.get(0), object: row.get(1) }).collect();
    Ok(ids.iter().copied().filter(|id| found.contains(id)).collect())
}
