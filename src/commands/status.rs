//! `pgmg status`: how files and database stand to each other, seen without trying anything.

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::CommandOutcome;
use crate::output::{self, Presentation, ResultFormat};
use crate::workspace::opening::Workspace;

/// Shows the status.
///
/// # Errors
/// The project cannot be read, or the database cannot be reached.
pub fn run(settings: &Settings, presentation: &Presentation) -> Result<CommandOutcome> {
    let mut workspace = Workspace::open(settings)?;
    let status = workspace.status()?;
    output::print(&match presentation.format {
        ResultFormat::Text => output::status::text(&status),
        ResultFormat::Json => output::json::status(&status),
    })?;
    workspace.end();
    Ok(if status.differs() { CommandOutcome::Differences } else { CommandOutcome::Done })
}
