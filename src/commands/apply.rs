//! `pgmg apply`: makes the database match the files, in one transaction.

use std::path::Path;

use super::alone::Alone;
use super::approval::{self, Consent};
use super::committing::{all_applied, commit};
use super::hooks;
use super::opening::Opening;
use super::{plan, saved};
use crate::config::Settings;
use crate::error::{Error, Result};
use crate::learned::Learned;
use crate::model::approval::Allowed;
use crate::model::outcome::Outcome;
use crate::model::plan::Plan;
use crate::model::progress::Progress;
use crate::output::progress::Bar;
use crate::output::{self, Format, Presentation};
use crate::trial::compare::Comparison;
use crate::trial::stages::{self, Stage};
use crate::trial::{self, Ended, Finished, Scope};

/// What is to be applied.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// A saved plan: exactly that.
    pub saved: Option<&'a Path>,
    /// Migrations up to this one.
    pub target: Option<&'a str>,
}

/// Applies what is pending and says what was done.
pub fn run(settings: &Settings, presentation: &Presentation, consent: &Consent, wanted: Wanted<'_>) -> Result<Outcome> {
    let saved = wanted.saved.map(|path| saved::read(path, settings)).transpose()?;
    let mut opening = Opening::open(settings)?;
    opening.allowed = approval::allowed(settings, consent)?;
    opening.limit_to(saved.as_ref().map_or(wanted.target, |saved| saved.target.as_deref()))?;
    if let Some(saved) = &saved {
        opening.lock(settings)?;
        opening.read_records()?;
        saved::check_basis(saved, &opening)?;
        if saved.tried && settings.allow_destructive != Some(false) {
            // The losses that it lists were looked at, and others do not pass.
            opening.allowed = Allowed::Everything;
        }
    }
    opening.approved = saved;
    let comparison = opening.compare_locked(settings)?;
    let plan = if comparison.is_empty() {
        opening.nothing_to_do(&comparison)
    } else {
        ask_first(&mut opening, settings, presentation, consent, &comparison)?;
        hooks::before_apply(settings)?;
        let plan = apply(&mut opening, settings, &Bar::new(presentation.progress), comparison)?;
        hooks::on_success(settings)?;
        plan
    };
    output::print(&match presentation.format {
        Format::Text => output::apply::text(&plan),
        Format::Json => output::json::apply(&plan),
    })?;
    opening.end();
    Ok(Outcome::Done)
}

/// Where somebody or something has to agree, the plan is made and rolled back first: nobody waits with locks held.
fn ask_first(
    opening: &mut Opening,
    settings: &Settings,
    presentation: &Presentation,
    consent: &Consent,
    comparison: &Comparison,
) -> Result<()> {
    let has_migrations = !comparison.migrations.is_empty();
    let is_looked_at = has_migrations && (settings.before_apply.is_some() || approval::can_ask());
    if opening.approved.is_some() || !(settings.confirm || is_looked_at) {
        return Ok(());
    }
    let plan = plan::tried(opening, settings, presentation, comparison)?;
    approval::ask(opening, settings, consent, &plan)
}

/// Applies everything that is pending without a word.
pub fn everything(opening: &mut Opening, settings: &Settings, progress: &dyn Progress) -> Result<Plan> {
    opening.allowed = Allowed::Everything;
    let comparison = opening.compare_locked(settings)?;
    if comparison.is_empty() {
        return Ok(opening.nothing_to_do(&comparison));
    }
    apply(opening, settings, progress, comparison)
}

/// Applies what a comparison made under the lock says, stage by stage; what was done.
pub(super) fn apply(
    opening: &mut Opening,
    settings: &Settings,
    progress: &dyn Progress,
    mut comparison: Comparison,
) -> Result<Plan> {
    let mut learned = Learned::load(&settings.root);
    let migrations: Vec<String> = comparison.migrations.iter().map(|&index| opening.migrations()[index].name.clone()).collect();
    let mut steps = Vec::new();
    if !stages::divided_by(&opening.project, &comparison).is_empty() {
        opening.begin_stages()?;
    }
    loop {
        match stages::next(&opening.project, &comparison) {
            Stage::Whole if comparison.is_empty() => {
                let all = opening.nothing_to_do(&comparison);
                let applied_migrations = all.applied_migrations - migrations.len();
                return Ok(Plan { steps, migrations, applied_migrations, ..all });
            }
            Stage::Whole => {
                let scope = opening.scope();
                let recording = all_applied(opening);
                let finished = match commit(opening, &comparison, scope, &learned, progress, &recording)? {
                    Ended::Finished(finished) => finished,
                    Ended::CommitFirst(first) => {
                        opening.begin_stages()?;
                        let finished = commit_all(opening, &first.comparison, Scope::Everything, &learned, progress)?;
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
                let finished = commit_all(opening, &migrations, Scope::WhatMigrationsNeed, &learned, progress)?;
                opening.keep(settings, &mut learned, &finished);
                steps.extend(finished.plan.steps);
            }
            Stage::Alone(index) => {
                let alone = Alone { index, comparison: &comparison, learned: &learned, progress };
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
    progress: &dyn Progress,
) -> Result<Box<Finished>> {
    let recording = all_applied(opening);
    match commit(opening, comparison, scope, learned, progress, &recording)? {
        Ended::Finished(finished) => Ok(finished),
        Ended::CommitFirst(_) => Err(Error::bug("a stage of its own would have to be divided")),
    }
}
