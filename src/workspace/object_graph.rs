//! What graph and why begin with: the graph of the project's objects, from the database or from what the project keeps.

use std::collections::HashSet;

use super::opening::{connect, directories};
use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::graph::{KnownObject, Lookup, assemble, known_objects};
use crate::learned::Objects;
use crate::model::diagnostic::Diagnostic;
use crate::model::graph::ObjectGraph;
use crate::model::project::Project;
use crate::postgres::records::StateTables;
use crate::project;

/// Where the graph comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The state tables, where the settings name a database; else `.pgmg/`.
    WhatIsThere,
    /// `.pgmg/`, whatever the settings say.
    Kept,
}

/// The graph of everything that is recorded, with the places and texts of today's files.
///
/// # Errors
/// Nothing is recorded or kept yet; files that cannot be read; a database that cannot be reached.
pub fn load(settings: &Settings, from: Origin) -> Result<ObjectGraph> {
    let project = project::load(&directories(settings))?;
    let known = match from {
        Origin::WhatIsThere if settings.connection_string.is_some() => recorded(settings, &project)?,
        _ => kept(settings)?,
    };
    tell_of_missing(&project, &known);
    let path = |file: &str| match &settings.code_dir {
        Some(folder) => folder.join(file).display().to_string(),
        None => file.to_owned(),
    };
    Ok(assemble(&known, &project, &path))
}

/// The object that is named so, by its index.
///
/// # Errors
/// None or several, of kind Usage.
pub fn find(graph: &ObjectGraph, typed: &str) -> Result<usize> {
    const MOST: usize = 6;
    match graph.find(typed) {
        Lookup::Found(at) => Ok(at),
        Lookup::Ambiguous(meant) => {
            let names = meant.iter().take(MOST).map(|&at| graph.objects()[at].name.as_str()).collect::<Vec<_>>().join(", ");
            let more = if meant.len() > MOST { format!(" and {} more", meant.len() - MOST) } else { String::new() };
            Err(Error::usage(format!("{typed} can be any of {} objects", meant.len()))
                .help(format!("write more of the name: {names}{more}")))
        }
        Lookup::Unknown(nearest) => {
            let error = Error::usage(format!("there is no object {typed} in the graph"));
            Err(match nearest {
                Some(nearest) => error.help(format!("did you mean {nearest}?")),
                None => error.help("`pgmg graph` shows all objects"),
            })
        }
    }
}

/// From the state tables; what they say is kept for next time, and what only earlier errors told is added.
fn recorded(settings: &Settings, project: &Project) -> Result<Vec<KnownObject>> {
    let mut session = connect(settings)?;
    let state = StateTables::new(&settings.state_schema);
    let recorded = state.read(&mut session)?;
    if !recorded.present {
        let message = "nothing is recorded in this database: pgmg has applied nothing to it";
        return Err(Error::new(Kind::Usage, Diagnostic::new(message).help("run `pgmg apply` first")));
    }
    let mut dependencies = state.read_dependencies(&mut session)?;
    dependencies.extend(state.dependents_outside(&mut session, &recorded.statements)?);
    let mut known = known_objects(&recorded.statements, &dependencies);
    let mut objects = Objects::load(&settings.root).unwrap_or_default();
    objects.complete(&mut known);
    objects.replace(project, &known);
    if let Err(error) = objects.save(&settings.root) {
        log::warn!("{error}");
    }
    Ok(known)
}

fn kept(settings: &Settings) -> Result<Vec<KnownObject>> {
    let objects = Objects::load(&settings.root).ok_or_else(|| {
        Error::usage("nothing is known of this project's objects yet, and no database is named that could tell").help(
            "run `pgmg check`, `pgmg plan` or `pgmg apply` first, or say where the database is: --connection-string=postgres://…",
        )
    })?;
    Ok(objects.known().cloned().collect())
}

/// Statements that the graph cannot have: nobody has tried them.
fn tell_of_missing(project: &Project, known: &[KnownObject]) {
    let checksums: HashSet<&str> = known.iter().map(|object| object.checksum.as_str()).collect();
    let statements = project.statements.iter().flatten();
    let missing = statements.filter(|statement| !checksums.contains(statement.checksum.to_string().as_str())).count();
    match missing {
        0 => {}
        1 => log::warn!("1 statement of the files is not in the graph: it is new or changed since the last run"),
        _ => log::warn!("{missing} statements of the files are not in the graph: they are new or changed since the last run"),
    }
}
