//! Drives the resolver over a session: the one code path of plan and apply, from a comparison to a plan that was tried.

pub mod after_commit;
mod again;
mod circles;
pub mod compare;
mod course;
pub mod drift;
mod drive;
mod edges;
pub mod effects;
mod evolve;
mod failure;
mod in_its_way;
mod ledger;
mod locks;
mod migrations;
pub mod outside;
mod ownership;
mod records;
pub mod redefinition;
mod removal;
mod replace;
mod report;
pub mod sections;
pub mod stages;
mod undo;
mod whole_file;

use std::collections::HashSet;
use std::time::Duration;

use crate::engine::Graph;
use crate::error::{Error, Result};
use crate::model::migration::Migration;
use crate::model::object::CatalogId;
use crate::model::plan::{Plan, TrialFigures};
use crate::model::progress::Progress;
use crate::model::project::Project;
use crate::model::record::{Dependency, LearnedEdge, Recorded, RecordedStatement};
use crate::model::sql_error::SqlError;
use crate::model::statement::{Mode, Statement, StatementId, distinct_checksums};
use crate::postgres::session::Session;
use compare::Comparison;
use drive::Drive;
use effects::DescribedOutside;
use whole_file::WholeFiles;

pub use locks::check_room;
pub use report::migration_step;

/// How often a run begins anew because it found a better order; each time it knows more.
const BEGINNINGS: usize = 4;

/// A statement and one that it needs.
type Edge = (StatementId, StatementId);

/// What a run works on.
pub struct Input<'a> {
    pub project: &'a Project,
    pub recorded: &'a Recorded,
    pub comparison: &'a Comparison,
    /// Pairs (statement, what it needs) from earlier runs.
    pub known: Vec<(StatementId, StatementId)>,
    /// For each migration of the project, the statements that it needs, from earlier runs.
    pub needed_by_migrations: Vec<Vec<usize>>,
    /// Which objects were there before this run, seen from outside its transaction.
    pub existing: &'a dyn Fn(&[CatalogId]) -> Result<HashSet<CatalogId>>,
    /// How relations, types and routines were before this run, seen from outside its transaction.
    pub described_outside: DescribedOutside<'a>,
    pub progress: &'a dyn Progress,
    pub scope: Scope,
}

/// How much of the code directory a run covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// Only what the pending migrations need; the rest comes in a later stage.
    WhatMigrationsNeed,
}

impl<'a> Input<'a> {
    /// The statements of the code directory; none if it is not compared.
    pub fn statements(&self) -> &'a [Statement] {
        self.project.statements.as_deref().unwrap_or_default()
    }
}

/// What a run that worked leaves behind.
#[derive(Debug)]
pub struct Finished {
    pub plan: Plan,
    /// The migrations that ran, in order.
    pub migrations: Vec<Ran>,
    pub records: Vec<RecordedStatement>,
    pub dependencies: Vec<Dependency>,
    /// Names in `pgmg_state` that are no longer right.
    pub forgotten: Vec<String>,
    /// Objects recorded before that were changed or healed, by their names in `pgmg_state`.
    pub seen_again: Vec<(String, CatalogId)>,
    pub learned: Vec<LearnedEdge>,
    /// Statements that run by themselves after the commit, in order.
    pub later: Vec<usize>,
}

/// A migration that ran.
#[derive(Debug, Clone, Copy)]
pub struct Ran {
    /// Its index in the project.
    pub index: usize,
    pub took: Duration,
}

/// How a run that may go on ends.
#[derive(Debug)]
pub enum Ended {
    Finished(Box<Finished>),
    /// Nothing works before this is committed by itself; what was tried has to be rolled back.
    CommitFirst(Box<CommitFirst>),
}

/// Statements that add values to enums which others use: PostgreSQL allows that only after a commit (SQLSTATE 55P04).
#[derive(Debug, Clone)]
pub struct CommitFirst {
    /// A comparison with nothing else in it.
    pub comparison: Comparison,
    /// What it is done to: `type.mood`.
    pub objects: Vec<String>,
    /// For each statement the SQL that does it.
    pub alters: Vec<(usize, String)>,
}

/// Runs everything that is pending in the session's open transaction. The caller ends it with ROLLBACK or COMMIT.
pub fn run(session: &mut Session, input: &Input<'_>) -> Result<Ended> {
    let mut known = input.known.clone();
    let mut taught: Vec<Edge> = Vec::new();
    let mut forced: Vec<Edge> = Vec::new();
    let mut spent = TrialFigures::default();
    let mut whole_files = WholeFiles::new();
    let mut in_pieces: Option<Error> = None;
    for beginning in 1.. {
        let graph = Graph::new(input.statements(), &[known.as_slice(), taught.as_slice(), forced.as_slice()].concat());
        let mut drive = Drive::new(session, input, &graph, &whole_files);
        drive.figures.spend(&spent);
        migrations::run(&mut drive)?;
        if !input.comparison.migrations.is_empty() && !input.recorded.statements.is_empty() {
            // Before anything new is built on it.
            again::follow_the_changed(&mut drive)?;
        }
        if input.scope == Scope::WhatMigrationsNeed {
            replace::make_again(&mut drive)?;
        } else {
            drive.run_all()?;
            while removal::before_the_failing(&mut drive)? || again::before_the_failing(&mut drive)? {}
            if let Some(first) = evolve::to_commit_first(&drive) {
                return Ok(Ended::CommitFirst(Box::new(first)));
            }
        }
        let unknown = whole_file::worth_trying(&drive);
        if beginning < BEGINNINGS && !unknown.is_empty() {
            spent = drive.figures;
            in_pieces = drive.finish().err();
            whole_files.extend(unknown);
            session.restart()?;
            continue;
        }
        // If the whole is refused as well, what was wrong with the pieces says more.
        drive.finish().map_err(|error| in_pieces.take().unwrap_or(error))?;
        check_constraints(drive.session, None)?;
        let mut ledger = drive.ledger()?;
        match again::settle(&mut drive, &mut ledger)? {
            again::Settled::Yes => {}
            again::Settled::BeginAgain(edges) if beginning < BEGINNINGS => {
                let settled: HashSet<Edge> = forced.iter().chain(&input.known).copied().collect();
                let checksums = distinct_checksums(drive.statements);
                let checksum = |id: StatementId| checksums[id.0];
                // Where two statements each came too early for the other, the checksums decide: any way gives the same.
                let holds =
                    |(later, earlier): &Edge| !settled.contains(&(*earlier, *later)) || checksum(*earlier) < checksum(*later);
                let edges: HashSet<Edge> = edges.into_iter().filter(|edge| !forced.contains(edge) && holds(edge)).collect();
                if !edges.is_empty() {
                    let learned =
                        drive.queue.learned().iter().map(|&(later, earlier)| (StatementId(later), StatementId(earlier)));
                    taught.extend(learned);
                    forced.retain(|(later, earlier)| !edges.contains(&(*earlier, *later)));
                    forced.extend(edges);
                    // What errors taught may be a guess; what came too early did.
                    taught.retain(|(later, earlier)| !forced.contains(&(*earlier, *later)));
                    known.retain(|(later, earlier)| !forced.contains(&(*earlier, *later)));
                    spent = drive.figures;
                    session.restart()?;
                    continue;
                }
            }
            again::Settled::BeginAgain(_) => {}
        }
        let revokes = &input.comparison.revokes;
        if input.scope == Scope::Everything
            && !revokes.is_empty()
            && let Err(error) = drive.run_own(revokes)?
        {
            return Err(refused(&error));
        }
        while removal::run(&mut drive, &ledger)? {
            ledger = drive.ledger()?;
        }
        failure::check_ledger(&drive, &ledger)?;
        circles::check(&mut drive, &ledger)?;
        ledger.note_overwritten(&drive);
        let mut finished = report::finish(&drive, &ledger)?;
        let checksums = distinct_checksums(drive.statements);
        let checksum = |id: &StatementId| checksums[id.0];
        // What the beginnings before this one taught: without it the next run would make their detours again.
        finished.learned.extend(taught.iter().chain(&forced).map(|(later, earlier)| (checksum(later), checksum(earlier))));
        return Ok(Ended::Finished(Box::new(finished)));
    }
    Err(Error::bug("no beginning led to an end"))
}

/// What would be done in the known order, for a role that may not try it.
pub fn known_order(input: &Input<'_>, reason: String) -> Plan {
    let graph = Graph::new(input.statements(), &input.known);
    report::untried(input, &graph, reason)
}

/// The error for a statement of pgmg's own that PostgreSQL refused: no privilege, no room, a read-only server.
pub fn refused(error: &SqlError) -> Error {
    failure::own(error)
}

/// The statements that take part in the transaction.
fn in_transaction<'a>(input: &Input<'a>) -> impl Iterator<Item = usize> + 'a {
    let statements = input.statements();
    let pending: Vec<usize> = input.comparison.statements.clone();
    pending.into_iter().filter(move |&id| statements[id].mode == Mode::Transactional)
}

/// Violations that would only show at COMMIT (PostgreSQL manual, SET CONSTRAINTS).
fn check_constraints(session: &mut Session, after: Option<&Migration>) -> Result<()> {
    match session.execute(include_str!("check_constraints.sql"))? {
        Ok(()) => Ok(()),
        Err(error) => Err(failure::deferred(&error, after)),
    }
}
