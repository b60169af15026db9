//! How a project and a database stand to each other, seen without trying anything.

use serde::Serialize;

use super::plan::ChangeKind;

/// Both halves; a half that is not compared is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// In the order in which they run; those whose file is gone, too.
    pub migrations: Option<Vec<MigrationStatus>>,
    pub code: Option<CodeStatus>,
}

/// How one migration stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationStatus {
    pub name: String,
    pub state: MigrationState,
    /// As PostgreSQL prints it; `None` if it was never tried.
    pub applied_at: Option<String>,
    /// The section that is to run next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

/// The states of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationState {
    Applied,
    Pending,
    /// Applied, and its file was changed afterwards.
    Edited,
    /// Applied, and its file is gone.
    Missing,
    /// Pending, and one that comes after it is applied.
    Late,
    /// Tried outside a transaction, and nothing of it is done.
    Failed,
    /// Some of its statements are done; the next apply goes on behind them.
    Partial,
}

/// How the statements of the code directory stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeStatus {
    /// How many are applied as they are in the files.
    pub applied: usize,
    /// The others, in the order of their files.
    pub differing: Vec<StatementStatus>,
}

/// A statement that differs from what was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementStatus {
    pub kind: ChangeKind,
    /// Below the code directory: `views/active_users.sql`.
    pub file: String,
    /// `view.active_users`; the first word of the statement (`GRANT`) where no object is known.
    pub label: String,
}

impl Status {
    /// Whether `apply` would have something to do, or to refuse.
    pub fn differs(&self) -> bool {
        let migrations = self.migrations.iter().flatten().any(|migration| migration.state != MigrationState::Applied);
        migrations || self.code.as_ref().is_some_and(|code| !code.differing.is_empty())
    }
}
