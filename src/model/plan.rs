//! What is to be done, as a value: it can be printed, compared and carried out.

use serde::{Deserialize, Serialize};

use super::effect::Effect;
use super::statement::StatementId;

/// Everything a run would do or did, in order.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Names of the pending migrations, in order.
    pub migrations: Vec<String>,
    /// Files of the code directory with something new or modified, in order of their names.
    pub changes: Vec<Change>,
    pub steps: Vec<Step>,
    /// How many managed statements need nothing.
    pub unchanged: usize,
    /// How many migrations were applied before.
    pub applied_migrations: usize,
    pub tried: Tried,
    pub direction: Direction,
    pub measured: MeasuredOn,
    pub trial: TrialFigures,
}

impl Plan {
    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Whether migrations are applied or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    #[default]
    Up,
    Down,
}

/// Where effects were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MeasuredOn {
    /// Where they will happen.
    #[default]
    WithData,
    /// On a copy of the schema: rows, sizes and times are not known.
    WithoutData,
}

/// A file of the code directory that differs from what was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Below the code directory: `views/active_users.sql`.
    pub file: String,
    pub kind: ChangeKind,
}

/// How a file differs from what was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    New,
    Modified,
    Removed,
    /// Somebody else changed what it made.
    Drifted,
}

/// Whether the plan was tried, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Tried {
    #[default]
    Yes,
    /// The reason, in words.
    No(String),
}

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Step {
    pub action: Action,
    /// What it is done to: `view.user_stats`; the first word of the statement (`GRANT`, `DO`) where it provides nothing.
    pub object: String,
    /// Further objects of the same statement.
    pub also: Vec<String>,
    pub reason: Reason,
    /// The file as a person names it, and the line.
    pub path: String,
    pub line: usize,
    /// The statement, unless the step is a migration.
    pub statement: Option<StatementId>,
    pub sql: String,
    /// How PostgreSQL describes the object before and after; only where it was asked and differs.
    pub definition: Option<Redefinition>,
    pub phase: Phase,
    /// What a migration did to what was there; only where it was tried.
    pub effects: Vec<Effect>,
    pub losses_are: Losses,
}

/// Whether a migration says itself that it loses data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Losses {
    Declared,
    Undeclared,
}

/// An object's definition as PostgreSQL words it, before a run and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redefinition {
    pub before: String,
    pub after: String,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Migrate,
    Create,
    Replace,
    /// The object stays and is altered into what its file says; without SQL it is so already.
    Alter,
    /// The object is dropped, to be created again or for good.
    Drop,
    /// A statement that provides nothing: GRANT, COMMENT, DO, …
    Run,
    /// An object loses what a statement that is gone gave it: back to what CREATE gives.
    SetBack,
    /// A statement is gone whose effects nobody can take back: they stay.
    Forget,
}

impl Action {
    /// As it is said of a step.
    pub fn word(self) -> &'static str {
        match self {
            Action::Migrate => "migrate",
            Action::Create => "create",
            Action::Replace => "replace",
            Action::Alter => "alter",
            Action::Drop => "drop",
            Action::Run => "run",
            Action::SetBack => "set back",
            Action::Forget => "forget",
        }
    }
}

/// Why a step is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A migration that was not applied yet.
    Pending,
    New,
    Modified,
    /// Somebody else changed what it made or set.
    Drifted,
    /// No file creates it any more.
    Removed,
    /// It depends on this, which had to be dropped.
    DependsOn(String),
    /// It stood in the way of this migration.
    InTheWay(String),
    /// It names, or could cover, what this creates or changes.
    Affected(String),
    /// The statement that set this (its privileges, its comments) is gone or changed.
    NoLongerSaid(String),
}

/// When a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// In the one transaction.
    Transaction,
    /// By itself, after the commit.
    AfterCommit,
    /// By itself, section by section, between two commits.
    Alone,
}

/// What the trial cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TrialFigures {
    /// Statements that had to be tried.
    pub statements: usize,
    /// Tries, the failed ones included.
    pub attempts: usize,
    pub failures: usize,
    /// Messages sent to the server for them.
    pub messages: usize,
}
