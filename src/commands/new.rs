//! `pgmg new`: the next migration file, named in the style of those that are there.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use super::init::cannot;
use crate::config::Settings;
use crate::error::{Error, Result};
use crate::model::outcome::CommandOutcome;
use crate::output;
use crate::project::{WayBack, next_migration};

/// Makes an empty migration for what `title` says, and one for the way back if it is wanted, and prints their paths.
///
/// # Errors
/// `Usage`: a title without a letter or digit, a directory that cannot be written.
pub fn run(settings: &Settings, title: &str, way_back: WayBack) -> Result<CommandOutcome> {
    let directory = settings.migrations_dir.as_ref().ok_or_else(|| {
        Error::usage("no migrations_dir is set")
            .help("give --migrations-dir=DIR, or write migrations_dir = \"migrations\" into pgmg.toml")
    })?;
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let paths = next_migration(directory, &title, way_back, SystemTime::now())?;
    for (path, comment) in paths.iter().zip([format!("-- {title}"), format!("-- takes back: {title}")]) {
        write(path, &comment).map_err(|error| cannot("make the migration", path, &error))?;
    }
    output::print(&paths.iter().map(|path| format!("{}\n", path.display())).collect::<String>())?;
    Ok(CommandOutcome::Done)
}

fn write(path: &Path, comment: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    writeln!(file, "{comment}")
}
