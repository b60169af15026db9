//! `pgmg plan`: what apply would do, by doing it and rolling back.

use std::path::Path;

use super::opening::Opening;
use super::{saved, shadow};
use crate::config::Settings;
use crate::error::Result;
use crate::learned::Learned;
use crate::model::outcome::Outcome;
use crate::model::plan::{Action, Measured, Plan, Reason, Step};
use crate::model::statement::StatementId;
use crate::output::progress::Bar;
use crate::output::{self, Extra, Format, Presentation};
use crate::trial::compare::Comparison;
use crate::trial::{CommitFirst, Ended, redefinition, stages};

/// Shows the plan, and keeps it in a file if one is given.
pub fn run(settings: &Settings, presentation: &Presentation, target: Option<&str>, out: Option<&Path>) -> Result<Outcome> {
    let mut opening = Opening::open(settings)?;
    opening.limit_to(target)?;
    let plan = match &settings.shadow {
        None => plan(&mut opening, settings, presentation)?,
        Some(place) => on_shadow(&mut opening, settings, presentation, target, place)?,
    };
    if let Some(path) = out {
        saved::write(&opening, settings, target, &plan, path)?;
    }
    output::print(&match presentation.format {
        Format::Text => output::plan::text(&plan, presentation.sql),
        Format::Json => output::json::plan(&plan),
    })?;
    opening.end();
    Ok(if plan.is_empty() { Outcome::Done } else { Outcome::Differences })
}

/// The plan of a copy of the database without its data.
fn on_shadow(
    opening: &mut Opening,
    settings: &Settings,
    presentation: &Presentation,
    target: Option<&str>,
    place: &str,
) -> Result<Plan> {
    let comparison = opening.compare(settings)?;
    // What differs there and here is the same: the copy has the same records.
    if comparison.is_empty() {
        return Ok(opening.nothing_to_do(&comparison));
    }
    let scratch = shadow::copy(opening, settings, place)?;
    let there = Settings { on_drift: settings.on_drift, ..scratch.settings(settings) };
    let mut copy = Opening::open(&there)?;
    copy.limit_to(target)?;
    Ok(Plan { measured: Measured::WithoutData, ..plan(&mut copy, &there, presentation)? })
}

fn plan(opening: &mut Opening, settings: &Settings, presentation: &Presentation) -> Result<Plan> {
    let read_only = opening.session.read_only_because()?;
    if let Some(reason) = read_only {
        let comparison = opening.compare(settings)?;
        let learned = Learned::load(&settings.root);
        return Ok(if comparison.is_empty() {
            opening.nothing_to_do(&comparison)
        } else {
            opening.known_order(&comparison, &learned, reason)
        });
    }
    let comparison = opening.compare_locked(settings)?;
    if comparison.is_empty() {
        return Ok(opening.nothing_to_do(&comparison));
    }
    tried(opening, settings, presentation, &comparison)
}

/// The plan of a comparison, tried and rolled back; where that cannot be, in the known order.
pub fn tried(opening: &mut Opening, settings: &Settings, presentation: &Presentation, comparison: &Comparison) -> Result<Plan> {
    let mut learned = Learned::load(&settings.root);
    if let Some(migration) = stages::divided_by(&opening.project, comparison).first() {
        let reason = format!("the migration {migration} runs outside a transaction and cannot be rolled back");
        return Ok(opening.known_order(comparison, &learned, reason));
    }
    let progress = Bar::new(presentation.progress);
    let mut finished = match opening.run_trial(comparison, opening.scope(), &learned, &progress)? {
        Ended::Finished(finished) => finished,
        Ended::CommitFirst(first) => {
            opening.session.rollback()?;
            return Ok(committed_first(opening, comparison, &learned, &first));
        }
    };
    if presentation.diff == Extra::Shown {
        let objects = redefinition::remade(&finished, &opening.recorded);
        let after = redefinition::definitions(&mut opening.session, &objects)?;
        opening.session.rollback()?;
        let before = redefinition::definitions(&mut opening.session, &objects)?;
        redefinition::note(&mut finished, before, after);
    } else {
        opening.session.rollback()?;
    }
    opening.keep(settings, &mut learned, &finished);
    Ok(finished.plan)
}

/// The plan where new enum values have to be committed before the rest can be tried.
fn committed_first(opening: &Opening, comparison: &Comparison, learned: &Learned, first: &CommitFirst) -> Plan {
    let what = first.objects.join(", ");
    let reason = format!("{what} gets values that can be used only after a commit, so apply commits them first, by themselves");
    let mut plan = opening.known_order(comparison, learned, reason);
    let mut steps = Vec::new();
    for (statement, sql) in &first.alters {
        let at = plan.steps.iter().position(|step| step.statement == Some(StatementId(*statement)));
        let Some(step) = at.map(|at| plan.steps.remove(at)) else { continue };
        steps.push(Step { action: Action::Alter, sql: sql.clone(), reason: Reason::Modified, ..step });
    }
    steps.append(&mut plan.steps);
    Plan { steps, ..plan }
}
