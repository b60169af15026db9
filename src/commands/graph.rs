//! `pgmg graph`: what needs what.

use crate::config::Settings;
use crate::error::Result;
use crate::model::graph::Direction;
use crate::model::outcome::Outcome;
use crate::output;
use crate::output::graph::{Excerpt, Notation};
use crate::workspace::known_graph::{self, Origin};

/// What of the graph is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Only what is around this object.
    pub object: Option<&'a str>,
    pub directions: &'a [Direction],
    /// How many edges far; `None`: as far as they go.
    pub depth: Option<usize>,
    pub from: Origin,
}

/// Shows the graph.
///
/// # Errors
/// `Usage`: an object is not known, or nothing is; the project cannot be read, or the database cannot be reached.
pub fn run(settings: &Settings, asked: &Asked<'_>, notation: Notation) -> Result<Outcome> {
    let graph = known_graph::read(settings, asked.from)?;
    let about = asked.object.map(|object| known_graph::find(&graph, object)).transpose()?;
    let excerpt = Excerpt { graph: &graph, about, directions: asked.directions, depth: asked.depth };
    output::print(&output::graph::written(&excerpt, notation))?;
    Ok(Outcome::Done)
}
