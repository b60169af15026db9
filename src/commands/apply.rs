//! `pgmg apply`: makes the database match the files, in one transaction.

use std::mem::take;

use super::opening::Opening;
use crate::config::Settings;
use crate::database::state::Changes;
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
                let finished = match commit(opening, &comparison, Scope::Everything, &learned, &progress)? {
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
                let migration = &opening.project.migrations.as_deref().unwrap_or_default()[index];
                trial::after_commit::run_migration(&mut opening.session, migration, &opening.state)?;
                steps.push(trial::migration_step(migration));
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
    match commit(opening, comparison, scope, learned, progress)? {
        Ended::Finished(finished) => Ok(finished),
        Ended::CommitFirst(_) => Err(Error::bug("a stage of its own would have to be divided")),
    }
}

/// Runs a stage in a transaction of its own; what it recorded is no longer in the result. Rolled back if something has to be
/// committed before.
fn commit(opening: &mut Opening, comparison: &Comparison, scope: Scope, learned: &Learned, progress: &Bar) -> Result<Ended> {
    let mut finished = match opening.run_trial(comparison, scope, learned, progress)? {
        Ended::Finished(finished) => finished,
        first => {
            opening.session.rollback()?;
            return Ok(first);
        }
    };
    let migrations = opening.project.migrations.as_deref().unwrap_or_default();
    let changes = Changes {
        migrations: finished.migrations.iter().map(|&index| &migrations[index]).collect(),
        statements: take(&mut finished.records),
        dependencies: take(&mut finished.dependencies),
        forgotten: take(&mut finished.forgotten),
        seen_again: take(&mut finished.seen_again),
    };
    opening.state.write(&mut opening.session, &changes)?.map_err(|error| trial::refused(&error))?;
    opening.session.commit()?.map_err(|error| trial::refused(&error))?;
    Ok(Ended::Finished(finished))
}
