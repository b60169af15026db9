//! An object that has to go before another one can, as the catalog shows it.

use super::object::{CatalogId, Object};

/// An object that has to be dropped, or one that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    pub id: CatalogId,
    /// The number of a table's column; 0 for a whole object.
    pub sub: i32,
    pub object: Object,
    /// Those of the same list on which it depends directly.
    pub depends_on: Vec<CatalogId>,
    pub role: DropRole,
    /// The extension that it is a member of.
    pub extension: Option<String>,
    /// Whether it has to be dropped by itself although it would go with its owner: it also depends on something else here.
    pub is_dropped_first: bool,
}

/// Whether an object is dropped by a statement of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropRole {
    /// It was asked about.
    Requested,
    /// PostgreSQL refuses to drop what it depends on as long as it is there.
    Dependent,
    /// It goes silently with this object and is not back when that is created again: a trigger, a rule, an index, a default.
    Part(CatalogId),
}
