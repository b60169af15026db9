//! `pgmg status`: how files and database stand to each other, seen without trying anything.

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::Outcome;
use crate::output::{self, Format, Presentation};
use crate::workspace::opening::Workspace;

/// Shows the status.
///
/// # Errors
/// The project cannot be read, or the database cannot be reached.
pub fn run(settings: &Settings, presentation: &Presentation) -> Result<Outcome> {
    let mut workspace = Workspace::open(settings)?;
    let status = workspace.status()?;
    output::print(&match presentation.format {
        Format::Text => output::status::text(&status),
        Format::Json => output::json::status(&status),
    })?;
    workspace.end();
    Ok(if status.differs() { Outcome::Differences } else { Outcome::Done })
}
