//! What apply would do, found by doing it and rolling back.

use super::opening::Workspace;
use super::part::RunPart;
use crate::config::Settings;
use crate::engine::comparison::Comparison;
use crate::engine::stages;
use crate::error::Result;
use crate::learned::Learned;
use crate::model::plan::{Action, Plan, Reason, Step};
use crate::output::progress::Bar;
use crate::output::{Detail, Presentation};
use crate::trial::{CommitFirst, Ended, redefinition};

/// The plan of everything that is pending; where this role or server is read-only, in the known order.
///
/// # Errors
/// Those of [`Workspace::compare_locked`] and [`tried`].
pub fn plan(workspace: &mut Workspace, settings: &Settings, presentation: &Presentation) -> Result<Plan> {
    let read_only = workspace.session.read_only_because()?;
    if let Some(reason) = read_only {
        let comparison = workspace.compare(settings)?;
        let learned = Learned::load(&settings.root);
        return Ok(if comparison.is_empty() {
            workspace.nothing_to_do(&comparison)
        } else {
            workspace.known_order(&comparison, &learned, reason)
        });
    }
    let comparison = workspace.compare_locked(settings)?;
    if comparison.is_empty() {
        return Ok(workspace.nothing_to_do(&comparison));
    }
    tried(workspace, settings, presentation, &comparison)
}

/// The plan of a comparison, tried and rolled back; where that cannot be, in the known order.
///
/// # Errors
/// What PostgreSQL refuses, or no order resolves; everything is rolled back.
pub fn tried(
    workspace: &mut Workspace,
    settings: &Settings,
    presentation: &Presentation,
    comparison: &Comparison,
) -> Result<Plan> {
    let mut learned = Learned::load(&settings.root);
    if let Some(migration) = stages::divided_by(&workspace.project, comparison).first() {
        let reason = format!("the migration {migration} runs outside a transaction and cannot be rolled back");
        return Ok(workspace.known_order(comparison, &learned, reason));
    }
    let progress = Bar::new(presentation.progress);
    let mut finished = match workspace.run_trial(comparison, RunPart::of_scope(workspace.scope()), &learned, &progress)? {
        Ended::Finished(finished) => finished,
        Ended::CommitBefore(id) => {
            workspace.session.rollback()?;
            let name = &workspace.migrations()[id.0].name;
            let reason = format!(
                "{name} uses enum values that a migration before it adds, which can be used only after a commit, so apply commits \
                 the migrations before it first, by themselves"
            );
            return Ok(workspace.known_order(comparison, &learned, reason));
        }
        Ended::CommitFirst(first) => {
            workspace.session.rollback()?;
            return Ok(committed_first(workspace, comparison, &learned, &first));
        }
    };
    if presentation.diff == Detail::Shown {
        let objects = redefinition::remade(&finished, &workspace.recorded);
        let after = redefinition::definitions(&mut workspace.session, &objects)?;
        workspace.session.rollback()?;
        let before = redefinition::definitions(&mut workspace.session, &objects)?;
        redefinition::note(&mut finished, before, after);
    } else {
        workspace.session.rollback()?;
    }
    workspace.keep(settings, &mut learned, &finished);
    Ok(finished.outcome.plan)
}

/// The plan where new enum values have to be committed before the rest can be tried.
fn committed_first(workspace: &Workspace, comparison: &Comparison, learned: &Learned, first: &[CommitFirst]) -> Plan {
    let what = first.iter().map(|first| first.object.as_str()).collect::<Vec<_>>().join(", ");
    let reason = format!("{what} gets values that can be used only after a commit, so apply commits them first, by themselves");
    let mut plan = workspace.known_order(comparison, learned, reason);
    let mut steps = Vec::new();
    for first in first {
        let at = plan.steps.iter().position(|step| step.statement == Some(first.statement));
        let Some(step) = at.map(|at| plan.steps.remove(at)) else { continue };
        steps.push(Step { action: Action::Alter, sql: first.alters.clone(), reason: Reason::Modified, ..step });
    }
    steps.append(&mut plan.steps);
    Plan { steps, ..plan }
}
