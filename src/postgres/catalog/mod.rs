//! Reads the system catalogs: which try wrote which object, what depends on what, what was there before.
//!
//! # Errors
//! Whatever is asked here fails as a query of pgmg's own does: [`Session::query`].

pub mod blockers;
pub mod fingerprints;
pub mod forms;
pub mod lints;
pub mod owners;
pub mod sights;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio_postgres::types::ToSql;

use super::session::Session;
use crate::error::Result;
use crate::model::attempt::AttemptId;
use crate::model::look::{CatalogDependency, Written};
use crate::model::object::{CatalogId, Object};
use owners::Owners;

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
pub fn attribution(session: &mut Session, owners: &mut Owners) -> Result<Vec<Written>> {
    let mut rows = CatalogRows::read(session, "SELECT unit, -pg_catalog.age(xmin) FROM pg_temp.pgmg_mark", "0")?;
    rows.leave_out_foreign(session)?;
    rows.attribute(session, owners)
}

/// Every object that anybody wrote since the transaction `since` (as [`next_transaction`] gave it) began.
pub fn attribution_since(session: &mut Session, since: u32) -> Result<Vec<Written>> {
    let since = format!("-pg_catalog.age('{since}'::pg_catalog.xid)");
    CatalogRows::read(session, &format!("SELECT 0, {since}"), &since)?.attribute(session, &mut Owners::default())
}

/// The catalogs whose rows are objects of the database: class and name. The server is asked once in a session.
pub(super) fn catalogs(session: &mut Session) -> Result<Arc<[(u32, String)]>> {
    if let Some(known) = &session.catalogs {
        return Ok(Arc::clone(known));
    }
    let rows = session.query(include_str!("catalogs.sql"), &[])?;
    let catalogs: Arc<[(u32, String)]> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    Ok(Arc::clone(session.catalogs.insert(catalogs)))
}

/// The number of the next transaction.
pub fn next_transaction(session: &mut Session) -> Result<u32> {
    let sql =
        "SELECT (pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8 & 4294967295)";
    let rows = session.query(sql, &[])?;
    Ok(rows.first().and_then(|row| u32::try_from(row.get::<_, i64>(0)).ok()).unwrap_or(0))
}

/// Catalog rows that were written, and the marks of the tries, by their transactions: the distance from the top transaction.
struct CatalogRows {
    /// The marks of the tries with their numbers, in the order of their transactions.
    marks: Vec<(i32, i32)>,
    rows: Vec<(i32, CatalogId)>,
}

impl CatalogRows {
    fn read(session: &mut Session, marks: &str, since: &str) -> Result<Self> {
        let catalogs = catalogs(session)?;
        let sql = include_str!("attribution.sql").replace("{marks}", marks).replace("{catalogs}", &changed(&catalogs, since));
        let mut read = CatalogRows { marks: Vec::new(), rows: Vec::new() };
        session.query_each(&sql, &[], |row| {
            let (class, object, transaction): (u32, u32, i32) = (row.get(0), row.get(1), row.get(2));
            match class {
                // A mark's number has the place of an object.
                0 => read.marks.push((transaction, object.cast_signed())),
                _ => read.rows.push((transaction, CatalogId { class, object })),
            }
        })?;
        read.marks.sort_unstable();
        Ok(read)
    }

    /// Rows of other sessions that committed meanwhile lie between the marks and are not ours.
    fn leave_out_foreign(&mut self, session: &mut Session) -> Result<()> {
        let is_marked = |transaction: i32| self.marks.binary_search_by_key(&transaction, |mark| mark.0).is_ok();
        // The top transaction itself is ours.
        let mut doubtful: Vec<i32> =
            self.rows.iter().map(|row| row.0).filter(|&transaction| transaction != 0 && !is_marked(transaction)).collect();
        if doubtful.is_empty() {
            return Ok(());
        }
        doubtful.sort_unstable();
        doubtful.dedup();
        let foreign = session.query(include_str!("foreign_transactions.sql"), &[&doubtful])?;
        let foreign: HashSet<i32> = foreign.iter().map(|row| row.get(0)).collect();
        self.rows.retain(|(transaction, _)| !foreign.contains(transaction));
        Ok(())
    }

    /// Each row belongs to the last mark before it, and counts for the object it is a part of.
    fn attribute(self, session: &mut Session, owners: &mut Owners) -> Result<Vec<Written>> {
        let CatalogRows { marks, rows } = self;
        owners.resolve(session, rows.iter().map(|(_, id)| *id))?;
        let place = |transaction: i32| marks.partition_point(|mark| mark.0 <= transaction);
        let mut placed: Vec<(usize, CatalogId)> =
            rows.iter().map(|&(transaction, id)| (place(transaction), owners.of(id))).collect();
        placed.sort_unstable();
        placed.dedup();
        let mut ids: Vec<CatalogId> = placed.iter().filter(|(place, _)| *place > 0).map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let identified = identified(session, &ids)?;
        let written = placed.into_iter().filter_map(|(place, id)| {
            let (object, schema) = identified.get(&id)?;
            let by = AttemptId::of_number(marks.get(place.checked_sub(1)?)?.1);
            let is_temporary = match schema.as_deref() {
                Some("pg_toast") => return None,
                Some(schema) => schema.starts_with("pg_temp"),
                None => false,
            };
            Some(Written { by, id, object: object.clone(), is_temporary })
        });
        Ok(written.collect())
    }
}

/// What the objects written in this transaction depend on, objects of initdb left out; parts count for their owners.
pub fn dependencies(session: &mut Session, owners: &mut Owners) -> Result<Vec<CatalogDependency>> {
    let mut edges: Vec<CatalogDependency> = Vec::new();
    session.query_each(include_str!("dependencies.sql"), &[], |row| {
        let dependent = CatalogId { class: row.get(0), object: row.get(1) };
        let referenced = CatalogId { class: row.get(2), object: row.get(3) };
        if row.get(5) {
            owners.learn(dependent, referenced);
        }
        edges.push(CatalogDependency { dependent, referenced, is_part: row.get(4) });
    })?;
    owners.resolve(session, edges.iter().flat_map(|edge| [edge.dependent, edge.referenced]))?;
    for edge in &mut edges {
        (edge.dependent, edge.referenced) = (owners.of(edge.dependent), owners.of(edge.referenced));
    }
    edges.retain(|edge| edge.dependent != edge.referenced);
    // Of equal pairs the one that is a part comes first.
    edges.sort_unstable_by_key(|edge| (edge.dependent, edge.referenced, !edge.is_part));
    edges.dedup_by_key(|edge| (edge.dependent, edge.referenced));
    Ok(edges)
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
    Ok(identified(session, ids)?.into_iter().map(|(id, (object, _))| (id, object)).collect())
}

/// What objects are called in a session that sees only what is committed; those that do not exist there are left out.
///
/// # Errors
/// Those of the query.
pub fn identify_outside(
    client: &mut impl postgres::GenericClient,
    ids: &[CatalogId],
) -> std::result::Result<HashMap<CatalogId, Object>, postgres::Error> {
    let classes: Vec<u32> = ids.iter().map(|id| id.class).collect();
    let objects: Vec<u32> = ids.iter().map(|id| id.object).collect();
    let rows = client.query(include_str!("identify.sql"), &[&classes, &objects])?;
    let named = rows.iter().map(|row| {
        let id = CatalogId { class: row.get(0), object: row.get(1) };
        (id, Object { kind: row.get::<_, &str>(2).into(), names: row.get(3), args: row.get(4) })
    });
    Ok(named.collect())
}

/// What objects are called, and their schema where it is one that PostgreSQL itself makes up for temporary objects and for TOAST.
fn identified(session: &mut Session, ids: &[CatalogId]) -> Result<HashMap<CatalogId, (Object, Option<String>)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let classes: Vec<u32> = ids.iter().map(|id| id.class).collect();
    let objects: Vec<u32> = ids.iter().map(|id| id.object).collect();
    let mut named = HashMap::with_capacity(ids.len());
    session.query_each(include_str!("identify.sql"), &[&classes, &objects], |row| {
        let id = CatalogId { class: row.get(0), object: row.get(1) };
        named.insert(id, (Object { kind: row.get::<_, &str>(2).into(), names: row.get(3), args: row.get(4) }, row.get(5)));
    })?;
    Ok(named)
}

/// Where objects are that must exist, in the given order; the opposite of [`identify`].
pub fn locate(session: &mut Session, objects: &[Object]) -> Result<Vec<CatalogId>> {
    let rows = session.query(include_str!("locate.sql"), &[&identities(objects)])?;
    Ok(rows.iter().map(|row| CatalogId { class: row.get(0), object: row.get(1) }).collect())
}

/// The objects that are shown by these labels; several where a label leaves out what tells them apart.
pub fn find_by_label(session: &mut Session, labels: &HashSet<String>) -> Result<Vec<(CatalogId, Object)>> {
    if labels.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<&str> = labels.iter().map(String::as_str).collect();
    let rows = session.query(include_str!("find_by_label.sql"), &[&wanted])?;
    let ids: Vec<CatalogId> = rows.iter().map(|row| CatalogId { class: row.get(0), object: row.get(1) }).collect();
    let mut found: Vec<(CatalogId, Object)> = identify(session, &ids)?.into_iter().collect();
    found.retain(|(_, object)| labels.contains(&object.to_string()));
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

/// Where objects are of which some may be gone: `None` for those.
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
    objects.iter().map(|object| serde_json::json!([object.kind.as_str(), object.names, object.args])).collect()
}

/// Which of these objects a session that sees only what is committed finds.
pub fn existing(
    client: &mut impl postgres::GenericClient,
    ids: &[CatalogId],
) -> std::result::Result<HashSet<CatalogId>, postgres::Error> {
    let mut wanted: HashMap<u32, Vec<u32>> = HashMap::new();
    for id in ids {
        wanted.entry(id.class).or_default().push(id.object);
    }
    let classes: Vec<u32> = wanted.keys().copied().collect();
    let catalogs =
        client.query("SELECT oid, relname::pg_catalog.text FROM pg_catalog.pg_class WHERE oid = ANY ($1)", &[&classes])?;
    let mut lookup: Vec<String> = Vec::new();
    let mut objects: Vec<Vec<u32>> = Vec::new();
    for row in &catalogs {
        let (class, name): (u32, String) = (row.get(0), row.get(1));
        let Some(wanted) = wanted.remove(&class) else { continue };
        objects.push(wanted);
        lookup.push(format!(
            "SELECT {class}::pg_catalog.oid, oid FROM pg_catalog.{name} WHERE oid = ANY (${}::pg_catalog.oid[])",
            objects.len()
        ));
    }
    if lookup.is_empty() {
        return Ok(HashSet::new());
    }
    let objects: Vec<&(dyn ToSql + Sync)> = objects.iter().map(|objects| objects as &(dyn ToSql + Sync)).collect();
    let rows = client.query(&lookup.join(" UNION ALL "), &objects)?;
    let found: HashSet<CatalogId> = rows.iter().map(|row| CatalogId { class: row.get(0), object: row.get(1) }).collect();
    Ok(ids.iter().copied().filter(|id| found.contains(id)).collect())
}
