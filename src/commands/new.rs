//! `pgmg new`: the next migration file, named in the style of those that are there.

use std::fs;
use std::io::Write;
use std::time::SystemTime;

use super::init::cannot;
use crate::config::Settings;
use crate::error::{Error, Result};
use crate::model::outcome::Outcome;
use crate::output;
use crate::source::next_migration;

/// Makes an empty migration for what `title` says and prints its path. Errors are of kind Usage.
pub fn run(settings: &Settings, title: &str) -> Result<Outcome> {
    let directory = settings.migrations_dir.as_ref().ok_or_else(|| {
        Error::usage("no migrations_dir is set")
            .help("give --migrations-dir=DIR, or write migrations_dir = \"migrations\" into pgmg.toml")
    })?;
    let path = next_migration(directory, title, SystemTime::now())?;
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
        writeln!(file, "-- {}", title.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    write().map_err(|error| cannot("make the migration", &path, &error))?;
    output::print(&format!("{}\n", path.display()))?;
    Ok(Outcome::Done)
}
