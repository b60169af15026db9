//! `pgmg verify`: the database against what the files give in an empty one, tables and code alike.

use std::path::Path;

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::CommandOutcome;
use crate::model::schema_difference::Difference;
use crate::output::progress::Bar;
use crate::output::{self, Presentation, ResultFormat};
use crate::server::binaries;
use crate::server::tools::Tools;
use crate::workspace::opening::Workspace;
use crate::workspace::schema_dump::SchemaDump;
use crate::workspace::scratch::Scratch;

/// Shows the differences; the outcome says whether there are some.
///
/// # Errors
/// The project cannot be built from nothing, the database cannot be reached, or `pg_dump` fails.
pub fn run(settings: &Settings, presentation: &Presentation, bin_dir: Option<&Path>) -> Result<CommandOutcome> {
    let mut workspace = Workspace::open(settings)?;
    let major = workspace.session.major()?;
    let bin_dir = binaries::find_version(bin_dir, major)?;
    if let Some(ours) = binaries::major(&bin_dir).filter(|ours| *ours != major) {
        output::print_error(&output::verify::other_version(major, ours));
    }
    let tools = Tools::beside(&bin_dir);
    let mut scratch = Scratch::start(Some(bin_dir), None)?;
    // The same owner and grantor as in the database.
    scratch.act_as(workspace.target().user_name())?;
    scratch.build(settings, &Bar::new(presentation.progress))?;
    let live = tools.dump_schema(workspace.target(), &settings.state_schema)?;
    let fresh = tools.dump_schema(&scratch.target()?, &settings.state_schema)?;
    let differences: Vec<Difference> = SchemaDump::differences(&SchemaDump::parse(&fresh), &SchemaDump::parse(&live));
    output::print(&match presentation.format {
        ResultFormat::Text => output::verify::text(&differences),
        ResultFormat::Json => output::json::verify(&differences),
    })?;
    Ok(if differences.is_empty() { CommandOutcome::Done } else { CommandOutcome::Differences })
}
