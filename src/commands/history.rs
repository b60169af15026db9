//! `pgmg history`: what was done to this database, when, and by whom.

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::Outcome;
use crate::output::{self, Format, Presentation};
use crate::postgres::records::StateTables;
use crate::workspace::opening::connect;

/// Shows the latest events, the latest last.
///
/// # Errors
/// The database cannot be reached.
pub fn run(settings: &Settings, presentation: &Presentation, most: u32) -> Result<Outcome> {
    let mut session = connect(settings)?;
    let events = StateTables::new(&settings.state_schema).read_history(&mut session, i64::from(most))?;
    output::print(&match presentation.format {
        Format::Text => output::history::text(&events),
        Format::Json => output::json::history(&events),
    })?;
    Ok(Outcome::Done)
}
