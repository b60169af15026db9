//! `pgmg verify`: the database against what the files give in an empty one, tables and code alike.

use std::path::Path;

use super::opening::Opening;
use super::scratch::Scratch;
use crate::config::Settings;
use crate::database::server_binaries;
use crate::database::tools::Tools;
use crate::error::Result;
use crate::model::outcome::Outcome;
use crate::model::schema_dump::{Difference, SchemaDump};
use crate::output::progress::Bar;
use crate::output::{self, Format, Presentation};

/// Shows the differences; the outcome says whether there are some.
pub fn run(settings: &Settings, presentation: &Presentation, bin_dir: Option<&Path>) -> Result<Outcome> {
    let mut opening = Opening::open(settings)?;
    let major = opening.session.major()?;
    let bin_dir = server_binaries::find_version(bin_dir, major)?;
    if let Some(ours) = server_binaries::major(&bin_dir).filter(|ours| *ours != major) {
        output::print_error(&output::verify::other_version(major, ours));
    }
    let tools = Tools::beside(&bin_dir);
    let mut scratch = Scratch::start(Some(bin_dir), None)?;
    // The same owner and grantor as in the database.
    scratch.act_as(opening.target().user_name())?;
    scratch.build(settings, &Bar::new(presentation.progress))?;
    let live = tools.dump_schema(opening.target(), &settings.state_schema)?;
    let fresh = tools.dump_schema(&scratch.target()?, &settings.state_schema)?;
    let differences: Vec<Difference> = SchemaDump::differences(&SchemaDump::parse(&fresh), &SchemaDump::parse(&live));
    output::print(&match presentation.format {
        Format::Text => output::verify::text(&differences),
        Format::Json => output::json::verify(&differences),
    })?;
    Ok(if differences.is_empty() { Outcome::Done } else { Outcome::Differences })
}
