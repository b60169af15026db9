//! A plan made elsewhere: on a copy of the database's schema, where no lock hinders anybody.

use std::path::Path;

use super::opening::Workspace;
use super::scratch::Scratch;
use crate::config::Settings;
use crate::error::Result;
use crate::model::name::quote_identifier;
use crate::server::binaries;
use crate::server::tools::Tools;

/// Instead of a connection string: a throwaway server of our own.
const THROWAWAY: &str = "throwaway";

/// Copies the schema of a database, and what pgmg recorded there, to `place`: a connection string, whose server gets a database
/// of its own for it, or `throwaway`. The copy has no other data, and is gone when it is dropped.
///
/// # Errors
/// `pg_dump` is not found or fails; the other server cannot be reached, or does not take what was dumped.
pub fn copy(workspace: &mut Workspace, settings: &Settings, place: &str) -> Result<Scratch> {
    let bin_dir = binaries::find_version(None, workspace.session.major()?);
    // A given server needs none; what dumps and restores may lie on the PATH as well.
    let tools = Tools::beside(bin_dir.as_deref().unwrap_or(Path::new("")));
    let mut scratch = if place == THROWAWAY { Scratch::start(Some(bin_dir?), None)? } else { Scratch::in_server(place)? };
    let rows =
        workspace.session.query("SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'", &[])?;
    let roles: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    scratch.make_roles(&roles)?;
    scratch.act_as(workspace.target().user_name())?;
    let dump = tools.dump_with_records(workspace.target(), &settings.state_schema)?;
    tools.run(&scratch.target()?, &dump)?;
    if workspace.recorded.present {
        // Numbers mean nothing here, and may by chance be those of other objects: everything is to be found by its name.
        let state = quote_identifier(&settings.state_schema);
        scratch.run(&format!("UPDATE {state}.pgmg_state SET object_id = 1 WHERE object_id IS NOT NULL"))?;
    }
    Ok(scratch)
}
