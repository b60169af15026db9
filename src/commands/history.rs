//! `pgmg history`: what was done to this database, when, and by whom.

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::CommandOutcome;
use crate::output::{self, Presentation, ResultFormat};
use crate::postgres::records::StateTables;
use crate::workspace::opening::connect;

/// Shows the latest events, the latest last.
///
/// # Errors
/// The database cannot be reached.
pub fn run(settings: &Settings, presentation: &Presentation, most: u32) -> Result<CommandOutcome> {
    let mut session = connect(settings)?;
    let events = StateTables::new(&settings.state_schema).read_history(&mut session, i64::from(most))?;
    output::print(&match presentation.format {
        ResultFormat::Text => output::history::text(&events),
        ResultFormat::Json => output::json::history(&events),
    })?;
    Ok(CommandOutcome::Done)
}
