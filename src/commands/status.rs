//! `pgmg status`: how files and database stand to each other, seen without trying anything.

use super::opening::Opening;
use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::Outcome;
use crate::output::{self, Format, Presentation};
use crate::trial::compare;

/// Shows the status.
pub fn run(settings: &Settings, presentation: &Presentation) -> Result<Outcome> {
    let mut opening = Opening::open(settings)?;
    let drift = opening.drift()?;
    let status = compare::status(&opening.project, &opening.recorded, &drift);
    output::print(&match presentation.format {
        Format::Text => output::status::text(&status),
        Format::Json => output::json::status(&status),
    })?;
    opening.end();
    Ok(if status.differs() { Outcome::Differences } else { Outcome::Done })
}
