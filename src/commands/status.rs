//! `pgmg status`.

use crate::config::Settings;
use crate::error::{Error, Result};
use crate::model::outcome::Outcome;
use crate::output::Presentation;

/// Runs the command.
pub fn run(settings: &Settings, _presentation: &Presentation) -> Result<Outcome> {
    settings.connection()?;
    Err(Error::bug("status is not built yet"))
}
