//! What one look at the catalog shows of the attempts of a transaction.

use std::collections::{HashMap, HashSet};

use super::attempt::AttemptId;
use super::object::{CatalogId, Object};

/// The catalog as the attempts left it.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// In the order of the attempts; an object that several wrote is there several times as far as its rows show it.
    pub written: Vec<Written>,
    /// Those of them that were there before the run.
    pub existing: HashSet<CatalogId>,
    pub dependencies: Vec<CatalogDependency>,
    /// What the objects that others depend on are called.
    pub names: HashMap<CatalogId, Object>,
}

/// An object with a catalog row that an attempt wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub by: AttemptId,
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
