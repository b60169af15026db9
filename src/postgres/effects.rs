//! What a migration touched and how it was before: the readings that its effects are measured by.
//!
//! # Errors
//! Whatever is asked here fails as a query of pgmg's own does: [`Session::query`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Deserialize;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::session::Session;
use crate::error::{Error, Result};
use crate::model::effect::LockMode;
use crate::model::signature::Signature;

/// The oid of `pg_class`. The oids of the first catalogs never change.
const RELATIONS: u32 = 1259;

/// What a transaction has changed and counted so far.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    pub ids: Ids,
    /// The strongest lock that others notice, by the relation's oid.
    pub locks: HashMap<u32, LockMode>,
    /// By the table's oid.
    pub rows: HashMap<u32, RowCounts>,
}

/// Objects by their oids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    pub relations: BTreeSet<u32>,
    pub types: BTreeSet<u32>,
    pub routines: BTreeSet<u32>,
    pub schemas: BTreeSet<u32>,
    pub extensions: BTreeSet<u32>,
}

impl Ids {
    /// None of anything.
    pub fn is_empty(&self) -> bool {
        self.lists().iter().all(Vec::is_empty)
    }

    /// Those that are also among `others`.
    pub fn among(&self, others: &Ids) -> Ids {
        self.without(&self.without(others))
    }

    /// Those that are not among `others`.
    pub fn without(&self, others: &Ids) -> Ids {
        Ids {
            relations: &self.relations - &others.relations,
            types: &self.types - &others.types,
            routines: &self.routines - &others.routines,
            schemas: &self.schemas - &others.schemas,
            extensions: &self.extensions - &others.extensions,
        }
    }

    /// Takes in those of `others`.
    pub fn extend(&mut self, others: Ids) {
        self.relations.extend(others.relations);
        self.types.extend(others.types);
        self.routines.extend(others.routines);
        self.schemas.extend(others.schemas);
        self.extensions.extend(others.extensions);
    }

    /// One more, by the oid of its catalog. Those of other catalogs have no effects of their own.
    fn insert(&mut self, class: u32, object: u32) {
        _ = match class {
            RELATIONS => self.relations.insert(object),
            1247 => self.types.insert(object),
            1255 => self.routines.insert(object),
            2615 => self.schemas.insert(object),
            3079 => self.extensions.insert(object),
            _ => false,
        };
    }

    fn lists(&self) -> [Vec<u32>; 5] {
        [&self.relations, &self.types, &self.routines, &self.schemas, &self.extensions].map(|ids| ids.iter().copied().collect())
    }
}

/// How many rows of a table were worked on. What a subtransaction did that was rolled back is counted as well (PostgreSQL
/// manual, section 27.2.23): more may be said than happened, never less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    pub inserted: i64,
    pub updated: i64,
    pub deleted: i64,
    /// By reading the whole table.
    pub read: i64,
}

/// How objects are, as far as effects can be seen by it; each by its oid.
#[derive(Debug, Clone, Default)]
pub struct Described {
    pub relations: BTreeMap<u32, Relation>,
    pub types: BTreeMap<u32, Type>,
    pub routines: BTreeMap<u32, Routine>,
    pub containers: BTreeMap<u32, Container>,
}

impl Described {
    /// What is described.
    pub fn ids(&self) -> Ids {
        let containers: BTreeSet<u32> = self.containers.keys().copied().collect();
        Ids {
            relations: self.relations.keys().copied().collect(),
            types: self.types.keys().copied().collect(),
            routines: self.routines.keys().copied().collect(),
            schemas: containers.clone(),
            extensions: containers,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Relation {
    /// `pg_class.relkind`.
    pub kind: String,
    #[serde(flatten)]
    pub place: QualifiedName,
    pub node: u32,
    /// The table of an index or of a sequence; 0: none.
    pub owner: u32,
    pub partition_of: Option<u32>,
    pub rows: i64,
    pub bytes: i64,
    /// As far as statistics know.
    pub may_have_rows: bool,
    /// By number.
    #[serde(skip)]
    pub columns: BTreeMap<i64, Column>,
    /// By oid.
    #[serde(skip)]
    pub constraints: BTreeMap<u32, Constraint>,
}

/// Where an object is found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct QualifiedName {
    pub schema: u32,
    /// Unquoted, without its schema.
    pub own_name: String,
    /// Schema and name, quoted where they must be.
    pub path: String,
}

impl QualifiedName {
    /// As people are shown it: without the schema `public`.
    pub fn name(&self) -> String {
        shown(&self.path)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Column {
    pub name: String,
    pub data_type: String,
    pub type_id: u32,
    /// `pg_attribute.atttypmod`.
    pub modifier: i64,
    /// What a domain is made of.
    pub base: Option<String>,
    pub is_not_null: bool,
    pub has_default: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Constraint {
    pub name: String,
    /// The index behind it; 0: none.
    pub index: u32,
    pub is_validated: bool,
}

/// A type that stands for itself: no table's row type, no array type.
#[derive(Debug, Clone, Deserialize)]
pub struct Type {
    /// `type` or `domain`.
    pub kind: String,
    #[serde(flatten)]
    pub place: QualifiedName,
    /// Of an enum, in their order.
    pub values: Vec<String>,
    /// The oids of these values, in their order.
    pub value_ids: Vec<u32>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Routine {
    /// `function`, `procedure` or `aggregate`.
    pub kind: String,
    #[serde(flatten)]
    pub place: QualifiedName,
    #[serde(flatten)]
    pub signature: Signature,
}

/// A schema or an extension.
#[derive(Debug, Clone, Deserialize)]
pub struct Container {
    pub kind: String,
    pub name: String,
}

#[derive(Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum DescribedRow {
    Relation {
        relation: u32,
        #[serde(flatten)]
        found: Box<Relation>,
    },
    Column {
        relation: u32,
        number: i64,
        #[serde(flatten)]
        found: Column,
    },
    Constraint {
        relation: u32,
        id: u32,
        #[serde(flatten)]
        found: Constraint,
    },
    Type {
        id: u32,
        #[serde(flatten)]
        found: Type,
    },
    Routine {
        id: u32,
        #[serde(flatten)]
        found: Box<Routine>,
    },
    Container {
        id: u32,
        #[serde(flatten)]
        found: Container,
    },
}

/// Everything that is there.
pub fn there(session: &mut Session) -> Result<Ids> {
    let mut ids = Ids::default();
    for row in session.query(include_str!("effects_there.sql"), &[])? {
        ids.insert(row.get(0), row.get(1));
    }
    Ok(ids)
}

/// What the open transaction touched so far. Locks are kept to its end, so nothing that it changed is missing.
pub fn touched(session: &mut Session) -> Result<Touched> {
    let mut touched = Touched::default();
    for row in session.query(include_str!("effects_touched.sql"), &[])? {
        let (class, object, first): (u32, u32, i64) = (row.get(1), row.get(2), row.get(3));
        match class {
            0 => {
                let counts = RowCounts { inserted: first, updated: row.get(4), deleted: row.get(5), read: row.get(6) };
                touched.rows.insert(object, counts);
            }
            _ => {
                touched.ids.insert(class, object);
                touched.locks.extend(mode(first).filter(|_| class == RELATIONS).map(|mode| (object, mode)));
            }
        }
    }
    Ok(touched)
}

/// How these are in the open transaction.
pub fn described(session: &mut Session, ids: &Ids) -> Result<Described> {
    if ids.is_empty() {
        return Ok(Described::default());
    }
    let [relations, types, routines, schemas, extensions] = ids.lists();
    let rows = session.query(include_str!("effects_described.sql"), &[&relations, &types, &routines, &schemas, &extensions])?;
    collected(&rows).map_err(|error| Error::bug(format!("an effect cannot be read: {error}")))
}

/// How these are as another session sees them: as they are committed.
pub fn described_outside(
    client: &mut impl postgres::GenericClient,
    ids: &Ids,
) -> std::result::Result<Described, postgres::Error> {
    let [relations, types, routines, schemas, extensions] = ids.lists();
    let rows = client.query(include_str!("effects_described.sql"), &[&relations, &types, &routines, &schemas, &extensions])?;
    collected(&rows)
}

/// Whether there is anything that a migration could have an effect on.
pub fn possible(session: &mut Session) -> Result<bool> {
    let rows = session.query(include_str!("effects_possible.sql"), &[])?;
    Ok(rows.first().is_none_or(|row| row.get(0)))
}

/// The tables that hold data although no statistics say so; `None` if PostgreSQL would not tell.
pub fn filled(session: &mut Session) -> Result<Option<HashSet<u32>>> {
    let rows = session.probe(include_str!("effects_filled.sql"), &[])?;
    Ok(rows.map(|rows| rows.iter().map(|row| row.get(0)).collect()))
}

/// The relation that has this name now, if there is one.
pub fn relation_at(session: &mut Session, place: &QualifiedName) -> Result<Option<Relation>> {
    let sql = "SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = $1::pg_catalog.oid AND relname = $2::pg_catalog.text";
    let ids = Ids { relations: at(session, sql, place)?, ..Ids::default() };
    Ok(described(session, &ids)?.relations.into_values().next())
}

/// The type that has this name now, if there is one.
pub fn type_at(session: &mut Session, place: &QualifiedName) -> Result<Option<Type>> {
    let sql = "SELECT oid FROM pg_catalog.pg_type WHERE typnamespace = $1::pg_catalog.oid AND typname = $2::pg_catalog.text";
    let ids = Ids { types: at(session, sql, place)?, ..Ids::default() };
    Ok(described(session, &ids)?.types.into_values().next())
}

/// The routines that have this name now, whatever their arguments.
pub fn routines_at(session: &mut Session, place: &QualifiedName) -> Result<Vec<Routine>> {
    let sql = "SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = $1::pg_catalog.oid AND proname = $2::pg_catalog.text";
    let ids = Ids { routines: at(session, sql, place)?, ..Ids::default() };
    Ok(described(session, &ids)?.routines.into_values().collect())
}

/// The columns in which values of a composite type lie, by the oid of its `pg_class` row: `people.home`.
pub fn stored_in(session: &mut Session, relation: u32) -> Result<Vec<String>> {
    let rows = session.query(include_str!("effects_stored.sql"), &[&relation])?;
    Ok(rows.iter().map(|row| format!("{}.{}", shown(row.get(0)), row.get::<_, &str>(1))).collect())
}

/// How large a relation is that this transaction has locked, in bytes, with its indexes and its TOAST table.
pub fn bytes(session: &mut Session, relation: u32) -> Result<i64> {
    let rows = session.query("SELECT coalesce(pg_catalog.pg_total_relation_size($1::pg_catalog.oid), 0)", &[&relation])?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

/// Whether a table that this transaction has locked holds more rows than were put into it just now; `false` also where the role
/// may not read it. Reads no more rows than it needs.
pub fn holds_more_than(session: &mut Session, relation: u32, place: &QualifiedName, inserted: i64) -> Result<bool> {
    let rows = session.query("SELECT pg_catalog.pg_relation_size($1::pg_catalog.oid) > 0", &[&relation])?;
    let has_pages = rows.first().is_some_and(|row| row.get(0));
    if !has_pages || inserted == 0 {
        return Ok(has_pages);
    }
    let sql = format!("SELECT count(*) > $1 FROM (SELECT FROM ONLY {} LIMIT $1::pg_catalog.int8 + 1) AS first", place.path);
    let rows = session.probe(&sql, &[&inserted])?;
    Ok(rows.and_then(|rows| rows.first().map(|row| row.get(0))).unwrap_or(false))
}

fn at(session: &mut Session, sql: &str, place: &QualifiedName) -> Result<BTreeSet<u32>> {
    Ok(session.query(sql, &[&place.schema, &place.own_name])?.iter().map(|row| row.get(0)).collect())
}

fn shown(path: &str) -> String {
    path.strip_prefix("public.").unwrap_or(path).to_owned()
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

fn collected(rows: &[Row]) -> std::result::Result<Described, tokio_postgres::Error> {
    let mut described = Described::default();
    let (mut columns, mut constraints) = (Vec::new(), Vec::new());
    for row in rows {
        let Json(found): Json<DescribedRow> = row.try_get(0)?;
        match found {
            DescribedRow::Relation { relation, found } => _ = described.relations.insert(relation, *found),
            DescribedRow::Column { relation, number, found } => columns.push((relation, number, found)),
            DescribedRow::Constraint { relation, id, found } => constraints.push((relation, id, found)),
            DescribedRow::Type { id, found } => _ = described.types.insert(id, found),
            DescribedRow::Routine { id, found } => _ = described.routines.insert(id, *found),
            DescribedRow::Container { id, found } => _ = described.containers.insert(id, found),
        }
    }
    for (relation, number, column) in columns {
        described.relations.get_mut(&relation).map(|relation| relation.columns.insert(number, column));
    }
    for (relation, id, constraint) in constraints {
        described.relations.get_mut(&relation).map(|relation| relation.constraints.insert(id, constraint));
    }
    Ok(described)
}
