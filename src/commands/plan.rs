//! `pgmg plan`: what apply would do, by doing it and rolling back.

use std::path::Path;

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::CommandOutcome;
use crate::model::plan::{MeasuredOn, Plan};
use crate::output::{self, Presentation, ResultFormat};
use crate::workspace::opening::Workspace;
use crate::workspace::planning::plan;
use crate::workspace::{saved, shadow};

/// Shows the plan, and keeps it in a file if one is given.
///
/// # Errors
/// Those of [`crate::workspace::planning::plan`]; a file that cannot be written.
pub fn run(settings: &Settings, presentation: &Presentation, target: Option<&str>, out: Option<&Path>) -> Result<CommandOutcome> {
    let mut workspace = Workspace::open(settings)?;
    workspace.limit_to(target)?;
    let plan = match &settings.shadow {
        None => plan(&mut workspace, settings, presentation)?,
        Some(place) => on_shadow(&mut workspace, settings, presentation, target, place)?,
    };
    if let Some(path) = out {
        saved::write(&workspace, settings, target, &plan, path)?;
    }
    output::print(&match presentation.format {
        ResultFormat::Text => output::plan::text(&plan, presentation.sql),
        ResultFormat::Json => output::json::plan(&plan),
    })?;
    workspace.end();
    Ok(if plan.is_empty() { CommandOutcome::Done } else { CommandOutcome::Differences })
}

/// The plan of a copy of the database without its data.
fn on_shadow(
    workspace: &mut Workspace,
    settings: &Settings,
    presentation: &Presentation,
    target: Option<&str>,
    place: &str,
) -> Result<Plan> {
    let comparison = workspace.compare(settings)?;
    // What differs there and here is the same: the copy has the same records.
    if comparison.is_empty() {
        return Ok(workspace.nothing_to_do(&comparison));
    }
    let scratch = shadow::copy(workspace, settings, place)?;
    let there = Settings { on_drift: settings.on_drift, ..scratch.settings(settings) };
    let mut copy = Workspace::open(&there)?;
    copy.limit_to(target)?;
    Ok(Plan { measured: MeasuredOn::WithoutData, ..plan(&mut copy, &there, presentation)? })
}
