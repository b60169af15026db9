//! `pgmg why`: the path from one object to another that it needs.

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::CommandOutcome;
use crate::output::graph::{path_json, path_text};
use crate::output::{self, Presentation, ResultFormat};
use crate::workspace::object_graph::{self, Origin};

/// Shows why one object needs the other, or the other needs the one.
///
/// # Errors
/// `Usage`: an object is not known, or nothing is; the project cannot be read, or the database cannot be reached.
pub fn run(settings: &Settings, presentation: &Presentation, objects: (&str, &str), from: Origin) -> Result<CommandOutcome> {
    let graph = object_graph::load(settings, from)?;
    let asked = (object_graph::find(&graph, objects.0)?, object_graph::find(&graph, objects.1)?);
    let path = graph.path(asked.0, asked.1).or_else(|| graph.path(asked.1, asked.0));
    output::print(&match presentation.format {
        ResultFormat::Text => path_text(&graph, asked, path.as_deref()),
        ResultFormat::Json => path_json(&graph, asked, path.as_deref()),
    })?;
    Ok(if path.is_some() { CommandOutcome::Done } else { CommandOutcome::NotConnected })
}
