//! What an object that holds data is made of, in PostgreSQL's own words.

use serde::Deserialize;

use super::attempt::Failure;
use super::sql_error::SqlError;

/// What something is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    Enum(Vec<String>),
    Composite(Vec<Attribute>),
    Domain(Domain),
    /// A table, a sequence or the like: a line for each column, constraint or option.
    Lines(Vec<String>),
    /// A type that has no parts that could be compared.
    Opaque,
}

/// An attribute of a composite type, or a constraint of a domain: its name as SQL spells it and what follows the name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(String, String)")]
pub struct Attribute {
    pub name: String,
    pub definition: String,
}

/// The parts of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    pub base: String,
    pub not_null: bool,
    pub default: Option<String>,
    pub constraints: Vec<Attribute>,
}

/// An object as it is, and as a statement would make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forms {
    pub now: Form,
    pub wanted: Form,
}

/// What came of comparing an object with what a statement would make of its name.
#[derive(Debug)]
pub enum Compared {
    Forms(Forms),
    /// The statement itself failed, with the object out of its way.
    StatementFailed(Failure),
    /// The object cannot be put aside: no privilege, or a kind that stays in its schema.
    Stays(Box<SqlError>),
    /// The statement makes no object of its name.
    Unknown,
}

impl From<(String, String)> for Attribute {
    fn from((name, definition): (String, String)) -> Self {
        Attribute { name, definition }
    }
}
