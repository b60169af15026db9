//! `pgmg apply`: makes the database match the files, in one transaction.

use super::alone::Alone;
use super::committing::{all_applied, commit};
use super::opening::Opening;
use crate::config::Settings;
use crate::error::{Error, Result};
use crate::learned::Learned;
use crate::model::outcome::Outcome;
use crate::model::plan::Plan;
use crate::output::progress::Bar;
use crate::output::{self, Format, Presentation};
use crate::trial::compare::Comparison;
use crate::trial::stages::{self, Stage};
use crate::trial::{self, Ended, Finished, Scope};

/// Applies what is pending and says what was done.
pub fn run(settings: &Settings, presentation: &Presentation) -> Result<Outcome> {
    let mut opening = Opening::open(settings)?;
    let plan = apply(&mut opening, settings, presentation)?;
    output::print(&match presentation.format {
        Format::Text => output::apply::text(&plan),
        Format::Json => output::json::apply(&plan),
    })?;
    Ok(Outcome::Done)
}

fn apply(opening: &mut Opening, settings: &Settings, presentation: &Presentation) -> Result<Plan> {
    let mut comparison = opening.compare_locked(settings)?;
    if comparison.is_empty() {
        return Ok(opening.nothing_to_do(&comparison));
    }
    let mut learned = Learned::load(&settings.root);
    let progress = Bar::new(presentation.progress);
    let all = opening.project.migrations.as_deref().unwrap_or_default();
    let migrations: Vec<String> = comparison.migrations.iter().map(|&index| all[index].name.clone()).collect();
    let mut steps = Vec::new();
    loop {
        match stages::next(&opening.project, &comparison) {
            Stage::Whole => {
                let recording = all_applied(opening);
                let finished = match commit(opening, &comparison, Scope::Everything, &learned, &progress, &recording)? {
                    Ended::Finished(finished) => finished,
                    Ended::CommitFirst(first) => {
                        let finished = commit_all(opening, &first.comparison, Scope::Everything, &learned, &progress)?;
                        steps.extend(finished.plan.steps);
                        comparison = opening.compare_again(settings)?;
                        continue;
                    }
                };
                opening.keep(settings, &mut learned, &finished);
                let statements = opening.project.statements.as_deref().unwrap_or_default();
                trial::after_commit::run(&mut opening.session, statements, &opening.state, &finished.later)?;
                steps.extend(finished.plan.steps);
                let applied_migrations = finished.plan.applied_migrations + finished.plan.migrations.len() - migrations.len();
                return Ok(Plan { steps, migrations, applied_migrations, ..finished.plan });
            }
            Stage::Before(migrations) => {
                let finished = commit_all(opening, &migrations, Scope::WhatMigrationsNeed, &learned, &progress)?;
                opening.keep(settings, &mut learned, &finished);
                steps.extend(finished.plan.steps);
            }
            Stage::Alone(index) => {
                let alone = Alone { index, comparison: &comparison, learned: &learned, progress: &progress };
                steps.extend(alone.run(opening)?);
            }
        }
        comparison = opening.compare_again(settings)?;
    }
}

/// The same for a stage in which nothing has to be committed before.
fn commit_all(
    opening: &mut Opening,
    comparison: &Comparison,
    scope: Scope,
    learned: &Learned,
    progress: &Bar,
) -> Result<Box<Finished>> {
    let recording = all_applied(opening);
    match commit(opening, comparison, scope, learned, progress, &recording)? {
        Ended::Finished(finished) => Ok(finished),
        Ended::CommitFirst(_) => Err(Error::bug("a stage of its own would have to be divided")),
    }
}
