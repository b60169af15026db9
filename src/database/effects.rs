//! What a migration touched and how it was before: the readings that its effects are measured by.

use std::collections::{BTreeMap, HashMap};

use tokio_postgres::Row;

use super::session::Session;
use crate::error::Result;
use crate::model::effect::LockMode;

/// What a transaction has locked and counted so far.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Relations by their oid, with the strongest lock that others notice.
    pub relations: BTreeMap<u32, Option<LockMode>>,
    pub types: Vec<u32>,
    pub routines: Vec<u32>,
    /// By the table's oid.
    pub rows: HashMap<u32, RowCounts>,
}

/// How many rows of a table were worked on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    pub inserted: i64,
    pub updated: i64,
    pub deleted: i64,
    /// By reading the whole table.
    pub read: i64,
}

/// How relations and types are, as far as effects can be seen by it.
#[derive(Debug, Clone, Default)]
pub struct Described {
    pub relations: BTreeMap<u32, Relation>,
    pub types: BTreeMap<u32, EnumType>,
    /// Kind and signature.
    pub routines: BTreeMap<u32, (String, String)>,
}

impl Described {
    /// Takes in what is known of others.
    pub fn extend(&mut self, other: &Described) {
        self.relations.extend(other.relations.clone());
        self.types.extend(other.types.clone());
        self.routines.extend(other.routines.clone());
    }
}

#[derive(Debug, Clone)]
pub struct Relation {
    pub name: String,
    /// `pg_class.relkind`.
    pub kind: String,
    pub node: u32,
    /// The table of an index or of a sequence; 0: none.
    pub owner: u32,
    pub rows: i64,
    pub bytes: i64,
    pub may_have_rows: bool,
    /// By number.
    pub columns: BTreeMap<i64, Column>,
    /// By oid.
    pub constraints: BTreeMap<i64, Constraint>,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub data_type: String,
    pub is_not_null: bool,
}

#[derive(Debug, Clone)]
pub struct Constraint {
    pub name: String,
    /// The index behind it; 0: none.
    pub index: u32,
    pub is_validated: bool,
}

#[derive(Debug, Clone, Default)]
pub struct EnumType {
    pub name: String,
    /// By oid.
    pub values: BTreeMap<i64, String>,
}

/// What the open transaction touched so far. Locks are kept to its end, so nothing that it changed is missing.
pub fn touched(session: &mut Session) -> Result<Touched> {
    let mut touched = Touched::default();
    // The oids of pg_class, pg_type and pg_proc, which never change.
    let (relation, data_type, routine) = (1259, 1247, 1255);
    for row in session.query(include_str!("effects_touched.sql"), &[])? {
        let (class, object, first): (u32, u32, i64) = (row.get(1), row.get(2), row.get(3));
        match row.get(0) {
            "lock" if class == relation => _ = touched.relations.insert(object, mode(first)),
            "lock" if class == data_type => touched.types.push(object),
            "lock" if class == routine => touched.routines.push(object),
            "rows" => {
                let counts = RowCounts { inserted: first, updated: row.get(4), deleted: row.get(5), read: row.get(6) };
                touched.rows.insert(object, counts);
            }
            _ => {}
        }
    }
    Ok(touched)
}

/// How these relations and types are in the open transaction.
pub fn described(session: &mut Session, relations: &[u32], types: &[u32], routines: &[u32]) -> Result<Described> {
    if relations.is_empty() && types.is_empty() && routines.is_empty() {
        return Ok(Described::default());
    }
    let rows = session.query(include_str!("effects_described.sql"), &[&relations, &types, &routines])?;
    Ok(collected(&rows))
}

/// The same as another session sees them: as they are committed.
pub fn described_outside(
    client: &mut impl postgres::GenericClient,
    relations: &[u32],
    types: &[u32],
    routines: &[u32],
) -> std::result::Result<Described, postgres::Error> {
    let rows = client.query(include_str!("effects_described.sql"), &[&relations, &types, &routines])?;
    Ok(collected(&rows))
}

/// The enum of this name, if there is one.
pub fn enum_named(session: &mut Session, name: &str) -> Result<Option<EnumType>> {
    let found = session.query("SELECT pg_catalog.to_regtype($1)::pg_catalog.oid", &[&name])?;
    let Some(oid) = found.first().and_then(|row| row.get::<_, Option<u32>>(0)) else { return Ok(None) };
    Ok(described(session, &[], &[oid], &[])?.types.into_values().next())
}

/// The relation of this name, if there is one.
pub fn relation_named(session: &mut Session, name: &str) -> Result<Option<(u32, Relation)>> {
    let found = session.query("SELECT pg_catalog.to_regclass($1)::pg_catalog.oid", &[&name])?;
    let Some(oid) = found.first().and_then(|row| row.get::<_, Option<u32>>(0)) else { return Ok(None) };
    Ok(described(session, &[oid], &[], &[])?.relations.into_iter().next())
}

/// Whether there is a routine with this signature.
pub fn routine_exists(session: &mut Session, signature: &str) -> Result<bool> {
    let found = session.query("SELECT pg_catalog.to_regprocedure($1) IS NOT NULL", &[&signature])?;
    Ok(found.first().is_some_and(|row| row.get(0)))
}

/// How large a relation is that this transaction has locked, in bytes, with its indexes and its TOAST table.
pub fn bytes(session: &mut Session, relation: u32) -> Result<i64> {
    let rows = session.query("SELECT coalesce(pg_catalog.pg_total_relation_size($1::pg_catalog.oid), 0)", &[&relation])?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

/// How many rows a table has in the open transaction, counted; `None` if the role may not read it.
pub fn count(session: &mut Session, name: &str) -> Result<Option<i64>> {
    let rows = session.probe(&format!("SELECT count(*) FROM ONLY {name}"), &[])?;
    Ok(rows.and_then(|rows| rows.first().map(|row| row.get(0))))
}

fn mode(rank: i64) -> Option<LockMode> {
    match rank {
        1 => Some(LockMode::Share),
        2 => Some(LockMode::ShareRowExclusive),
        3 => Some(LockMode::Exclusive),
        4 => Some(LockMode::AccessExclusive),
        _ => None,
    }
}

fn collected(rows: &[Row]) -> Described {
    let mut all = Described::default();
    for row in rows {
        let (what, oid, part, name, kind): (&str, u32, i64, String, String) =
            (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
        match what {
            "relation" => {
                let relation = Relation {
                    name,
                    kind,
                    node: row.get(5),
                    owner: row.get(6),
                    rows: row.get(7),
                    bytes: row.get(8),
                    may_have_rows: row.get(9),
                    columns: BTreeMap::new(),
                    constraints: BTreeMap::new(),
                };
                all.relations.insert(oid, relation);
            }
            "column" => {
                let column = Column { name, data_type: kind, is_not_null: row.get(9) };
                all.relations.get_mut(&oid).map(|relation| relation.columns.insert(part, column));
            }
            "constraint" => {
                let constraint = Constraint { name, index: row.get(6), is_validated: row.get(9) };
                all.relations.get_mut(&oid).map(|relation| relation.constraints.insert(part, constraint));
            }
            "routine" => _ = all.routines.insert(oid, (kind, name)),
            "type" => _ = all.types.insert(oid, EnumType { name, values: BTreeMap::new() }),
            _ => _ = all.types.get_mut(&oid).map(|data_type| data_type.values.insert(part, name)),
        }
    }
    all
}
