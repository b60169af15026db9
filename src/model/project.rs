//! A project as it was read from disk: its migrations, its statements.

use super::migration::Migration;
use super::statement::Statement;

pub use super::place::{File, Place, SourceFile};

/// Both directories, read and split. A directory that was not asked for is `None`: it is not compared at all.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// In the order in which they run.
    pub migrations: Option<Vec<Migration>>,
    /// In the order of file name and place in the file; a statement's [`StatementId`](super::statement::StatementId) is its index here.
    pub statements: Option<Vec<Statement>>,
}
