//! Carries a run out: asks the engine for the next thing, lets a server do it, and tells the engine what happened.

pub mod after_commit;
mod database;
pub mod effects;
mod locks;
pub mod outside;
mod perform;
pub mod redefinition;
pub mod sections;
pub mod server;
pub mod words;

use std::time::Duration;

use crate::engine::outcome::{self, Outcome};
use crate::engine::run::Run;
use crate::engine::sending;
use crate::engine::task::{End, Next};
use crate::engine::work::Work;
use crate::error::{Error, Kind, Result};
use crate::model::attempt::Attempt;
use crate::model::plan::{Action, Plan};
use crate::model::progress::Progress;
use crate::model::statement::{MigrationId, StatementId};
use crate::postgres::connection::interrupt;
use crate::postgres::records::StateTables;
use crate::postgres::session::Session;
use database::Database;
use server::Server;

pub use database::Outside;
pub use locks::check_room;
pub use words::refused;

/// What a run that worked leaves behind.
#[derive(Debug)]
pub struct Finished {
    pub outcome: Outcome,
    /// The migrations that ran, in order.
    pub migrations: Vec<Ran>,
}

/// A migration that ran.
#[derive(Debug, Clone, Copy)]
pub struct Ran {
    pub id: MigrationId,
    pub took: Duration,
}

/// How a run that may go on ends.
#[derive(Debug)]
pub enum Ended {
    Finished(Box<Finished>),
    /// Nothing works before this is committed by itself; what was tried has to be rolled back.
    CommitFirst(Vec<CommitFirst>),
    /// The migrations before this one have to be committed before it; what was tried has to be rolled back.
    CommitBefore(MigrationId),
}

/// A statement that adds values to an enum which others use: PostgreSQL allows that only after a commit (SQLSTATE 55P04).
#[derive(Debug, Clone)]
pub struct CommitFirst {
    pub statement: StatementId,
    /// What it is done to: `type.mood`.
    pub object: String,
    /// The SQL that does it.
    pub alters: String,
}

/// Runs everything that is pending in the session's open transaction. The caller ends it with ROLLBACK or COMMIT.
///
/// # Errors
/// Why the files cannot be carried out, root causes first; a server that does not answer.
pub fn run(
    session: &mut Session,
    state: &StateTables,
    work: &Work<'_>,
    outside: Outside<'_>,
    progress: &dyn Progress,
) -> Result<Ended> {
    let mut run = Run::new(work);
    let mut database = Database::new(session, state, work, outside, progress);
    progress.start(run.cost().statements);
    let end = carry_out(&mut run, &mut database, progress)?;
    progress.finish();
    match end {
        End::Done => {}
        End::CommitFirst(statements) => return Ok(Ended::CommitFirst(commit_first(&run, &statements))),
        End::CommitBefore(id) => return Ok(Ended::CommitBefore(id)),
    }
    let mut outcome = outcome::outcome(&run)?;
    outcome.plan.trial.messages = database.messages();
    let migrations: Vec<Ran> = run.world().migrated().iter().map(|&(id, _)| Ran { id, took: database.took(id) }).collect();
    let steps = outcome.plan.steps.iter_mut().filter(|step| step.action == Action::Migrate);
    for (step, ran) in steps.zip(&migrations) {
        step.effects = database.effects(ran.id);
    }
    Ok(Ended::Finished(Box::new(Finished { outcome, migrations })))
}

/// The loop: every decision is the engine's.
///
/// # Errors
/// Why the run cannot be carried out; a server that does not answer.
pub fn carry_out(run: &mut Run<'_>, server: &mut dyn Server, progress: &dyn Progress) -> Result<End> {
    loop {
        match run.decide() {
            Next::Try(batch) => {
                let attempts: Vec<Attempt<'_>> = batch.iter().map(|&id| sending::attempt(run.world(), id)).collect();
                let outcome = server.attempt(&attempts)?;
                run.tried(&batch, outcome).map_err(interrupted)?;
                if let Some(&last) = batch.last() {
                    progress.at(run.done(), run.world().path(last));
                }
            }
            Next::Perform(task) => {
                log::debug!("{task:?}");
                let done = perform::perform(server, run.world(), &task)?;
                run.performed(task, done).map_err(interrupted)?;
            }
            Next::Look => run.saw(server.look()?),
            Next::BeginAgain => {
                server.restart()?;
                run.begin_again();
            }
            Next::Finished(end) => return Ok(end),
            Next::Stuck(error) => return Err(interrupted(error)),
        }
    }
}

/// What would be done in the known order, for a role that may not try it.
pub fn known_order(work: &Work<'_>, reason: String) -> Plan {
    outcome::untried(work, reason)
}

/// A statement that was cancelled because somebody pressed Ctrl-C says so.
fn interrupted(error: Error) -> Error {
    let is_cancelled = error.diagnostics.iter().any(|diagnostic| diagnostic.code.as_deref() == Some("57014"));
    if is_cancelled && error.kind == Kind::Sql && interrupt::is_requested() { interrupt::error() } else { error }
}

fn commit_first(run: &Run<'_>, statements: &[StatementId]) -> Vec<CommitFirst> {
    let altered = statements.iter().filter_map(|id| Some((*id, run.world().altered().get(id)?)));
    let first = altered.map(|(statement, altered)| CommitFirst {
        statement,
        object: altered.object.to_string(),
        alters: altered.alters.join(";\n"),
    });
    first.collect()
}
