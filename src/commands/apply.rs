//! `pgmg apply`: makes the database match the files, in one transaction.

use super::opening::Opening;
use crate::config::Settings;
use crate::database::state::Changes;
use crate::error::Result;
use crate::learned::Learned;
use crate::model::outcome::Outcome;
use crate::model::plan::Plan;
use crate::output::progress::Bar;
use crate::output::{self, Format, Presentation};
use crate::trial;

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
    let comparison = opening.compare_locked(settings)?;
    if comparison.is_empty() {
        return Ok(opening.nothing_to_do(&comparison));
    }
    let learned = Learned::load(&settings.root);
    let progress = Bar::new(presentation.progress);
    let finished = opening.run_trial(&comparison, &learned, &progress)?;
    let migrations = opening.project.migrations.as_deref().unwrap_or_default();
    let changes = Changes {
        migrations: finished.migrations.iter().map(|&index| &migrations[index]).collect(),
        statements: finished.records.clone(),
        dependencies: finished.dependencies.clone(),
        forgotten: finished.forgotten.clone(),
    };
    opening.state.write(&mut opening.session, &changes)?.map_err(|error| trial::refused(&error))?;
    opening.session.commit()?.map_err(|error| trial::refused(&error))?;
    opening.keep(settings, learned, &finished);
    let statements = opening.project.statements.as_deref().unwrap_or_default();
    trial::after_commit::run(&mut opening.session, statements, &opening.state, &finished.later)?;
    Ok(finished.plan)
}
