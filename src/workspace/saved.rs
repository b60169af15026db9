//! Saved plans: written by `plan --out`, carried out by `apply FILE` exactly or not at all.

use std::fs;
use std::path::Path;

use super::opening::Workspace;
use super::saved_plan::{SavedPlan, VERSION};
use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::plan::Plan;

/// How many differences are listed.
const LISTED: usize = 20;

/// Writes a plan to a file, in one piece.
///
/// # Errors
/// `Usage`: the file cannot be written.
pub fn write(workspace: &Workspace, settings: &Settings, target: Option<&str>, plan: &Plan, path: &Path) -> Result<()> {
    let saved = SavedPlan {
        environment: settings.environment.clone(),
        target: target.map(str::to_owned),
        ..SavedPlan::new(&workspace.project, &workspace.recorded, plan)
    };
    let text =
        serde_json::to_string_pretty(&saved).map_err(|error| Error::bug(format!("the plan cannot be written: {error}")))?;
    let beside = path.with_extension("part");
    let written = fs::write(&beside, text + "\n").and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| Error::usage(format!("cannot write the plan {}: {error}", path.display())))
}

/// Reads a plan.
///
/// # Errors
/// A file that is no plan of this version, or was made for another environment; of kind Usage.
pub fn read(path: &Path, settings: &Settings) -> Result<SavedPlan> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| Error::usage(format!("cannot read the plan {shown}: {error}")))?;
    let version: Option<u64> =
        serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|value| value.get("version")?.as_u64());
    if version.is_some_and(|version| version != u64::from(VERSION)) {
        let error = Error::usage(format!("the plan {shown} was made by another version of pgmg"));
        return Err(error.help("make it again with `pgmg plan --out`"));
    }
    let saved: SavedPlan = serde_json::from_str(&text).map_err(|error| {
        Error::usage(format!("{shown} is not a saved plan: {error}")).help("make one with `pgmg plan --out FILE`")
    })?;
    if saved.environment != settings.environment {
        let name = |name: &Option<String>| {
            name.as_ref().map_or_else(|| "no environment".to_owned(), |name| format!("environment {name}"))
        };
        let message =
            format!("the plan {shown} was made for {}, not for {}", name(&saved.environment), name(&settings.environment));
        return Err(Error::usage(message).help("give the same --env"));
    }
    Ok(saved)
}

/// Refuses a plan whose files or database are no longer as they were.
///
/// # Errors
/// `Disagreement`, with what differs.
pub fn check_basis(saved: &SavedPlan, workspace: &Workspace) -> Result<()> {
    refuse("files or database were changed since the plan was made", saved.outdated(&workspace.project, &workspace.recorded))
}

/// Refuses what does not do what the plan says.
///
/// # Errors
/// `Disagreement`, with what differs.
pub fn check_result(saved: &SavedPlan, plan: &Plan) -> Result<()> {
    if !saved.tried {
        return Ok(());
    }
    refuse("the plan would do something else than when it was made", saved.differences(plan))
}

fn refuse(message: &str, changes: Vec<String>) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut diagnostic = Diagnostic::new(message);
    for change in changes.iter().take(LISTED) {
        diagnostic = diagnostic.note(NoteLabel::Note, change);
    }
    if changes.len() > LISTED {
        diagnostic = diagnostic.note(NoteLabel::Note, format!("and {} more", changes.len() - LISTED));
    }
    Err(Error::new(Kind::Disagreement, diagnostic.help("nothing was done; make a new plan and look at it")))
}
