//! What is pending applied, stage by stage, each stage in a transaction of its own.

use super::alone::Alone;
use super::committing::{all_applied, commit};
use super::opening::Workspace;
use super::part::RunPart;
use crate::config::Settings;
use crate::engine::comparison::Comparison;
use crate::engine::stages::{self, Stage};
use crate::error::{Error, Result};
use crate::learned::Learned;
use crate::model::approval::Allowed;
use crate::model::plan::Plan;
use crate::model::progress::Progress;
use crate::model::statement::MigrationId;
use crate::trial::{self, CommitFirst, Ended, Finished};

/// Applies everything that is pending without a word.
///
/// # Errors
/// Those of [`apply`].
pub fn everything(workspace: &mut Workspace, settings: &Settings, progress: &dyn Progress) -> Result<Plan> {
    workspace.allowed = Allowed::Everything;
    let comparison = workspace.compare_locked(settings)?;
    if comparison.is_empty() {
        return Ok(workspace.nothing_to_do(&comparison));
    }
    apply(workspace, settings, progress, comparison)
}

/// Applies what a comparison made under the lock says, stage by stage; what was done.
///
/// # Errors
/// Everything that PostgreSQL refuses in a stage, which is rolled back while those before it stay; `Disagreement` where data
/// would be lost that nobody agreed to lose, or where a saved plan would do something else; `Unavailable` where the connection
/// is lost.
pub fn apply(
    workspace: &mut Workspace,
    settings: &Settings,
    progress: &dyn Progress,
    mut comparison: Comparison,
) -> Result<Plan> {
    let mut learned = Learned::load(&settings.root);
    let migrations: Vec<String> = comparison.migrations.iter().map(|id| workspace.migrations()[id.0].name.clone()).collect();
    let mut steps = Vec::new();
    if !stages::divided_by(&workspace.project, &comparison).is_empty() {
        workspace.begin_stages()?;
    }
    loop {
        match stages::next(&workspace.project, &comparison) {
            Stage::Whole if comparison.is_empty() => {
                let nothing = workspace.nothing_to_do(&comparison);
                let applied_migrations = nothing.applied_migrations - migrations.len();
                return Ok(Plan { steps, migrations, applied_migrations, ..nothing });
            }
            Stage::Whole => {
                let part = RunPart::of_scope(workspace.scope());
                let recording = all_applied(workspace);
                let finished = match commit(workspace, &comparison, part, &learned, progress, &recording)? {
                    Ended::Finished(finished) => finished,
                    Ended::CommitBefore(id) => {
                        workspace.begin_stages()?;
                        let earlier = before(&comparison, id);
                        let finished = commit_all(workspace, &earlier, RunPart::Migrations, &learned, progress)?;
                        steps.extend(finished.outcome.plan.steps);
                        comparison = workspace.compare_again(settings)?;
                        continue;
                    }
                    Ended::CommitFirst(first) => {
                        workspace.begin_stages()?;
                        let enums = only(&comparison, workspace, &first);
                        let finished = commit_all(workspace, &enums, RunPart::Everything, &learned, progress)?;
                        steps.extend(finished.outcome.plan.steps);
                        comparison = workspace.compare_again(settings)?;
                        continue;
                    }
                };
                workspace.keep(settings, &mut learned, &finished);
                let statements = workspace.project.statements.as_deref().unwrap_or_default();
                trial::after_commit::run(&mut workspace.session, statements, &workspace.state, &finished.outcome.later)?;
                steps.extend(finished.outcome.plan.steps);
                let applied_migrations =
                    finished.outcome.plan.applied_migrations + finished.outcome.plan.migrations.len() - migrations.len();
                return Ok(Plan { steps, migrations, applied_migrations, ..finished.outcome.plan });
            }
            Stage::Before(migrations) => {
                let finished = commit_all(workspace, &migrations, RunPart::Migrations, &learned, progress)?;
                workspace.keep(settings, &mut learned, &finished);
                steps.extend(finished.outcome.plan.steps);
            }
            Stage::Alone(id) => {
                let alone = Alone { id, comparison: &comparison, learned: &learned, progress };
                steps.extend(alone.run(workspace)?);
            }
        }
        comparison = workspace.compare_again(settings)?;
    }
}

/// The migrations of a comparison before one of them.
fn before(comparison: &Comparison, id: MigrationId) -> Comparison {
    let earlier = comparison.migrations.iter().copied().take_while(|earlier| *earlier != id);
    Comparison { migrations: earlier.collect(), ..comparison.clone() }
}

/// A comparison with nothing in it but statements that have to be committed first.
fn only(comparison: &Comparison, workspace: &Workspace, first: &[CommitFirst]) -> Comparison {
    let recorded = &workspace.recorded.statements;
    let label = |row: &usize| recorded[*row].object.as_ref().map(ToString::to_string);
    let is_first = |row: &usize| label(row).is_some_and(|label| first.iter().any(|first| first.object == label));
    Comparison {
        statements: first.iter().map(|first| first.statement).collect(),
        orphans: comparison.orphans.iter().copied().filter(is_first).collect(),
        ..Comparison::default()
    }
}

/// A stage in which nothing has to be committed before.
fn commit_all(
    workspace: &mut Workspace,
    comparison: &Comparison,
    part: RunPart<'_>,
    learned: &Learned,
    progress: &dyn Progress,
) -> Result<Box<Finished>> {
    let recording = all_applied(workspace);
    match commit(workspace, comparison, part, learned, progress, &recording)? {
        Ended::Finished(finished) => Ok(finished),
        // What is left is compared again, and comes in the next stage.
        Ended::CommitBefore(id) => commit_all(workspace, &before(comparison, id), RunPart::Migrations, learned, progress),
        Ended::CommitFirst(_) => Err(Error::bug("a stage of its own would have to be divided")),
    }
}
