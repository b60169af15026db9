//! `pgmg why`: the path from one object to another that it needs.

use crate::config::Settings;
use crate::error::Result;
use crate::model::outcome::Outcome;
use crate::output::graph::{path_json, path_text};
use crate::output::{self, Format, Presentation};
use crate::workspace::known_graph::{self, Origin};

/// Shows why one object needs the other, or the other needs the one.
///
/// # Errors
/// `Usage`: an object is not known, or nothing is; the project cannot be read, or the database cannot be reached.
pub fn run(settings: &Settings, presentation: &Presentation, objects: (&str, &str), from: Origin) -> Result<Outcome> {
    let graph = known_graph::read(settings, from)?;
    let asked = (known_graph::find(&graph, objects.0)?, known_graph::find(&graph, objects.1)?);
    let path = graph.path(asked.0, asked.1).or_else(|| graph.path(asked.1, asked.0));
    output::print(&match presentation.format {
        Format::Text => path_text(&graph, asked, path.as_deref()),
        Format::Json => path_json(&graph, asked, path.as_deref()),
    })?;
    Ok(if path.is_some() { Outcome::Done } else { Outcome::NotConnected })
}
