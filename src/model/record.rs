//! What pgmg keeps in the database about what it applied.

use super::object::{CatalogId, Object};
use super::statement::Checksum;

/// Everything recorded in a database; empty tables and absent tables are the same.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// Whether the state tables exist.
    pub present: bool,
    pub migrations: Vec<RecordedMigration>,
    pub statements: Vec<RecordedStatement>,
    pub version: Version,
}

/// What tells whether anything was recorded since: how many rows there are, and the sum of the transactions that wrote them.
/// Transactions are numbered upwards, so as many rows with the same sum are the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Version {
    pub rows: i64,
    pub transactions: i64,
}

impl Version {
    /// Takes in a row by the transaction that wrote it.
    pub fn count(&mut self, transaction: i64) {
        self.rows += 1;
        self.transactions += transaction;
    }
}

/// A row of `pgmg_migrations`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedMigration {
    pub name: String,
    /// As printed; `None` in a row taken over from the short form.
    pub checksum: Option<String>,
    /// As PostgreSQL prints it: when it was applied, or last tried.
    pub applied_at: String,
    pub standing: Standing,
    /// How many of its statements are done; only where it is not applied.
    pub completed: usize,
    /// The section that is to run next; only where it is not applied.
    pub section: Option<String>,
    /// The next statement was begun outside a transaction, and nobody knows whether it came to its end: the numbers of the
    /// indexes that its tables had before.
    pub begun: Option<Vec<u32>>,
}

/// How far a recorded migration came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    #[default]
    Applied,
    /// Nothing of it is done.
    Failed,
    /// Some of its statements are done.
    Partial,
}

/// A row of `pgmg_history`: something that was done to a migration, or to the code.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Event {
    /// As PostgreSQL prints it.
    pub at: String,
    /// The id of the command's run: everything that one command did has one.
    pub run: String,
    pub deed: Deed,
    /// A migration's name, and its section after a colon; empty where code changed.
    pub what: String,
    pub by: String,
    /// In milliseconds.
    pub duration: Option<i64>,
    /// What went wrong, how many statements of code were applied, or what was there before.
    pub detail: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A migration, all of it.
    Applied,
    /// One section of it.
    SectionApplied,
    Failed,
    RolledBack,
    CodeApplied,
    MarkedApplied,
    MarkedFailed,
    Forgotten,
    ChecksumAccepted,
}

impl Deed {
    /// All of them.
    pub const ALL: [Deed; 9] = [
        Deed::Applied,
        Deed::SectionApplied,
        Deed::Failed,
        Deed::RolledBack,
        Deed::CodeApplied,
        Deed::MarkedApplied,
        Deed::MarkedFailed,
        Deed::Forgotten,
        Deed::ChecksumAccepted,
    ];

    /// As it is recorded and shown.
    pub fn word(self) -> &'static str {
        match self {
            Deed::Applied => "applied",
            Deed::SectionApplied => "section applied",
            Deed::Failed => "failed",
            Deed::RolledBack => "rolled back",
            Deed::CodeApplied => "code applied",
            Deed::MarkedApplied => "marked applied",
            Deed::MarkedFailed => "marked failed",
            Deed::Forgotten => "forgotten",
            Deed::ChecksumAccepted => "checksum accepted",
        }
    }
}

/// A statement as `pgmg_state` knows it: one row for each object, or one row of its own if it provides nothing.
#[derive(Debug, Clone)]
pub struct RecordedStatement {
    /// `object_name`: `view.user_stats`, or `grant.1f2e3d4c5b6a`.
    pub name: String,
    /// `object_hash`, as printed.
    pub checksum: String,
    /// The file below the code directory and its statement number, from 0; `None` in a row of the short form.
    pub file: Option<String>,
    pub ordinal: usize,
    /// What it provides; `None` if it provides nothing.
    pub object: Option<Object>,
    /// Labels of the objects it changed without creating them.
    pub touches: Vec<String>,
    pub last_applied: String,
    /// Where the object was when it was recorded.
    pub id: Option<CatalogId>,
}

/// What an object was, in a form that is compared and never read: empty where there is nothing to compare.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint {
    pub definition: String,
    /// The role's name.
    pub owner: String,
    /// Of others than the owner, one a line: `reader=SELECT`; with `*` for the grant option.
    pub grants: String,
    pub comment: String,
}

/// A recorded object that is no longer what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Its index in [`Recorded::statements`].
    pub row: usize,
    pub changes: Vec<Drifted>,
    /// Statements that take back what was granted on it since.
    pub revokes: Vec<String>,
}

/// How an object was changed by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drifted {
    Dropped,
    /// What its own statement says of it is no longer so.
    Definition,
    Owner,
    Grants,
    Comment,
}

/// What is done about objects that somebody else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDrift {
    #[default]
    Heal,
    Ignore,
}

/// An edge to be recorded in `pgmg_dependencies`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dependency {
    pub object_name: String,
    pub depends_on: String,
    pub learned_from: LearnedFrom,
}

/// How a dependency is known, from the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LearnedFrom {
    /// `pg_depend`.
    Catalog,
    /// `-- pgmg: depends-on`.
    Declared,
    /// A failed attempt that succeeded after the other one.
    Error,
    /// The body of a routine names it. PostgreSQL has not said so: it keeps no dependencies of bodies. Never recorded.
    Text,
}

impl LearnedFrom {
    /// All of them.
    pub const ALL: [LearnedFrom; 4] = [LearnedFrom::Catalog, LearnedFrom::Declared, LearnedFrom::Error, LearnedFrom::Text];

    /// As it is written in `pgmg_dependencies` and shown to people.
    pub fn word(self) -> &'static str {
        match self {
            LearnedFrom::Catalog => "catalog",
            LearnedFrom::Declared => "declared",
            LearnedFrom::Error => "error",
            LearnedFrom::Text => "text",
        }
    }

    /// What a word means.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }
}

/// An edge of the learned graph, by checksums: the first needs the second.
pub type LearnedEdge = (Checksum, Checksum);
