//! What a rule answers, and how far a run has come as far as the rules ask.

use std::collections::HashSet;

use super::diagnosis::Obstacle;
use super::manner::WholeFiles;
use super::queue::Beyond;
use super::task::{Cause, Task};
use super::work::Need;
use super::world::World;
use crate::error::Error;
use crate::model::attempt::Failure;
use crate::model::object::Object;
use crate::model::statement::{MigrationId, StatementId};

/// A function of what is known, asked whenever nothing is left to be tried.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// For the log, and for tests that leave it out.
    pub name: &'static str,
    pub ask: fn(&World<'_>, &Progress) -> Verdict,
}

/// What a rule answers.
#[derive(Debug)]
pub enum Verdict {
    /// It has nothing against the world as it is: the next rule is asked.
    Satisfied,
    /// It cannot tell before the catalog was read again.
    Look,
    Do(Orders),
    /// These statements are let into the run.
    Open(Opening),
    BeginAgain(Lesson),
    /// These statements have to be committed before anything else.
    CommitFirst(Vec<StatementId>),
    /// The migrations before this one have to be committed before it.
    CommitBefore(MigrationId),
    Impossible(Error),
}

/// What a rule wants done.
#[derive(Debug, Default)]
pub struct Orders {
    pub tasks: Vec<Task>,
    /// Statements that are to run again, and why.
    pub again: Vec<(StatementId, Cause)>,
    /// Failed statements are tried again, because something changed for them.
    pub wake: Vec<StatementId>,
    pub reached: Option<Milestone>,
    pub opens: Option<Opening>,
    /// A round of trying again what came too early.
    pub round: Option<Round>,
}

/// Which statements are given out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Opening {
    /// None: migrations come first.
    #[default]
    Closed,
    /// These, for a migration or for themselves.
    Only(HashSet<StatementId>, Beyond),
    /// What creates something, so that what dropped objects carried is given back before anything acts on them.
    Creators,
    All,
}

/// What is done once in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Milestone {
    DefaultsSuspended,
    MigrationsFollowed,
    DefinitionsReverted,
    SettingsReverted,
    StageRestored,
    Revoked,
    CirclesChecked,
}

/// What another beginning does better.
#[derive(Debug)]
pub enum Lesson {
    /// Pairs (statement, what it has to come after).
    Order(Vec<Need>),
    /// Files to try whole, and what was wrong with their pieces.
    WholeFiles(WholeFiles, Error),
}

/// What came too early, and was tried again or cannot be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// Everyone who came too early, with each that it should have come after.
    pub early: Vec<Need>,
    /// Those of this run that were tried again.
    pub retried: Vec<StatementId>,
    /// Those that cannot be tried again where they stand.
    pub misplaced: Vec<StatementId>,
}

/// How far a run has come.
#[derive(Debug, Default)]
pub struct Progress {
    pub(super) opening: Opening,
    pub(super) reached: HashSet<Milestone>,
    pub(super) waiting: Option<Waiting>,
    /// What was dropped because it stood in the way of a migration, at which of its statements.
    pub(super) unblocked: HashSet<(MigrationId, usize, Object)>,
    /// A migration that uses what those before it may only use after their commit.
    pub(super) to_commit_before: Option<MigrationId>,
    /// Whether what attempts did was read since the last of them.
    pub(super) is_seen: bool,
    /// Whether migrations ran since what was there before was looked at again.
    pub(super) is_to_review: bool,
    /// After how many statements that can take away what others make everything was looked at again.
    pub(super) reviewed_after: usize,
    /// Whether deferred constraints were checked since the last attempt.
    pub(super) is_checked: bool,
    /// Statements that a stage tried to make its dropped objects again.
    pub(super) tried_again: HashSet<StatementId>,
    /// Objects that were to be removed and were not there.
    pub(super) absent: HashSet<Object>,
    /// Objects of which applied migrations said again what they alter.
    pub(super) said_again: HashSet<Object>,
    /// Objects that were compared with what a statement would make.
    pub(super) compared: HashSet<Object>,
    /// What CREATE gives was another thing before default privileges were taken back.
    pub(super) defaults_changed: bool,
    /// Statements that set suspended default privileges again.
    pub(super) suspended: Vec<String>,
    pub(super) round: Option<Round>,
    /// Pairs that an earlier beginning was already given.
    pub(super) forced: HashSet<Need>,
    pub(super) whole_files: HashSet<StatementId>,
}

/// A migration that failed, and what is done so that it can succeed.
#[derive(Debug)]
pub struct Waiting {
    pub migration: MigrationId,
    /// The statements that may provide what it misses.
    pub providers: Vec<StatementId>,
    /// How many statements had succeeded then; `None`: they are tried before the migration is.
    pub successes: Option<usize>,
    pub failure: Option<(Failure, Obstacle)>,
}

impl Round {
    /// What these statements should have come after.
    pub fn needs_of(&self, statements: &[StatementId]) -> Vec<Need> {
        self.early.iter().copied().filter(|(statement, _)| statements.contains(statement)).collect()
    }
}

impl Waiting {
    /// Whether objects that depend on what the migration changes stand in its way.
    pub fn is_blocked(&self) -> bool {
        matches!(&self.failure, Some((_, Obstacle::HasDependents)))
    }
}

impl Progress {
    /// Whether this was done.
    pub fn has(&self, milestone: Milestone) -> bool {
        self.reached.contains(&milestone)
    }
}

impl Orders {
    /// One task.
    pub fn task(task: Task) -> Verdict {
        Verdict::Do(Orders { tasks: vec![task], ..Orders::default() })
    }

    /// Something that is done once.
    pub fn once(milestone: Milestone, tasks: Vec<Task>) -> Verdict {
        Verdict::Do(Orders { tasks, reached: Some(milestone), ..Orders::default() })
    }
}
