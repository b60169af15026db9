//! One file of the migrations directory.

use super::project::File;
use super::statement::{Checksum, Mode, Statement};

/// A migration: statements that run once, in file order, as one step.
#[derive(Debug, Clone)]
pub struct Migration {
    pub file: File,
    /// As recorded in `pgmg_migrations`: the path below the migrations directory, `003_add_orders_table.sql`.
    pub name: String,
    /// Over the tokens of all its statements, settings included.
    pub checksum: Checksum,
    /// Settings are carried by the statements, like in code files.
    pub statements: Vec<Statement>,
    pub mode: Mode,
    /// `-- pgmg: destructive`: its author knows that it loses data.
    pub destructive: bool,
}
