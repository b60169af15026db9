//! One transaction of an apply: tried, recorded, committed, and found out about when the connection is lost in the middle.

use std::mem::take;

use super::approval::refused;
use super::opening::Workspace;
use super::part::RunPart;
use super::saved;
use crate::engine::comparison::Comparison;
use crate::error::{Error, Kind, Result};
use crate::learned::Learned;
use crate::model::approval::forbidden;
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Migration;
use crate::model::progress::Progress;
use crate::model::record::{Deed, Standing};
use crate::model::statement::MigrationId;
use crate::postgres::records::Changes;
use crate::postgres::records::migrations::{MigrationRecord, NewEvent};
use crate::trial::sections::milliseconds;
use crate::trial::{self, Ended, Finished};

/// How the migrations of a transaction are recorded.
pub type Recording<'a> = &'a dyn Fn(&Finished) -> MigrationRecords;

/// What is to be recorded of migrations.
#[derive(Debug, Default)]
pub struct MigrationRecords {
    pub records: Vec<(MigrationId, MigrationProgress)>,
    pub taken_back: Vec<String>,
    pub events: Vec<NewEvent>,
}

/// How far a migration came in a transaction.
#[derive(Debug, Clone)]
pub enum MigrationProgress {
    Applied {
        milliseconds: i64,
    },
    /// Its statements up to here are done; the section that comes next.
    Partial {
        completed: usize,
        section: String,
        milliseconds: i64,
    },
}

/// Every migration that ran is applied.
pub fn all_applied(workspace: &Workspace) -> impl Fn(&Finished) -> MigrationRecords + use<> {
    let migrations = workspace.project.migrations.as_deref().unwrap_or_default();
    let names: Vec<String> = migrations.iter().map(|migration| migration.name.clone()).collect();
    move |finished| {
        let mut applied = MigrationRecords::default();
        for ran in &finished.migrations {
            let milliseconds = milliseconds(ran.took);
            applied.records.push((ran.id, MigrationProgress::Applied { milliseconds }));
            let event = NewEvent::new(Deed::Applied, names[ran.id.0].clone());
            applied.events.push(NewEvent { duration: Some(milliseconds), ..event });
        }
        applied
    }
}

/// Runs a stage in a transaction of its own. Rolled back if something has to be committed before.
///
/// # Errors
/// Those of [`crate::trial::run`] and of [`record`]; nothing of the stage stays.
pub fn commit(
    workspace: &mut Workspace,
    comparison: &Comparison,
    part: RunPart<'_>,
    learned: &Learned,
    progress: &dyn Progress,
    recording: Recording<'_>,
) -> Result<Ended> {
    let mut finished = match workspace.run_trial(comparison, part, learned, progress)? {
        Ended::Finished(finished) => finished,
        first => {
            workspace.session.rollback()?;
            return Ok(first);
        }
    };
    record(workspace, &mut finished, recording)?;
    Ok(Ended::Finished(finished))
}

/// Records what the open transaction did and commits it.
///
/// # Errors
/// `Disagreement` where data would be lost that nobody agreed to lose, or where a saved plan says something else; what
/// PostgreSQL refuses at COMMIT; `Unavailable` where the connection was lost and the server did not commit, or nobody can tell.
pub fn record(workspace: &mut Workspace, finished: &mut Finished, recording: Recording<'_>) -> Result<()> {
    if let Some(error) = refused(&forbidden(&finished.outcome.plan, &workspace.allowed)) {
        workspace.session.rollback()?;
        return Err(error);
    }
    if let Some(saved) = &workspace.approved
        && let Err(error) = saved::check_result(saved, &finished.outcome.plan)
    {
        workspace.session.rollback()?;
        return Err(error);
    }
    let MigrationRecords { records, taken_back, mut events } = recording(finished);
    let run = workspace.next_run();
    let migrations = workspace.project.migrations.as_deref().unwrap_or_default();
    let changed = finished.outcome.records.len() + finished.outcome.forgotten.len();
    if changed > 0 || events.is_empty() {
        let detail = format!("{} written, {} forgotten", finished.outcome.records.len(), finished.outcome.forgotten.len());
        events.push(NewEvent { detail, ..NewEvent::new(Deed::CodeApplied, "") });
    }
    let changes = Changes {
        migrations: records.iter().map(|(id, standing)| standing.record(&migrations[id.0])).collect(),
        taken_back: taken_back.iter().map(String::as_str).collect(),
        run: run.clone(),
        events,
        statements: take(&mut finished.outcome.records),
        dependencies: take(&mut finished.outcome.dependencies),
        forgotten: take(&mut finished.outcome.forgotten),
        seen_again: take(&mut finished.outcome.refreshed),
    };
    workspace.state.write(&mut workspace.session, &changes)?.map_err(|error| trial::refused(&error))?;
    (finished.outcome.records, finished.outcome.dependencies) = (changes.statements, changes.dependencies);
    match workspace.session.commit()? {
        Some(answer) => answer.map_err(|error| trial::refused(&error)),
        None => find_out(workspace, &run),
    }
}

/// The connection was lost before the server answered to COMMIT: a new one sees whether the run is in the history.
fn find_out(workspace: &mut Workspace, run: &str) -> Result<()> {
    let unknown = |error: Error| {
        let why = error.diagnostics.first().map(|first| first.message.clone()).unwrap_or_default();
        let message = format!("the connection was lost during COMMIT, and whether it was done cannot be found out: {why}");
        let help = format!("run `pgmg history` later: it was committed if the run {run} is in it");
        Error::new(Kind::Unavailable, Diagnostic::new(message).help(help))
    };
    // The lock is free once the server has ended the old session, one way or the other.
    workspace.connect_again().map_err(unknown)?;
    if workspace.state.knows_run(&mut workspace.session, run).map_err(unknown)? {
        log::warn!("the connection was lost during COMMIT; the server has committed it");
        return Ok(());
    }
    let message = "the connection was lost during COMMIT, and the server has not committed it: nothing was changed";
    Err(Error::new(Kind::Unavailable, Diagnostic::new(message).help("run the command again")))
}

impl MigrationProgress {
    fn record<'a>(&self, migration: &'a Migration) -> MigrationRecord<'a> {
        match self {
            MigrationProgress::Applied { milliseconds } => MigrationRecord::applied(migration, *milliseconds),
            MigrationProgress::Partial { completed, section, milliseconds } => MigrationRecord {
                standing: Standing::Partial,
                completed: *completed,
                section: Some(section.clone()),
                ..MigrationRecord::applied(migration, *milliseconds)
            },
        }
    }
}
